"""What a text bank hands a volunteer: plain values, without a number (rule D12)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from groundswell.textbank.enums import LeaseStatus, PressStatus


@dataclass(frozen=True, slots=True)
class TextToSend:
    """The next first text of a volunteer's batch, in the words that leave when they press. `place`: their constituency."""

    entry_id: int
    name: str
    place: str
    text: str
    segments: int


@dataclass(frozen=True, slots=True)
class Lease:
    """The answer to "some people to text, please". `left`: unsent in hand; `opens_at`: when somebody may be texted again."""

    status: LeaseStatus
    left: int = 0
    opens_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Pressed:
    """What became of a press. `why`: of one that may not go, the reason; `goes_at`: of one that waits for better hours."""

    status: PressStatus
    why: str = ""
    goes_at: datetime | None = None
    delivery_id: int | None = None

    @property
    def is_safe(self) -> bool:
        """Whether the words are in the outbox, now or from an earlier press."""
        return self.status in {PressStatus.SENT, PressStatus.REPEATED}
