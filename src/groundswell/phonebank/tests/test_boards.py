"""What a board says of the numbers: milestones, ticker, ranking, badges, columns. Without a database."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from groundswell.phonebank.boards import (
    CELEBRATED_FOR,
    MINUTES_SHOWN,
    board_of,
    evening_columns,
    in_one_line,
    milestones,
    minute_columns,
)
from groundswell.phonebank.dashboards import Work
from groundswell.phonebank.session_numbers import Arrival, CallerNumbers, Facts, Moment, SessionNumbers

START = datetime(2026, 7, 6, 17, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def facts(**changes: Any) -> Facts:
    made = Facts(
        session_id=1,
        board_key="k",
        show_leaders=True,
        started_at=START,
        closed_at=None,
        ends_at=START + 120 * MINUTE,
        begins_at=START,
        title="Monday",
        target=300,
        hashtag="",
        time_zone="Europe/London",
        seat="Bury North",
        campaign_id=1,
        campaign_slug="bury",
        campaign="Bury 2029",
        bank_ids=(1,),
    )
    return replace(made, **changes)


def caller(user_id: int, name: str, dials: int, contacts: int = 0, *, first: bool = False) -> CallerNumbers:
    return CallerNumbers(user_id, name, first, Work(dials, contacts), START, None)


def numbers(*callers: CallerNumbers, dials_by_minute: dict[int, int] | None = None, **changes: Any) -> SessionNumbers:
    total = sum((each.work for each in callers), Work())
    spread = {0: total.dials} if dials_by_minute is None else dials_by_minute
    made = SessionNumbers(
        facts=changes.pop("facts", facts()),
        at=START + 60 * MINUTE,
        work=Work(sum(spread.values()), total.contacts, total.identified),
        minutes=tuple((START + minute * MINUTE, Work(dials)) for minute, dials in sorted(spread.items())),
        callers={each.user_id: each for each in callers},
        unranked=frozenset(),
        caller_hours=2.0,
        joined=len(callers),
        here=len(callers),
        arrivals=(),
        newest=(),
    )
    return replace(made, **changes)


ADA, BO, CAI = caller(1, "Ada Lovelace", 30, 6), caller(2, "Bo Peep", 30, 4), caller(3, "Cai Jones", 12, 4)


def test_milestones_are_reached_in_the_minute_in_which_the_count_passes_them():
    reached = list(milestones(numbers(dials_by_minute={0: 9, 5: 1, 20: 100, 50: 190})))
    assert [(each.calls, (each.at - START) // MINUTE) for each in reached] == [
        (10, 5),
        (25, 20),
        (50, 20),
        (100, 20),
        (150, 50),
        (200, 50),
        (250, 50),
        (300, 50),
    ]
    assert [each.calls for each in reached if each.is_target] == [300]


def test_a_target_between_the_milestones_is_one():
    reached = list(milestones(numbers(dials_by_minute={0: 40}, facts=facts(target=33))))
    assert [(each.calls, each.is_target) for each in reached] == [(10, False), (25, False), (33, True)]
    assert [each.calls for each in milestones(numbers(dials_by_minute={0: 3100}, facts=facts(target=None)))][-3:] == [
        1000,
        2000,
        3000,
    ]


@pytest.mark.parametrize(("ago", "words"), [(CELEBRATED_FOR - MINUTE, "50 calls together!"), (CELEBRATED_FOR, None)])
def test_a_milestone_is_celebrated_for_a_while(ago: timedelta, words: str | None):
    seen = numbers(dials_by_minute={30: 60}, at=START + 30 * MINUTE + ago)
    celebrated = board_of(seen).celebrated
    assert (celebrated and celebrated.words) == words


def test_the_target_is_celebrated_before_any_other_milestone():
    seen = numbers(dials_by_minute={30: 310}, at=START + 30 * MINUTE, facts=facts(target=299))
    celebrated = board_of(seen).celebrated
    assert celebrated is not None
    assert celebrated.words == "Target reached: 299 calls together!"


def test_the_ranking_is_by_calls_then_conversations_and_equals_share_a_place():
    leaders = board_of(numbers(CAI, ADA, BO, caller(4, "Di", 12, 4), caller(5, "Ed", 1), caller(6, "Flo", 0))).leaders
    assert [(each.place, each.name) for each in leaders] == [(1, "Ada"), (2, "Bo"), (3, "Cai"), (3, "Di"), (5, "Ed")]


def test_whoever_is_odd_is_in_no_ranking_and_no_ticker_and_counts_for_the_team():
    talks = (Moment(1, START + 59 * MINUTE), Moment(2, START + 58 * MINUTE))
    board = board_of(numbers(ADA, BO, CAI, unranked=frozenset({1}), newest=talks))
    assert [each.name for each in board.leaders] == ["Bo", "Cai"]
    assert board.leader(1) is None
    assert [item.words for item in board.ticker if "conversation" in item.words] == ["Bo had a conversation"]
    assert board.numbers.calls == 72


def test_nobody_is_shown_where_the_organiser_shows_none_or_one_calls_alone():
    assert len(board_of(numbers(ADA, BO)).top) == 2
    assert board_of(numbers(ADA)).top == []
    assert board_of(numbers(ADA, BO, facts=facts(show_leaders=False))).top == []


def test_badges_are_the_highest_of_each_kind():
    (leader,) = board_of(numbers(caller(1, "Ada", 57, 11, first=True))).leaders
    assert leader.badges == ("First session", "50 calls", "10 conversations")
    (leader,) = board_of(numbers(caller(1, "Ada", 9, 4))).leaders
    assert leader.badges == ()


def test_first_names_only_and_an_initial_where_two_share_one():
    board = board_of(numbers(ADA, caller(2, "Ada Byron", 5), caller(3, "Ada", 4), caller(4, "bo@example.org", 3)))
    assert [each.name for each in board.leaders] == ["Ada L.", "Ada B.", "Ada", "bo"]


def test_the_ticker_is_newest_first_and_welcomes_first_timers():
    arrivals = (Arrival(9, "Nia Jones", START + 57 * MINUTE),)
    board = board_of(
        numbers(ADA, BO, arrivals=arrivals, newest=(Moment(1, START + 58 * MINUTE), Moment(2, START + 56 * MINUTE)))
    )
    assert [item.words for item in board.ticker[:3]] == [
        "Ada had a conversation",
        "Welcome, Nia: your first session!",
        "Bo had a conversation",
    ]


def test_the_picture_has_the_last_half_hour_quiet_minutes_too():
    seen = numbers(dials_by_minute={0: 5, 45: 2, 60: 3})
    columns = minute_columns(seen)
    assert len(columns) == MINUTES_SHOWN
    assert [sum(column["values"]) for column in columns if column["values"] != [0]] == [2, 3]
    assert columns[-1]["label"] == "19:00", "by the event's clock, an hour ahead of UTC in summer"
    early = minute_columns(replace(seen, at=START + 3 * MINUTE))
    assert len(early) == 4
    assert minute_columns(numbers(facts=facts(started_at=None))) == []


def test_the_evening_is_drawn_whole_in_few_columns():
    seen = numbers(dials_by_minute={0: 5, 59: 2, 119: 4}, at=START + 120 * MINUTE)
    columns = evening_columns(seen)
    assert len(columns) <= MINUTES_SHOWN
    assert sum(column["values"][0] for column in columns) == 11
    closed = evening_columns(replace(seen, facts=facts(closed_at=START + 30 * MINUTE)))
    assert len(closed) == 16


def test_in_one_line():
    assert in_one_line(numbers(ADA, BO, CAI)) == "3 people made 72 calls for Bury North"
    assert in_one_line(numbers(caller(1, "Ada", 1), facts=facts(seat=""))) == "1 person made 1 call for Bury 2029"


def test_percent_is_not_a_hundred_before_it_is():
    assert board_of(numbers(dials_by_minute={0: 299})).percent == 99
    assert board_of(numbers(dials_by_minute={0: 450})).percent == 150
    assert board_of(numbers(dials_by_minute={0: 450})).target_done == 300
