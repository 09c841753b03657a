"""Until when somebody can register, ask for a postal vote or name a proxy, counted back from the day of the poll. Pure.

Registration: twelve working days (Representation of the People Act 1983, section 13B). Great Britain: postal votes by 5 pm
eleven working days before, proxies six (Representation of the People (England and Wales) Regulations 2001, reg. 56, and the
Scottish ones of the same year). Northern Ireland: both fourteen (Representation of the People (Northern Ireland)
Regulations 2008, reg. 57). So stand they in the Electoral Commission's guidance; as of autumn 2026, check before a poll.

Not counted are Saturdays, Sundays, Christmas Eve, Christmas Day, Good Friday and bank holidays (reg. 8): of which part of
the country depends on the election; here those of every part are left out. A day so found may be one too early for
some polls, and is never too late.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from groundswell.compliance.hours import HOLIDAY_REGIONS, is_holiday

NORTHERN_IRELAND: Final = "Northern Ireland"
SATURDAY: Final = 5


@dataclass(frozen=True, slots=True)
class WorkingDays:
    """How many working days before the poll each ends: registration at midnight, the others at 5 pm."""

    register: int
    postal_vote: int
    proxy_vote: int


GREAT_BRITAIN: Final = WorkingDays(register=12, postal_vote=11, proxy_vote=6)
OF_NORTHERN_IRELAND: Final = WorkingDays(register=12, postal_vote=14, proxy_vote=14)


def working_days_of(nation: str) -> WorkingDays:
    """What holds in a nation; where none is known, what holds in Great Britain."""
    return OF_NORTHERN_IRELAND if nation == NORTHERN_IRELAND else GREAT_BRITAIN


def is_working_day(day: date) -> bool:
    """Whether the day counts towards a deadline of an election."""
    if day.weekday() >= SATURDAY or (day.month == 12 and day.day in (24, 25)):
        return False
    return not any(is_holiday(day, region) for region in HOLIDAY_REGIONS.values())


def working_days_before(poll: date, count: int) -> date:
    """The last of `count` working days, counted back from the day before the poll."""
    day = poll
    while count:
        day -= timedelta(days=1)
        count -= is_working_day(day)
    return day
