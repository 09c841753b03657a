"""Contact hours by table: both clock changes, the bank holidays of four nations; and by Hypothesis."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from groundswell.compliance.figures import contact_hours
from groundswell.compliance.hours import (
    DAYS,
    ContactHours,
    HoursError,
    Window,
    holiday_region,
    is_open,
    open_buckets,
    opens_next,
    read_week,
)

LONDON = "Europe/London"
DEFAULT = ContactHours(read_week({day: ["09:00", "21:00"] for day in DAYS[:6]}))


def london(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(LONDON))


@pytest.mark.parametrize(
    ("moment", "nation", "open_"),
    [
        ("2026-11-18 09:00", "England", True),
        ("2026-11-18 08:59:59", "England", False),
        ("2026-11-18 20:59:59", "England", True),
        ("2026-11-18 21:00", "England", False),
        ("2026-11-21 12:00", "England", True),  # Saturday
        ("2026-11-22 12:00", "England", False),  # Sunday
        # The clocks went forward on 29 March and back on 25 October, Sundays; the Mondays and Saturdays beside them.
        ("2026-03-28 09:00", "England", True),
        ("2026-03-30 09:00", "England", True),
        ("2026-03-30 08:59", "England", False),
        ("2026-10-24 20:59", "England", True),
        ("2026-10-26 08:59", "England", False),
        ("2026-10-26 09:00", "England", True),
        ("2026-10-26 20:59", "England", True),
        # Good Friday in all nations; Easter Monday not in Scotland.
        ("2026-04-03 12:00", "England", False),
        ("2026-04-03 12:00", "Wales", False),
        ("2026-04-03 12:00", "Scotland", False),
        ("2026-04-03 12:00", "Northern Ireland", False),
        ("2026-04-06 12:00", "England", False),
        ("2026-04-06 12:00", "Scotland", True),
        # 2 January is a bank holiday in Scotland only, St Andrew's Day too.
        ("2026-01-02 12:00", "Scotland", False),
        ("2026-01-02 12:00", "England", True),
        ("2026-11-30 12:00", "Scotland", False),
        ("2026-11-30 12:00", "Wales", True),
        # 12 July in Northern Ireland; in 2026 a Sunday, kept on the Monday.
        ("2027-07-12 12:00", "Northern Ireland", False),
        ("2027-07-12 12:00", "England", True),
        ("2026-07-13 12:00", "Northern Ireland", False),
        ("2026-03-17 12:00", "Northern Ireland", False),
        ("2026-12-25 12:00", "England", False),
        ("2026-12-25 12:00", "", True),  # a place whose calendar nobody knows
    ],
)
def test_open_by_the_clock_on_the_wall(moment: str, nation: str, open_: bool) -> None:
    assert is_open(LONDON, holiday_region(nation), DEFAULT, london(moment)) is open_


@pytest.mark.parametrize(
    ("utc", "open_"),
    [
        # The same hour of UTC on both sides of the change: 08:30 is 08:30 in winter and 09:30 in summer.
        ("2026-03-27T08:30", False),
        ("2026-03-30T08:30", True),
        ("2026-10-24T08:30", True),
        ("2026-10-26T08:30", False),
        ("2026-10-24T20:30", False),
        ("2026-10-26T20:30", True),
    ],
)
def test_the_offset_is_never_kept(utc: str, open_: bool) -> None:
    assert is_open(LONDON, "GB-ENG", DEFAULT, datetime.fromisoformat(utc).replace(tzinfo=UTC)) is open_


def test_the_recipients_clock_counts_not_ours() -> None:
    now = datetime(2026, 11, 18, 20, 30, tzinfo=UTC)
    assert is_open(LONDON, "", DEFAULT, now)
    assert not is_open("Europe/Athens", "", DEFAULT, now)
    assert is_open("America/New_York", "", DEFAULT, now)


@pytest.mark.parametrize(
    ("now", "nation", "expected"),
    [
        ("2026-11-18 07:00", "England", "2026-11-18 09:00"),
        ("2026-11-18 12:00", "England", "2026-11-18 12:00"),
        ("2026-11-18 21:00", "England", "2026-11-19 09:00"),
        ("2026-11-21 21:00", "England", "2026-11-23 09:00"),  # over Sunday
        ("2026-03-28 21:30", "England", "2026-03-30 09:00"),  # over the change, and Sunday
        ("2026-10-24 21:30", "England", "2026-10-26 09:00"),
        ("2026-04-02 21:30", "England", "2026-04-04 09:00"),  # over Good Friday
        ("2026-04-04 21:30", "England", "2026-04-07 09:00"),  # over Easter
        ("2026-04-04 21:30", "Scotland", "2026-04-06 09:00"),
        ("2026-12-31 21:30", "Scotland", "2027-01-05 09:00"),  # Fri 1, Sat 2 (kept on Mon 4), Sun 3
    ],
)
def test_opens_next_at(now: str, nation: str, expected: str) -> None:
    answer = opens_next(LONDON, holiday_region(nation), DEFAULT, london(now))
    assert answer is not None
    assert answer.strftime("%Y-%m-%d %H:%M") == expected
    assert str(answer.tzinfo) == LONDON


def every_day(opens: str, closes: str) -> ContactHours:
    return ContactHours(read_week({day: [opens, closes] for day in DAYS}), closed_on_holidays=False)


def test_a_window_that_begins_inside_the_skipped_hour() -> None:
    """01:00 to 02:00 does not exist on 29 March 2026: a window from 01:30 to 03:00 begins at 02:00."""
    hours = every_day("01:30", "03:00")
    answer = opens_next(LONDON, "", hours, london("2026-03-29 00:30"))
    assert answer == datetime(2026, 3, 29, 1, 0, tzinfo=UTC)


def test_a_window_wholly_inside_the_skipped_hour_waits_for_the_next_day() -> None:
    answer = opens_next(LONDON, "", every_day("01:10", "01:50"), london("2026-03-29 00:30"))
    assert answer == london("2026-03-30 01:10")


def test_a_window_in_the_repeated_hour_opens_twice() -> None:
    between = datetime(2026, 10, 25, 0, 40, tzinfo=UTC)  # 01:40, for the first time
    answer = opens_next(LONDON, "", every_day("01:10", "01:30"), between)
    assert answer is not None
    assert answer.astimezone(UTC) == datetime(2026, 10, 25, 1, 10, tzinfo=UTC)


def test_never_open() -> None:
    assert opens_next(LONDON, "", ContactHours(((),) * 7), london("2026-11-18 12:00")) is None


@dataclass(frozen=True)
class Place:
    time_zone: str
    holiday_region: str


def test_open_buckets_keeps_the_order() -> None:
    england, scotland, athens = Place(LONDON, "GB-ENG"), Place(LONDON, "GB-SCT"), Place("Europe/Athens", "")
    assert open_buckets([athens, scotland, england], DEFAULT, london("2026-01-02 20:00")) == [england]
    assert open_buckets([athens, scotland, england], DEFAULT, london("2026-01-05 09:00")) == [athens, scotland, england]


def test_a_phone_bank_narrows_and_never_widens() -> None:
    narrowed = DEFAULT.narrowed_by({"mon": ["18:00", "23:00"], "sun": ["10:00", "12:00"]})
    assert narrowed.week == ((Window(18 * 60, 21 * 60),), (), (), (), (), (), ())
    assert DEFAULT.narrowed_by({}) == DEFAULT


@pytest.mark.parametrize(
    ("hours", "sentence"),
    [
        ({"monday": ["09:00", "10:00"]}, "“monday” is not a day"),
        ({"mon": ["9", "10:00"]}, "“9” on mon is not a time"),
        ({"mon": [9, 10]}, "is not a time"),
        ({"mon": ["10:00", "09:00"]}, "later than"),
        ({"mon": ["10:00"]}, "two times"),
        ({"mon": "09:00"}, "two times"),
    ],
)
def test_hours_that_cannot_be_read(hours: dict[str, object], sentence: str) -> None:
    with pytest.raises(HoursError, match=sentence):
        read_week(hours)


def test_hours_up_to_midnight() -> None:
    assert is_open(LONDON, "", every_day("20:00", "24:00"), london("2026-11-18 23:59:59"))


MOMENTS = st.integers(0, 2 * 365 * 24 * 60).map(lambda m: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=m))
ZONES = st.sampled_from([LONDON, "Europe/Athens", "America/St_Johns", "Australia/Lord_Howe", "Pacific/Auckland"])
MINUTES = st.integers(0, 24 * 60)


@st.composite
def weeks(draw: st.DrawFn) -> ContactHours:
    windows = []
    for _ in range(7):
        a, b = draw(MINUTES), draw(MINUTES)
        windows.append((Window(min(a, b), max(a, b)),) if a != b and draw(st.booleans()) else ())
    return ContactHours(tuple(windows))


@given(hours=weeks(), now=MOMENTS, zone=ZONES)
@settings(max_examples=150, deadline=None)
def test_the_next_opening_is_the_first(hours: ContactHours, now: datetime, zone: str) -> None:
    answer = opens_next(zone, "GB-ENG", hours, now)
    if answer is None:
        assert not any(is_open(zone, "GB-ENG", hours, now + timedelta(hours=h)) for h in range(24 * 14))
        return
    assert answer >= now
    assert is_open(zone, "GB-ENG", hours, answer)
    if answer > now:
        moment = answer - timedelta(minutes=1)
        for _ in range(500):
            if moment < now:
                break
            assert not is_open(zone, "GB-ENG", hours, moment), moment
            moment -= timedelta(minutes=7)


@given(first=weeks(), second=weeks(), now=MOMENTS)
@settings(max_examples=100, deadline=None)
def test_narrowed_hours_are_open_only_when_both_are(first: ContactHours, second: ContactHours, now: datetime) -> None:
    def text(minute: int) -> str:
        return f"{minute // 60:02}:{minute % 60:02}"

    narrowing = {day: [text(w[0].opens), text(w[0].closes)] for day, w in zip(DAYS, second.week, strict=True) if w}
    if not narrowing:
        return
    both = is_open(LONDON, "", first, now) and is_open(LONDON, "", second, now)
    assert is_open(LONDON, "", first.narrowed_by(narrowing), now) is both


@pytest.mark.django_db
def test_the_default_hours_are_the_figures_in_force() -> None:
    assert contact_hours(on=date(2026, 11, 18)) == DEFAULT
