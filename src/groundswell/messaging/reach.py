"""Whom a message would reach if it went now, and by reason whom not; nothing is written down."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import OperationalError, connection, transaction

from groundswell.compliance.operations.consent import CAMPAIGNING
from groundswell.messaging.enums import DeliveryReason
from groundswell.messaging.meant import list_people_meant
from groundswell.messaging.models import Message

_REACH = (Path(__file__).parent / "sql" / "reach.sql").read_text(encoding="utf-8")
# A page waits no longer for a count; the exact figures come when the deliveries are made.
LONGEST_MS = 20_000


@dataclass(frozen=True, slots=True)
class Reach:
    """How many people get it, and how many of those meant do not, by reason, the most frequent first."""

    people: int
    left_out: tuple[tuple[str, int], ...]

    @property
    def meant(self) -> int:
        """Everybody the list means."""
        return self.people + sum(count for _reason, count in self.left_out)

    @property
    def rows(self) -> list[dict[str, Any]]:
        """The reasons in words."""
        return [{"label": DeliveryReason(reason).label, "count": count} for reason, count in self.left_out]


class TooManyToCountError(Exception):
    """The count takes longer than a page may wait."""


def reach_of(expression: Mapping[str, Any], *, channel: str, now: datetime, longest_ms: int = LONGEST_MS) -> Reach:
    """Whom it would reach now. Raises SegmentError, and TooManyToCountError after so many milliseconds."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT set_config('statement_timeout', %s, true)", [str(longest_ms)])
            list_people_meant(expression, now=now)
            cursor.execute(_REACH, [now, channel, CAMPAIGNING])
            counts = dict(cursor.fetchall())
            # For whatever else the transaction around this does.
            cursor.execute("SELECT set_config('statement_timeout', '0', true)")
    except OperationalError as problem:
        if "statement timeout" in str(problem):
            raise TooManyToCountError from problem
        raise
    people = counts.pop(None, 0)
    return Reach(people, tuple(sorted(counts.items(), key=lambda row: (-row[1], row[0]))))


def reach_of_message(message: Message, *, now: datetime) -> Reach:
    """The same for one that is saved."""
    assert message.segment is not None
    return reach_of(message.segment.expression, channel=message.channel, now=now)
