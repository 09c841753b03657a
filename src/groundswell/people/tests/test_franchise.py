"""Who may vote in what (rule R5): by marker, nation and the date of attainment, which is no birth date."""

from __future__ import annotations

import datetime as dt

import pytest

from groundswell.people.enums import Franchise
from groundswell.people.franchise import Election, elections_open_to, may_vote

POLL = dt.date(2027, 5, 6)
PARLIAMENT, DEVOLVED, LOCAL = Election.UK_PARLIAMENT, Election.DEVOLVED, Election.LOCAL


@pytest.mark.parametrize(
    ("franchise", "nation", "elections"),
    [
        (Franchise.FULL, "England", [PARLIAMENT, LOCAL]),
        (Franchise.FULL, "Scotland", [PARLIAMENT, DEVOLVED, LOCAL]),
        (Franchise.FULL, "", [PARLIAMENT, LOCAL]),
        (Franchise.OVERSEAS, "England", [PARLIAMENT]),
        (Franchise.OVERSEAS, "Wales", [PARLIAMENT]),
        (Franchise.EU, "England", [LOCAL]),
        (Franchise.EU, "Northern Ireland", [DEVOLVED, LOCAL]),
        (Franchise.EU_RETAINED, "England", [LOCAL]),
        (Franchise.PEER, "England", [LOCAL]),
        (Franchise.PEER, "Scotland", [DEVOLVED, LOCAL]),
        (Franchise.FOREIGN, "Wales", [DEVOLVED, LOCAL]),
    ],
)
def test_by_marker_and_nation(franchise: Franchise, nation: str, elections: list[Election]) -> None:
    assert elections_open_to(franchise=franchise, nation=nation, attainment=None, polling_day=POLL) == elections


@pytest.mark.parametrize(
    ("nation", "attainment", "elections"),
    [
        # In England the date is the 18th birthday, the day itself included.
        ("England", POLL, [PARLIAMENT, LOCAL]),
        ("England", POLL + dt.timedelta(days=1), []),
        # In Scotland and Wales it is the 16th: two years more for the UK Parliament.
        ("Scotland", POLL, [DEVOLVED, LOCAL]),
        ("Wales", dt.date(2025, 5, 6), [PARLIAMENT, DEVOLVED, LOCAL]),
        ("Wales", dt.date(2025, 5, 7), [DEVOLVED, LOCAL]),
        ("Scotland", POLL + dt.timedelta(days=1), []),
        # Northern Ireland votes for its assembly at 18.
        ("Northern Ireland", POLL + dt.timedelta(days=1), []),
    ],
)
def test_by_date_of_attainment(nation: str, attainment: dt.date, elections: list[Election]) -> None:
    found = elections_open_to(franchise=Franchise.FULL, nation=nation, attainment=attainment, polling_day=POLL)
    assert found == elections


def test_a_birthday_on_the_29th_of_february() -> None:
    def on(day: dt.date) -> bool:
        leap = dt.date(2028, 2, 29)
        return may_vote(PARLIAMENT, franchise=Franchise.FULL, nation="Scotland", attainment=leap, polling_day=day)

    assert not on(dt.date(2030, 2, 28))
    assert on(dt.date(2030, 3, 1))
