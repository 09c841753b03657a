"""The small picture of how a seat voted: shares of the main parties from election to election.

Geometry only, in units that the page (SVG) and the paper (PDF) draw alike. Each party has a shape and a kind of line of
its own and its name at the end of it, so that nothing hangs on colour.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from groundswell.places.seats import ContestFacts, PartyResult, SeatFacts, is_party

WIDTH, HEIGHT = 320.0, 168.0
LEFT, RIGHT, TOP, BOTTOM = 30.0, 236.0, 10.0, 142.0
LABEL_X, LABEL_APART = RIGHT + 12, 15.0
PARTIES = 4
MARK = 4.0
BAR_ROW = 26.0
ELECTIONS = 6


@dataclass(frozen=True, slots=True)
class Series:
    """A party's way through the elections. `runs` are its unbroken stretches of points; `number` from 1 picks the style."""

    number: int
    label: str
    runs: tuple[tuple[tuple[float, float], ...], ...]
    label_y: float

    @property
    def paths(self) -> list[str]:
        """The stretches of two points and more as SVG paths."""
        return ["M" + " L".join(f"{x:.1f} {y:.1f}" for x, y in run) for run in self.runs if len(run) > 1]

    @property
    def marks(self) -> list[str]:
        """The shape at each point as an SVG path."""
        return [mark_path(self.number, x, y) for run in self.runs for x, y in run]

    @property
    def label_at(self) -> tuple[str, str]:
        """Where the name stands."""
        return f"{LABEL_X:.1f}", f"{self.label_y + 4:.1f}"


@dataclass(frozen=True, slots=True)
class Bar:
    """A party's share where there is one election only."""

    number: int
    label: str
    y: float
    width: float

    @property
    def box(self) -> dict[str, str]:
        """The rectangle as SVG has it."""
        return {"y": f"{self.y:.1f}", "width": f"{self.width:.1f}", "text_y": f"{self.y + 10:.1f}"}


@dataclass(frozen=True, slots=True)
class ResultChart:
    """Lines over several elections, or bars of one. Gridlines and elections are (place, text)."""

    height: float
    series: tuple[Series, ...] = ()
    bars: tuple[Bar, ...] = ()
    grid: tuple[tuple[float, str], ...] = ()
    elections: tuple[tuple[float, str], ...] = ()

    @property
    def box(self) -> str:
        """SVG's viewBox."""
        return f"0 0 {WIDTH:.0f} {self.height:.0f}"

    @property
    def grid_lines(self) -> list[dict[str, str]]:
        """The gridlines as texts, whatever the locale makes of numbers."""
        return [{"y": f"{y:.1f}", "text_y": f"{y + 4:.1f}", "text": text} for y, text in self.grid]

    @property
    def election_labels(self) -> list[dict[str, str]]:
        """The elections under the lines."""
        return [{"x": f"{x:.1f}", "text": text} for x, text in self.elections]


def chart_of(seat: SeatFacts) -> ResultChart | None:
    """The picture of the seat's elections; None where no votes are known."""
    contests = [contest for contest in seat.history if contest.rows][:ELECTIONS][::-1]
    if not contests:
        return None
    parties = _parties(contests, seat.own_party)
    if len(contests) == 1:
        return _bars(contests[0], parties)
    return _lines(contests, parties)


def mark_path(number: int, x: float, y: float) -> str:
    """Square, circle, triangle or diamond around a point, as an SVG path."""
    r = MARK
    if number == 2:
        return f"M{x - r:.1f} {y:.1f} a{r:.1f} {r:.1f} 0 1 0 {2 * r:.1f} 0 a{r:.1f} {r:.1f} 0 1 0 {-2 * r:.1f} 0 Z"
    return "M" + " L".join(f"{cx:.1f} {cy:.1f}" for cx, cy in corners(number, x, y)) + " Z"


def corners(number: int, x: float, y: float) -> list[tuple[float, float]]:
    """The corners of a shape; the circle's (2) are those of the square around it."""
    r = MARK
    if number == 3:
        return [(x, y - r * 1.2), (x + r * 1.1, y + r * 0.8), (x - r * 1.1, y + r * 0.8)]
    if number == 4:
        return [(x, y - r * 1.3), (x + r * 1.3, y), (x, y + r * 1.3), (x - r * 1.3, y)]
    return [(x - r, y - r), (x + r, y - r), (x + r, y + r), (x - r, y + r)]


def _parties(contests: Sequence[ContestFacts], own: str) -> list[PartyResult]:
    """The parties shown: our own first, then who came first and second, the newest election before the older."""
    wanted = [row for contest in reversed(contests) for row in contest.rows[:2]]
    ours = next((found for contest in reversed(contests) if own and (found := contest.result_of(own))), None)
    chosen: list[PartyResult] = []
    for row in [*([ours] if ours else []), *wanted, *contests[-1].rows]:
        if len(chosen) < PARTIES and not any(_same(row, other) for other in chosen):
            chosen.append(row)
    return chosen


def _same(one: PartyResult, other: PartyResult) -> bool:
    return is_party(one.party, other.party, other.abbreviation) or is_party(other.party, one.party, one.abbreviation)


def _share_in(contest: ContestFacts, party: PartyResult) -> float | None:
    found = next((row for row in contest.rows if _same(party, row)), None)
    return found.share if found else None


def _lines(contests: Sequence[ContestFacts], parties: Sequence[PartyResult]) -> ResultChart:
    shares = [[_share_in(contest, party) for contest in contests] for party in parties]
    highest = max(share for row in shares for share in row if share is not None)
    ceiling = min(1.0, math.ceil(highest * 10 + 0.2) / 10)
    apart = (RIGHT - LEFT - 24) / (len(contests) - 1)
    xs = [LEFT + 12 + index * apart for index in range(len(contests))]
    placed = [
        [(x, _y(share, ceiling)) if share is not None else None for x, share in zip(xs, row, strict=True)]
        for row in shares
    ]
    labels = _label_places([next(point[1] for point in reversed(row) if point) for row in placed])
    steps = range(0, round(ceiling * 100) + 1, 20 if ceiling > 0.4 else 10)
    return ResultChart(
        height=HEIGHT,
        series=tuple(
            Series(number, party.short, _runs(row), label_y)
            for number, (party, row, label_y) in enumerate(zip(parties, placed, labels, strict=True), 1)
        ),
        grid=tuple((_y(step / 100, ceiling), f"{step}%") for step in steps),
        elections=tuple((x, contest.election.split("-")[0]) for x, contest in zip(xs, contests, strict=True)),
    )


def _y(share: float, ceiling: float) -> float:
    return BOTTOM - (BOTTOM - TOP) * share / ceiling


def _runs(row: Sequence[tuple[float, float] | None]) -> tuple[tuple[tuple[float, float], ...], ...]:
    """Points as stretches: an election in which the party did not stand breaks the line."""
    runs: list[list[tuple[float, float]]] = [[]]
    for point in row:
        if point is None:
            runs.append([])
        else:
            runs[-1].append(point)
    return tuple(tuple(run) for run in runs if run)


def _label_places(wanted: Sequence[float]) -> list[float]:
    """Heights as wanted, moved down just enough that no two names touch, then up if that went below the picture."""
    order = sorted(range(len(wanted)), key=lambda index: wanted[index])
    places = list(wanted)
    for above, index in pairwise(order):
        places[index] = max(places[index], places[above] + LABEL_APART)
    floor = BOTTOM
    for index in reversed(order):
        places[index] = min(places[index], floor)
        floor = places[index] - LABEL_APART
    return places


def _bars(contest: ContestFacts, parties: Sequence[PartyResult]) -> ResultChart:
    rows = sorted(((_share_in(contest, party) or 0.0, party) for party in parties), key=lambda row: -row[0])
    widest = rows[0][0] or 1.0
    return ResultChart(
        height=BAR_ROW * len(rows) + 4,
        bars=tuple(
            Bar(parties.index(party) + 1, party.short, 4 + index * BAR_ROW, (RIGHT - 76) * share / widest)
            for index, (share, party) in enumerate(rows)
        ),
    )
