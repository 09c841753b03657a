"""The evenings planned and held for a seat."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.db import connection
from django.db.models import Min

from groundswell.campaigns.models import Campaign
from groundswell.events.enums import EventKind, EventStatus
from groundswell.events.models import Event
from groundswell.insight.counting import SQL


@dataclass(frozen=True, slots=True)
class Evening:
    """One event of a seat and what was done in it; `calls` are dials."""

    id: int
    title: str
    status: str
    starts_at: datetime
    ends_at: datetime
    time_zone: str
    target: int | None
    session_id: int | None
    calls: int
    contacts: int
    identified: int

    @property
    def local_start(self) -> datetime:
        """When it begins by the clock on the wall."""
        return self.starts_at.astimezone(ZoneInfo(self.time_zone))

    @property
    def status_name(self) -> str:
        """Draft, published or cancelled, in words."""
        return str(EventStatus(self.status).label)

    @property
    def counts(self) -> bool:
        """Whether its target is one to be reached."""
        return self.status == EventStatus.PUBLISHED


@dataclass(frozen=True, slots=True)
class Gap:
    """Calls made in a seat's evenings, of what they aimed for."""

    target: int
    calls: int

    @property
    def missing(self) -> int:
        """What is still to be rung."""
        return max(0, self.target - self.calls)

    @property
    def percent(self) -> int:
        """Of a hundred."""
        return min(100, round(100 * self.calls / self.target)) if self.target else 0


def evenings_of(campaign: Campaign, area_id: int) -> list[Evening]:
    """The evenings of a seat, newest first; one query."""
    with connection.cursor() as cursor:
        cursor.execute(
            (SQL / "evenings.sql").read_text(encoding="utf-8"),
            {"campaign": campaign.pk, "area": area_id},
        )
        return [Evening(*row) for row in cursor.fetchall()]


def gap_of(evenings: list[Evening]) -> Gap | None:
    """How far the seat is from the targets of all its evenings together; None where none has a target."""
    counting = [evening for evening in evenings if evening.counts and evening.target]
    if not counting:
        return None
    return Gap(sum(evening.target or 0 for evening in counting), sum(evening.calls for evening in counting))


def next_evenings(campaign: Campaign, *, now: datetime) -> dict[int, datetime]:
    """When each area is rung next, by its id; one query."""
    rows = (
        Event.objects.filter(campaign=campaign, kind=EventKind.PHONE_BANK, ends_at__gt=now, area__isnull=False)
        .exclude(status=EventStatus.CANCELLED)
        .values_list("area")
        .annotate(first=Min("starts_at"))
    )
    return dict(rows)
