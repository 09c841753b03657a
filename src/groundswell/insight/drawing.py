"""The hexagon map as the numbers of an SVG. A seat's mark grows with its level, so that no colour is needed to read it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from math import cos, pi, sin, sqrt

from groundswell.insight.queries import Seat
from groundswell.insight.rules import LEVELS
from groundswell.places.cartogram import Hex, centre

# The width of a hexagon, and the room around the map, in units of the drawing.
SIZE, ROOM = 20.0, 12.0
_RADIUS = SIZE / sqrt(3)
# How much of a hexagon the mark of each level fills.
MARKS = (0.32, 0.5, 0.7, 0.92)
# The three sides that look east and south: every pair of neighbours is met once, from one of the two.
_SIDES: tuple[tuple[Hex, int], ...] = (((1, 0), -30), ((0, 1), 30), ((-1, 1), 90))
# Groups of fewer areas get no name on the map.
_NAMED_FROM = 12
# About the width of a letter of a name.
_LETTER = 10.5


@dataclass(frozen=True, slots=True)
class Cell:
    """One hexagon of the drawing."""

    seat: Seat
    x: str
    y: str
    level: int
    is_shown: bool


@dataclass(frozen=True, slots=True)
class Name:
    """The name of a region or nation, and where it stands."""

    text: str
    x: str
    y: str


@dataclass(frozen=True, slots=True)
class Drawing:
    """Everything a template needs: `hexagon` and `marks` are paths around the origin, `borders` one path.

    `names_above`: names lie over the hexagons where most are shown, and under them where a few must be seen.
    """

    width: str
    height: str
    hexagon: str
    marks: tuple[tuple[int, str], ...]
    cells: tuple[Cell, ...]
    borders: str
    names: tuple[Name, ...]
    names_above: bool

    @property
    def ground(self) -> list[Cell]:
        """What is not in the list."""
        return [cell for cell in self.cells if not cell.is_shown]

    @property
    def shown(self) -> list[Cell]:
        """What is."""
        return [cell for cell in self.cells if cell.is_shown]


def draw(seats: Sequence[Seat], *, level: Callable[[Seat], int], is_shown: Callable[[Seat], bool]) -> Drawing | None:
    """The map of these seats; None if none has a hexagon. Of seats that are not shown only the ground is drawn."""
    placed = [(seat, seat.hexagon) for seat in seats if seat.hexagon is not None]
    if not placed:
        return None
    points = {hexagon: centre(hexagon) for _, hexagon in placed}
    left, top = min(x for x, _ in points.values()), min(y for _, y in points.values())
    at = {
        hexagon: (ROOM + _RADIUS + (x - left) * SIZE, ROOM + _RADIUS + (y - top) * SIZE)
        for hexagon, (x, y) in points.items()
    }
    cells = []
    for seat, hexagon in placed:
        shown = seat.is_ours and is_shown(seat)
        x, y = at[hexagon]
        cells.append(Cell(seat, _number(x), _number(y), level(seat) if shown else 0, shown))
    right = max(x for x, _ in at.values()) + ROOM + _RADIUS
    return Drawing(
        width=_number(right),
        height=_number(max(y for _, y in at.values()) + ROOM + _RADIUS),
        hexagon=_outline(0.97),
        marks=tuple((number + 1, _outline(MARKS[number])) for number in range(LEVELS)),
        cells=tuple(cells),
        borders=_borders({hexagon: seat.group for seat, hexagon in placed}, at),
        names=_names(((seat.group, at[hexagon]) for seat, hexagon in placed), len(placed), right),
        names_above=sum(1 for cell in cells if cell.is_shown) * 2 > len(cells),
    )


def _outline(share: float) -> str:
    corners = (_corner(0.0, 0.0, angle, share) for angle in range(-30, 330, 60))
    return "M" + "L".join(corners) + "Z"


def _borders(groups: dict[Hex, str], at: dict[Hex, tuple[float, float]]) -> str:
    """The sides between two hexagons of different regions."""
    lines = []
    for (q, r), group in groups.items():
        for (dq, dr), angle in _SIDES:
            beside = groups.get((q + dq, r + dr))
            if beside is not None and beside != group:
                x, y = at[q, r]
                lines.append(f"M{_corner(x, y, angle, 1.0)}L{_corner(x, y, angle + 60, 1.0)}")
    return "".join(lines)


def _names(placed: Iterable[tuple[str, tuple[float, float]]], count: int, right: float) -> tuple[Name, ...]:
    groups: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for group, point in placed:
        groups[group].append(point)
    if len(groups) < 2:
        return ()
    least = min(_NAMED_FROM, count // len(groups))
    return tuple(
        Name(group, _number(_inside(group, sum(x for x, _ in points) / len(points), right)), _number(_middle(points)))
        for group, points in sorted(groups.items())
        if group and len(points) >= least
    )


def _middle(points: Sequence[tuple[float, float]]) -> float:
    return sum(y for _, y in points) / len(points)


def _inside(text: str, x: float, right: float) -> float:
    """So far from both edges that the whole name is seen."""
    half = len(text) * _LETTER / 2
    return max(half, min(x, right - half))


def _corner(x: float, y: float, angle: int, share: float) -> str:
    turned = angle * pi / 180
    return f"{_number(x + cos(turned) * _RADIUS * share)} {_number(y + sin(turned) * _RADIUS * share)}"


def _number(value: float) -> str:
    return f"{value:.1f}"
