"""Who else answers incoming texts: rooms with conversations and flows say so here, which this one may not import."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from groundswell.messaging.enums import InboundRoute
from groundswell.messaging.models import Inbound

# Whether it took the message: it then answers for it. Called in the transaction that routes, once for each message, with
# the time of that in `routed_at`.
Taker = Callable[[Inbound], bool]
# Since when a conversation between these two numbers is open, by whoever takes for it; None: none is.
Since = Callable[[Inbound], datetime | None]

# An open conversation comes before a keyword.
ORDER: Final = (InboundRoute.CONVERSATION, InboundRoute.FLOW)
_LONG_AGO: Final = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class _Room:
    takes: Taker
    since: Since


_TAKERS: dict[InboundRoute, list[_Room]] = {}


def register(route: InboundRoute, taker: Taker, *, since: Since = lambda _inbound: None) -> None:
    """Messages that nothing before it claims are offered to `taker`. Several rooms may have conversations: `since` says
    whose is the latest. Raises ValueError for what is not its to take.
    """
    if route not in ORDER:
        raise ValueError(f"{route} is decided by the room itself")
    _TAKERS.setdefault(route, []).append(_Room(taker, since))


def takers(inbound: Inbound) -> list[tuple[InboundRoute, Taker]]:
    """Whom to ask, in order: the conversation opened last before the others."""
    found: list[tuple[InboundRoute, Taker]] = []
    for route in ORDER:
        rooms = sorted(_TAKERS.get(route, []), key=lambda room: room.since(inbound) or _LONG_AGO, reverse=True)
        found += [(route, room.takes) for room in rooms]
    return found
