"""The rules of a session, without a database."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from groundswell.events.enums import EventKind, EventStatus
from groundswell.events.models import Event
from groundswell.phonebank import session_rules as rules
from groundswell.phonebank.models import PhoneBank, Session
from groundswell.phonebank.session_rules import Phase, Seen, SessionError, Standing

# The Monday on which clocks have gone back the night before: 18:00 there is 18:00 UTC.
SIX = datetime(2026, 10, 26, 18, 0, tzinfo=UTC)
EIGHT = SIX + timedelta(hours=2)
MINUTE = timedelta(minutes=1)


def a_session(**fields: Any) -> Session:
    event = Event(
        kind=EventKind.PHONE_BANK,
        status=fields.pop("status", EventStatus.PUBLISHED),
        starts_at=SIX,
        ends_at=EIGHT,
        time_zone="Europe/London",
        campaign_id=1,
    )
    return Session(event=event, board_key="k", **fields)


@pytest.mark.parametrize(
    ("fields", "now", "phase"),
    [
        ({}, SIX, Phase.LOBBY),
        ({}, EIGHT - MINUTE, Phase.LOBBY),
        ({}, EIGHT, Phase.MISSED),
        ({"started_at": SIX}, EIGHT + timedelta(days=1), Phase.LIVE),
        ({"started_at": SIX, "closed_at": EIGHT}, EIGHT, Phase.CLOSED),
        ({"status": EventStatus.CANCELLED}, SIX, Phase.CANCELLED),
        # Called off after it began: those who are ringing see the evening through to its close.
        ({"status": EventStatus.CANCELLED, "started_at": SIX}, SIX, Phase.LIVE),
    ],
)
def test_where_it_is(fields, now, phase):
    assert rules.phase_of(a_session(**fields), now=now) == phase


def test_callers_begin_at_the_hour_and_the_host_before():
    early = SIX - MINUTE
    assert not rules.can_start(a_session(), as_host=False, now=early)
    assert rules.can_start(a_session(), as_host=False, now=SIX)
    assert rules.can_start(a_session(), as_host=True, now=early)
    assert not rules.can_start(a_session(), as_host=True, now=SIX - timedelta(days=1))
    with pytest.raises(SessionError, match="18:00"):
        rules.check_start(a_session(), as_host=False, now=early)


@pytest.mark.parametrize(
    ("callers", "seconds"), [(1, 0), (12, 0), (59, 0), (60, 1), (600, 10), (2_000, 30), (9_000, 30)]
)
def test_a_dozen_go_at_once_and_thousands_within_half_a_minute(callers, seconds):
    assert rules.start_spread(callers) == seconds


def test_a_draft_is_published_first():
    with pytest.raises(SessionError, match="Publish it first"):
        rules.check_start(a_session(status=EventStatus.DRAFT), as_host=True, now=SIX)


def test_it_goes_on_for_three_hours_at_most_and_never_ends_sooner():
    live = a_session(started_at=SIX)
    rules.check_extension(live, until=EIGHT, now=SIX)
    rules.check_extension(live, until=EIGHT + timedelta(hours=3), now=SIX)
    with pytest.raises(SessionError, match="23:00 is the latest"):
        rules.check_extension(live, until=EIGHT + timedelta(hours=3, minutes=1), now=SIX)
    with pytest.raises(SessionError, match="until 20:00 already"):
        rules.check_extension(live, until=EIGHT - MINUTE, now=SIX)
    with pytest.raises(SessionError, match="passed"):
        rules.check_extension(live, until=EIGHT + MINUTE, now=EIGHT + 2 * MINUTE)


def test_an_event_that_is_moved_to_a_later_end_outdoes_an_extension():
    assert rules.ends_at(a_session(extended_until=EIGHT - MINUTE)) == EIGHT
    assert rules.ends_at(a_session(extended_until=EIGHT + MINUTE)) == EIGHT + MINUTE


@pytest.mark.parametrize("text", ["", "   \n", "x" * 281])
def test_a_message_says_something_short(text):
    with pytest.raises(SessionError):
        rules.check_message(text)


def test_a_message_is_one_line():
    assert rules.check_message(" 200 calls!\n\n Biscuits  at seven ") == "200 calls! Biscuits at seven"


def test_a_session_rings_a_list_of_its_own_campaign():
    rules.check_can_ring(a_session().event, PhoneBank(name="A", campaign_id=1, status="open"))
    with pytest.raises(SessionError, match="another campaign"):
        rules.check_can_ring(a_session().event, PhoneBank(name="A", campaign_id=2, status="open"))
    with pytest.raises(SessionError, match="closed"):
        rules.check_can_ring(a_session().event, PhoneBank(name="A", campaign_id=1, status="closed"))
    with pytest.raises(SessionError, match="phone bank"):
        rules.check_can_ring(Event(kind=EventKind.STORM, campaign_id=1), PhoneBank(campaign_id=1))


NOW = SIX + timedelta(hours=1)


def ago(minutes: float) -> datetime:
    return NOW - timedelta(minutes=minutes)


@pytest.mark.parametrize(
    ("known", "standing", "since"),
    [
        ({"left_at": ago(2), "in_hand_since": ago(1)}, Standing.LEFT, 2),
        ({"last_seen_at": ago(4), "in_hand_since": ago(9)}, Standing.AWAY, 4),
        ({"paused_at": ago(5)}, Standing.PAUSED, 5),
        ({"in_hand_since": ago(9)}, Standing.CALLING, 9),
        ({"in_hand_since": ago(11)}, Standing.STUCK, 11),
        ({"last_result_at": ago(1)}, Standing.CALLING, 1),
        ({"last_result_at": ago(6)}, Standing.IDLE, 6),
        ({}, Standing.IDLE, 60),
        ({"joined_at": ago(2)}, Standing.CALLING, 2),
    ],
)
def test_how_somebody_is_getting_on(known, standing, since):
    seen = Seen(**{"joined_at": ago(90), "last_seen_at": ago(0), **known})
    assert rules.standing_of(seen, live_since=SIX, now=NOW) == (standing, ago(since))


def test_before_it_begins_everybody_waits():
    seen = Seen(joined_at=ago(20), last_seen_at=ago(0))
    assert rules.standing_of(seen, live_since=None, now=NOW) == (Standing.WAITING, ago(20))


@pytest.mark.parametrize(
    ("name", "shown"),
    [("Siân Wyllt", "Siân"), ("Bo", "Bo"), ("  ", "Somebody"), ("vera@example.org", "vera"), ("", "Somebody")],
)
def test_only_first_names(name, shown):
    assert rules.first_name(name) == shown
