"""Closes holes in the middle of a land: the row of places from the hole to the nearest shore moves up by one."""

from __future__ import annotations

from heapq import heappop, heappush
from itertools import pairwise

from groundswell.places.cartogram.board import Board
from groundswell.places.cartogram.grid import Hex, around, centre

# A long way moves many places a little; a short one few. What each step costs besides, and each side the last one leaves.
_STEP, _SIDE = 0.6, 0.8


def fill_hole(board: Board) -> bool:
    """Closes the first hole there is; False when there is none."""
    sea = _sea(board)
    for hole in _beside(board):
        if hole not in sea:
            _move_up(board, _way_to_the_shore(board, hole, sea))
            return True
    return False


def _beside(board: Board) -> list[Hex]:
    """The empty hexagons that touch somebody, in order."""
    return sorted({empty for place in board.places for empty in around(place) if empty not in board.taken})


def _sea(board: Board) -> set[Hex]:
    """The empty hexagons outside: those that hang together with the frame around the whole map."""
    columns = [column for column, _ in board.places]
    rows = [row for _, row in board.places]
    left, right, top, bottom = min(columns) - 1, max(columns) + 1, min(rows) - 1, max(rows) + 1
    waiting, seen = [(left, top)], {(left, top)}
    while waiting:
        for each in around(waiting.pop()):
            inside = left <= each[0] <= right and top <= each[1] <= bottom
            if inside and each not in seen and each not in board.taken:
                seen.add(each)
                waiting.append(each)
    return seen


def _way_to_the_shore(board: Board, hole: Hex, sea: set[Hex]) -> list[Hex]:
    """The cheapest row of hexagons from the hole to one on the shore: each moves to the one before."""
    best: dict[Hex, float] = {hole: 0.0}
    came: dict[Hex, Hex] = {}
    queue: list[tuple[float, bool, Hex]] = [(0.0, False, hole)]
    while queue:
        cost, is_end, at = heappop(queue)
        if is_end:
            way = [at]
            while way[-1] != hole:
                way.append(came[way[-1]])
            return way[::-1]
        if cost > best[at]:
            continue
        if at != hole and any(each in sea for each in around(at)):
            sides = sum(1 for each in around(at) if each in board.taken)
            heappush(queue, (cost + _SIDE * sides, True, at))
        for to in around(at):
            if to not in board.taken:
                continue
            dearer = cost + _step(board, board.taken[to], to, at)
            if dearer < best.get(to, float("inf")):
                best[to], came[to] = dearer, at
                heappush(queue, (dearer, False, to))
    raise AssertionError("a hole has a shore around it")  # pragma: no cover - every map ends somewhere


def _step(board: Board, place: int, was: Hex, to: Hex) -> float:
    x, y = board.wishes[place].at
    (x0, y0), (x1, y1) = centre(was), centre(to)
    further = (x1 - x) ** 2 + (y1 - y) ** 2 - (x0 - x) ** 2 - (y0 - y) ** 2
    return max(0.05, _STEP + 0.2 * further)


def _move_up(board: Board, way: list[Hex]) -> None:
    for to, was in pairwise(way):
        place = board.taken.pop(was)
        board.put(place, to)
