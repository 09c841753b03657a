"""When letters are due: across a clock change too, for whoever signs up late, and when they come too late."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from groundswell.events.enums import EventKind, NoticeKind
from groundswell.events.notice_rules import day_before, is_thanked, is_too_late, letters_with_a_place, reminders

LONDON = ZoneInfo("Europe/London")
START = datetime(2026, 11, 23, 18, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("start", "reminder", "hours_apart"),
    [
        # The clocks go back in the night to Sunday, 25 October 2026, and forward in that to Sunday, 28 March 2027.
        ("2026-10-25T18:00", "2026-10-24T18:00", 25),
        ("2026-10-26T18:00", "2026-10-25T18:00", 24),
        ("2027-03-28T18:00", "2027-03-27T18:00", 23),
        # 01:30 does not exist on the Sunday: an hour later is the nearest time that does.
        ("2027-03-29T01:30", "2027-03-28T02:30", 23),
    ],
)
def test_the_day_before_is_at_the_same_time_by_the_clock_on_the_wall(start, reminder, hours_apart):
    begins = datetime.fromisoformat(start).replace(tzinfo=LONDON).astimezone(UTC)
    at = day_before(begins, "Europe/London")
    assert at.astimezone(LONDON).isoformat(timespec="minutes")[:16] == reminder
    assert begins - at == timedelta(hours=hours_apart)


def test_an_hour_before_is_sixty_minutes_also_in_the_night_of_a_clock_change():
    begins = datetime(2026, 10, 25, 1, 30, tzinfo=LONDON, fold=1).astimezone(UTC)
    [_day, hour] = reminders(starts_at=begins, time_zone="Europe/London", now=begins - timedelta(days=9))
    assert begins - hour.at == timedelta(minutes=60)


def test_an_event_far_away_keeps_its_own_wall_clock():
    tokyo = datetime(2026, 11, 23, 9, 0, tzinfo=ZoneInfo("Asia/Tokyo"))
    assert day_before(tokyo, "Asia/Tokyo") == tokyo - timedelta(days=1)


@pytest.mark.parametrize(
    ("before_start", "kinds"),
    [
        (timedelta(days=5), [NoticeKind.DAY_BEFORE, NoticeKind.HOUR_BEFORE]),
        (timedelta(hours=26), [NoticeKind.DAY_BEFORE, NoticeKind.HOUR_BEFORE]),
        (timedelta(hours=25), [NoticeKind.HOUR_BEFORE]),
        (timedelta(minutes=70), []),
        (-timedelta(minutes=10), []),
    ],
)
def test_who_signs_up_late_is_not_reminded_on_the_heels_of_the_confirmation(before_start, kinds):
    found = reminders(starts_at=START, time_zone="Europe/London", now=START - before_start)
    assert [due.kind for due in found] == kinds


def test_thanks_follow_the_end_even_of_an_event_joined_in_the_middle():
    [thanks] = letters_with_a_place(
        starts_at=START, ends_at=START + timedelta(hours=2), time_zone="Europe/London", now=START + timedelta(hours=1)
    )
    assert (thanks.kind, thanks.at) == (NoticeKind.THANKS, START + timedelta(hours=2, minutes=30))


@pytest.mark.parametrize(
    ("kind", "after_start", "too_late"),
    [
        (NoticeKind.HOUR_BEFORE, timedelta(minutes=-1), False),
        (NoticeKind.HOUR_BEFORE, timedelta(0), True),
        (NoticeKind.DAY_BEFORE, timedelta(0), True),
        (NoticeKind.CONFIRMATION, timedelta(hours=1), False),
        (NoticeKind.CONFIRMATION, timedelta(hours=2), True),
        (NoticeKind.CANCELLED, timedelta(hours=2), True),
        (NoticeKind.THANKS, timedelta(days=6), False),
        (NoticeKind.THANKS, timedelta(days=8), True),
    ],
)
def test_a_letter_that_was_held_up_is_not_sent_when_it_would_only_confuse(kind, after_start, too_late):
    ends = START + timedelta(hours=2)
    assert is_too_late(kind, starts_at=START, ends_at=ends, now=START + after_start) is too_late


@pytest.mark.parametrize(
    ("kind", "has_arrived", "anybody_arrived", "thanked"),
    [
        (EventKind.PHONE_BANK, True, True, True),
        (EventKind.PHONE_BANK, False, True, False),
        (EventKind.PHONE_BANK, False, False, False),
        (EventKind.MEETING, False, False, True),
        (EventKind.MEETING, False, True, False),
    ],
)
def test_thanked_is_who_came_and_everybody_where_nobody_noted_it(kind, has_arrived, anybody_arrived, thanked):
    assert is_thanked(kind=kind, has_arrived=has_arrived, anybody_arrived=anybody_arrived) is thanked
