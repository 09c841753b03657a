"""What the organiser watches: how far each phone bank is, what was done today, who calls.

Counts of calls come from the hourly tallies; counts of households are read once in a few seconds for each process
and kept, because a hundred organisers reloading must not cost the callers anything.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Sum
from django.db.models.functions import TruncDate
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from groundswell.accounts.models import Membership
from groundswell.phonebank.models import Call, CallerStatus, PhoneBank, Tally
from groundswell.phonebank.queries import CALLED

SQL = Path(__file__).resolve().parent / "sql"
KEPT_SECONDS = 15
HERE = timedelta(minutes=3)
# Odd speed is looked for in the last month: older calls have been acted on or forgotten.
LOOK_BACK = timedelta(days=30)
DAYS_SHOWN = 12
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class BankProgress:
    """One phone bank and how far it is, in households."""

    id: int
    name: str
    status: str
    script: str
    total: int
    called: int
    not_called: int
    ready: int
    waiting: int
    leased: int
    blocked: int

    @property
    def parts(self) -> list[dict[str, Any]]:
        """Where its households stand, for the bar."""
        return parts_of(
            called=self.called, leased=self.leased, ready=self.ready, waiting=self.waiting, blocked=self.blocked
        )

    @property
    def to_ring(self) -> int:
        """Households that can be rung at all."""
        return self.total - self.not_called


@dataclass(frozen=True, slots=True)
class Work:
    """Work done: dials, of which contacts, of which identified."""

    dials: int = 0
    contacts: int = 0
    identified: int = 0

    def __add__(self, other: Work) -> Work:
        return Work(self.dials + other.dials, self.contacts + other.contacts, self.identified + other.identified)

    @property
    def nested(self) -> list[int]:
        """Each part of the one before, for a picture."""
        return [self.dials, self.contacts, self.identified]

    @property
    def contact_rate(self) -> int:
        """Contacts in a hundred dials."""
        return round(100 * self.contacts / self.dials) if self.dials else 0


@dataclass(frozen=True, slots=True)
class Pace:
    """The work of a campaign: in total, today, and run by run for the pictures.

    `columns` are today's hours if anybody rang today, else the days; `days` are the days always.
    """

    total: Work
    today: Work
    columns: list[dict[str, Any]]
    days: list[dict[str, Any]]
    by_hour: bool


@dataclass(frozen=True, slots=True)
class CallerRow:
    """One caller: what they did, how fast, when last seen; `odd_calls` conversations within two minutes, if too many."""

    id: int
    name: str
    work: Work
    hours: int
    last_seen_at: datetime | None
    paused: bool
    membership_id: int | None
    odd_calls: int

    @property
    def an_hour(self) -> int:
        """Dials in each hour in which they called."""
        return round(self.work.dials / self.hours) if self.hours else 0


def parts_of(*, called: int, leased: int, ready: int, waiting: int, blocked: int) -> list[dict[str, Any]]:
    """The parts of a phone bank's bar; what nobody has at the moment is left out."""
    parts = [
        {"label": _("finished"), "value": called, "tone": "own"},
        {"label": _("being rung now"), "value": leased, "tone": "good"},
        {"label": _("ready"), "value": ready, "tone": "soft"},
        {"label": _("waiting for another try"), "value": waiting, "tone": "rest"},
        {"label": _("flagged"), "value": blocked, "tone": "warn"},
    ]
    return [part for part in parts if part["value"] or part["tone"] in {"own", "soft"}]


def bank_progress(campaign_id: int, *, only: Sequence[int] | None = None) -> list[BankProgress]:
    """Every phone bank of the campaign with its progress, open ones first; one query in KEPT_SECONDS.

    With `only`, those of these ids, in a query of their own.
    """
    if only is not None:
        return _read_progress(campaign_id, list(only))
    return kept(f"phonebank.progress.{campaign_id}", KEPT_SECONDS, lambda: _read_progress(campaign_id, None))


def _read_progress(campaign_id: int, only: list[int] | None) -> list[BankProgress]:
    with connection.cursor() as cursor:
        cursor.execute(sql("bank_progress"), {"campaign": campaign_id, "only": only, "called": sorted(CALLED)})
        return [BankProgress(*row) for row in cursor.fetchall()]


def forget_progress(campaign_id: int) -> None:
    """Read the progress anew with the next page: after an organiser has changed something."""
    cache.delete_many([f"phonebank.progress.{campaign_id}", f"phonebank.attention.{campaign_id}"])


def pace(bank_ids: Sequence[int], *, now: datetime) -> Pace:
    """Work in total, today, and by hour (of today) and by day; one query on the tallies."""
    zone = ZoneInfo(settings.TIME_ZONE)
    today = now.astimezone(zone).date()
    midnight = _midnight(today, zone)
    days: dict[date, Work] = {}
    hours: dict[datetime, Work] = {}
    # At most one row for each hour of the campaign: days are summed here, in the organisation's own time zone.
    rows = (
        Tally.objects.filter(phone_bank__in=bank_ids)
        .values("hour")
        .annotate(d=Sum("dials"), c=Sum("contacts"), i=Sum("identified"))
        .order_by("hour")
    )
    for row in rows:
        at = row["hour"].astimezone(zone)
        work = Work(row["d"], row["c"], row["i"])
        days[at.date()] = days.get(at.date(), Work()) + work
        if at >= midnight:
            hours[at] = work
    total = sum(days.values(), Work())
    by_day = day_columns(list(days.items()))
    if hours:
        return Pace(total, days[today], _hour_columns(hours), by_day, True)
    return Pace(total, Work(), by_day, by_day, False)


def _hour_columns(hours: dict[datetime, Work]) -> list[dict[str, Any]]:
    first, last = min(hours), max(hours)
    columns, at = [], first
    while at <= last:
        columns.append({"label": f"{at:%H}:00", "values": hours.get(at, Work()).nested})
        at += timedelta(hours=1)
    return columns


def day_columns(days: Sequence[tuple[date, Work]], *, shown: int = DAYS_SHOWN) -> list[dict[str, Any]]:
    """The newest days on which anybody rang, oldest first. Campaigns ring on some evenings: empty days say nothing."""
    newest = sorted(days)[-shown:]
    return [{"label": date_format(day, "j M"), "values": work.nested} for day, work in newest]


def work_by_day(banks: QuerySet[PhoneBank]) -> list[tuple[date, Work]]:
    """Dials, contacts and identified of each day in these phone banks, newest first."""
    zone = ZoneInfo(settings.TIME_ZONE)
    rows = (
        Tally.objects.filter(phone_bank__in=banks)
        .annotate(day=TruncDate("hour", tzinfo=zone))
        .values("day")
        .annotate(d=Sum("dials"), c=Sum("contacts"), i=Sum("identified"))
        .order_by("-day")
    )
    return [(row["day"], Work(row["d"], row["c"], row["i"])) for row in rows]


def callers_here(bank_ids: Sequence[int], *, now: datetime) -> list[CallerStatus]:
    """Who is calling at this moment: seen within three minutes, not on a break, and not removed from the team since."""
    still_there = Membership.objects.live().filter(
        Q(campaign=OuterRef("phone_bank__campaign")) | Q(campaign=None), user=OuterRef("caller")
    )
    return list(
        CallerStatus.objects.filter(phone_bank__in=bank_ids, last_seen_at__gte=now - HERE, paused_at__isnull=True)
        .filter(Exists(still_there))
        .select_related("caller", "phone_bank")
        .order_by("caller__name", "pk")
    )


@dataclass(frozen=True, slots=True)
class Attention:
    """What waits for an organiser: flags to solve, and callers faster than anybody talks.

    Beside them, for it costs nothing, how large the table of answers is.
    """

    flags: int
    odd_callers: int
    answers_bytes: int


def attention(bank_ids: Sequence[int], *, since: datetime) -> Attention:
    """What waits for an organiser of these phone banks; one query."""
    with connection.cursor() as cursor:
        cursor.execute(sql("attention"), {"banks": list(bank_ids), "since": since})
        return Attention(*cursor.fetchone())


def attention_in(campaign_id: int, bank_ids: Sequence[int], *, since: datetime) -> Attention:
    """The same for a whole campaign, whose phone banks these are; one query in KEPT_SECONDS."""
    return kept(f"phonebank.attention.{campaign_id}", KEPT_SECONDS, lambda: attention(bank_ids, since=since))


def callers_of(campaign_id: int, bank_ids: Sequence[int], *, since: datetime) -> list[CallerRow]:
    """Everyone who called in these phone banks of the campaign, busiest first, with what they did there and the fastest
    run of conversations since `since`.
    """
    with connection.cursor() as cursor:
        cursor.execute(sql("callers"), {"campaign": campaign_id, "banks": list(bank_ids), "since": since})
        return [
            CallerRow(row[0], row[1], Work(row[2], row[3], row[4]), row[5], row[6], row[7], row[8], row[9])
            for row in cursor.fetchall()
        ]


def outcome_counts(bank_id: int) -> list[dict[str, Any]]:
    """How the calls of one phone bank ended, most frequent first; kept for KEPT_SECONDS."""

    def read() -> list[dict[str, Any]]:
        rows = (
            Call.objects.filter(phone_bank=bank_id, undone_at__isnull=True)
            .values("outcome__label", "outcome__is_contact")
            .annotate(calls=Count("pk"))
            .order_by("-calls", "outcome__label")
        )
        return [
            {"label": row["outcome__label"], "value": row["calls"], "soft": not row["outcome__is_contact"]}
            for row in rows
        ]

    return kept(f"phonebank.outcomes.{bank_id}", KEPT_SECONDS, read)


def kept(key: str, seconds: int, read: Callable[[], T]) -> T:
    """What was read at most `seconds` ago in this process, else what `read` finds now."""
    found: T | None = cache.get(key)
    if found is None:
        found = read()
        cache.set(key, found, seconds)
    return found


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=zone)


def sql(name: str) -> str:
    """The statement of that name, from this room's sql/."""
    return (SQL / f"{name}.sql").read_text(encoding="utf-8")
