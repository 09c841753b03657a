"""When people may be rung: pure rules over the recipient's own clock and calendar (rule C10).

Times are wall-clock times in a named zone, never offsets: on the day the clocks change the windows keep to what the
clock on the wall shows. Hours come from the dated figures (`figures.contact_hours`); a phone bank may narrow them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import Any, Final, Protocol, TypeVar
from zoneinfo import ZoneInfo

import holidays
from django.utils.translation import gettext as _

DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
HOLIDAY_REGIONS: Final[Mapping[str, str]] = {
    "England": "GB-ENG",
    "Northern Ireland": "GB-NIR",
    "Scotland": "GB-SCT",
    "Wales": "GB-WLS",
}
MINUTES_A_DAY = 24 * 60
# A bank open on Mondays only meets bank holidays; one that does not open within this time never does.
HORIZON_DAYS = 60


class HoursError(ValueError):
    """Hours that cannot be read; the message says which and what they should look like."""


class Bucket(Protocol):
    """Households that share a clock and a calendar."""

    @property
    def time_zone(self) -> str: ...
    @property
    def holiday_region(self) -> str: ...


B = TypeVar("B", bound=Bucket)


@dataclass(frozen=True, order=True)
class Window:
    """From the minute it opens up to, but without, the minute it closes; in minutes after midnight."""

    opens: int
    closes: int

    def __contains__(self, minute: int) -> bool:
        return self.opens <= minute < self.closes


@dataclass(frozen=True)
class ContactHours:
    """The windows of each day of the week, Monday first, and whether bank holidays are closed."""

    week: tuple[tuple[Window, ...], ...]
    closed_on_holidays: bool = True

    def narrowed_by(self, hours: Mapping[str, Any]) -> ContactHours:
        """These hours where `hours` (as a phone bank keeps them) are open too: never wider. Empty: these hours."""
        if not hours:
            return self
        other = read_week(hours)
        return ContactHours(
            tuple(_intersection(mine, theirs) for mine, theirs in zip(self.week, other, strict=True)),
            self.closed_on_holidays,
        )


# For the demo alone, whose numbers belong to nobody: it can be tried at any hour of any day.
ROUND_THE_CLOCK = ContactHours(((Window(0, MINUTES_A_DAY),),) * len(DAYS), closed_on_holidays=False)


def read_week(hours: Mapping[str, Any]) -> tuple[tuple[Window, ...], ...]:
    """`{"mon": ["09:00", "21:00"], ...}` as windows; a day that is missing is closed. Raises HoursError."""
    if unknown := sorted(set(hours) - set(DAYS)):
        raise HoursError(
            _("“%(day)s” is not a day. The days are %(days)s.") % {"day": unknown[0], "days": ", ".join(DAYS)}
        )
    return tuple(_read_day(day, hours.get(day)) for day in DAYS)


def _read_day(day: str, value: Any) -> tuple[Window, ...]:
    if not value:
        return ()
    if not isinstance(value, Sequence) or isinstance(value, str) or len(value) != 2:
        raise HoursError(
            _("The hours of %(day)s must be two times, such as 09:00 and 21:00.") % {"day": day},
        )
    opens, closes = (_read_minute(day, text) for text in value)
    if opens >= closes:
        raise HoursError(_("On %(day)s the closing time must be later than the opening time.") % {"day": day})
    return (Window(opens, closes),)


def _read_minute(day: str, text: Any) -> int:
    if text == "24:00":
        return MINUTES_A_DAY
    try:
        moment = time.fromisoformat(text)
    except (TypeError, ValueError) as problem:
        raise HoursError(
            _("“%(text)s” on %(day)s is not a time. Write it as 09:00.") % {"text": text, "day": day}
        ) from problem
    return moment.hour * 60 + moment.minute


def _intersection(mine: tuple[Window, ...], theirs: tuple[Window, ...]) -> tuple[Window, ...]:
    both = (Window(max(a.opens, b.opens), min(a.closes, b.closes)) for a in mine for b in theirs)
    return tuple(sorted(window for window in both if window.opens < window.closes))


def holiday_region(nation: str) -> str:
    """The bank-holiday calendar of a nation of the United Kingdom; empty where none is known."""
    return HOLIDAY_REGIONS.get(nation, "")


@cache
def _holidays(region: str, year: int) -> frozenset[date]:
    country, _dash, subdivision = region.partition("-")
    return frozenset(holidays.country_holidays(country, subdiv=subdivision or None, years=year))


def is_holiday(day: date, region: str) -> bool:
    """Whether `day` is a bank holiday in a region such as `GB-SCT`; an empty region has none."""
    return bool(region) and day in _holidays(region, day.year)


def is_open(time_zone: str, region: str, hours: ContactHours, now: datetime) -> bool:
    """Whether people of this zone and calendar may be rung at `now` (aware)."""
    local = now.astimezone(ZoneInfo(time_zone))
    if hours.closed_on_holidays and is_holiday(local.date(), region):
        return False
    minute = local.hour * 60 + local.minute
    return any(minute in window for window in hours.week[local.weekday()])


def open_buckets(buckets: Iterable[B], hours: ContactHours, now: datetime) -> list[B]:
    """The buckets that may be rung at `now`, in the order given."""
    return [bucket for bucket in buckets if is_open(bucket.time_zone, bucket.holiday_region, hours, now)]


def opens_next(time_zone: str, region: str, hours: ContactHours, now: datetime) -> datetime | None:
    """The first moment from `now` on at which people of this zone may be rung, in their zone; None if never.

    A window that the clock skips in spring opens as soon as the clock is past the gap; one that the clock passes
    twice in autumn opens twice.
    """
    if is_open(time_zone, region, hours, now):
        return now.astimezone(ZoneInfo(time_zone))
    today = now.astimezone(ZoneInfo(time_zone)).date()
    for ahead in range(HORIZON_DAYS):
        for moment in _openings(time_zone, hours, today + timedelta(days=ahead)):
            if moment > now and is_open(time_zone, region, hours, moment):
                return moment.astimezone(ZoneInfo(time_zone))
    return None


def closes_next(time_zone: str, region: str, hours: ContactHours, now: datetime) -> datetime | None:
    """The end of the window that is open at `now`, in UTC; None where none is.

    Where the clock passes the closing time twice, the first time counts: nobody is reached too late.
    """
    if not is_open(time_zone, region, hours, now):
        return None
    zone = ZoneInfo(time_zone)
    local = now.astimezone(zone)
    minute = local.hour * 60 + local.minute
    closes = max(window.closes for window in hours.week[local.weekday()] if minute in window)
    day = local.date() + timedelta(days=closes // MINUTES_A_DAY)
    wall = datetime.combine(day, time(closes % MINUTES_A_DAY // 60, closes % 60), tzinfo=zone)
    moments = (wall.replace(fold=fold).astimezone(UTC) for fold in (0, 1))
    return min(moment for moment in moments if moment > now)


def _openings(time_zone: str, hours: ContactHours, day: date) -> list[datetime]:
    """The moments, in UTC and in order, at which a window of this day may begin: twice in the repeated hour."""
    zone = ZoneInfo(time_zone)
    moments = set()
    for window in hours.week[day.weekday()]:
        for fold in (0, 1):
            wall = datetime.combine(day, time(window.opens // 60, window.opens % 60), tzinfo=zone).replace(fold=fold)
            moments.add(wall.astimezone(UTC))
    # Where the clock jumps, a window that began inside the gap begins at its end.
    moments.update(_jumps(zone, day))
    return sorted(moments)


def _jumps(zone: ZoneInfo, day: date) -> list[datetime]:
    """The moments of this day at which the zone's offset changes, to the minute; most days there is none."""
    start = datetime.combine(day, time(0), tzinfo=zone).astimezone(UTC)
    end = datetime.combine(day + timedelta(days=1), time(0), tzinfo=zone).astimezone(UTC)
    if start.astimezone(zone).utcoffset() == end.astimezone(zone).utcoffset():
        return []
    low, high = start, end
    while high - low > timedelta(minutes=1):
        middle = low + timedelta(minutes=(high - low) // timedelta(minutes=1) // 2)
        if middle.astimezone(zone).utcoffset() == start.astimezone(zone).utcoffset():
            low = middle
        else:
            high = middle
    return [high]
