"""What came of deliveries that were in our hands: what a provider's answer means, and writing it down."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import connection

from groundswell.messaging.enums import DeliveryReason, DeliveryState
from groundswell.messaging.pacing import next_try
from groundswell.messaging.providers.contract import Handed, Outcome

PROBLEM_LENGTH = 300
SETTLE, SETTLE_EARLY = (
    (Path(__file__).parent.parent / "sql" / f"{name}.sql").read_text(encoding="utf-8")
    for name in ("settle", "settle_early")
)


@dataclass(frozen=True, slots=True)
class Settled:
    """What came of a delivery that was in our hands."""

    id: int
    state: DeliveryState
    reason: str = ""
    due_at: datetime | None = None
    problem: str = ""
    provider_id: str = ""
    segments: int = 0


def settled(answer: Handed, *, attempts: int, segments: int, now: datetime, is_letter: bool = False) -> Settled:
    """What a provider's answer means for a delivery that was tried so often."""
    problem = answer.problem[:PROBLEM_LENGTH]
    match answer.outcome:
        case Outcome.TAKEN:
            return Settled(answer.delivery_id, DeliveryState.SENT, provider_id=answer.provider_id, segments=segments)
        case Outcome.LATER if (at := next_try(attempts, now=now, is_letter=is_letter)) is not None:
            return Settled(answer.delivery_id, DeliveryState.HELD, due_at=at, problem=problem)
        case Outcome.UNKNOWN:
            return Settled(
                answer.delivery_id,
                DeliveryState.UNKNOWN,
                DeliveryReason.LOST,
                problem=problem,
                provider_id=answer.provider_id,
                segments=segments,
            )
        case _:
            return Settled(answer.delivery_id, DeliveryState.FAILED, DeliveryReason.REFUSED, problem=problem)


def write_down(batch: Sequence[Settled], *, now: datetime) -> None:
    """What came of each, in the transaction that is open."""
    with connection.cursor() as cursor:
        billed: dict[str, Any] = {
            "ids": [each.id for each in batch],
            "provider_ids": [each.provider_id for each in batch],
            "segments": [each.segments for each in batch],
        }
        cursor.execute(
            SETTLE,
            {
                **billed,
                "at": now,
                "states": [each.state.value for each in batch],
                "reasons": [str(each.reason) for each in batch],
                "due": [each.due_at for each in batch],
                "problems": [each.problem for each in batch],
            },
        )
        if cursor.rowcount < len(batch) and any(each.segments for each in batch):
            cursor.execute(SETTLE_EARLY, billed)
