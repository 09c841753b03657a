"""What answers to a message go into, where that is more than the inbox: said by rooms which this one may not import."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from groundswell.messaging.models import Message


@dataclass(frozen=True, slots=True)
class Lead:
    """Where its answers go: by name and address, and what has to be put right in its words before."""

    label: str
    address: str
    problems: tuple[str, ...] = ()


Finder = Callable[[Message], Lead | None]
_FINDERS: list[Finder] = []


def register(finder: Finder) -> None:
    """Messages are shown to `finder`, which knows those of its own."""
    _FINDERS.append(finder)


def lead_of(message: Message) -> Lead | None:
    """What answers to this message go into; None: nothing in particular."""
    return next((lead for finder in _FINDERS if (lead := finder(message)) is not None), None)
