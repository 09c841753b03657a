"""How the parties of a seat did from election to election, as lines of an SVG and as a table."""

from __future__ import annotations

from dataclasses import dataclass

from groundswell.places.seats import ContestFacts, PartyResult, SeatFacts

WIDTH, HEIGHT = 640.0, 240.0
_LEFT, _RIGHT, _TOP, _FOOT = 40.0, 110.0, 14.0, 30.0
# More lines than these no one can tell apart.
PARTIES = 4
# Names at the ends of lines keep this distance.
_LINE = 17.0


@dataclass(frozen=True, slots=True)
class Line:
    """One party through the elections; `style` tells the lines apart without colour (dashes and marks)."""

    name: str
    short: str
    style: int
    points: str
    dots: tuple[tuple[str, str], ...]
    label_x: str
    label_y: str
    shares: tuple[float | None, ...]


@dataclass(frozen=True, slots=True)
class Trend:
    """The newest election stands right. `most` is the share at the top of the picture, in points."""

    contests: tuple[ContestFacts, ...]
    years: tuple[tuple[str, str], ...]
    lines: tuple[Line, ...]
    rules: tuple[tuple[str, int], ...]


def trend_of(facts: SeatFacts) -> Trend | None:
    """The parties that matter most in this seat; None without two elections to compare."""
    contests = tuple(contest for contest in reversed(facts.history) if contest.rows)
    if len(contests) < 2:
        return None
    parties = _parties(facts, contests)
    shares = [tuple(_share(contest, party) for contest in contests) for party in parties]
    most = 10 * (int(100 * max(share or 0 for row in shares for share in row)) // 10 + 1)
    xs = [_LEFT + index * (WIDTH - _LEFT - _RIGHT) / (len(contests) - 1) for index in range(len(contests))]

    def y(share: float) -> float:
        return HEIGHT - _FOOT - share * 100 / most * (HEIGHT - _FOOT - _TOP)

    labels = _apart([y(row[-1]) if row[-1] is not None else HEIGHT - _FOOT for row in shares])
    lines = []
    for style, (party, row, label) in enumerate(zip(parties, shares, labels, strict=True), start=1):
        dots = [(x, y(share)) for x, share in zip(xs, row, strict=True) if share is not None]
        lines.append(
            Line(
                name=party.party,
                short=party.short,
                style=style,
                points=" ".join(f"{px:.1f},{py:.1f}" for px, py in dots),
                dots=tuple((f"{px:.1f}", f"{py:.1f}") for px, py in dots),
                label_x=f"{xs[-1] + 12:.1f}",
                label_y=f"{label + 4:.1f}",
                shares=row,
            )
        )
    rules = tuple((f"{y(points / 100):.1f}", points) for points in range(0, most, 10 if most <= 40 else 20))
    years = tuple((f"{x:.1f}", contest.election.split("-")[0]) for x, contest in zip(xs, contests, strict=True))
    return Trend(contests, years, tuple(lines), rules)


def _parties(facts: SeatFacts, contests: tuple[ContestFacts, ...]) -> list[PartyResult]:
    """The own party, then those with most votes at the newest election, then earlier winners: each once."""
    wanted = [facts.own] if facts.own else []
    wanted += [*contests[-1].rows[:PARTIES], *(contest.rows[0] for contest in reversed(contests))]
    found: dict[str, PartyResult] = {}
    for row in wanted:
        found.setdefault(row.short, row)
    return list(found.values())[:PARTIES]


def _share(contest: ContestFacts, party: PartyResult) -> float | None:
    return next((row.share for row in contest.rows if row.short == party.short), None)


def _apart(ys: list[float]) -> list[float]:
    """Moves labels down until none covers another, in the order in which they stand."""
    found, last = list(ys), float("-inf")
    for index in sorted(range(len(ys)), key=lambda each: (ys[each], each)):
        last = found[index] = max(ys[index], last + _LINE)
    return found
