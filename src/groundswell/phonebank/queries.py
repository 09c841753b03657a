"""Reads across a phone bank: why it is empty, how far it is, who calls and how fast."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection
from django.db.models import Count, OuterRef, Q, QuerySet, Subquery

from groundswell.compliance.models import HoursBucket
from groundswell.phonebank.bank_settings import settings_of
from groundswell.phonebank.claims import WhyEmpty
from groundswell.phonebank.enums import DoneReason, EmptyReason, PhoneBankStatus, QueueState
from groundswell.phonebank.models import Flag, PhoneBank, QueueEntry
from groundswell.phonebank.rules import ODDITY_CALLS, ODDITY_WINDOW

# Called, as far as they needed to be.
CALLED = frozenset({DoneReason.CALLED.value, DoneReason.ATTEMPTS.value})


@dataclass(frozen=True, slots=True)
class QueueCounts:
    """How far a phone bank is, in households."""

    total: int
    ready: int
    leased: int
    waiting: int
    call_backs: int
    blocked: int
    called: int
    not_called: int


@dataclass(frozen=True, slots=True)
class Oddity:
    """A caller whose conversations came faster than anybody talks."""

    caller_id: int
    calls: int
    first_at: datetime
    last_at: datetime


def why_empty(phone_bank_id: int, *, now: datetime) -> WhyEmpty:
    """Why there is nobody to ring in this phone bank now, exactly, and when to come back (fixed point 6).

    Households that are ready in an hours bucket that is closed count as outside hours.
    """
    bank = settings_of(phone_bank_id, now)
    open_now = bank.open_at(now).ids
    rows = (
        QueueEntry.objects.filter(phone_bank=phone_bank_id)
        .values("state", "is_call_back", "bucket", "done_reason")
        .annotate(households=Count("pk"))
    )
    counts: dict[EmptyReason, int] = {}
    refusals: dict[str, int] = {}
    ready = 0
    for row in rows:
        reason = _reason(row["state"], row["is_call_back"], row["bucket"] in open_now, row["done_reason"])
        if reason is None:
            ready += row["households"]
        else:
            counts[reason] = counts.get(reason, 0) + row["households"]
        if reason == EmptyReason.NOBODY_TO_CALL:
            refusals[row["done_reason"]] = refusals.get(row["done_reason"], 0) + row["households"]
    return WhyEmpty(_main_reason(counts), counts, refusals, _next_at(phone_bank_id, counts, now), ready)


def queue_counts(phone_bank_id: int) -> QueueCounts:
    """Households by what becomes of them; one pass over the queue."""
    found = QueueEntry.objects.filter(phone_bank=phone_bank_id).aggregate(
        total=Count("pk"),
        ready=Count("pk", filter=Q(state=QueueState.READY)),
        leased=Count("pk", filter=Q(state=QueueState.LEASED)),
        waiting=Count("pk", filter=Q(state=QueueState.WAITING)),
        call_backs=Count("pk", filter=Q(state=QueueState.WAITING, is_call_back=True)),
        blocked=Count("pk", filter=Q(state=QueueState.BLOCKED)),
        called=Count("pk", filter=Q(state=QueueState.DONE, done_reason__in=CALLED)),
        not_called=Count("pk", filter=Q(state=QueueState.DONE) & ~Q(done_reason__in=CALLED)),
    )
    return QueueCounts(**found)


def open_flags(phone_bank_ids: Sequence[int]) -> QuerySet[Flag]:
    """Flags that wait for an organiser, oldest first."""
    return (
        Flag.objects.filter(phone_bank__in=phone_bank_ids, solved_at__isnull=True)
        .select_related("entry__household", "raised_by", "phone_bank")
        .order_by("raised_at")
    )


def open_phone_banks(campaign_id: int) -> QuerySet[PhoneBank]:
    """What a caller of this campaign may join."""
    return PhoneBank.objects.filter(campaign=campaign_id, status=PhoneBankStatus.OPEN).order_by("name")


def may_call(phone_bank_id: int, *, membership_id: int, user_id: int, session_epoch: int) -> bool:
    """Whether this member may call in this phone bank: live, of its campaign, and its areas within theirs."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT phonebank_may_call(%s::bigint, %s::bigint, %s::int, id, campaign_id) "
            "FROM phonebank_phonebank WHERE id = %s::bigint",
            [membership_id, user_id, session_epoch, phone_bank_id],
        )
        row = cursor.fetchone()
    return bool(row and row[0])


def oddities(phone_bank_id: int, *, since: datetime) -> list[Oddity]:
    """Callers with ODDITY_CALLS completed conversations or more within ODDITY_WINDOW, each with the fastest run."""
    with connection.cursor() as cursor:
        cursor.execute(
            """WITH run AS (
                   SELECT caller_id, recorded_at AS last_at,
                          count(*) OVER w AS calls, min(recorded_at) OVER w AS first_at
                     FROM phonebank_call
                    WHERE phone_bank_id = %s::bigint AND recorded_at >= %s::timestamptz
                      AND is_contact AND undone_at IS NULL
                   WINDOW w AS (PARTITION BY caller_id ORDER BY recorded_at
                                RANGE BETWEEN make_interval(secs => %s) PRECEDING AND CURRENT ROW))
               SELECT DISTINCT ON (caller_id) caller_id, calls, first_at, last_at
                 FROM run WHERE calls >= %s::int ORDER BY caller_id, calls DESC, last_at""",
            [phone_bank_id, since, ODDITY_WINDOW.total_seconds(), ODDITY_CALLS],
        )
        return [Oddity(*row) for row in cursor.fetchall()]


def _reason(state: int, is_call_back: bool, is_open: bool, done_reason: str) -> EmptyReason | None:
    match state:
        case QueueState.READY:
            return None if is_open else EmptyReason.OUTSIDE_HOURS
        case QueueState.LEASED:
            return EmptyReason.IN_HANDS
        case QueueState.WAITING:
            return EmptyReason.CALL_BACKS if is_call_back else EmptyReason.COOLING_DOWN
        case QueueState.BLOCKED:
            return EmptyReason.FLAGGED
    return EmptyReason.ALL_CALLED if done_reason in CALLED else EmptyReason.NOBODY_TO_CALL


# What a caller should be told first: what ends by itself soonest.
_ORDER = (
    EmptyReason.OUTSIDE_HOURS,
    EmptyReason.CALL_BACKS,
    EmptyReason.COOLING_DOWN,
    EmptyReason.IN_HANDS,
    EmptyReason.FLAGGED,
    EmptyReason.ALL_CALLED,
    EmptyReason.NOBODY_TO_CALL,
)


def _main_reason(counts: dict[EmptyReason, int]) -> EmptyReason:
    return next((reason for reason in _ORDER if counts.get(reason)), EmptyReason.NO_HOUSEHOLDS)


def _next_at(phone_bank_id: int, counts: dict[EmptyReason, int], now: datetime) -> datetime | None:
    """When the next household may be rung: an opening, a call-back, the end of a cooling-down or of a lease."""
    bank = settings_of(phone_bank_id, now)
    moments: list[datetime] = []
    if counts.get(EmptyReason.OUTSIDE_HOURS) and (opening := bank.next_opening(now)):
        moments.append(opening)
    if counts.get(EmptyReason.COOLING_DOWN) or counts.get(EmptyReason.CALL_BACKS):
        moments.extend(_due_moments(phone_bank_id, now))
    if counts.get(EmptyReason.IN_HANDS) and not moments:
        moments.append(now + timedelta(minutes=1))
    return min(moments, default=None)


def _due_moments(phone_bank_id: int, now: datetime) -> list[datetime]:
    """When the first waiting household of each bucket may be rung; one peek into the index for each, in one query."""
    bank = settings_of(phone_bank_id, now)
    waiting = QueueEntry.objects.filter(phone_bank=phone_bank_id, bucket=OuterRef("pk"), state=QueueState.WAITING)
    first = Subquery(waiting.order_by("due_at", "pk").values("due_at")[:1])
    waiting_buckets = HoursBucket.objects.annotate(due=first).filter(due__isnull=False)
    openings = (bank.opens_for(bucket, max(bucket.due, now)) for bucket in waiting_buckets)
    return [opening for opening in openings if opening]
