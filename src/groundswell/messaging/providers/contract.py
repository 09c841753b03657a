"""What a provider is to the outbox: it takes messages, and its webhooks say what became of them and what came in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum, auto
from typing import Final, Protocol

from groundswell.messaging.enums import DeliveryReason, DeliveryState

# What a provider is handed in one go, unless it has more under way at once than that.
IN_HAND: Final = 10


@dataclass(frozen=True, slots=True)
class Enclosed:
    """A file that goes with an email."""

    name: str
    media_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One message as it leaves: composed, allowed and committed. `reference` is ours, the same however often it is tried."""

    delivery_id: int
    reference: str
    sender_name: str
    sender_address: str
    to: str
    text: str
    subject: str = ""
    html: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    enclosed: tuple[Enclosed, ...] = ()
    # Where it goes back to when it cannot be delivered; empty: to the sender.
    return_path: str = ""
    # The provider is to give up after this (rule M9).
    valid_until: datetime | None = None


class Outcome(Enum):
    """What is known after handing over: taken; refused for good; certainly not taken, try again; nobody knows."""

    TAKEN = auto()
    REFUSED = auto()
    LATER = auto()
    UNKNOWN = auto()


@dataclass(frozen=True, slots=True)
class Handed:
    """What came of one message. `provider_id` is by what its receipts will name it."""

    delivery_id: int
    outcome: Outcome
    provider_id: str = ""
    problem: str = ""


@dataclass(frozen=True, slots=True)
class ReceiptOf:
    """What a provider says became of a message: `sent`, `delivered`, or `failed` with a reason.

    `reference` is ours (`Outgoing.reference`), where the provider says it back: so is found what was lost on the way. Where
    it cannot, `our_address` and `their_address` say between whom it went.
    """

    event_id: str
    provider_id: str
    state: DeliveryState
    at: datetime
    reason: DeliveryReason | None = None
    problem: str = ""
    reference: str = ""
    our_address: str = ""
    their_address: str = ""


class Back(Enum):
    """What came back of an email: the address is dead; not this time; reported as spam; wants no more."""

    DEAD = "dead"
    NOT_NOW = "not now"
    COMPLAINT = "complaint"
    NO_MORE = "no more"


@dataclass(frozen=True, slots=True)
class BackOf:
    """An email that came back, or what its reader made of it. `event_id` is the same when it is told again.

    Which one is known by `reference` or `provider_id`; else `address` (only from whom we trust with it) says whose.
    """

    event_id: str
    back: Back
    at: datetime
    reference: str = ""
    provider_id: str = ""
    address: str = ""
    problem: str = ""


@dataclass(frozen=True, slots=True)
class PartOf:
    """A text that came in, or one part of it: which (`number`) of how many (`total`), under a reference of the telephone's.

    `digest` is the same when the network says the same again, for want of an answer.
    """

    our_address: str
    their_address: str
    text: str
    at: datetime
    digest: str
    number: int = 1
    total: int = 1
    reference: int = 0


@dataclass(frozen=True, slots=True)
class InboundOf:
    """A message that came in, with addresses as the provider writes them (E.164 for numbers)."""

    provider_id: str
    our_address: str
    their_address: str
    text: str
    at: datetime
    # A stop or help that the provider has answered itself: a second answer would be one too many.
    is_answered: bool = False


class Provider(Protocol):
    """A way out. Called outside transactions only, and never with anything that was not committed first."""

    name: str
    # So many it is handed in one go: they leave without another look at whether they still may.
    in_hand: int

    def send(self, batch: Sequence[Outgoing]) -> list[Handed]:
        """Hand over each; one answer for each, in any order. Raises nothing: what went wrong is an answer."""
        ...

    def close(self) -> None:
        """Let go of connections."""
        ...
