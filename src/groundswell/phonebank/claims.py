"""What the queue gives a caller and takes from them: plain, immutable values, no rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Self
from uuid import UUID

from groundswell.campaigns.rules import GivenAnswer
from groundswell.phonebank.enums import ClaimStatus, EmptyReason, RecordStatus


@dataclass(frozen=True, slots=True)
class Number:
    """A telephone number that may be rung now, in E.164."""

    id: int
    value: str


@dataclass(frozen=True, slots=True)
class PersonToCall:
    """Somebody of the household who may be asked for. Without numbers of their own they share the household's."""

    id: int
    title: str
    given_names: str
    family_name: str
    numbers: tuple[Number, ...]

    @property
    def name(self) -> str:
        return f"{self.given_names} {self.family_name}".strip()


@dataclass(frozen=True, slots=True)
class LastContact:
    """The newest call to this household by anybody."""

    outcome: str
    label: str
    at: datetime


@dataclass(frozen=True, slots=True)
class HouseholdToCall:
    """One household in a caller's hands: all that its page shows, and no more (rule D12)."""

    entry_id: int
    lease_key: UUID
    leased_until: datetime
    household_id: int | None
    attempts: int
    is_call_back: bool
    address: str
    area: str
    constituency_id: int | None
    people: tuple[PersonToCall, ...]
    last: LastContact | None
    script_id: int
    script_version: int
    # True: it was in this caller's hands already (a second press, a reload).
    again: bool

    @property
    def numbers(self) -> tuple[Number, ...]:
        """Every number of the household that may be rung, each once."""
        return tuple({number.id: number for person in self.people for number in person.numbers}.values())

    @classmethod
    def read(cls, found: Mapping[str, Any]) -> Self:
        """From the answer of `phonebank_claim`."""
        address = found["address"] or {}
        last = found["last"]
        return cls(
            entry_id=found["entry"],
            lease_key=UUID(found["lease_key"]),
            leased_until=datetime.fromisoformat(found["leased_until"]),
            household_id=found["household"],
            attempts=found["attempts"],
            is_call_back=found["is_call_back"],
            address=address.get("line") or "",
            area=address.get("area") or "",
            constituency_id=address.get("constituency"),
            people=tuple(
                PersonToCall(
                    p["id"],
                    p["title"],
                    p["given"],
                    p["family"],
                    tuple(Number(n["id"], n["value"]) for n in p["numbers"]),
                )
                for p in found["people"] or ()
            ),
            last=LastContact(last["outcome"], last["label"], datetime.fromisoformat(last["at"])) if last else None,
            script_id=found["script"],
            script_version=found["script_version"],
            again=found["again"],
        )


@dataclass(frozen=True, slots=True)
class WhyEmpty:
    """Why there is nobody to ring now (fixed point 6): the main reason, exact counts, and when to come back."""

    reason: EmptyReason
    # How many households stand under each reason; together all of the phone bank that are not ready to be claimed.
    counts: Mapping[EmptyReason, int]
    # Of those not to be called, how many by each refusal or reason (`compliance.enums.Refusal`, `DoneReason`).
    refusals: Mapping[str, int]
    next_at: datetime | None
    # Households that could be claimed now, if there are any after all.
    ready: int = 0


@dataclass(frozen=True, slots=True)
class Claim:
    """The answer to "next, please": a household, or why there is none."""

    status: ClaimStatus
    household: HouseholdToCall | None = None
    why: WhyEmpty | None = None
    households_today: int = 0
    calls_today: int = 0


@dataclass(frozen=True, slots=True)
class CallResult:
    """What a caller pressed, as the phone delivers it, perhaps hours later and more than once.

    `client_uuid` is made by the phone for each result and makes it once. `keep`: the caller stays with the household to
    ask for somebody else. `call_back_at` only with an outcome that agrees one; `call_back_mine` keeps it for this caller.
    """

    client_uuid: UUID
    phone_bank_id: int
    entry_id: int
    lease_key: UUID
    outcome: str
    occurred_at: datetime
    person_id: int | None = None
    contact_point_id: int | None = None
    note: str = ""
    answers: tuple[GivenAnswer, ...] = ()
    call_back_at: datetime | None = None
    call_back_mine: bool = True
    keep: bool = False


@dataclass(frozen=True, slots=True)
class Recorded:
    """What became of a result."""

    status: RecordStatus
    call_id: int | None = None
    kept: bool = False

    @property
    def is_safe(self) -> bool:
        """Whether the result is in the ledger, so that the phone may forget it."""
        return self.status in {RecordStatus.RECORDED, RecordStatus.REPEATED, RecordStatus.LATE}


@dataclass(frozen=True, slots=True)
class Undone:
    """What an undo did: the household is in the caller's hands again, unless somebody else has it by now."""

    call_id: int
    back_in_hand: bool
    # What an undo leaves alone: "do not call" (rule C3).
    suppression_stays: bool = field(default=False)
