"""The evening's chances: those that people have counted, and the same again from the same seed."""

from __future__ import annotations

import random
from collections import Counter

import pytest

from groundswell.cli.simulating.chance import Plan, dial, lobby_minutes, plans

MINUTES = 120.0


def steady(dials_an_hour: float) -> Plan:
    return Plan(arrives=0, practises=False, hesitates=0, dials_an_hour=dials_an_hour, takes_breaks=False)


def share(outcomes: Counter[str], *names: str) -> float:
    return sum(outcomes[name] for name in names) / outcomes.total()


@pytest.mark.parametrize("pace", [20.0, 25.0])
def test_what_comes_of_a_call_is_what_people_have_counted(pace: float):
    chance = random.Random(1)
    dials = [dial(steady(pace), chance) for _ in range(20_000)]
    outcomes = Counter(each.outcome for each in dials)
    # 30, 30, 10 and 10 of a hundred where eighty do not answer; members answer more often.
    assert share(outcomes, "answerphone") == pytest.approx(0.29, abs=0.015)
    assert share(outcomes, "no_answer") == pytest.approx(0.29, abs=0.015)
    assert share(outcomes, "wrong_number", "number_dead") == pytest.approx(0.097, abs=0.01)
    unanswered = {"answerphone", "no_answer", "wrong_number", "number_dead", "engaged"}
    assert share(outcomes, *(set(outcomes) - unanswered)) == pytest.approx(0.15 * 0.35 + 0.85 * 0.20, abs=0.015)
    assert 60 * len(dials) / sum(each.minutes for each in dials) == pytest.approx(pace, rel=0.03)
    talks = [each.minutes for each in dials if each.outcome == "completed"]
    assert max(talks) <= 4.5


def test_some_come_late_some_leave_some_lose_the_signal_and_one_closes_the_laptop():
    made = plans(100, MINUTES, random.Random(2), steady=False)
    assert sum(plan.closes_laptop is not None for plan in made) == 2
    assert 5 < sum(plan.arrives > 0 for plan in made) < 40
    assert 5 < sum(plan.leaves is not None for plan in made) < 40
    assert 3 < sum(plan.loses_signal is not None for plan in made) < 35
    assert all(-lobby_minutes(MINUTES) <= plan.arrives < MINUTES / 2 for plan in made)
    assert sum(plan.closes_laptop is not None for plan in plans(12, MINUTES, random.Random(2), steady=False)) == 1


def test_the_steady_ring_from_the_start_to_the_end():
    for plan in plans(50, MINUTES, random.Random(3), steady=True):
        assert plan.arrives < 0
        assert not plan.takes_breaks
        assert (plan.leaves, plan.loses_signal, plan.closes_laptop) == (None, None, None)


def test_the_same_seed_the_same_evening():
    first, second, other = (plans(20, MINUTES, random.Random(seed), steady=False) for seed in (7, 7, 8))
    assert first == second != other
