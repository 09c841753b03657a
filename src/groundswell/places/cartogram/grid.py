"""Hexagons with a point at the top, in axial coordinates (column, row); neighbouring centres are 1 apart."""

from __future__ import annotations

from math import sqrt

Hex = tuple[int, int]
Point = tuple[float, float]

DIRECTIONS: tuple[Hex, ...] = ((1, 0), (1, -1), (0, -1), (-1, 0), (-1, 1), (0, 1))
ROW_HEIGHT = sqrt(3) / 2


def centre(place: Hex) -> Point:
    """Where a hexagon's centre lies: x to the east, y to the south."""
    column, row = place
    return column + row / 2, row * ROW_HEIGHT


def nearest(x: float, y: float) -> Hex:
    """The hexagon in which a point lies."""
    row = y / ROW_HEIGHT
    column = x - row / 2
    third = -column - row
    rounded = [round(column), round(row), round(third)]
    off = [abs(rounded[0] - column), abs(rounded[1] - row), abs(rounded[2] - third)]
    if off[0] > off[1] and off[0] > off[2]:
        rounded[0] = -rounded[1] - rounded[2]
    elif off[1] > off[2]:
        rounded[1] = -rounded[0] - rounded[2]
    return rounded[0], rounded[1]


def around(place: Hex) -> list[Hex]:
    """The six hexagons that touch this one, from the east against the clock."""
    column, row = place
    return [(column + dx, row + dy) for dx, dy in DIRECTIONS]


def steps(one: Hex, other: Hex) -> int:
    """How many steps from hexagon to hexagon lie between two: 1 for those that touch."""
    columns, rows = other[0] - one[0], other[1] - one[1]
    return max(abs(columns), abs(rows), abs(columns + rows))


def ring(place: Hex, radius: int) -> list[Hex]:
    """The hexagons exactly `radius` steps away, in a fixed order."""
    if radius == 0:
        return [place]
    found, (column, row) = [], (place[0] + DIRECTIONS[4][0] * radius, place[1] + DIRECTIONS[4][1] * radius)
    for dx, dy in DIRECTIONS:
        for _ in range(radius):
            found.append((column, row))
            column, row = column + dx, row + dy
    return found
