"""Who may vote in what, by marker, nation and date of attainment (rule R5). Pure: no database, no clock.

As of autumn 2026, after the Electoral Commission: 16 for the Scottish Parliament, the Senedd and councils in Scotland and
Wales, 18 for everything else. The date of attainment is the 16th birthday in Scotland and Wales and the 18th elsewhere.
"""

from __future__ import annotations

import datetime as dt
from typing import Final

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from groundswell.people.enums import Franchise
from groundswell.people.rules import VOTE_AT_16


class Election(TextChoices):
    """What one can vote in."""

    UK_PARLIAMENT = "uk_parliament", _("UK Parliament")
    DEVOLVED = "devolved", _("devolved parliament or assembly")
    LOCAL = "local", _("local elections")


HAVE_DEVOLVED: Final = frozenset({"Scotland", "Wales", "Northern Ireland"})
# A UK parliamentary election needs two birthdays more than the register's date of attainment says there.
YEARS_FROM_16_TO_18: Final = 2


def may_vote(
    election: Election, *, franchise: Franchise, nation: str, attainment: dt.date | None, polling_day: dt.date
) -> bool:
    """Whether an elector may vote in this kind of election on that day.

    `attainment` is None for everybody who is of age already. A nation that is not known has no devolved parliament.
    """
    if election == Election.DEVOLVED and nation not in HAVE_DEVOLVED:
        return False
    if not _franchise_reaches(election, franchise):
        return False
    return attainment is None or _of_age(election, nation, attainment) <= polling_day


def elections_open_to(
    *, franchise: Franchise, nation: str, attainment: dt.date | None, polling_day: dt.date
) -> list[Election]:
    """Every kind of election this elector may vote in on that day."""
    return [
        election
        for election in Election
        if may_vote(election, franchise=franchise, nation=nation, attainment=attainment, polling_day=polling_day)
    ]


def _franchise_reaches(election: Election, franchise: Franchise) -> bool:
    if franchise == Franchise.FULL:
        return True
    # Overseas electors: the UK Parliament only. Lords, EU and other qualifying citizens: all but the UK Parliament.
    return (franchise == Franchise.OVERSEAS) == (election == Election.UK_PARLIAMENT)


def _of_age(election: Election, nation: str, attainment: dt.date) -> dt.date:
    if nation not in VOTE_AT_16 or election != Election.UK_PARLIAMENT:
        return attainment
    year = attainment.year + YEARS_FROM_16_TO_18
    try:
        return attainment.replace(year=year)
    except ValueError:  # born on 29 February
        return attainment.replace(year=year, month=3, day=1)
