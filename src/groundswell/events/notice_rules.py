"""When the letters about an event are due, and when their time has passed. Pure: the clock is passed in.

The day before is meant by the clock on the wall of the event's zone, an hour before is sixty minutes: on the two days a
year on which a day has 23 or 25 hours, the first keeps the hour of day and the second keeps the distance.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from groundswell.events.enums import EventKind, NoticeKind

# Who has just had a letter needs no reminder on its heels.
DAY_BEFORE_AT_LEAST = timedelta(hours=2)
HOUR_BEFORE_AT_LEAST = timedelta(minutes=15)
THANKS_AFTER = timedelta(minutes=30)
THANKS_UNTIL = timedelta(days=7)
# A letter that is asked for again goes no sooner after the last one, and no more often: nobody's mailbox can be filled.
AGAIN_AFTER = timedelta(minutes=10)
MOST_AGAIN = 5
# Events at which whoever comes is seen to come, because they sign in for it.
KEEPS_ARRIVALS = frozenset({EventKind.PHONE_BANK, EventKind.TEXT_BANK})


@dataclass(frozen=True)
class Due:
    """One letter and when it goes out."""

    kind: NoticeKind
    at: datetime


def day_before(starts_at: datetime, time_zone: str) -> datetime:
    """The same time of day on the day before, in the event's zone. A time that the clock leaves out is an hour later."""
    zone = ZoneInfo(time_zone)
    wall = starts_at.astimezone(zone).replace(tzinfo=None) - timedelta(days=1)
    return wall.replace(tzinfo=zone).astimezone(UTC)


def reminders(*, starts_at: datetime, time_zone: str, now: datetime) -> list[Due]:
    """The reminders that still make sense for somebody who is written to now."""
    found = []
    if (at := day_before(starts_at, time_zone)) >= now + DAY_BEFORE_AT_LEAST:
        found.append(Due(NoticeKind.DAY_BEFORE, at))
    if (at := starts_at - timedelta(hours=1)) >= now + HOUR_BEFORE_AT_LEAST:
        found.append(Due(NoticeKind.HOUR_BEFORE, at))
    return found


def letters_with_a_place(*, starts_at: datetime, ends_at: datetime, time_zone: str, now: datetime) -> list[Due]:
    """What follows the letter sent now to somebody who has a place: reminders and thanks."""
    thanks = Due(NoticeKind.THANKS, max(ends_at, now) + THANKS_AFTER)
    return [*reminders(starts_at=starts_at, time_zone=time_zone, now=now), thanks]


def is_too_late(kind: NoticeKind | str, *, starts_at: datetime, ends_at: datetime, now: datetime) -> bool:
    """Whether a letter that was held up would only confuse by now."""
    if kind == NoticeKind.THANKS:
        return now >= ends_at + THANKS_UNTIL
    if kind in {NoticeKind.DAY_BEFORE, NoticeKind.HOUR_BEFORE}:
        return now >= starts_at
    return now >= ends_at


def may_go_again(*, sent_at: datetime | None, again: int, now: datetime) -> bool:
    """Whether a confirmation that somebody says they lost is sent once more."""
    return again < MOST_AGAIN and (sent_at is None or now - sent_at >= AGAIN_AFTER)


def is_thanked(*, kind: EventKind | str, has_arrived: bool, anybody_arrived: bool) -> bool:
    """Whether somebody with a place is thanked: who came is, and all are where nobody noted who came."""
    return has_arrived or (not anybody_arrived and kind not in KEEPS_ARRIVALS)
