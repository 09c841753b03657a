"""What is known of people that a message can say of them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import connection
from django.db.models import Q
from django.db.models.expressions import RawSQL
from django.db.models.functions import Coalesce
from django.utils.translation import ngettext

from groundswell.compliance.operations.consent import CAMPAIGNING
from groundswell.messaging.enums import DeliveryState
from groundswell.messaging.fields import LINK, fields_of, parts_of
from groundswell.messaging.meant import people_meant
from groundswell.messaging.models import Delivery, Message
from groundswell.people.addresses import fold
from groundswell.people.models import Person

if TYPE_CHECKING:
    from django.db.models import QuerySet

# People looked at in one question, and at most, for a few of those who would get it.
AT_ONCE, LOOKED_THROUGH = 2000, 40_000
_ALLOWED = "SELECT person_id FROM compliance_message_status(%s::timestamptz, %s::text, %s::text) WHERE refusal IS NULL"


def values_of(person_ids: Iterable[int]) -> dict[int, dict[str, str]]:
    """Each person's fields, empty where nothing is known; one query."""
    rows = Person.objects.filter(pk__in=list(person_ids)).values_list(
        "pk", "given_names", "family_name", Coalesce("household__constituency__name", "constituency__name")
    )
    return {pk: _fields(given, family, seat) for pk, given, family, seat in rows}


def values_of_person(person: Person) -> dict[str, str]:
    """The same of one, read with their household, its constituency and their own."""
    return _fields(person.given_names, person.family_name, person.seat.name if person.seat is not None else None)


def lacking(message: Message, *, now: datetime) -> tuple[int, tuple[str, ...]]:
    """How many of those who would get it lack a field without which it does not go, and which fields those are.

    Raises FieldError.
    """
    needed = needed_fields(message)
    return (reached(message, now=now).filter(_lacks(needed)).count() if needed else 0), needed


def lacking_prepared(message: Message) -> tuple[int, tuple[str, ...]]:
    """The same of those who wait for it to be sent."""
    needed = needed_fields(message)
    waiting = Delivery.objects.filter(message=message, state=DeliveryState.PENDING)
    return (waiting.filter(_lacks(needed, "person__")).count() if needed else 0), needed


def lacking_said(count: int, fields: Iterable[str]) -> str:
    """What an organiser is told of them."""
    places = ", ".join("{{ " + name + " }}" for name in fields)
    return ngettext(
        "%(count)s person lacks what it says: %(places)s. Write other words after a bar: {{ first_name|there }}.",
        "%(count)s people lack what it says: %(places)s. Write other words after a bar: {{ first_name|there }}.",
        count,
    ) % {"count": f"{count:,}", "places": places}


def needed_fields(message: Message) -> tuple[str, ...]:
    """The fields that nothing stands in for where they are not known, in the order of the words. Raises FieldError."""
    said = (message.subject, message.subject_b, message.body)
    places = [place for words in said for place in fields_of(parts_of(words))]
    return tuple(dict.fromkeys(place.name for place in places if place.fallback is None and place.name != LINK))


def _lacks(needed: Iterable[str], of: str = "") -> Q:
    """Whoever lacks one of these."""
    without = {
        "first_name": Q(**{f"{of}given_names__regex": r"^\s*$"}),
        "family_name": Q(**{f"{of}family_name": ""}),
        "full_name": Q(**{f"{of}given_names__regex": r"^\s*$", f"{of}family_name": ""}),
        "seat": Q(**{f"{of}household__isnull": True, f"{of}constituency__isnull": True}),
    }
    found = Q()
    for name in needed:
        found |= without[name]
    return found


def some_reached(message: Message, *, now: datetime, most: int, named: str = "") -> list[int]:
    """The first of those who would get it, in the order in which we know them: so few are found however long the list is.

    `named`: of those alone in whose name each of these words is.
    """
    assert message.segment is not None
    meant = people_meant(message.segment.expression, now=now).order_by("pk")
    for word in fold(named).split():
        meant = meant.filter(name_key__contains=word)
    found: list[int] = []
    last = 0
    for _batch in range(LOOKED_THROUGH // AT_ONCE):
        batch = list(meant.filter(pk__gt=last).values_list("pk", flat=True)[:AT_ONCE])
        if not batch:
            break
        last = batch[-1]
        with connection.cursor() as cursor:
            cursor.execute(f"{_ALLOWED} AND person_id = ANY(%s::bigint[])", [now, message.channel, CAMPAIGNING, batch])
            allowed = {person for (person,) in cursor.fetchall()}
        found += [person for person in batch if person in allowed]
        if len(found) >= most:
            break
    return found[:most]


def reached(message: Message, *, now: datetime) -> QuerySet[Person]:
    """The people of its list who may be written to now, whatever address it goes to."""
    assert message.segment is not None
    allowed = RawSQL(_ALLOWED, [now, message.channel, CAMPAIGNING])  # noqa: S611 - a constant with parameters
    return people_meant(message.segment.expression, now=now).filter(pk__in=allowed)


def _fields(given: str, family: str, seat: str | None) -> dict[str, str]:
    return {
        "first_name": given.split()[0] if given.split() else "",
        "family_name": family,
        "full_name": f"{given} {family}".strip(),
        "seat": seat or "",
    }
