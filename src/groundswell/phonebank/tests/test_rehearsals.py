"""An evening rehearsed faster than time goes by: only with invented people, and its numbers are those of an evening."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from groundswell.accounts.models import AuditEvent
from groundswell.campaigns.models import Campaign
from groundswell.phonebank.boards import board_of, evening_columns
from groundswell.phonebank.models import Session
from groundswell.phonebank.operations.rehearsals import rehearse
from groundswell.phonebank.rules import ODDITY_CALLS
from groundswell.phonebank.session_numbers import numbers_of
from groundswell.phonebank.session_rules import FASTEST_REHEARSAL, SessionError
from groundswell.phonebank.tests import board_world, session_world
from groundswell.phonebank.tests.world import NOON, World

SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def lobby(world: World) -> session_world.Evening:
    Campaign.objects.update(is_demo=True)
    return session_world.Evening(Campaign.objects.get(pk=world.campaign.pk), world.bank(build=False), now=NOON)


@pytest.fixture
def rehearsal(live: World) -> board_world.Evening:
    """Two hours in two minutes, which have just gone by."""
    Campaign.objects.update(is_demo=True)
    evening = board_world.Evening(live)
    Session.objects.update(started_at=None)
    rehearse(session_id=evening.session.pk, speed=60, by=live.organiser)
    evening.start = evening.now - 120 * SECOND
    Session.objects.update(started_at=evening.start, closed_at=evening.now)
    return evening


def test_the_demo_may_be_rehearsed_once_it_is_told_and_before_it_begins(lobby: session_world.Evening):
    assert rehearse(session_id=lobby.session.pk, speed=60, by=lobby.host).speed == 60
    assert AuditEvent.objects.get(verb="rehearse_session").detail == {"speed": 60}
    lobby.start()
    with pytest.raises(SessionError, match="has begun"):
        rehearse(session_id=lobby.session.pk, speed=30, by=lobby.host)
    with pytest.raises(IntegrityError, match="that has begun is not changed"), transaction.atomic():
        Session.objects.update(speed=30)


def test_real_people_are_called_in_real_time(lobby: session_world.Evening):
    Campaign.objects.update(is_demo=False)
    with pytest.raises(SessionError, match="real people"):
        rehearse(session_id=lobby.session.pk, speed=2, by=lobby.host)
    with pytest.raises(IntegrityError, match="Only a session of a demo campaign"), transaction.atomic():
        Session.objects.update(speed=2)
    event = session_world.make_event(lobby.campaign, starts_at=NOON)
    with pytest.raises(IntegrityError, match="Only a session of a demo campaign"), transaction.atomic():
        Session.objects.create(event=event, board_key="a key", speed=2)
    assert rehearse(session_id=lobby.session.pk, speed=1, by=lobby.host).speed == 1


@pytest.mark.parametrize("speed", [0, FASTEST_REHEARSAL + 1])
def test_a_clock_neither_stands_still_nor_races(lobby: session_world.Evening, speed: int):
    with pytest.raises(SessionError, match="times the speed"):
        rehearse(session_id=lobby.session.pk, speed=speed, by=lobby.host)
    with pytest.raises(IntegrityError, match="session_speed_range"), transaction.atomic():
        Session.objects.update(speed=speed)


def test_two_minutes_are_shown_as_two_hours(rehearsal: board_world.Evening):
    ada = rehearsal.caller("Ada Lovelace", joined=150 * SECOND, last_seen_at=rehearsal.now)
    bo = rehearsal.caller("Bo Peep", joined=60 * SECOND, left_at=rehearsal.now - 30 * SECOND)
    rehearsal.call(ada, ago=110 * SECOND, outcome="completed")
    rehearsal.call(bo, ago=40 * SECOND)
    numbers = numbers_of(rehearsal.session.pk, now=rehearsal.now)
    begin = rehearsal.start.replace(second=0, microsecond=0)
    assert [minute - begin for minute, _work in numbers.minutes] == [
        (each - begin) // MINUTE * MINUTE for each in (rehearsal.start + 10 * MINUTE, rehearsal.start + 80 * MINUTE)
    ]
    assert numbers.caller_hours == pytest.approx(2.5)
    assert numbers.calls_per_caller_hour == pytest.approx(0.8)
    board = board_of(numbers)
    assert {item.at for item in board.ticker} == {rehearsal.start + 10 * MINUTE}
    columns = evening_columns(numbers)
    assert len(columns) in {25, 26}, "five minutes each"
    assert sum(column["values"][0] for column in columns) == 2


def test_in_an_ordinary_session_the_clock_is_the_clock(live: World):
    evening = board_world.Evening(live)
    ada = evening.caller("Ada Lovelace", left_at=evening.now - 30 * MINUTE)
    evening.call(ada, ago=40 * MINUTE)
    numbers = numbers_of(evening.session.pk, now=evening.now)
    at = evening.now - 40 * MINUTE
    assert [minute for minute, _work in numbers.minutes] == [at.replace(second=0, microsecond=0)]
    assert numbers.facts.shown(at) == at
    assert numbers.caller_hours == pytest.approx(0.5)
    assert not numbers.facts.is_rehearsal


def test_the_speed_of_a_rehearsal_is_not_odd(rehearsal: board_world.Evening):
    """As many calls as are odd in two minutes of an evening: spread over two minutes of a rehearsal they are two hours."""
    ada, bo = (rehearsal.caller(name, joined=150 * SECOND) for name in ("Ada Lovelace", "Bo Peep"))
    for index in range(ODDITY_CALLS):
        rehearsal.call(ada, ago=(110 - 5 * index) * SECOND)
        rehearsal.call(bo, ago=110 * SECOND - 0.05 * index * SECOND)
    assert numbers_of(rehearsal.session.pk, now=rehearsal.now).unranked == {bo.pk}


def test_its_board_says_that_it_is_a_rehearsal(client: Client, rehearsal: board_world.Evening):
    page = client.get(f"/phonebank/board/{rehearsal.session.board_key}/").content.decode()
    assert "A rehearsal with invented people, at 60 times the speed." in page
    real = board_world.Evening(rehearsal.world)
    assert "rehearsal" not in client.get(f"/phonebank/board/{real.session.board_key}/").content.decode()
