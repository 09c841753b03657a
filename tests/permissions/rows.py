"""What a line of the permission table is, and the groups of people that lines speak of."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from permissions.viewers import any_campaigns, only
from permissions.world import World

Argument = Callable[[World], Any] | str | int

READ = ("get",)
FORM = ("get", "post")
POST = ("post",)


@dataclass(frozen=True)
class Row:
    """One address, the methods it answers, and those who may see it."""

    name: str
    who: frozenset[str]
    methods: tuple[str, ...] = READ
    data: Callable[[World], dict[str, Any]] | None = None
    arguments: dict[str, Argument] = field(default_factory=dict)


def row(
    name: str,
    who: frozenset[str],
    methods: tuple[str, ...] = READ,
    data: Callable[[World], dict[str, Any]] | None = None,
    **arguments: Argument,
) -> Row:
    """A line of the table; `data` is what a form must hold to be looked at."""
    return Row(name, who, methods, data, arguments)


LEADERS = only("organiser", "owner")
STAFF = only("organiser", "data_manager", "owner")
LEADERS_ANYWHERE = any_campaigns("organiser", "owner")
STAFF_ANYWHERE = any_campaigns("organiser", "data_manager", "owner")
KEEPERS = only("data_manager", "owner")
KEEPERS_ANYWHERE = any_campaigns("data_manager", "owner")
TEAM = only("caller", "organiser", "data_manager", "owner")


def seat(_world: World) -> str:
    """The campaign in question."""
    return "seat"
