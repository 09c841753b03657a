"""Takes the demo out again: its roots, and whatever refers to them, however many rooms have been built since.

The rows are found by following references, not by a list of tables that a new room would be missing from. What the
audit log says of the demo stays: it is append-only (rule D13).
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import cast

from django.apps import apps
from django.db import connection, models, transaction
from django.db.backends.utils import CursorWrapper
from django.db.models import Exists, OuterRef, Q

from groundswell.accounts.models import Membership, Organisation, User
from groundswell.campaigns.models import Action, Campaign
from groundswell.cli.demo import invention, story
from groundswell.compliance.models import ScreeningFile, Suppression
from groundswell.messaging.models import Inbound, Sender, SimulatedText
from groundswell.messaging.providers.registry import NOWHERE
from groundswell.people.enums import ContactKind
from groundswell.people.models import ContactPoint, DataSource, ImportBatch, Person, PersonContact, PersonTag, Tag
from groundswell.people.operations.supporters import OWN_WORDS
from groundswell.places.models import Area

Doomed = dict[type[models.Model], set[object]]


def remove() -> dict[str, int]:
    """Deletes every row of the demo, inside the caller's transaction; how many of which table."""
    doomed = _roots()
    _follow(doomed)
    ordered = _children_first(doomed)
    files = [
        field
        for batch in ImportBatch.objects.filter(pk__in=doomed.get(ImportBatch, set()))
        for field in (batch.file, batch.rejects_file)
        if field
    ]
    with connection.cursor() as cursor:
        # The ledgers refuse to forget, except for this: what is erased here was never about anybody.
        cursor.execute("SELECT set_config('groundswell.erasing', 'on', true)")
        consent = apps.get_model("compliance", "Consent")
        # A table with checks still to come cannot be altered.
        _check_references(cursor)
        if doomed.get(consent):
            cursor.execute("ALTER TABLE compliance_consent DISABLE TRIGGER consent_append_only")
        _let_go(doomed)
        removed = {model._meta.label: _delete(model, doomed[model]) for model in ordered if doomed[model]}
        # Whatever is left hanging is said here, not at the commit.
        _check_references(cursor)
        if doomed.get(consent):
            cursor.execute("ALTER TABLE compliance_consent ENABLE TRIGGER consent_append_only")
    for file in files:
        # Only once the rows that name it are gone for good.
        transaction.on_commit(partial(file.storage.delete, file.name))
    return removed


def _check_references(cursor: CursorWrapper) -> None:
    cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def _roots() -> Doomed:
    """What the demo made that nothing else leads to."""
    ours = [story.DATA_SOURCE, story.PHONE_SOURCE, story.CARDS_SOURCE, story.SIGN_UPS_SOURCE, story.SUPPORTERS_SOURCE]
    source = DataSource.objects.filter(name__in=ours)
    campaigns = Campaign.objects.filter(is_demo=True)
    people = Person.objects.filter(Q(source__in=source) | Q(pk__in=_signed_up_here_only(campaigns)))
    invented = Q(kind=ContactKind.EMAIL, value__endswith=f"@{story.EMAIL_DOMAIN}")
    for prefix in (invention.MOBILES, invention.NUMBERS_ANYWHERE, invention.STALL_NUMBERS):
        invented |= Q(value__startswith=prefix)
    for town in (invention.WALTHAMSTOW, invention.BURY_NORTH):
        for prefix in town.landlines:
            invented |= Q(value__startswith=prefix)
    invented |= Q(person_contacts__source__name=OWN_WORDS)
    points = ContactPoint.objects.filter(invented, person_contacts__person__in=people)
    points = points.exclude(person_contacts__person__in=Person.objects.exclude(pk__in=people))
    own_words = DataSource.objects.filter(name=OWN_WORDS).exclude(
        pk__in=PersonContact.objects.exclude(person__in=people).values("source")
    )
    own_words = own_words.exclude(pk__in=Person.objects.exclude(pk__in=people).values("source"))
    elsewhere = Membership.objects.filter(user=OuterRef("pk")).exclude(campaign__in=campaigns)
    # Volunteers who joined by the demo's link belong to nothing else.
    visitors = User.objects.filter(~Exists(elsewhere), memberships__campaign__in=campaigns)
    tags = [*(name for name, _ in invention.TAGS), story.SUPPORTER_TAG.lower(), story.SIGN_UP_TAG.lower()]
    own_tags = Tag.objects.filter(name__in=tags)
    # What went through them stays nowhere else.
    senders = Sender.objects.filter(provider__in=NOWHERE).exclude(
        messages__campaign__in=Campaign.objects.exclude(pk__in=campaigns)
    )
    hashes = [bytes(value) for value in points.values_list("address_hash", flat=True)]
    roots: dict[type[models.Model], models.QuerySet[models.Model]] = {
        DataSource: source | own_words,
        Person: people,
        ContactPoint: points,
        Campaign: campaigns,
        User: User.objects.filter(Q(is_demo=True) | Q(pk__in=visitors)),
        Area: Area.objects.filter(boundary_set=story.BOUNDARY_SET),
        ScreeningFile: ScreeningFile.objects.filter(file_name__in=[story.SCREENING_FILE, story.EARLIER_SCREENING_FILE]),
        Suppression: Suppression.objects.filter(address_hash__in=hashes),
        Tag: own_tags.exclude(pk__in=PersonTag.objects.exclude(person__in=people).values("tag")),
        Sender: senders,
        Inbound: Inbound.objects.filter(provider__in=NOWHERE),
        SimulatedText: SimulatedText.objects.all(),
        Organisation: Organisation.objects.filter(name=story.ORGANISATION),
    }
    return {model: set(rows.values_list("pk", flat=True)) for model, rows in roots.items()}


def _signed_up_here_only(campaigns: models.QuerySet[Campaign]) -> models.QuerySet[Person]:
    """Visitors who signed up for something in the demo, and are known for nothing else."""
    elsewhere = Action.objects.filter(person=OuterRef("pk")).exclude(ask__campaign__in=campaigns)
    visitors = Person.objects.filter(source__name=OWN_WORDS, actions__ask__campaign__in=campaigns)
    return visitors.filter(~Exists(elsewhere))


def _references() -> Iterator[tuple[type[models.Model], models.ForeignKey[models.Model, models.Model]]]:
    """Every foreign key of every table of ours."""
    for model in apps.get_models(include_auto_created=True):
        if model._meta.managed and not model._meta.proxy:
            for field in model._meta.local_fields:
                if isinstance(field, models.ForeignKey) and not isinstance(field.related_model, str):
                    yield model, field


def _target(field: models.ForeignKey[models.Model, models.Model]) -> type[models.Model]:
    """The table a reference points to; by now no name but the model itself."""
    return cast("type[models.Model]", field.related_model)


def _clings(field: models.ForeignKey[models.Model, models.Model]) -> bool:
    """Whether a row goes with what it refers to; otherwise it lets go of it, or only remembers its number."""
    return field.remote_field.on_delete not in {models.SET_NULL, models.DO_NOTHING}


def _follow(doomed: Doomed) -> None:
    """Adds what refers to the doomed, until nothing more does."""
    frontier = {model: set(keys) for model, keys in doomed.items()}
    references = [(model, field) for model, field in _references() if _clings(field)]
    while frontier:
        found: Doomed = {}
        for model, field in references:
            keys = frontier.get(_target(field))
            if not keys:
                continue
            rows = set(model._base_manager.filter(**{f"{field.attname}__in": list(keys)}).values_list("pk", flat=True))
            new = rows - doomed.get(model, set())
            if new:
                doomed.setdefault(model, set()).update(new)
                found.setdefault(model, set()).update(new)
        frontier = found


def _let_go(doomed: Doomed) -> None:
    """Rows that stay forget the doomed they mentioned."""
    for model, field in _references():
        keys = doomed.get(_target(field))
        if keys and field.remote_field.on_delete is models.SET_NULL:
            staying = model._base_manager.filter(**{f"{field.attname}__in": list(keys)})
            gone = doomed.get(model)
            if gone:
                staying = staying.exclude(pk__in=list(gone))
            staying.update(**{field.attname: None})


def _children_first(doomed: Doomed) -> list[type[models.Model]]:
    """Tables in an order in which whoever refers goes before what it refers to."""
    parents: dict[type[models.Model], set[type[models.Model]]] = {model: set() for model in doomed}
    for model, field in _references():
        inside = model in doomed and _target(field) in doomed and _target(field) is not model
        if inside and field.remote_field.on_delete is not models.DO_NOTHING:
            parents[model].add(_target(field))
    ordered: list[type[models.Model]] = []
    while parents:
        mentioned = {parent for above in parents.values() for parent in above}
        free = [model for model in parents if model not in mentioned] or [min(parents, key=lambda m: len(parents[m]))]
        for model in free:
            del parents[model]
        ordered.extend(free)
    return ordered


def _delete(model: type[models.Model], keys: set[object]) -> int:
    """One DELETE past Django's own following of references: that has been done."""
    rows = model._base_manager.filter(pk__in=list(keys))
    return rows._raw_delete(rows.db)
