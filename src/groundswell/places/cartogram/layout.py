"""A hexagon map of any set of places with centres."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import cos, hypot, radians

from groundswell.places.cartogram.board import Wish
from groundswell.places.cartogram.grid import Hex, Point
from groundswell.places.cartogram.neighbours import neighbours
from groundswell.places.cartogram.settle import TRIES_PER_PLACE, settle
from groundswell.places.cartogram.spread import spread
from groundswell.places.cartogram.waters import WATERS

# How far apart the two shores of a water are drawn, in hexagons.
_ACROSS = 2.2
# A large set is improved for about as long as one of a thousand places: some ten seconds.
_MOST_TRIES = 700_000


@dataclass(frozen=True, slots=True)
class Place:
    """What a map knows of an area: its centre in degrees, and what it should be kept together with (its region)."""

    key: str
    latitude: float
    longitude: float
    group: str = ""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Points on the plane, a hexagon's width being 1, y to the south; who is whose neighbour, by land or over water."""

    points: list[Point]
    by_land: list[tuple[int, int]]
    over_water: list[tuple[int, int]]
    lands: list[int]


def surroundings(places: Sequence[Place]) -> Surroundings:
    """Puts places on the plane and finds who is whose neighbour."""
    degrees = [(place.longitude, place.latitude) for place in places]
    middle = cos(radians(sum(latitude for _, latitude in degrees) / len(degrees)))
    plane = _distinct([(longitude * middle, -latitude) for longitude, latitude in degrees])
    pairs = neighbours(plane)
    shores = [line for water in WATERS.values() for line in pairwise(water)]
    over_water = [pair for pair in pairs if any(_cross(degrees[pair[0]], degrees[pair[1]], *line) for line in shores)]
    parted = set(over_water)
    by_land = [pair for pair in pairs if pair not in parted]
    return Surroundings(_scaled(plane, by_land), by_land, over_water, _lands(len(places), by_land))


def hexagons(places: Sequence[Place]) -> dict[str, Hex]:
    """A hexagon for each place by its key: no two on one, neighbours near, north up; the same places, the same map."""
    listed = sorted(places, key=lambda place: place.key)
    if len(listed) < 2:
        return {place.key: (0, 0) for place in listed}
    known = surroundings(listed)
    wanted = [(*pair, 1.0) for pair in known.by_land] + [(*pair, _ACROSS) for pair in known.over_water]
    roomy = spread(known.points, wanted, known.lands)
    tries = min(TRIES_PER_PLACE, _MOST_TRIES // len(listed))
    found = settle(_wishes(listed, known, roomy), tries)
    # Counted from the map's own corner: where on earth it lies does not matter any more.
    left, top = min(q for q, _ in found), min(r for _, r in found)
    return {place.key: (q - left, r - top) for place, (q, r) in zip(listed, found, strict=True)}


def _wishes(places: Sequence[Place], known: Surroundings, roomy: Sequence[Point]) -> list[Wish]:
    groups = {name: number for number, name in enumerate(sorted({place.group for place in places}))}
    beside: list[list[tuple[int, Point]]] = [[] for _ in places]
    for one, other in known.by_land:
        dx = known.points[other][0] - known.points[one][0]
        dy = known.points[other][1] - known.points[one][1]
        size = hypot(dx, dy)
        beside[one].append((other, (dx / size, dy / size)))
        beside[other].append((one, (-dx / size, -dy / size)))
    return [
        Wish(at=roomy[index], land=known.lands[index], group=groups[place.group], beside=tuple(beside[index]))
        for index, place in enumerate(places)
    ]


def _distinct(points: Sequence[Point]) -> list[Point]:
    """Places at exactly the same spot, moved by a hand's breadth: they still have to lie side by side."""
    seen: dict[Point, int] = {}
    found = []
    for x, y in points:
        times = seen[x, y] = seen.get((x, y), -1) + 1
        found.append((x + times * 1e-6, y + times * times * 1e-7))
    return found


def _scaled(points: Sequence[Point], pairs: Sequence[tuple[int, int]]) -> list[Point]:
    """So large that neighbours lie a hexagon's width apart, in the quadratic mean: the map keeps about its own size."""
    if not pairs:
        return list(points)
    squares = [
        (points[one][0] - points[other][0]) ** 2 + (points[one][1] - points[other][1]) ** 2 for one, other in pairs
    ]
    size = (sum(squares) / len(squares)) ** 0.5
    return [(x / size, y / size) for x, y in points]


def _lands(count: int, pairs: Sequence[tuple[int, int]]) -> list[int]:
    """Which places hang together by land: the smallest index of each land, for every place."""
    land = list(range(count))

    def head(index: int) -> int:
        while land[index] != index:
            land[index] = land[land[index]]
            index = land[index]
        return index

    for one, other in pairs:
        first, second = head(one), head(other)
        land[max(first, second)] = min(first, second)
    return [head(index) for index in range(count)]


def _cross(a: Point, b: Point, c: Point, d: Point) -> bool:
    """Whether the line from a to b crosses the one from c to d."""
    return _side(a, b, c) * _side(a, b, d) < 0 and _side(c, d, a) * _side(c, d, b) < 0


def _side(a: Point, b: Point, c: Point) -> float:
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])
