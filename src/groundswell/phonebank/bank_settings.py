"""What a process must know of a phone bank before it may claim from it: hours, limits, version. Kept for seconds.

The claim compares the version: a copy that is out of date is refused by the database and read again, so keeping one
never lets anything through that was closed.
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings

from groundswell.compliance.figures import contact_hours
from groundswell.compliance.hours import ROUND_THE_CLOCK, ContactHours, is_open, opens_next
from groundswell.compliance.models import HoursBucket
from groundswell.phonebank.limits import Limits, limits_in_force
from groundswell.phonebank.models import Outcome, PhoneBank

# Seconds. The figures and the outcomes change a few times a year; the phone bank's own settings carry a version.
KEPT_FOR = 30.0
# Seconds. Below the mark may lie households that came back meanwhile; they are seen again after this time at the latest.
MARK_KEPT_FOR = 15.0
SWEEP_EVERY = 10.0


@dataclass(frozen=True, slots=True)
class OpenBuckets:
    """The hours buckets that may be rung in one minute, as parallel lists for the claim."""

    ids: list[int]
    todays: list[datetime]
    tomorrows: list[datetime]


@dataclass(frozen=True)
class BankSettings:
    """One phone bank as this process knows it."""

    id: int
    version: int
    campaign_id: int
    script_id: int
    hours: ContactHours
    buckets: tuple[HoursBucket, ...]
    limits: Limits
    _open: dict[datetime, OpenBuckets] = field(default_factory=dict, repr=False, compare=False)

    def open_at(self, now: datetime) -> OpenBuckets:
        """The buckets open at `now`; reckoned once a minute, as hours begin and end on the minute."""
        minute = now.replace(second=0, microsecond=0)
        found = self._open.get(minute)
        if found is None:
            self._open.clear()
            self._open[minute] = found = self._reckon(minute)
        return found

    def _reckon(self, minute: datetime) -> OpenBuckets:
        is_now = [b for b in self.buckets if is_open(b.time_zone, b.holiday_region, self.hours, minute)]
        return OpenBuckets(
            [b.pk for b in is_now],
            [day_start(b, minute) for b in is_now],
            [self.opens_after_today(b, minute) for b in is_now],
        )

    def opens_after_today(self, bucket: HoursBucket, now: datetime) -> datetime:
        """When a household of this bucket may be rung on another day; a month on if its hours never come again."""
        tomorrow = day_start(bucket, now + timedelta(days=1))
        return opens_next(bucket.time_zone, bucket.holiday_region, self.hours, tomorrow) or now + timedelta(days=30)

    def opens_for(self, bucket: HoursBucket, moment: datetime) -> datetime | None:
        """When households of this bucket may be rung, from `moment` on; None: never."""
        return opens_next(bucket.time_zone, bucket.holiday_region, self.hours, moment)

    def next_opening(self, now: datetime) -> datetime | None:
        """The first moment from `now` on at which any bucket is open; None: never."""
        moments = (opens_next(b.time_zone, b.holiday_region, self.hours, now) for b in self.buckets)
        return min((moment for moment in moments if moment), default=None)


@dataclass
class Marks:
    """Where this process last found the head of each bucket's queue, and when it last took back lapsed leases."""

    by_bucket: dict[int, tuple[int, int, float]] = field(default_factory=dict)
    swept_at: float = 0.0

    def above(self, buckets: list[int]) -> tuple[list[int | None], list[int | None]]:
        """Priorities and positions to start from, one for each bucket; None: from the start."""
        instant = time.monotonic()
        found = [self.by_bucket.get(bucket, (None, None, 0.0)) for bucket in buckets]
        live = [(p, x) if until > instant else (None, None) for p, x, until in found]
        return [p for p, _x in live], [x for _p, x in live]

    def move(self, bucket: int, priority: int, position: int) -> None:
        """Remember that nothing ready was met before this place. The time runs from the last look from the start."""
        _p, _x, until = self.by_bucket.get(bucket, (0, 0, 0.0))
        instant = time.monotonic()
        self.by_bucket[bucket] = (priority, position, until if until > instant else instant + MARK_KEPT_FOR)

    def is_sweep_due(self) -> bool:
        """Whether to take back lapsed leases with this claim; says so once in SWEEP_EVERY seconds."""
        instant = time.monotonic()
        if instant - self.swept_at < SWEEP_EVERY:
            return False
        self.swept_at = instant
        return True


def day_start(bucket: HoursBucket, now: datetime) -> datetime:
    """Midnight, by the bucket's own clock, of the day that `now` falls on."""
    zone = ZoneInfo(bucket.time_zone)
    return now.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0, fold=0)


def caller_day(now: datetime) -> date:
    """The day a caller's counts belong to: that of the installation's own time zone."""
    return now.astimezone(_own_zone()).date()


def _own_zone() -> ZoneInfo:
    return ZoneInfo(settings.TIME_ZONE)


class _Kept:
    """What this process read lately; locked, as Granian may run several threads."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.settings: dict[int, tuple[BankSettings, float]] = {}
        self.outcomes: tuple[dict[str, Outcome], float] = ({}, 0.0)
        self.marks: dict[int, Marks] = {}


_kept = _Kept()


def settings_of(phone_bank_id: int, now: datetime) -> BankSettings:
    """The settings of a phone bank, at most KEPT_FOR seconds old. Raises PhoneBank.DoesNotExist."""
    found = _kept.settings.get(phone_bank_id)
    if found and found[1] > time.monotonic():
        return found[0]
    read = read_settings(phone_bank_id, now)
    with _kept.lock:
        _kept.settings[phone_bank_id] = (read, time.monotonic() + KEPT_FOR)
    return read


def read_settings(phone_bank_id: int, now: datetime) -> BankSettings:
    """The settings as they are in the database now."""
    bank = PhoneBank.objects.select_related("campaign").get(pk=phone_bank_id)
    today = caller_day(now)
    is_invented = settings.DEMO and bank.campaign.is_demo
    return BankSettings(
        id=bank.pk,
        version=bank.version,
        campaign_id=bank.campaign_id,
        script_id=bank.script_id,
        hours=ROUND_THE_CLOCK if is_invented else contact_hours(on=today).narrowed_by(bank.hours),
        buckets=tuple(HoursBucket.objects.order_by("pk")),
        limits=limits_in_force(on=today),
    )


def outcomes() -> dict[str, Outcome]:
    """Every outcome by code, retired ones too (a late result may name one), at most KEPT_FOR seconds old."""
    found, until = _kept.outcomes
    if until > time.monotonic():
        return found
    read = {outcome.code: outcome for outcome in Outcome.objects.all()}
    _kept.outcomes = (read, time.monotonic() + KEPT_FOR)
    return read


def marks_of(phone_bank_id: int) -> Marks:
    """This process's marks in the queue of a phone bank."""
    with _kept.lock:
        return _kept.marks.setdefault(phone_bank_id, Marks())


def forget(phone_bank_id: int | None = None) -> None:
    """Read again: after the database said that something has changed. None: everything."""
    with _kept.lock:
        if phone_bank_id is None:
            _kept.settings.clear()
            _kept.marks.clear()
        else:
            _kept.settings.pop(phone_bank_id, None)
            _kept.marks.pop(phone_bank_id, None)
        _kept.outcomes = ({}, 0.0)
