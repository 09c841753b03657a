"""Letters to one person about what they signed up for: confirmations, reminders, changes.

Rooms write them, which this one may not import; the outbox asks for the words when a letter leaves, so that they are true
then.

A letter's delivery is kept under a `key` that says which room's it is, which of its rows, and for the how-manieth time: the
database refuses the same one twice.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from typing import Final

from groundswell.accounts.models import Organisation
from groundswell.messaging.enums import DeliveryReason
from groundswell.messaging.models import Message
from groundswell.messaging.outgoing import Leased, reference_of
from groundswell.messaging.providers.contract import Enclosed, Outgoing
from groundswell.messaging.return_paths import return_path_of


class Urgency(IntEnum):
    """Which letters go before which: somebody waits for it; within hours; some time."""

    NOW = 0
    SOON = 1
    LATER = 2


@dataclass(frozen=True, slots=True)
class LetterWords:
    """What a letter says: its text, an HTML twin, and what is enclosed."""

    subject: str
    text: str
    html: str
    enclosed: tuple[Enclosed, ...] = ()


class NotNeededError(Exception):
    """This letter is not to go any more; `reason` is what the outbox writes down."""

    def __init__(self, reason: DeliveryReason = DeliveryReason.NOT_NEEDED) -> None:
        super().__init__(reason)
        self.reason = reason


# The words of the room's letter about this row of its own, as they are true now. Raises NotNeededError.
Writer = Callable[[int, datetime], LetterWords]
_WRITERS: dict[str, Writer] = {}
_SIGN: Final = " "


def register(room: str, writer: Writer) -> None:
    """The letters under the keys of `room` are written by `writer`."""
    _WRITERS[room] = writer


def key_of(room: str, number: int, times: int) -> str:
    """The key of the letter about this row of the room's, for the `times`-th time."""
    return f"{room}{_SIGN}{number}{_SIGN}{times}"


class Letters:
    """What letters of one sender have in common: the organisation's name, and where answers go."""

    def __init__(self, message: Message, *, clock: Callable[[], datetime]) -> None:
        assert message.sender is not None
        self._sender, self._clock = message.sender, clock
        organisation = Organisation.objects.get(pk=1)
        # Who writes is seen at once (rule M7).
        self._name = " ".join((organisation.name or self._sender.name).split())
        answers_to = organisation.contact_email
        self._headers = {"Auto-Submitted": "auto-generated"}
        if answers_to and answers_to.isascii():
            self._headers["Reply-To"] = answers_to

    def outgoing(self, delivery: Leased, *, valid_until: datetime | None) -> Outgoing:
        """The letter as it leaves. Raises NotNeededError, and whatever goes wrong with its words."""
        room, number, _times = delivery.key.split(_SIGN)
        words = _WRITERS[room](int(number), self._clock())
        reference = reference_of(delivery.id)
        return Outgoing(
            delivery_id=delivery.id,
            reference=reference,
            sender_name=self._name,
            sender_address=self._sender.address,
            to=delivery.address,
            text=words.text,
            subject=" ".join(words.subject.split()),
            html=words.html,
            headers=self._headers,
            enclosed=words.enclosed,
            return_path=return_path_of(reference),
            valid_until=valid_until,
        )
