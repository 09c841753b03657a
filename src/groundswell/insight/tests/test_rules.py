"""What colours a hexagon and what speaks for a seat, without a database."""

from datetime import UTC, datetime, timedelta

import pytest

from groundswell.insight.rules import (
    LEGENDS,
    LEVELS,
    Colouring,
    Standing,
    kilometres,
    level_of_calls,
    level_of_coverage,
    level_of_marginality,
    reasons,
)

NOW = datetime(2026, 11, 23, 18, tzinfo=UTC)


@pytest.mark.parametrize(
    ("share", "level"), [(0.0, 4), (0.0199, 4), (0.02, 3), (0.05, 2), (0.1, 1), (0.2, 0), (0.9, 0), (None, 0)]
)
def test_the_closer_a_seat_the_fuller_its_hexagon(share, level):
    assert level_of_marginality(share) == level


def test_calls_and_coverage_fill_a_hexagon_step_by_step():
    assert [level_of_calls(calls) for calls in (0, 1, 49, 50, 199, 200, 999, 1000)] == [0, 1, 1, 2, 2, 3, 3, 4]
    assert [level_of_coverage(share) for share in (0, 0.001, 0.05, 0.1, 0.25, 1)] == [0, 1, 2, 3, 4, 4]


@pytest.mark.parametrize("colouring", list(Colouring))
def test_every_level_has_its_words_in_the_legend(colouring):
    assert [step.level for step in LEGENDS[colouring]] == list(range(LEVELS, -1, -1))


def points(**changes):
    seat = Standing(**{"gap": 1.0, "waiting": 500, "helpers": 3, "last_rung_at": NOW - timedelta(days=7), **changes})
    return sum(reason.points for reason in reasons(seat, now=NOW))


def test_each_reason_speaks_for_a_seat_by_itself():
    assert points(gap=0.2) > points() > points(gap=4.0) > points(gap=9.0) == points(gap=None)
    assert points(waiting=2500) > points() > points(waiting=0)
    assert points(helpers=12) > points() > points(helpers=0)
    assert points(last_rung_at=None) > points() > points(last_rung_at=NOW)


def test_a_seat_has_at_most_a_hundred_points():
    assert points(gap=0.0, waiting=10**6, helpers=99, last_rung_at=None) == 100
    assert points(gap=50.0, waiting=0, helpers=0, last_rung_at=NOW) == 0
    assert sum(reason.most for reason in reasons(Standing(1, 1, 1, None), now=NOW)) == 100


def test_the_way_from_bury_to_walthamstow():
    assert kilometres((53.6166, -2.3228), (51.5868, -0.0276)) == pytest.approx(273, abs=3)
    assert kilometres((53.6, -2.3), (53.6, -2.3)) == 0
