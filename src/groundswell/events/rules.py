"""When an event may be, and who has a place. Pure: no database, no HTTP, no clock (`now` is passed in)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from django.utils.translation import gettext as _

from groundswell.campaigns.rules import CampaignRuleError
from groundswell.events.enums import EventStatus

LONGEST = timedelta(hours=24)
# As a volunteer can plan for; further off, somebody typed a wrong year.
FURTHEST = timedelta(days=366)
MOST_WEEKS = 26


class EventRuleError(CampaignRuleError):
    """Something an event may not do; the message says what is wrong and what to do, in the user's language."""


@dataclass(frozen=True, slots=True)
class Window:
    """From when to when, and by whose clock on the wall."""

    starts_at: datetime
    ends_at: datetime
    time_zone: str


class Door(StrEnum):
    """Whether somebody who comes to the public page may sign up, and for what."""

    OPEN = "open"
    WAITING_LIST = "waiting_list"
    OVER = "over"
    CANCELLED = "cancelled"
    NOT_YET = "not_yet"


def is_zone(name: str) -> bool:
    """Whether the time-zone database knows it; whatever a browser says is asked here first."""
    return name in _zones()


@cache
def _zones() -> frozenset[str]:
    # Read from files anew at every call, which takes a tenth of a second.
    return frozenset(available_timezones())


def wall_time(day: date, clock: time, zone: str) -> datetime:
    """The moment of `day` at which the clock on the wall of `zone` shows `clock`.

    Of an hour that comes twice, the first. Raises EventRuleError for an hour that the clock change leaves out, and for
    a zone nobody knows.
    """
    if not is_zone(zone):
        raise EventRuleError(_("There is no time zone “%(zone)s”.") % {"zone": zone})
    moment = datetime.combine(day, clock, ZoneInfo(zone))
    shown = moment.astimezone(UTC).astimezone(ZoneInfo(zone))
    if (shown.date(), shown.time()) != (day, clock):
        raise EventRuleError(
            _("On %(day)s the clocks go forward and %(time)s does not exist. Choose an hour later.")
            % {"day": f"{day:%d.%m.%Y}", "time": f"{clock:%H:%M}"}
        )
    return moment


def check_window(window: Window, *, now: datetime) -> None:
    """Raise EventRuleError unless it begins in the future, ends after it begins, and is no longer than a day."""
    if not is_zone(window.time_zone):
        raise EventRuleError(_("There is no time zone “%(zone)s”.") % {"zone": window.time_zone})
    if window.ends_at <= window.starts_at:
        raise EventRuleError(_("It ends before it begins. Look at the two times."))
    if window.ends_at - window.starts_at > LONGEST:
        raise EventRuleError(_("It would last longer than a day. Make one event for each day."))
    if window.starts_at <= now:
        raise EventRuleError(_("That time has gone by. Choose one to come."))
    if window.starts_at - now > FURTHEST:
        raise EventRuleError(_("That is more than a year away. Is the year right?"))


def on_day(window: Window, day: date) -> Window:
    """The same evening on another day: the same hours by the clock on the wall, whatever the clocks did in between."""
    zone = ZoneInfo(window.time_zone)
    begins, ends = window.starts_at.astimezone(zone), window.ends_at.astimezone(zone)
    nights = ends.date() - begins.date()
    return Window(
        wall_time(day, begins.time(), window.time_zone),
        wall_time(day + nights, ends.time(), window.time_zone),
        window.time_zone,
    )


def following_weeks(window: Window, count: int) -> list[date]:
    """The same weekday in each of the next `count` weeks."""
    first = window.starts_at.astimezone(ZoneInfo(window.time_zone)).date()
    return [first + timedelta(weeks=week) for week in range(1, count + 1)]


def check_weeks(days: Iterable[date]) -> None:
    """Raise EventRuleError for no week, too many, or the same day twice."""
    chosen = list(days)
    if not chosen:
        raise EventRuleError(_("Choose at least one week."))
    if len(chosen) > MOST_WEEKS:
        raise EventRuleError(_("No more than %(most)s weeks at a time.") % {"most": MOST_WEEKS})
    if len(set(chosen)) < len(chosen):
        raise EventRuleError(_("The same day is there twice."))


def free_places(capacity: int | None, taken: int) -> int | None:
    """How many may still come; None: as many as like. Never below nothing, should the host have let more in."""
    return None if capacity is None else max(0, capacity - taken)


def door(*, status: str, ends_at: datetime, capacity: int | None, taken: int, waiting: int = 0, now: datetime) -> Door:
    """What the public page offers. While somebody waits, whoever comes later waits behind them."""
    if status == EventStatus.CANCELLED:
        return Door.CANCELLED
    if status != EventStatus.PUBLISHED:
        return Door.NOT_YET
    if now >= ends_at:
        return Door.OVER
    return Door.WAITING_LIST if waiting or free_places(capacity, taken) == 0 else Door.OPEN
