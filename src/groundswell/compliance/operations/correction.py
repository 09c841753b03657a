"""Putting a person's record right (UK GDPR, article 16)."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from groundswell.accounts import audit
from groundswell.accounts.models import User
from groundswell.people.addresses import AddressError, address_hash, name_key, normalise_email, normalise_phone
from groundswell.people.enums import ContactKind
from groundswell.people.models import ContactPoint, DataSource, Person, PersonContact

# What staff write in by hand has a source and a lawful basis of its own (rule D1).
BY_HAND = "Entered by staff"


@transaction.atomic
def correct_name(*, person: Person, title: str, given_names: str, family_name: str, by: User | None) -> None:
    """Put a name right. Raises ValidationError for an empty name or an erased person."""
    if person.erased_at is not None:
        raise ValidationError(_("This person was erased."))
    if not (given_names.strip() or family_name.strip()):
        raise ValidationError(_("A person needs a name."))
    person.title, person.given_names, person.family_name = title.strip(), given_names.strip(), family_name.strip()
    person.name_key = name_key(person.given_names, person.family_name)
    person.save(update_fields=["title", "given_names", "family_name", "name_key"])
    audit.record("correct_name", by=by, subject=person)


@transaction.atomic
def correct_departure(*, person: Person, by: User | None) -> None:
    """They have neither died nor moved, whatever a call said. Raises ValidationError if nothing said so."""
    if person.moved_at is None and person.deceased_at is None:
        raise ValidationError(_("Nothing says that this person has gone."))
    undone = [name for name in ("moved_at", "deceased_at") if getattr(person, name) is not None]
    person.moved_at = person.deceased_at = None
    person.save(update_fields=["moved_at", "deceased_at"])
    audit.record("correct_departure", by=by, subject=person, undone=undone)


@transaction.atomic
def add_address(*, person: Person, kind: ContactKind, value: str, by: User | None) -> ContactPoint:
    """Add a number or email that the person gave us. A number nobody uses any more comes back into use.

    Raises ValidationError for what is no such address, and for an erased person.
    """
    if person.erased_at is not None:
        raise ValidationError(_("This person was erased."))
    try:
        normalised = normalise_phone(value) if kind == ContactKind.PHONE else normalise_email(value)
    except AddressError as problem:
        raise ValidationError(str(problem)) from problem
    point, _new = ContactPoint.objects.get_or_create(
        kind=kind, value=normalised, defaults={"address_hash": address_hash(kind, normalised)}
    )
    if point.retired_at is not None:
        point.retired_at, point.retired_reason = None, ""
        point.save(update_fields=["retired_at", "retired_reason"])
    source, _new = DataSource.objects.get_or_create(
        name=BY_HAND, defaults={"lawful_basis": "legitimate interests", "purpose": "campaigning"}
    )
    PersonContact.objects.get_or_create(
        person=person,
        contact_point=point,
        defaults={"source": source, "position": person.person_contacts.count()},
    )
    audit.record("add_address", by=by, subject=person, kind=kind, contact_point_id=point.pk)
    return point


@transaction.atomic
def retire_address(*, person: Person, contact_point: ContactPoint, by: User | None) -> None:
    """A number or email no longer reaches this person: taken from them, and retired once it is nobody's."""
    link = PersonContact.objects.filter(person=person, contact_point=contact_point)
    if not link.exists():
        raise ValidationError(_("That number or address is not this person's."))
    if PersonContact.objects.filter(contact_point=contact_point).exclude(person=person).exists():
        link.delete()
    else:
        contact_point.retired_at, contact_point.retired_reason = timezone.now(), "corrected"
        contact_point.save(update_fields=["retired_at", "retired_reason"])
    audit.record("retire_address", by=by, subject=person, contact_point_id=contact_point.pk)
