"""The calls of the past Monday evenings, as they might have gone. Pure: homes in, a ledger out.

Shares and speeds are those measured of real phone banks: about twelve dials an hour for each caller, one dial in three
or four reaching somebody, a seventh of the numbers wrong or dead.
"""

from __future__ import annotations

import heapq
import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import NAMESPACE_OID, UUID, uuid5

from groundswell.cli.demo import names

ATTEMPT_CAP = 3
EVENING = timedelta(hours=2)
# Four evenings leave a list half worked through, be it of a thousand homes or of a hundred.
SHARE_OF_AN_EVENING = 0.27
HASTY_CALLS = 23
HASTE = timedelta(seconds=5)
# Code of the outcome, its weight, and how long to wait before another try (None: there is none, or it is agreed).
OUTCOMES: tuple[tuple[str, int, timedelta | None], ...] = (
    ("no_answer", 345, timedelta(days=1)),
    ("answerphone", 190, timedelta(days=1)),
    ("engaged", 20, timedelta(days=1)),
    ("wrong_number", 75, None),
    ("number_dead", 65, None),
    ("completed", 175, None),
    ("part_completed", 15, timedelta(days=2)),
    ("call_back", 25, timedelta(days=7)),
    ("not_available", 30, timedelta(days=1)),
    ("other_member", 15, timedelta(days=1)),
    ("refused_today", 20, timedelta(days=7)),
    ("do_not_call", 8, None),
    ("moved", 10, None),
    ("deceased", 2, None),
    ("language_barrier", 5, None),
)
WAITS = {code: wait for code, _, wait in OUTCOMES}
SPOKEN_TO = frozenset(
    {"completed", "part_completed", "call_back", "not_available", "other_member", "refused_today", "do_not_call"}
    | {"moved", "deceased", "language_barrier"}
)
ANSWERED = frozenset({"completed", "part_completed"})
ENDS_THE_NUMBER = {"wrong_number": "retired", "number_dead": "retired", "do_not_call": "suppressed"}
ENDS_THE_PERSON = {"moved": "moved", "deceased": "deceased"}


@dataclass(slots=True)
class QueuedHome:
    """One household of the queue: whom to reach on which number, and what became of it."""

    household_id: int
    reachable: list[tuple[int, int]]
    position: int
    attempts: int = 0
    due_at: datetime | None = None
    call_back_for: int | None = None
    is_call_back: bool = False
    done_reason: str = ""
    flag: str = ""


@dataclass(slots=True)
class PastCall:
    """One line of the ledger to be."""

    uuid: UUID
    home: QueuedHome
    caller: int
    person_id: int
    number_id: int
    outcome: str
    at: datetime
    note: str
    answered_by: list[int]


@dataclass(slots=True)
class History:
    """Everything that happened, in the order in which it did."""

    calls: list[PastCall] = field(default_factory=list)
    flags: list[tuple[QueuedHome, int, datetime, str]] = field(default_factory=list)
    skips: list[tuple[QueuedHome, int, datetime, str]] = field(default_factory=list)


def ring(homes: list[QueuedHome], *, callers: list[int], starts: list[datetime], rng: random.Random) -> History:
    """What the callers did on evenings beginning at `starts`; changes the homes to how they stand afterwards."""
    history = History()
    fresh = list(reversed(homes))
    waiting: list[QueuedHome] = []
    for start in starts:
        here = rng.sample(callers, rng.randrange(9, min(13, len(callers)) + 1))
        desk = [(start + timedelta(seconds=rng.randrange(20, 400)), caller) for caller in here]
        heapq.heapify(desk)
        enough = len(history.calls) + max(1, round(SHARE_OF_AN_EVENING * len(homes)))
        while desk and len(history.calls) < enough:
            at, caller = heapq.heappop(desk)
            home = _next(fresh, waiting, at, rng)
            if home is None or at > start + EVENING:
                continue
            if rng.random() < 0.012:
                history.skips.append((home, caller, at, rng.choice(names.SKIPS)))
                waiting.append(home)
                home.due_at = at
                heapq.heappush(desk, (at + timedelta(seconds=20), caller))
                continue
            call = _call(home, caller, at, rng)
            history.calls.append(call)
            if not home.done_reason:
                waiting.append(home)
            minutes = rng.uniform(5.5, 11) if call.outcome in SPOKEN_TO else rng.uniform(2.4, 4.6)
            heapq.heappush(desk, (at + timedelta(minutes=minutes), caller))
    _tap_through(history, fresh, waiting, caller=callers[-1], start=starts[-1])
    _raise_flags(history, waiting, rng)
    return history


def _tap_through(
    history: History, fresh: list[QueuedHome], waiting: list[QueuedHome], *, caller: int, start: datetime
) -> None:
    """Somebody pressed the same result twenty-odd times in two minutes: what an organiser should be shown.

    Left out where it would eat up a short list.
    """
    if len(fresh) < 4 * HASTY_CALLS:
        return
    for nth in range(HASTY_CALLS):
        home = fresh.pop()
        at = start + EVENING - timedelta(minutes=9) + nth * HASTE
        home.attempts += 1
        home.due_at = at + timedelta(days=1)
        person_id, number_id = home.reachable[0]
        # As good as a random number, and the same every time.
        uuid = uuid5(NAMESPACE_OID, f"{home.household_id} {at.isoformat()}")
        history.calls.append(PastCall(uuid, home, caller, person_id, number_id, "not_available", at, "", []))
        waiting.append(home)


def _next(fresh: list[QueuedHome], waiting: list[QueuedHome], at: datetime, rng: random.Random) -> QueuedHome | None:
    due = [home for home in waiting[:200] if home.due_at is not None and home.due_at <= at]
    if due and (not fresh or rng.random() < 0.35):
        home = min(due, key=lambda home: (not home.is_call_back, home.due_at))
        waiting.remove(home)
        return home
    return fresh.pop() if fresh else None


def _call(home: QueuedHome, caller: int, at: datetime, rng: random.Random) -> PastCall:
    person_id, number_id = home.reachable[0]
    outcome = rng.choices([code for code, _, _ in OUTCOMES], [weight for _, weight, _ in OUTCOMES])[0]
    answered_by: list[int] = []
    if outcome in ANSWERED:
        answered_by = [person_id]
        others = [other for other, _ in home.reachable if other != person_id]
        if others and outcome == "completed" and rng.random() < 0.3:
            answered_by.append(others[0])
    note = rng.choice(names.NOTES) if outcome in SPOKEN_TO and rng.random() < 0.22 else ""
    _settle(home, caller, outcome, at, rng)
    uuid = UUID(int=rng.getrandbits(128), version=4)
    return PastCall(uuid, home, caller, person_id, number_id, outcome, at, note, answered_by)


def _settle(home: QueuedHome, caller: int, outcome: str, at: datetime, rng: random.Random) -> None:
    """What the outcome makes of the household in the queue."""
    home.attempts += 1
    home.is_call_back, home.call_back_for, home.due_at = False, None, None
    person_id, number_id = home.reachable[0]
    ended = ENDS_THE_NUMBER.get(outcome) or ENDS_THE_PERSON.get(outcome)
    if ended is not None:
        by_number = outcome in ENDS_THE_NUMBER
        home.reachable = [
            (other, number)
            for other, number in home.reachable
            if (number != number_id if by_number else other != person_id)
        ]
        home.due_at = at + timedelta(days=1)
        if not home.reachable:
            home.done_reason, home.due_at = ended, None
    elif outcome in {"completed", "language_barrier"}:
        home.done_reason = "called"
    elif home.attempts >= ATTEMPT_CAP and outcome != "call_back":
        home.done_reason = "attempts_used"
    else:
        wait = WAITS[outcome]
        home.due_at = at + wait if wait else at
        if outcome == "call_back":
            # Agreed for some time in the same hours a week later.
            home.due_at = home.due_at.replace(minute=rng.choice((0, 15, 30, 45)), second=0, microsecond=0)
            home.is_call_back = True
            home.call_back_for = caller if rng.random() < 0.5 else None


def _raise_flags(history: History, waiting: list[QueuedHome], rng: random.Random) -> None:
    """The last word on a few homes is a flag; half of these wait for the organiser, in each case on the latest call."""
    latest = {id(call.home): call for call in history.calls}
    open_homes = [home for home in waiting if id(home) in latest]
    for note, home in zip(names.FLAGS, rng.sample(open_homes, min(len(names.FLAGS), len(open_homes))), strict=False):
        call = latest[id(home)]
        home.flag = note
        history.flags.append((home, call.caller, call.at + timedelta(seconds=40), note))
