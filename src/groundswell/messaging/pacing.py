"""When deliveries may go, and how often they are tried. Pure: the clock is passed in."""

from __future__ import annotations

from datetime import datetime, timedelta

from groundswell.messaging.enums import DeliveryState

# After a first, second ... try that the provider put off; over about two hours, then it is given up.
PAUSES = tuple(timedelta(minutes=minutes) for minutes in (1, 2, 5, 15, 30, 60))
LETTERS_MORE = 24
# What a provider may say of a message, in the order in which it comes true. A later word that says less changes nothing.
_RANK = {DeliveryState.UNKNOWN: 0, DeliveryState.LEASED: 0, DeliveryState.SENT: 1}
_FINAL = {DeliveryState.DELIVERED, DeliveryState.FAILED}


def next_try(attempts: int, *, now: datetime, is_letter: bool = False) -> datetime | None:
    """When what was certainly not taken is tried again, after so many attempts; None: not any more.

    A letter that somebody waits for is tried each hour for a day more: a mail server may be away for a night.
    """
    more = LETTERS_MORE if is_letter else 0
    return now + PAUSES[min(attempts, len(PAUSES)) - 1] if attempts <= len(PAUSES) + more else None


def latest_wave(
    *, starts_at: datetime, wave_minutes: int, has_test: bool, decided_at: datetime | None, now: datetime
) -> int:
    """The last wave whose time has come; -1: none. With a test of subjects the first wave is the test.

    The waves after a test are counted from its decision; until then they wait.
    """
    if now < starts_at:
        return -1
    if has_test and decided_at is None:
        return 0
    start = max(decided_at, starts_at) if has_test and decided_at is not None else starts_at
    passed = (now - start) // timedelta(minutes=wave_minutes) if wave_minutes else 1_000_000
    return (1 if has_test else 0) + min(passed, 1_000_000)


def slots(*, rate: int, next_slot_at: datetime | None, now: datetime, most: int) -> int:
    """How many a sender may send now: its rate's worth of a second at most, and none before its next slot."""
    return min(most, rate) if next_slot_at is None or next_slot_at <= now else 0


def slot_after(*, rate: int, next_slot_at: datetime | None, now: datetime, taken: int) -> datetime:
    """When the sender's next slot is, with so many taken now. What was not used before is not saved up."""
    start = now if next_slot_at is None else max(next_slot_at, now)
    return start + timedelta(seconds=taken / rate)


def is_news(state: DeliveryState, said: DeliveryState) -> bool:
    """Whether what a provider says of a message in `state` changes it. Delivered is final; a failure can still be undone."""
    if state == DeliveryState.DELIVERED or state == said:
        return False
    if said in _FINAL:
        return state in {*_RANK, *_FINAL}
    return state in _RANK and _RANK[state] < _RANK.get(said, 0)
