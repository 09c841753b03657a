"""Tags put on and taken off by hand."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from groundswell.accounts import audit
from groundswell.accounts.models import User
from groundswell.people.models import Person, PersonTag, Tag


@transaction.atomic
def tag_person(*, person: Person, name: str, by: User | None) -> PersonTag:
    """Put a tag on a person, a new one if need be; twice changes nothing. Raises ValidationError for an empty name.

    An objection to marketing ends profiling too (rule D4), so that whoever objected gets no new tags.
    """
    name = " ".join(name.split()).lower()[:64]
    if not name:
        raise ValidationError(_("Write the tag’s name."))
    if person.erased_at is not None:
        raise ValidationError(_("This person was erased."))
    if person.objected_at is not None:
        raise ValidationError(_("This person objected to marketing, so nothing more is noted about them (rule D4)."))
    tag, _new = Tag.objects.get_or_create(name=name)
    person_tag, new = PersonTag.objects.get_or_create(tag=tag, person=person)
    if new:
        audit.record("tag_person", by=by, subject=person, tag=name)
    return person_tag


@transaction.atomic
def untag_person(*, person: Person, tag_id: int, by: User | None) -> None:
    """Take a tag off a person."""
    deleted, _by_model = PersonTag.objects.filter(person=person, tag_id=tag_id).delete()
    if deleted:
        audit.record("untag_person", by=by, subject=person, tag_id=tag_id)
