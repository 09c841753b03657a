"""Pictures say the same numbers as their tables, and a run of odd speed is found wherever it lies."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from django.template import Context, Template

from groundswell.phonebank.rules import ODDITY_CALLS, odd_runs
from groundswell.phonebank.templatetags.pictures import nested_columns, parted_bar, sparkline

NOON = datetime(2026, 11, 18, 12, 0, tzinfo=UTC)


def every(seconds: float, count: int, start: datetime = NOON) -> list[datetime]:
    return [start + timedelta(seconds=seconds * index) for index in range(count)]


def test_parts_fill_the_bar_and_nothing_divides_by_nought():
    drawn = parted_bar([{"label": "a", "value": 1, "tone": "own"}, {"label": "b", "value": 3, "tone": "rest"}], "t")
    assert [(part["x"], part["width"], part["share"]) for part in drawn["parts"]] == [
        ("0.00", "25.00", 25),
        ("25.00", "75.00", 75),
    ]
    empty = parted_bar([{"label": "a", "value": 0, "tone": "own"}], "t")
    assert empty["parts"][0]["width"] == "0.00"


def test_columns_lie_within_each_other_and_their_table_says_the_same():
    rows = [{"label": f"{day} Nov", "values": [100 * day, 10 * day, day]} for day in range(1, 4)]
    markup = Template('{% load pictures %}{% nested_columns rows "Dials|Spoken to|Identified" "Calls" %}').render(
        Context({"rows": rows})
    )
    assert 'aria-label="Calls"' in markup
    assert markup.count('<td class="num">') == 9
    heights = [[float(bar["height"]) for bar in c["bars"]] for c in nested_columns(rows, "a|b|c", "t")["columns"]]
    assert all(outer > middle >= inner > 0 for outer, middle, inner in heights)


def test_a_long_run_of_days_keeps_the_newest_label():
    rows = [{"label": str(day), "values": [day]} for day in range(31)]
    columns = nested_columns(rows, "Dials", "t")["columns"]
    assert columns[-1]["labelled"]
    assert sum(column["labelled"] for column in columns) <= 16
    assert sum(not column["spare"] for column in columns) <= 6


def test_one_value_draws_no_sparkline():
    assert sparkline([{"label": "a", "values": [3]}])["bars"] == []
    assert sparkline([])["bars"] == []


def test_a_run_is_found_between_quiet_times():
    fast = every(5, ODDITY_CALLS, NOON + timedelta(hours=2))
    (run,) = odd_runs([*every(180, 30), *fast, *every(180, 30, NOON + timedelta(hours=3))])
    assert run.first_at == fast[0]
    assert run.last_at == fast[-1]


def test_one_conversation_fewer_or_a_little_slower_is_no_run():
    assert odd_runs(every(5, ODDITY_CALLS - 1)) == []
    assert odd_runs(every(7, ODDITY_CALLS + 5)) == []
    assert odd_runs([]) == []


def test_two_bursts_are_two_runs():
    bursts = [*every(1, ODDITY_CALLS), *every(1, ODDITY_CALLS, NOON + timedelta(hours=1))]
    assert [len(run.moments) for run in odd_runs(bursts)] == [ODDITY_CALLS, ODDITY_CALLS]
