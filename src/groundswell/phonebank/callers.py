"""One caller, looked at by an organiser: what they did, how fast, and the runs that were faster than anybody talks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Count, QuerySet, Sum
from django.db.models.functions import TruncDate

from groundswell.accounts.models import User
from groundswell.phonebank.dashboards import Work, day_columns
from groundswell.phonebank.models import Call, CallerStatus, PhoneBank, Tally
from groundswell.phonebank.rules import OddRun, odd_runs

CALLS_SHOWN = 30
# A person cannot make more conversations in a month than this; a machine is seen long before.
MOMENTS_READ = 20_000


@dataclass(frozen=True, slots=True)
class Looked:
    """What an organiser sees of one caller."""

    caller: User
    work: Work
    days: list[dict[str, Any]]
    outcomes: list[dict[str, Any]]
    runs: list[tuple[OddRun, bool]]
    calls: list[dict[str, Any]]
    last_seen_at: datetime | None

    @property
    def unreviewed(self) -> list[OddRun]:
        """The runs nobody has looked at yet."""
        return [run for run, reviewed in self.runs if not reviewed]


def look_at(banks: QuerySet[PhoneBank], caller_id: int, *, since: datetime) -> Looked | None:
    """One caller's work in these phone banks; runs of odd speed since a moment. None: they never called here.

    Five queries.
    """
    statuses = list(CallerStatus.objects.filter(phone_bank__in=banks, caller=caller_id).select_related("caller"))
    if not statuses:
        return None
    calls = Call.objects.filter(phone_bank__in=banks, caller=caller_id, undone_at__isnull=True)
    moments = list(
        calls.filter(is_contact=True, recorded_at__gte=since)
        .order_by("recorded_at")
        .values_list("recorded_at", flat=True)[:MOMENTS_READ]
    )
    days = _days(banks, caller_id)
    reviewed_at = max((status.reviewed_at for status in statuses if status.reviewed_at), default=None)
    return Looked(
        caller=statuses[0].caller,
        work=sum((work for _day, work in days), Work()),
        days=day_columns(days),
        outcomes=[
            {"label": row["outcome__label"], "value": row["calls"], "soft": not row["outcome__is_contact"]}
            for row in calls.values("outcome__label", "outcome__is_contact")
            .annotate(calls=Count("pk"))
            .order_by("-calls", "outcome__label")
        ],
        runs=[(run, reviewed_at is not None and run.last_at <= reviewed_at) for run in odd_runs(moments)],
        calls=_newest(calls),
        last_seen_at=max((status.last_seen_at for status in statuses if status.last_seen_at), default=None),
    )


def _days(banks: QuerySet[PhoneBank], caller_id: int) -> list[tuple[Any, Work]]:
    rows = (
        Tally.objects.filter(phone_bank__in=banks, caller=caller_id)
        .annotate(day=TruncDate("hour", tzinfo=ZoneInfo(settings.TIME_ZONE)))
        .values("day")
        .annotate(d=Sum("dials"), c=Sum("contacts"), i=Sum("identified"))
        .order_by("-day")
    )
    return [(row["day"], Work(row["d"], row["c"], row["i"])) for row in rows]


def _newest(calls: Any) -> list[dict[str, Any]]:
    """The newest calls, each with the seconds since the one before it."""
    rows = list(calls.select_related("outcome", "phone_bank").order_by("-recorded_at", "-pk")[: CALLS_SHOWN + 1])
    shown = []
    for index, call in enumerate(rows[:CALLS_SHOWN]):
        before = rows[index + 1] if index + 1 < len(rows) else None
        seconds = round((call.recorded_at - before.recorded_at).total_seconds()) if before else None
        shown.append({"call": call, "seconds": seconds})
    return shown
