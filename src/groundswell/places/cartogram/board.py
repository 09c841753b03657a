"""The hexagons of a map in the making, who is on them, and what an arrangement is worth."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from groundswell.places.cartogram.grid import Hex, Point, around, centre, nearest, ring

# What counts how much. A place's way from where it should lie, squared:
_AWAY = 0.12
# a neighbour's way from where it should lie as seen from the place, squared:
_ASKEW = 1.0
# each side shared with the same land (no holes, round shores), with the same group (regions hold together):
_TOGETHER = 0.65
_GROUPED = 0.4
# a place without any of its group beside it, or without any of its land:
_ALONE = 4.0
# each side shared with another land, which water should part:
_ASHORE = 30.0


@dataclass(frozen=True, slots=True)
class Wish:
    """Where a place should lie, of which land and group it is, and where its neighbours should lie from it."""

    at: Point
    land: int
    group: int
    beside: tuple[tuple[int, Point], ...]


class Board:
    """The hexagons and who is on them."""

    def __init__(self, wishes: Sequence[Wish]) -> None:
        self.wishes = wishes
        self.taken: dict[Hex, int] = {}
        self.places: list[Hex] = [(0, 0)] * len(wishes)
        for index in sorted(range(len(wishes)), key=lambda each: (wishes[each].at[1], wishes[each].at[0], each)):
            self.put(index, self._free_near(nearest(*wishes[index].at)))

    def try_move(self, place: int, to: Hex, warmth: float) -> None:
        """Moves a place, or swaps two, if that is no worse than `warmth` allows."""
        was = self.places[place]
        other = self.taken.get(to)
        if to == was:
            return
        before = self._worth(place) + (self._worth(other) if other is not None else 0.0)
        self._change(place, to, other, was)
        after = self._worth(place) + (self._worth(other) if other is not None else 0.0)
        if after - before > warmth:
            self._change(place, was, other, to)

    def _change(self, place: int, to: Hex, other: int | None, was: Hex) -> None:
        del self.taken[self.places[place]]
        if other is not None:
            self.put(other, was)
        self.put(place, to)

    def put(self, place: int, at: Hex) -> None:
        self.places[place] = at
        self.taken[at] = place

    def _free_near(self, at: Hex) -> Hex:
        radius = 0
        while True:
            free = [each for each in ring(at, radius) if each not in self.taken]
            if free:
                return free[0]
            radius += 1

    def _worth(self, place: int) -> float:
        """How badly a place lies: less is better."""
        wish, at = self.wishes[place], self.places[place]
        x, y = centre(at)
        cost = _AWAY * ((x - wish.at[0]) ** 2 + (y - wish.at[1]) ** 2)
        for other, (dx, dy) in wish.beside:
            there = centre(self.places[other])
            cost += _ASKEW * ((there[0] - x - dx) ** 2 + (there[1] - y - dy) ** 2)
        of_land = of_group = 0
        for touching in around(at):
            other_place = self.taken.get(touching)
            if other_place is None:
                continue
            seen = self.wishes[other_place]
            if seen.land != wish.land:
                cost += _ASHORE
            else:
                of_land += 1
                of_group += seen.group == wish.group
        cost -= _TOGETHER * of_land + _GROUPED * of_group
        return cost + (0.0 if of_group else _ALONE) + (0.0 if of_land else _ALONE)
