"""How a map is coloured and which seat comes first: pure, so that an organiser can be told why."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import asin, cos, radians, sin, sqrt

from django.db.models import TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

# The fullest level of a map's colours and marks; 0 is "nothing yet".
LEVELS = 4


class Colouring(TextChoices):
    """What a map tells."""

    MARGINALITY = "marginality", _("How close the seat is")
    CALLS = "calls", _("Calls made")
    COVERAGE = "coverage", _("Voters identified")


@dataclass(frozen=True, slots=True)
class Step:
    """One level of a legend."""

    level: int
    label: str | Promise


LEGENDS: dict[Colouring, tuple[Step, ...]] = {
    Colouring.MARGINALITY: (
        Step(4, _("won by less than 2 in 100")),
        Step(3, _("2 to 5")),
        Step(2, _("5 to 10")),
        Step(1, _("10 to 20")),
        Step(0, _("20 or more, or not known")),
    ),
    Colouring.CALLS: (
        Step(4, _("1,000 calls or more")),
        Step(3, _("200 to 999")),
        Step(2, _("50 to 199")),
        Step(1, _("1 to 49")),
        Step(0, _("none yet")),
    ),
    Colouring.COVERAGE: (
        Step(4, _("25 of 100 electors with a number, or more")),
        Step(3, _("10 to 25")),
        Step(2, _("5 to 10")),
        Step(1, _("under 5")),
        Step(0, _("nobody yet")),
    ),
}


def level_of_marginality(share: float | None) -> int:
    """The level of a seat won by this share of the votes (0 to 1): the closer, the fuller."""
    return 0 if share is None else LEVELS - bisect_right((0.02, 0.05, 0.10, 0.20), share)


def level_of_calls(calls: int) -> int:
    """The level of a seat with so many calls."""
    return bisect_right((1, 50, 200, 1000), calls)


def level_of_coverage(share: float) -> int:
    """The level of a seat of whose electors with a number this share (0 to 1) is identified."""
    return 0 if share <= 0 else 1 + bisect_right((0.05, 0.10, 0.25), share)


ISSUE_LEGEND = (
    Step(4, _("half of those who answered, or more")),
    Step(3, _("30 to 50 of 100")),
    Step(2, _("15 to 30 of 100")),
    Step(1, _("under 15 of 100")),
    Step(0, _("nobody, or too few answers to tell")),
)


def level_of_issue(share: float | None) -> int:
    """The level of a seat of whose answers this share (0 to 1) named the issue."""
    return 0 if not share else 1 + bisect_right((0.15, 0.30, 0.50), share)


@dataclass(frozen=True, slots=True)
class Standing:
    """What speaks for ringing a seat next. `gap` is what it takes to win or lose it, in points of swing."""

    gap: float | None
    waiting: int
    helpers: int
    last_rung_at: datetime | None


@dataclass(frozen=True, slots=True)
class Reason:
    """One thing that speaks for a seat: its points of at most so many."""

    name: str
    points: int
    most: int


# A swing of this many points is out of reach of calls alone.
_FAR = 8.0
# Electors with a number whom nobody has reached: enough for an evening, many times over.
_PLENTY = 3000
# A dozen people made the first such evening.
_DOZEN = 12
_RESTED = timedelta(days=21)
# Helpers count as near within this distance of the middle of a seat.
NEAR_KM = 30.0


def reasons(seat: Standing, *, now: datetime) -> tuple[Reason, ...]:
    """What speaks for a seat, out of a hundred points: how close it is (50), electors with a number not yet identified
    (25), helpers near (15), and how long nobody rang there (10)."""
    close = 0.0 if seat.gap is None else max(0.0, 1 - seat.gap / _FAR)
    rested = 1.0 if seat.last_rung_at is None else min(1.0, (now - seat.last_rung_at) / _RESTED)
    return (
        Reason("close", round(50 * close), 50),
        Reason("waiting", round(25 * min(1.0, seat.waiting / _PLENTY)), 25),
        Reason("helpers", round(15 * min(1.0, seat.helpers / _DOZEN)), 15),
        Reason("rested", round(10 * max(0.0, rested)), 10),
    )


def kilometres(one: tuple[float, float], other: tuple[float, float]) -> float:
    """The way between two places given in degrees (latitude, longitude), as a bird flies."""
    (lat1, lon1), (lat2, lon2) = one, other
    half = sin(radians(lat2 - lat1) / 2) ** 2
    half += cos(radians(lat1)) * cos(radians(lat2)) * sin(radians(lon2 - lon1) / 2) ** 2
    return 2 * 6371.0 * asin(min(1.0, sqrt(half)))
