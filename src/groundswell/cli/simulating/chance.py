"""How such an evening goes: who comes when, who rings how fast, what comes of a call. From a seed, so it can be repeated.

The shares are those that people have counted: a fifth of voters and a third of members answer, three in ten times an
answerphone does, three in ten nobody, one number in ten is no good, a conversation takes three to four minutes.
"""

from __future__ import annotations

import random
from dataclasses import dataclass

MEMBERS = 0.15  # of the households
ANSWERS = {"voter": 0.20, "member": 0.35}
UNANSWERED = {"answerphone": 30.0, "no_answer": 30.0, "wrong_number": 5.0, "number_dead": 5.0, "engaged": 10.0}
ANSWERED = {
    "completed": 72.0,
    "refused_today": 9.0,
    "not_available": 7.0,
    "part_completed": 4.0,
    "other_member": 3.0,
    "do_not_call": 3.0,
    "moved": 2.0,
}
DIALS_AN_HOUR = (20.0, 25.0)
CONVERSATION = (3.0, 4.0)  # minutes
WRAPPING_UP = 0.5
AT_WORK = (6.0, 14.0)  # minutes between two breaks
BREAK = (7.0, 14.0)
LOBBY = 8.0
HESITATES = (0.02, 0.5)  # whoever has waited for the hour presses within half a minute
COME_LATE, LEAVE_EARLY, LOSE_SIGNAL, PRACTISE = 0.2, 0.2, 0.15, 0.6
LAPTOPS = 50  # one of so many is closed in the middle of a call; at least one


@dataclass(frozen=True, slots=True)
class Plan:
    """What one volunteer will do; moments are minutes since the start, in the evening's own time."""

    arrives: float
    practises: bool
    # After the host has begun, until they press the button.
    hesitates: float
    dials_an_hour: float
    takes_breaks: bool
    leaves: float | None = None
    loses_signal: float | None = None
    signal_gone_for: float = 0.0
    closes_laptop: float | None = None


def lobby_minutes(minutes: float) -> float:
    """How long before the start the first ones come."""
    return min(LOBBY, minutes)


def plans(callers: int, minutes: float, chance: random.Random, *, steady: bool) -> list[Plan]:
    """Everybody's plan. `steady`: nobody comes late, leaves, takes a break, or loses the signal."""
    made = [_plan(minutes, chance, steady=steady) for _ in range(callers)]
    if steady or callers < 2:
        return made
    for index in chance.sample(range(callers), max(1, callers // LAPTOPS)):
        was = made[index]
        made[index] = Plan(
            was.arrives,
            was.practises,
            was.hesitates,
            was.dials_an_hour,
            was.takes_breaks,
            closes_laptop=minutes * chance.uniform(0.5, 0.9),
        )
    return made


def _plan(minutes: float, chance: random.Random, *, steady: bool) -> Plan:
    lobby = lobby_minutes(minutes)
    arrives = -lobby * chance.uniform(0.05, 1)
    leaves = loses = None
    if not steady:
        if chance.random() < COME_LATE:
            arrives = minutes * chance.uniform(0.02, 0.10)
        if chance.random() < LEAVE_EARLY:
            leaves = minutes * chance.uniform(0.88, 0.98)
        if chance.random() < LOSE_SIGNAL:
            loses = minutes * chance.uniform(0.2, 0.9)
    return Plan(
        arrives=arrives,
        practises=chance.random() < PRACTISE,
        hesitates=chance.uniform(*HESITATES),
        dials_an_hour=chance.uniform(*DIALS_AN_HOUR),
        takes_breaks=not steady,
        leaves=leaves,
        loses_signal=loses,
        signal_gone_for=chance.uniform(4, 10),
    )


@dataclass(frozen=True, slots=True)
class Dial:
    """What comes of ringing one household: the outcome pressed, and after how many minutes."""

    outcome: str
    minutes: float


def dial(plan: Plan, chance: random.Random) -> Dial:
    """Ring a household, of a voter or of a member."""
    share = ANSWERS["member" if chance.random() < MEMBERS else "voter"]
    if chance.random() < share:
        minutes = chance.uniform(*CONVERSATION) + WRAPPING_UP
        return Dial(_one_of(ANSWERED, chance), minutes if chance.random() < 0.9 else minutes / 2)
    usual = MEMBERS * ANSWERS["member"] + (1 - MEMBERS) * ANSWERS["voter"]
    talk = sum(CONVERSATION) / 2 + WRAPPING_UP
    minutes = (60 / plan.dials_an_hour - usual * talk) / (1 - usual)
    return Dial(_one_of(UNANSWERED, chance), minutes * chance.uniform(0.5, 1.5))


def _one_of(weights: dict[str, float], chance: random.Random) -> str:
    return chance.choices(list(weights), list(weights.values()))[0]
