"""Which places are neighbours, from their centres alone: no borders are known of somebody's own areas.

Two places are neighbours where no third lies in the circle between them (the Gabriel graph). It keeps the nearest pairs,
joins every place with the rest, and no two of its lines cross.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from groundswell.places.cartogram.grid import Point

# A pair further apart than a place's this many nearest is never asked: in the graph a place has four on average.
NEAREST = 18
_PER_CELL = 3


def neighbours(points: Sequence[Point]) -> list[tuple[int, int]]:
    """Pairs of indexes, the smaller first, in order. Points must differ from one another."""
    near = _nearest(points)
    pairs = set()
    for one, listed in enumerate(near):
        for other in listed:
            if all(not _between(points, one, other, third) for third in listed if third != other):
                pairs.add((min(one, other), max(one, other)))
    # A pair was judged from one end; the other end knows its own surroundings better.
    return sorted(
        pair for pair in pairs if all(not _between(points, *pair, third) for third in near[pair[1]] if third != pair[0])
    )


def _between(points: Sequence[Point], one: int, other: int, third: int) -> bool:
    (ax, ay), (bx, by), (cx, cy) = points[one], points[other], points[third]
    return (cx - ax) * (cx - bx) + (cy - ay) * (cy - by) < 0


def _nearest(points: Sequence[Point]) -> list[list[int]]:
    """The NEAREST indexes around each, by squares of a grid with few places each: not every pair is measured."""
    count = len(points)
    xs, ys = [x for x, _ in points], [y for _, y in points]
    width, height = max(xs) - min(xs), max(ys) - min(ys)
    # For places in one line a square of the line's length has to hold a few.
    size = max((width * height * _PER_CELL / count) ** 0.5, max(width, height) * _PER_CELL / count) or 1.0
    cells: dict[tuple[int, int], list[int]] = defaultdict(list)
    for index, (x, y) in enumerate(points):
        cells[int(x // size), int(y // size)].append(index)
    return [_around(points, cells, size, index, min(NEAREST, count - 1)) for index in range(count)]


def _around(
    points: Sequence[Point], cells: dict[tuple[int, int], list[int]], size: float, index: int, wanted: int
) -> list[int]:
    x, y = points[index]
    column, row = int(x // size), int(y // size)
    found: list[tuple[float, int]] = []
    reach = 0
    while True:
        for at in _frame(column, row, reach):
            found.extend(
                ((points[other][0] - x) ** 2 + (points[other][1] - y) ** 2, other)
                for other in cells.get(at, ())
                if other != index
            )
        # Whoever is not seen yet is at least `reach` whole squares away.
        sure = sum(1 for distance, _ in found if distance <= (reach * size) ** 2)
        if sure >= wanted or (len(found) >= wanted and reach > 64) or len(found) == len(points) - 1:
            return [other for _, other in sorted(found)[:wanted]]
        reach += 1


def _frame(column: int, row: int, reach: int) -> list[tuple[int, int]]:
    if reach == 0:
        return [(column, row)]
    span = range(-reach, reach + 1)
    sides = [(column + dx, row + dy) for dx in (-reach, reach) for dy in span]
    return sides + [(column + dx, row + dy) for dx in span if abs(dx) != reach for dy in (-reach, reach)]
