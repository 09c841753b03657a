"""What a message costs before it goes: how many parts of a text, and what they cost at the sender's price."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from groundswell.compliance.enums import Channel
from groundswell.messaging.composed import as_sent, same_for_all, writing_of
from groundswell.messaging.models import Message
from groundswell.messaging.recipients import some_reached, values_of
from groundswell.messaging.sms import segments_of

# So many people's texts are written for it; of more, the rest is reckoned like these.
WRITTEN = 500


@dataclass(frozen=True, slots=True)
class Estimate:
    """`parts` are billed for `people`: texts have one or more each, an email is one. `pence`: None without a price.

    `is_reckoned`: from the first ones' texts, for the rest. `most`: the parts of the longest of these.
    """

    people: int
    parts: int
    most: int
    pence: Decimal | None
    is_reckoned: bool

    @property
    def pounds(self) -> str:
        """The cost as people write it."""
        return f"{(self.pence or Decimal(0)) / 100:,.2f}"


def estimate_of(message: Message, *, people: int, now: datetime) -> Estimate:
    """What it costs to send it to so many. Raises FieldError and NoImprintError, as writing it does."""
    parts, most, is_reckoned = people, 1, False
    if message.channel == Channel.SMS:
        counts = _parts_of_some(message, now=now)
        written = len(counts)
        most = max(counts, default=1)
        is_reckoned = written < people
        parts = round(sum(counts) * people / written) if written else 0
    price = message.sender.price if message.sender is not None else None
    return Estimate(people, parts, most, None if price is None else price * parts, is_reckoned)


def _parts_of_some(message: Message, *, now: datetime) -> list[int]:
    """The parts of the texts of the first ones; who lacks something gets none."""
    writing, same = writing_of(message), same_for_all(as_sent(message))
    found = []
    for values in values_of(some_reached(message, now=now, most=WRITTEN)).values():
        known = {**same, **values}
        if not writing.missing(known):
            found.append(segments_of(writing.for_one(known).text).count)
    return found
