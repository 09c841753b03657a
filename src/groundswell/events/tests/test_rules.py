"""When an event may be, by the clock on the wall, and what the public page offers."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from groundswell.events.rules import (
    Door,
    EventRuleError,
    Window,
    check_weeks,
    check_window,
    door,
    following_weeks,
    free_places,
    on_day,
    wall_time,
)

LONDON = "Europe/London"


def monday(day: date, zone: str = LONDON, hours: tuple[int, int] = (18, 20)) -> Window:
    """An evening of that day."""
    begins, ends = (wall_time(day, time(hour), zone) for hour in hours)
    return Window(begins, ends, zone)


@pytest.mark.parametrize(("year", "change"), [(2027, date(2027, 3, 28)), (2026, date(2026, 10, 25))])
def test_six_stays_six_across_a_clock_change(year: int, change: date) -> None:
    before = monday(change - timedelta(days=6))
    after = on_day(before, before.starts_at.date() + timedelta(weeks=1))
    assert after.starts_at.astimezone(ZoneInfo(LONDON)).hour == 18
    assert after.ends_at.astimezone(ZoneInfo(LONDON)).hour == 20
    moved = after.starts_at.astimezone(UTC) - before.starts_at.astimezone(UTC) - timedelta(weeks=1)
    assert moved == timedelta(hours=1 if year == 2026 else -1)


def test_an_evening_past_midnight_ends_on_the_next_day() -> None:
    late = Window(wall_time(date(2026, 12, 7), time(22), LONDON), wall_time(date(2026, 12, 8), time(1), LONDON), LONDON)
    again = on_day(late, date(2026, 12, 14))
    assert again.ends_at.astimezone(ZoneInfo(LONDON)) == datetime(2026, 12, 15, 1, tzinfo=ZoneInfo(LONDON))


@settings(deadline=None)
@given(
    st.dates(date(2024, 1, 1), date(2030, 12, 31)),
    st.sampled_from([LONDON, "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "Africa/Casablanca"]),
    st.integers(1, 26),
)
def test_every_week_shows_the_same_hours_everywhere(day: date, zone: str, weeks: int) -> None:
    first = monday(day, zone)
    for next_day in following_weeks(first, weeks):
        again = on_day(first, next_day)
        local = [moment.astimezone(ZoneInfo(zone)) for moment in (again.starts_at, again.ends_at)]
        assert [(moment.date(), moment.hour) for moment in local] == [(next_day, 18), (next_day, 20)]
        assert next_day.weekday() == day.weekday()


def test_an_hour_that_does_not_exist_is_refused_and_one_that_comes_twice_is_the_first() -> None:
    with pytest.raises(EventRuleError, match="01:30"):
        wall_time(date(2027, 3, 28), time(1, 30), LONDON)
    assert wall_time(date(2026, 10, 25), time(1, 30), LONDON).astimezone(UTC).hour == 0


@pytest.mark.parametrize("zone", ["", "Atlantis/Deep", "../etc/passwd"])
def test_a_zone_nobody_knows_is_refused(zone: str) -> None:
    with pytest.raises(EventRuleError):
        wall_time(date(2026, 12, 7), time(18), zone)


@pytest.mark.parametrize(
    ("begins", "lasts"),
    [
        (timedelta(hours=1), timedelta()),
        (timedelta(hours=1), -timedelta(hours=1)),
        (timedelta(hours=1), timedelta(hours=24, seconds=1)),
        (timedelta(), timedelta(hours=2)),
        (-timedelta(days=1), timedelta(hours=2)),
        (timedelta(days=740), timedelta(hours=2)),
    ],
)
def test_a_window_that_cannot_be_is_refused(begins: timedelta, lasts: timedelta) -> None:
    now = datetime(2026, 12, 7, 12, tzinfo=UTC)
    check_window(Window(now + timedelta(hours=1), now + timedelta(hours=3), LONDON), now=now)
    with pytest.raises(EventRuleError):
        check_window(Window(now + begins, now + begins + lasts, LONDON), now=now)
    with pytest.raises(EventRuleError):
        check_window(Window(now + timedelta(hours=1), now + timedelta(hours=3), "Atlantis/Deep"), now=now)


@pytest.mark.parametrize("days", [[], [date(2026, 12, 7)] * 2, [date(2026, 12, 7) + timedelta(n) for n in range(27)]])
def test_weeks_that_cannot_be_are_refused(days: list[date]) -> None:
    check_weeks([date(2026, 12, 7)])
    with pytest.raises(EventRuleError):
        check_weeks(days)


def test_free_places() -> None:
    assert [free_places(None, 9), free_places(3, 1), free_places(3, 3), free_places(3, 5)] == [None, 2, 0, 0]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, Door.OPEN),
        ({"taken": 500}, Door.OPEN),
        ({"capacity": 3, "taken": 2}, Door.OPEN),
        ({"capacity": 3, "taken": 3}, Door.WAITING_LIST),
        ({"capacity": 3, "taken": 2, "waiting": 1}, Door.WAITING_LIST),
        ({"status": "draft"}, Door.NOT_YET),
        ({"status": "cancelled"}, Door.CANCELLED),
        ({"now": datetime(2026, 12, 7, 20, tzinfo=UTC)}, Door.OVER),
        ({"now": datetime(2026, 12, 7, 19, 59, tzinfo=UTC)}, Door.OPEN),
    ],
)
def test_what_the_page_offers(changes: dict[str, object], expected: Door) -> None:
    whole = {
        "status": "published",
        "ends_at": datetime(2026, 12, 7, 20, tzinfo=UTC),
        "capacity": None,
        "taken": 0,
        "now": datetime(2026, 12, 7, 12, tzinfo=UTC),
    }
    assert door(**(whole | changes)) == expected
