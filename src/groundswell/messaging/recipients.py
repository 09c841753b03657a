"""What is known of people that a message can say of them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from django.db.models.expressions import RawSQL

from groundswell.compliance.operations.consent import CAMPAIGNING
from groundswell.messaging.fields import LINK
from groundswell.messaging.meant import people_meant
from groundswell.messaging.models import Message
from groundswell.messaging.writing import Writing
from groundswell.people.models import Person

if TYPE_CHECKING:
    from django.db.models import QuerySet

# So many lists of fields are looked through for somebody who lacks one.
AT_ONCE = 2000
_ALLOWED = "SELECT person_id FROM compliance_message_status(%s::timestamptz, %s::text, %s::text) WHERE refusal IS NULL"


def values_of(person_ids: Iterable[int]) -> dict[int, dict[str, str]]:
    """Each person's fields, empty where nothing is known; one query."""
    rows = Person.objects.filter(pk__in=list(person_ids)).values_list(
        "pk", "given_names", "family_name", "household__constituency__name"
    )
    return {pk: _fields(given, family, seat) for pk, given, family, seat in rows}


def lacking(message: Message, writing: Writing, *, now: datetime) -> tuple[int, tuple[str, ...]]:
    """How many of those who would get it lack a field without which it does not go, and which fields those are."""
    needed = tuple(name for name in writing.missing({LINK: "x"}))
    if not needed:
        return 0, ()
    count = 0
    for given, family, seat in (
        reached(message, now=now)
        .values_list("given_names", "family_name", "household__constituency__name")
        .iterator(chunk_size=AT_ONCE)
    ):
        count += bool(writing.missing({**_fields(given, family, seat), LINK: "x"}))
    return count, needed


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
