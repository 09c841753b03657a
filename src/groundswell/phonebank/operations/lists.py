"""The life of a phone bank: how many it will ring, its queue, opening, pausing, closing."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from psycopg import ClientCursor

from groundswell.accounts.audit import record
from groundswell.accounts.models import User
from groundswell.campaigns.segments import people_in
from groundswell.compliance.enums import Refusal
from groundswell.compliance.hours import HOLIDAY_REGIONS, read_week
from groundswell.compliance.models import HoursBucket
from groundswell.phonebank.bank_settings import caller_day, day_start, forget
from groundswell.phonebank.enums import PhoneBankStatus
from groundswell.phonebank.limits import Limits, check_limits, limits_in_force
from groundswell.phonebank.models import PhoneBank
from groundswell.phonebank.rules import PhoneBankError

SQL = Path(__file__).resolve().parent.parent / "sql"
MANY = 1_000
# Households put into the queue by one statement: between two, whoever waits is told how far it is.
SLICE = 50_000
# Told how many households are in the queue, of how many that are new to it.
Tell = Callable[[int, int], None]
# From furthest to nearest to being called: of a household's several reasons the nearest is named.
REASON_ORDER = [r.value for r in Refusal if r != Refusal.CALLED_TODAY and r != Refusal.ATTEMPTS_USED] + [
    Refusal.ATTEMPTS_USED.value,
    Refusal.CALLED_TODAY.value,
]
# What may stop being so. Not among them: called, attempts used, taken out by an organiser.
MAY_COME_BACK = sorted(
    {*Refusal.values, "gone", "out_of_segment"} - {Refusal.ATTEMPTS_USED.value, Refusal.CALLED_TODAY.value}
)


@dataclass(frozen=True, slots=True)
class Meant:
    """Whom a phone bank means, saved or still being built: areas (none: everywhere), a segment's expression, the cap.

    `phone_bank_id` is 0 before it is saved: nobody has been rung from it.
    """

    phone_bank_id: int
    area_ids: tuple[int, ...]
    expression: Mapping[str, Any] | None
    attempt_cap: int
    # For an election; without, nobody from the register is rung (rule R2).
    is_electoral: bool = True

    @classmethod
    def by(cls, phone_bank: PhoneBank) -> Meant:
        """Whom a saved phone bank means. One query for its areas, unless it was read with `area_ids`."""
        known: list[int] | None = getattr(phone_bank, "area_ids", None)
        return cls(
            phone_bank.pk,
            tuple(sorted(phone_bank.areas.values_list("pk", flat=True) if known is None else known)),
            phone_bank.segment.expression if phone_bank.segment is not None else None,
            phone_bank.attempt_cap,
            phone_bank.electoral_purpose,
        )


@dataclass(frozen=True, slots=True)
class Preview:
    """What a phone bank will ring: households, and how many it will not, by reason."""

    households: int
    refused: Mapping[Refusal, int]

    @property
    def total(self) -> int:
        return self.households + sum(self.refused.values())

    def as_figures(self) -> dict[str, Any]:
        """As it is kept."""
        return {"households": self.households, "refused": {reason.value: n for reason, n in self.refused.items()}}

    @classmethod
    def from_figures(cls, figures: Mapping[str, Any]) -> Preview:
        """As it was kept."""
        return cls(figures["households"], {Refusal(reason): n for reason, n in figures["refused"].items()})


@dataclass(frozen=True, slots=True)
class QueueChange:
    """What building or refreshing a queue did, in households."""

    added: int
    reopened: int
    closed: int


@transaction.atomic
def preview(phone_bank: PhoneBank | Meant, *, now: datetime, limits: Limits | None = None) -> Preview:
    """How many households the phone bank would ring if it opened now, and by reason how many it would not.

    Takes as long as it takes: seconds for a million. Raises SegmentError for an expression of no sense.
    """
    meant = phone_bank if isinstance(phone_bank, Meant) else Meant.by(phone_bank)
    with connection.cursor() as cursor:
        areas = _begin_count(cursor, meant)
        return count_reach(cursor, meant, areas, now=now, limits=limits)


def count_reach(cursor: Any, meant: Meant, areas: list[int], *, now: datetime, limits: Limits | None = None) -> Preview:
    """The count of `preview`, by this cursor; `areas` are those meant, with all below them."""
    limits = limits or limits_in_force(on=caller_day(now))
    called = {
        "order": [*REASON_ORDER, ""],
        "bank": meant.phone_bank_id,
        "cap": min(meant.attempt_cap, limits.attempts),
        "a_day": limits.calls_a_day,
        "today": _today(now),
    }
    # Written out here, so that the planner sees what is asked, and a segment's own query has its place.
    listed = _written(cursor, _sql("listed"), _listing(meant, areas, now))
    segment = _segment_text(cursor, meant, now)
    count = _written(cursor, _sql("preview"), called).replace("(LISTED)", f"({listed})", 1)
    cursor.execute(count.replace("(MEANT)", f"({segment})", 1))
    counts = dict(cursor.fetchall())
    rung = counts.pop(len(REASON_ORDER) + 1, 0)
    return Preview(rung, {Refusal(REASON_ORDER[place - 1]): n for place, n in counts.items()})


@transaction.atomic
def refresh_queue(phone_bank: PhoneBank, *, by: User | None, now: datetime, tell: Tell | None = None) -> QueueChange:
    """Bring the queue up to date with people, numbers, screening and segment: adds, brings back, takes out.

    Households in callers' hands, agreed call-backs and what was called are left as they are. Run again it does nothing.
    """
    with connection.cursor() as cursor:
        # Two at once would only do the same work twice.
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('groundswell.queue'), %s::int)", [phone_bank.pk])
        _list(cursor, Meant.by(phone_bank), now)
        place: dict[str, str | int] = {
            "bank": phone_bank.pk,
            "campaign": phone_bank.campaign_id,
            "zone": settings.TIME_ZONE,
            "regions": json.dumps(dict(HOLIDAY_REGIONS)),
            "order": phone_bank.priority_order,
        }
        cursor.execute(_sql("buckets"), {key: place[key] for key in ("zone", "regions")})
        added = _add(cursor, place, tell)
        if added > MANY:
            # What follows would be planned for the table as it was: for an empty one, by comparing all with all.
            cursor.execute("ANALYZE phonebank_queueentry")
        cursor.execute(_sql("reopen"), {"bank": phone_bank.pk, "reasons": MAY_COME_BACK})
        reopened = cursor.rowcount
        cursor.execute(_sql("close_refused"), {"bank": phone_bank.pk, "order": REASON_ORDER})
        closed = cursor.rowcount
        closed += _close_unlisted(cursor, phone_bank)
        cursor.execute("DROP TABLE phonebank_listed")
    change = QueueChange(added, reopened, closed)
    if added or reopened or closed:
        record(
            "refresh_queue",
            by=by,
            subject=phone_bank,
            campaign_id=phone_bank.campaign_id,
            added=added,
            reopened=reopened,
            closed=closed,
        )
    forget(phone_bank.pk)
    return change


def build_queue(phone_bank: PhoneBank, *, by: User | None, now: datetime) -> QueueChange:
    """The queue of a phone bank: one row for each household, or person without one, that may be called."""
    return refresh_queue(phone_bank, by=by, now=now)


@transaction.atomic
def open_phone_bank(phone_bank: PhoneBank, *, by: User | None, now: datetime, tell: Tell | None = None) -> QueueChange:
    """Let callers in, with the queue as it should be now. Raises PhoneBankError.

    Building may take long; nothing is locked meanwhile that a caller's result or another page needs.

    There may be nobody to ring; or it asks for more than the figures in force allow (rules C11, D12).
    """
    meant = PhoneBank.objects.get(pk=phone_bank.pk)
    check_can_open(meant, now=now)
    change = refresh_queue(meant, by=by, now=now, tell=tell)
    locked = PhoneBank.objects.select_for_update(no_key=True).get(pk=phone_bank.pk)
    check_can_open(locked, now=now)
    if locked.version != meant.version:
        raise PhoneBankError(_("Somebody has changed this phone bank meanwhile. Look at it again, then open it."))
    if not locked.queue.exists():
        raise PhoneBankError(
            _(
                "There is nobody to ring in these areas: no household has a number that may be called."
                " The page of the list says who is left out, and why."
            )
        )
    _set_status(locked, PhoneBankStatus.OPEN, by=by)
    if locked.opened_at is None:
        locked.opened_at = now
        locked.save(update_fields=["opened_at"])
    phone_bank.refresh_from_db()
    return change


def check_can_open(phone_bank: PhoneBank, *, now: datetime) -> None:
    """Raise PhoneBankError if it is closed, or asks for more than the figures in force allow (rules C11, D12)."""
    if phone_bank.status == PhoneBankStatus.CLOSED:
        raise PhoneBankError(_("This phone bank is closed. Make a new one, so that its results stay as they are."))
    asked = {"attempt_cap": phone_bank.attempt_cap, "daily_limit": phone_bank.daily_limit}
    check_limits(asked, limits_in_force(on=caller_day(now)))


@transaction.atomic
def pause_phone_bank(phone_bank: PhoneBank, *, by: User | None) -> None:
    """Hand out no more households; results of calls that are under way are still taken. None: at a session's end."""
    _set_status(PhoneBank.objects.select_for_update().get(pk=phone_bank.pk), PhoneBankStatus.PAUSED, by=by)
    phone_bank.refresh_from_db()


@transaction.atomic
def close_phone_bank(phone_bank: PhoneBank, *, by: User, now: datetime) -> None:
    """End it for good; results on their way are still taken."""
    locked = PhoneBank.objects.select_for_update().get(pk=phone_bank.pk)
    locked.closed_at = now
    locked.save(update_fields=["closed_at"])
    _set_status(locked, PhoneBankStatus.CLOSED, by=by)
    phone_bank.refresh_from_db()


@transaction.atomic
def change_phone_bank(phone_bank: PhoneBank, *, by: User, **changes: Any) -> PhoneBank:
    """Change hours, caps, limits, script or name; every process follows with its next claim.

    Raises HoursError for hours that cannot be read, PhoneBankError for more than the figures in force allow.
    """
    check_limits(changes, limits_in_force(on=caller_day(timezone.now())))
    if changes.get("hours"):
        read_week(changes["hours"])
    locked = PhoneBank.objects.select_for_update().get(pk=phone_bank.pk)
    for field, value in changes.items():
        setattr(locked, field, value)
    locked.version += 1
    locked.save(update_fields=[*changes, "version"])
    record("change_phone_bank", by=by, subject=locked, campaign_id=locked.campaign_id, fields=sorted(changes))
    forget(locked.pk)
    return locked


def _set_status(phone_bank: PhoneBank, status: PhoneBankStatus, *, by: User | None) -> None:
    phone_bank.status = status
    phone_bank.version += 1
    phone_bank.save(update_fields=["status", "version"])
    record(
        f"{status}_phone_bank",
        by=by,
        subject=phone_bank,
        campaign_id=phone_bank.campaign_id,
        version=phone_bank.version,
    )
    forget(phone_bank.pk)


def _list(cursor: Any, meant: Meant, now: datetime) -> None:
    """Make the temporary table of everybody meant, with the reason against each number."""
    areas = _begin_count(cursor, meant)
    listed = _written(cursor, _sql("listed"), _listing(meant, areas, now))
    listed = listed.replace("(MEANT)", f"({_segment_text(cursor, meant, now)})", 1)
    cursor.execute(f"CREATE TEMPORARY TABLE phonebank_listed ON COMMIT DROP AS {listed}")
    limits = limits_in_force(on=caller_day(now))
    cursor.execute(
        _sql("refuse_called_today"),
        {
            "bank": meant.phone_bank_id,
            "cap": min(meant.attempt_cap, limits.attempts),
            "a_day": limits.calls_a_day,
            "today": _today(now),
        },
    )
    cursor.execute("ANALYZE phonebank_listed")


def _add(cursor: Any, place: Mapping[str, Any], tell: Tell | None) -> int:
    """Put the households into the queue that are not in it yet; how many."""
    placed = _written(cursor, _sql("place_households"), place)
    cursor.execute(f"CREATE TEMPORARY TABLE phonebank_placed ON COMMIT DROP AS {placed}")
    total = cursor.rowcount
    added = 0
    for first in range(0, total, SLICE):
        if tell is not None:
            tell(first, total)
        cursor.execute(_sql("build_queue"), {**place, "after": first, "up_to": first + SLICE})
        added += cursor.rowcount
    if tell is not None:
        tell(total, total)
    cursor.execute("DROP TABLE phonebank_placed")
    return added


def _begin_count(cursor: Any, meant: Meant) -> list[int]:
    """Make the transaction ready; the areas meant, with all below them."""
    cursor.execute(_sql("begin_count"), {"areas": list(meant.area_ids)})
    areas: list[int] = cursor.fetchone()[0]
    return areas


def _listing(meant: Meant, areas: list[int], now: datetime) -> dict[str, Any]:
    return {
        "at": now,
        "areas": areas,
        "by_area": bool(meant.area_ids),
        "by_segment": meant.expression is not None,
        "is_electoral": meant.is_electoral,
    }


def _segment_text(cursor: Any, meant: Meant, now: datetime) -> str:
    """The query of the segment's people, or one of nobody."""
    if meant.expression is None:
        return "SELECT NULL::bigint"
    people = people_in(meant.expression, today=caller_day(now)).order_by().values("pk")
    return _written(cursor, *people.query.sql_with_params())


def _written(cursor: Any, statement: str, parameters: Any) -> str:
    """The statement with its parameters in it, quoted by psycopg: CREATE TABLE AS takes none that are bound."""
    with ClientCursor(cursor.connection) as client:
        return client.mogrify(statement, parameters)


def _close_unlisted(cursor: Any, phone_bank: PhoneBank) -> int:
    """Households that nothing in the list stands for any more: moved away, or no longer in the segment."""
    cursor.execute(
        """UPDATE phonebank_queueentry q
              SET state = 3, due_at = NULL, is_call_back = false, call_back_for_id = NULL, recheck = false,
                  done_reason = CASE WHEN %(by_segment)s::boolean THEN 'out_of_segment' ELSE 'gone' END
            WHERE q.phone_bank_id = %(bank)s::bigint AND q.state IN (0, 2) AND NOT q.is_call_back
              AND NOT EXISTS (SELECT 1 FROM phonebank_listed l WHERE l.household_id = q.household_id)
              AND NOT EXISTS (SELECT 1 FROM phonebank_listed l WHERE l.person_id = q.person_id)""",
        {"bank": phone_bank.pk, "by_segment": phone_bank.segment_id is not None},
    )
    return int(cursor.rowcount)


def _today(now: datetime) -> datetime:
    return day_start(HoursBucket(time_zone=settings.TIME_ZONE), now)


def _sql(name: str) -> str:
    return (SQL / f"{name}.sql").read_text(encoding="utf-8")
