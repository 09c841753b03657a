"""Who else answers incoming texts: rooms with conversations and flows say so here, which this one may not import."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from groundswell.messaging.enums import InboundRoute
from groundswell.messaging.models import Inbound

# Whether it took the message: it then answers for it. Called in the transaction that routes, once for each message.
Taker = Callable[[Inbound], bool]

# An open conversation comes before a keyword.
ORDER: Final = (InboundRoute.CONVERSATION, InboundRoute.FLOW)
_TAKERS: dict[InboundRoute, Taker] = {}


def register(route: InboundRoute, taker: Taker) -> None:
    """Messages that nothing before it claims are offered to `taker`. Raises ValueError for what is not its to take."""
    if route not in ORDER:
        raise ValueError(f"{route} is decided by the room itself")
    _TAKERS[route] = taker


def takers() -> list[tuple[InboundRoute, Taker]]:
    """Whom to ask, in order."""
    return [(route, _TAKERS[route]) for route in ORDER if route in _TAKERS]
