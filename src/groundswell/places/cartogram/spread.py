"""Gives every place the same room: crowded ones are pushed apart, scattered ones drawn together, directions kept."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from math import hypot

from groundswell.places.cartogram.grid import Point

ROUNDS = 400
# How much of what is too far apart, or in the wrong direction, is mended in one round, and of what overlaps.
_DRAW, _PUSH = 0.12, 0.22
# Places of one land this near hold together like drops of water, so that no holes stay; those of two keep off.
_REACH = 1.55
_COHESION = 0.02


def spread(
    points: Sequence[Point], wanted: Sequence[tuple[int, int, float]], lands: Sequence[int], rounds: int = ROUNDS
) -> list[Point]:
    """Moves points until neighbours lie the wanted distance apart, in the direction they had; none nearer than 1.

    `wanted` are pairs of indexes and their distance.
    """
    xs = [x for x, _ in points]
    ys = [y for _, y in points]
    links = []
    for one, other, length in wanted:
        dx, dy = xs[other] - xs[one], ys[other] - ys[one]
        size = hypot(dx, dy) or 1.0
        links.append((one, other, dx / size * length, dy / size * length))
    for _ in range(rounds):
        _draw(xs, ys, links)
        _push(xs, ys, lands)
    return list(zip(xs, ys, strict=True))


def _draw(xs: list[float], ys: list[float], links: Sequence[tuple[int, int, float, float]]) -> None:
    for one, other, wanted_x, wanted_y in links:
        by_x = (xs[other] - xs[one] - wanted_x) * _DRAW
        by_y = (ys[other] - ys[one] - wanted_y) * _DRAW
        xs[one] += by_x
        ys[one] += by_y
        xs[other] -= by_x
        ys[other] -= by_y


def _push(xs: list[float], ys: list[float], lands: Sequence[int]) -> None:
    cells: dict[tuple[int, int], list[int]] = defaultdict(list)
    for index, (x, y) in enumerate(zip(xs, ys, strict=True)):
        cells[int(x // _REACH), int(y // _REACH)].append(index)
    for (column, row), here in list(cells.items()):
        # Half of the squares around: the other half finds this pair from its own side.
        beside = [o for dx, dy in ((1, 0), (-1, 1), (0, 1), (1, 1)) for o in cells.get((column + dx, row + dy), ())]
        for position, one in enumerate(here):
            for other in (*here[position + 1 :], *beside):
                _part(xs, ys, one, other, lands[one] == lands[other])


def _part(xs: list[float], ys: list[float], one: int, other: int, same_land: bool) -> None:
    dx, dy = xs[other] - xs[one], ys[other] - ys[one]
    square = dx * dx + dy * dy
    if square >= _REACH * _REACH:
        return
    size = square**0.5
    if size < 1e-9:
        # On the same spot: any direction will do, and the same one each time.
        dx, dy, size = 1e-3, 1e-3 * (other - one), hypot(1e-3, 1e-3 * (other - one))
    if not same_land:
        by = (_REACH - size) / size * _PUSH
    elif size < 1.0:
        by = (1.0 - size) / size * _PUSH
    else:
        by = (1.0 - size) / size * _COHESION
    xs[one] -= dx * by
    ys[one] -= dy * by
    xs[other] += dx * by
    ys[other] += dy * by
