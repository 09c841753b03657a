"""Where a volunteer can help now besides the room they come to: rooms that do not know each other say so here."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from groundswell.accounts.models import Membership


@dataclass(frozen=True, slots=True)
class Door:
    """A page where a volunteer can help now, with what is done there in a few words."""

    url: str
    title: str
    about: str


Finder = Callable[[Sequence[Membership]], list[Door]]
_FINDERS: list[Finder] = []


def register(finder: Finder) -> Finder:
    """`finder` tells which doors are open to whoever has these memberships, in one query."""
    _FINDERS.append(finder)
    return finder


def doors_for(memberships: Sequence[Membership]) -> list[Door]:
    """All that are open to them now."""
    return [door for finder in _FINDERS for door in finder(memberships)]
