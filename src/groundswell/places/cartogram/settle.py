"""Puts places on hexagons, no two on one: near where they should lie, beside their neighbours, lands without holes.

Starts from the nearest free hexagon and then tries small moves and swaps, keeping what is better; at first what is a
little worse as well, less and less of it, so that it does not stay with the first arrangement ("threshold accepting").
The same places give the same map: the dice are seeded, and nothing else is left to chance.
"""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

from groundswell.places.cartogram.board import Board, Wish
from groundswell.places.cartogram.grid import Hex, around, centre, nearest
from groundswell.places.cartogram.holes import fill_hole

TRIES_PER_PLACE = 700
_SEED = 650
_WARMTH = 2.5


def settle(wishes: Sequence[Wish], tries: int = TRIES_PER_PLACE) -> list[Hex]:
    """A hexagon for each wish, in their order; no two the same."""
    board = Board(wishes)
    dice = Random(_SEED)  # noqa: S311 - the same map each time is what is wanted
    _improve(board, dice, tries, _WARMTH, swaps_only=False)
    while fill_hole(board):
        pass
    _improve(board, dice, tries // 3, _WARMTH / 4, swaps_only=True)
    return board.places


def _improve(board: Board, dice: Random, tries: int, warmth: float, *, swaps_only: bool) -> None:
    """Tries moves, at first such as make it worse by up to `warmth`, in the end only such as make it better."""
    count = len(board.places)
    total = tries * count
    for number in range(total):
        place = int(dice.random() * count)
        to = _somewhere(board, place, dice)
        if not swaps_only or to in board.taken:
            board.try_move(place, to, warmth * (1 - number / total) ** 2)


def _somewhere(board: Board, place: int, dice: Random) -> Hex:
    """A hexagon worth trying: beside where the place is, or around where one of its neighbours would have it."""
    beside = board.wishes[place].beside
    if not beside or dice.random() < 0.5:
        return around(board.places[place])[int(dice.random() * 6)]
    other, (dx, dy) = beside[int(dice.random() * len(beside))]
    x, y = centre(board.places[other])
    return nearest(x - dx + dice.random() - 0.5, y - dy + dice.random() - 0.5)
