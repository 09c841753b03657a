"""What the outbox asks compliance of what it leases, and of what is about to leave."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from groundswell.compliance.operations.consent import CAMPAIGNING
from groundswell.messaging.enums import ASKED_FOR_KINDS, TO_STRANGERS_TOO, MessageKind
from groundswell.messaging.letters import Urgency
from groundswell.messaging.outgoing import Leased
from groundswell.messaging.pacing import latest_wave

SQL = Path(__file__).parent.parent / "sql"
_JUDGED, _JUDGE, _STILL = ((SQL / f"{name}.sql").read_text(encoding="utf-8") for name in ("judged", "judge", "still"))
JUDGE, STILL = _JUDGED + _JUDGE, _JUDGED + _STILL


@dataclass(frozen=True, slots=True)
class Active:
    """A message that is being sent, and the pace of its sender."""

    id: int
    sender_id: int
    channel: str
    kind: str
    starts_at: datetime | None
    expires_at: datetime | None
    wave_minutes: int
    test_share: int
    winner: int | None
    decided_at: datetime | None
    prepared_at: datetime | None
    created_at: datetime
    rate: int
    next_slot_at: datetime | None
    provider: str

    @property
    def is_letters(self) -> bool:
        """Whether each of it is a letter of its own, written and sent by itself: a killed worker loses sight of one."""
        return self.kind == MessageKind.LETTER

    def wave(self, now: datetime) -> int:
        """The last wave that may go; of letters, all: the rank of each says only which is first."""
        if self.is_letters:
            return max(Urgency)
        return latest_wave(
            starts_at=self.starts_at or self.prepared_at or self.created_at,
            wave_minutes=self.wave_minutes,
            has_test=self.test_share > 0,
            decided_at=self.decided_at,
            now=now,
        )


def ask(cursor: Any, statement: str, parameters: dict[str, Any]) -> list[Any]:
    """What compliance says, by a plan made once: making it anew takes longer than looking up fifty people."""
    cursor.execute("SET LOCAL plan_cache_mode = force_generic_plan")
    cursor.execute(statement, parameters)
    found: list[Any] = cursor.fetchall()
    cursor.execute("SET LOCAL plan_cache_mode = auto")
    return found


def asking_of(active: Active, now: datetime) -> dict[str, Any]:
    """What compliance is asked, of whomever."""
    return {
        "at": now,
        "channel": active.channel,
        "purpose": CAMPAIGNING,
        "is_asked_for": active.kind in ASKED_FOR_KINDS,
        "is_stop": active.kind == MessageKind.STOPPED,
        "is_to_strangers": active.kind in TO_STRANGERS_TOO,
        "is_letter": active.is_letters,
    }


def leased_of(row: Sequence[Any]) -> Leased:
    """What a lease gave us of one delivery."""
    delivery, _state, person, point, bucket, variant, attempts, key, body, address, given, family, seat = row
    given, family = given or "", family or ""
    first = given.split()[0] if given.split() else ""
    values = {"first_name": first, "family_name": family, "full_name": f"{given} {family}".strip(), "seat": seat or ""}
    return Leased(delivery, person, point, bucket, variant, attempts, body, address, values, key)
