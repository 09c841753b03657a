"""The numbers of a session: which calls count, and that what is watched is what the ledger says."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Barrier, Thread
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from groundswell.phonebank import session_numbers
from groundswell.phonebank.dashboards import Work
from groundswell.phonebank.models import Call, CallerStatus, Session, SessionBank, SessionCaller
from groundswell.phonebank.rules import ODDITY_CALLS, UNDO_WITHIN
from groundswell.phonebank.session_numbers import live_numbers, numbers_of
from groundswell.phonebank.tests.board_world import Evening
from groundswell.phonebank.tests.world import World

MINUTE = timedelta(minutes=1)


@pytest.fixture
def evening(live: World) -> Evening:
    return Evening(live)


@dataclass
class Clock:
    """What whoever watches takes for the present."""

    now: datetime


@pytest.fixture
def clock(evening: Evening, monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock(evening.now)
    monkeypatch.setattr(session_numbers, "timezone", SimpleNamespace(now=lambda: clock.now))
    monkeypatch.setattr(session_numbers, "time", SimpleNamespace(time=lambda: clock.now.timestamp()))
    return clock


def work(evening: Evening) -> Work:
    return numbers_of(evening.session.pk, now=timezone.now()).work


def test_a_call_counts_by_caller_by_list_and_by_time(evening: Evening):
    ada, bo = evening.caller("Ada Lovelace"), evening.caller("Bo Peep", joined=MINUTE)
    stranger = evening.world.organiser
    elsewhere = evening.world.bank(build=False)
    evening.call(ada, ago=10 * MINUTE)
    evening.call(ada, ago=9 * MINUTE, outcome="completed", is_identified=True)
    evening.call(bo, ago=5 * MINUTE)  # before joining, but there: the same list, the same evening
    evening.call(stranger, ago=8 * MINUTE)
    evening.call(ada, ago=8 * MINUTE, bank=elsewhere)
    evening.call(ada, ago=61 * MINUTE)
    evening.call(ada, ago=7 * MINUTE, undone_at=evening.now)
    assert work(evening) == Work(3, 1, 1)
    numbers = numbers_of(evening.session.pk, now=timezone.now())
    assert numbers.work_of(ada.pk) == Work(2, 1, 1)
    assert numbers.work_of(bo.pk) == Work(1)
    assert numbers.work_of(stranger.pk) == Work()
    assert (numbers.callers_who_rang, numbers.joined) == (2, 2)


def test_a_list_that_the_session_moved_to_counts_with_the_first(evening: Evening):
    ada = evening.caller()
    second = evening.world.bank(build=False)
    SessionBank.objects.filter(session=evening.session).update(until=evening.now)
    SessionBank.objects.create(session=evening.session, phone_bank=second)
    evening.call(ada, ago=10 * MINUTE)
    evening.call(ada, ago=MINUTE, bank=second)
    assert work(evening) == Work(2)


def test_before_the_start_nothing_counts(evening: Evening):
    ada = evening.caller()
    evening.call(ada, ago=MINUTE)
    Session.objects.filter(pk=evening.session.pk).update(started_at=None)
    assert work(evening) == Work()


def test_after_the_close_only_what_was_in_hand_counts_and_only_for_a_while(evening: Evening):
    ada = evening.caller()
    Session.objects.filter(pk=evening.session.pk).update(closed_at=evening.now - 30 * MINUTE)
    in_hand = evening.now - 31 * MINUTE
    evening.call(ada, ago=40 * MINUTE)
    evening.call(ada, ago=20 * MINUTE, claimed_at=in_hand)
    evening.call(ada, ago=20 * MINUTE)
    evening.call(ada, ago=-13 * 60 * MINUTE, claimed_at=in_hand)
    numbers = numbers_of(evening.session.pk, now=evening.now + timedelta(days=1))
    assert numbers.work == Work(2)
    # In the picture the belated call stands at the close, so that the evening does not grow into the night.
    assert max(minute for minute, _work in numbers.minutes) <= numbers.facts.closed_at


def test_the_minutes_add_up_to_the_whole(evening: Evening):
    ada = evening.caller()
    for ago in (3, 3, 3, 17, 40):
        evening.call(ada, ago=ago * MINUTE)
    numbers = numbers_of(evening.session.pk, now=timezone.now())
    assert [each.dials for _minute, each in numbers.minutes] == [1, 1, 3]
    assert [minute for minute, _work in numbers.minutes] == sorted(minute for minute, _work in numbers.minutes)


def test_who_is_here(evening: Evening):
    evening.caller("Here", last_seen_at=evening.now)
    evening.caller("Gone", last_seen_at=evening.now, left_at=evening.now)
    evening.caller("Long unseen", last_seen_at=evening.now - 10 * MINUTE)
    calling = evening.caller("Seen by the list only", last_seen_at=evening.now - 10 * MINUTE)
    CallerStatus.objects.create(phone_bank=evening.bank, caller=calling, last_seen_at=evening.now)
    resting = evening.caller("On a break", last_seen_at=evening.now)
    CallerStatus.objects.create(phone_bank=evening.bank, caller=resting, paused_at=evening.now)
    assert numbers_of(evening.session.pk, now=evening.now).here == 2


def test_whoever_calls_faster_than_anybody_can_is_unranked_until_looked_at(evening: Evening):
    ada, bo = evening.caller("Ada Lovelace"), evening.caller("Bo Peep")
    for index in range(ODDITY_CALLS):
        evening.call(ada, ago=10 * MINUTE - index * timedelta(seconds=6))
        evening.call(bo, ago=50 * MINUTE - index * timedelta(minutes=2))
    assert numbers_of(evening.session.pk, now=evening.now).unranked == {ada.pk}
    CallerStatus.objects.create(phone_bank=evening.bank, caller=ada, reviewed_at=evening.now - 9 * MINUTE)
    assert numbers_of(evening.session.pk, now=evening.now).unranked == {ada.pk}, "it went on after the look"
    CallerStatus.objects.update(reviewed_at=evening.now)
    assert numbers_of(evening.session.pk, now=evening.now).unranked == frozenset()


def test_first_timers_are_arrivals_for_a_while(evening: Evening):
    new = evening.caller("New Here", joined=MINUTE, is_first_time=True)
    evening.caller("Old Hand", joined=MINUTE)
    evening.caller("New An Hour Ago", is_first_time=True)
    assert [each.user_id for each in numbers_of(evening.session.pk, now=evening.now).arrivals] == [new.pk]


def test_it_ends_when_the_host_says_or_the_event_if_that_is_later(evening: Evening):
    ends = evening.event.ends_at
    for extended, end in ((None, ends), (ends + MINUTE, ends + MINUTE), (ends - MINUTE, ends)):
        Session.objects.filter(pk=evening.session.pk).update(extended_until=extended)
        assert numbers_of(evening.session.pk, now=timezone.now()).facts.ends_at == end


def test_a_session_that_is_not_there(db: None):
    with pytest.raises(Session.DoesNotExist):
        numbers_of(987654321, now=timezone.now())
    with pytest.raises(Session.DoesNotExist):
        live_numbers(987654321)


def differences(evening: Evening, now: datetime) -> list[str]:
    """Where what is watched is not what a full count finds."""
    watched, counted = live_numbers(evening.session.pk), numbers_of(evening.session.pk, now=now)
    with connection.cursor() as cursor:
        # The other way to ask for the same calls, of which reports read what people said.
        cursor.execute("SELECT count(*) FILTER (WHERE is_dial) FROM phonebank_session_calls(%s)", [evening.session.pk])
        assert cursor.fetchone() == (counted.calls,)
    return [
        name
        for name in ("facts", "work", "minutes", "callers", "unranked", "joined", "here", "arrivals", "newest")
        if getattr(watched, name) != getattr(counted, name)
    ]


def test_what_is_watched_is_what_a_full_count_finds_whatever_happens(evening: Evening, clock: Clock):
    """Chance plays an evening: calls, undone ones, arrivals, another list, time going by; then the close."""
    chance = random.Random(20261121)
    callers = [evening.caller(f"Cai {index}", last_seen_at=evening.now) for index in range(4)]
    latecomer = evening.world.organiser
    banks = [evening.bank]
    for turn in range(150):
        evening.now = clock.now
        for _ in range(chance.randint(0, 3)):
            evening.call(
                chance.choice([*callers, latecomer]),
                ago=timedelta(seconds=chance.randint(0, 20)),
                outcome=chance.choice(["no_answer", "completed"]),
                bank=chance.choice(banks),
            )
        if chance.random() < 0.2:
            young = Call.objects.filter(undone_at=None, recorded_at__gte=clock.now - UNDO_WITHIN)
            Call.objects.filter(pk__in=young.values("pk")[:1]).update(undone_at=clock.now)
        if turn == 50:
            # They rang the list without being in the session; now they join, and those calls are the session's.
            SessionCaller.objects.create(session=evening.session, user=latecomer, joined_at=clock.now)
        if turn == 100:
            second = evening.world.bank(build=False)
            evening.call(callers[0], ago=10 * MINUTE, bank=second)
            SessionBank.objects.filter(session=evening.session).update(until=clock.now)
            SessionBank.objects.create(session=evening.session, phone_bank=second, since=clock.now)
            banks.append(second)
        assert differences(evening, clock.now) == [], turn
        clock.now += timedelta(seconds=chance.choice([2, 5, 40]))
    Session.objects.filter(pk=evening.session.pk).update(closed_at=clock.now)
    clock.now += timedelta(seconds=2)
    evening.now = clock.now
    evening.call(callers[0], ago=timedelta(seconds=1), claimed_at=clock.now - MINUTE)
    assert differences(evening, clock.now) == []
    assert live_numbers(evening.session.pk).calls > 100


def test_what_changes_no_more_is_not_counted_again(evening: Evening, clock: Clock):
    """It is kept, which a line of the ledger shows that goes although nothing may: until all is counted anew."""
    ada = evening.caller()
    old = evening.call(ada, ago=30 * MINUTE)
    live_numbers(evening.session.pk)
    old.delete()
    clock.now += timedelta(seconds=2)
    assert live_numbers(evening.session.pk).calls == 1
    clock.now += session_numbers.RECOUNT_EVERY
    assert live_numbers(evening.session.pk).calls == 0


def test_one_query_in_a_tick_and_two_only_when_the_list_has_changed(evening: Evening, clock: Clock):
    evening.caller()
    for _tick in range(3):
        with CaptureQueriesContext(connection) as captured:
            for _ in range(50):
                live_numbers(evening.session.pk)
        assert len(captured) == 1
        clock.now += timedelta(seconds=session_numbers.TICK_SECONDS)
    SessionBank.objects.create(
        session=evening.session, phone_bank=evening.world.bank(build=False), since=clock.now, until=clock.now
    )
    with CaptureQueriesContext(connection) as captured:
        live_numbers(evening.session.pk)
    assert len(captured) == 2


@pytest.mark.django_db(transaction=True)
def test_however_many_watch_one_of_them_asks(lasting_world: World, monkeypatch: pytest.MonkeyPatch):
    """Forty threads at once, three ticks: every statement that any connection sends is counted."""
    evening = Evening(lasting_world)
    evening.call(evening.caller(), ago=MINUTE)
    now = [evening.now]
    monkeypatch.setattr(session_numbers, "timezone", SimpleNamespace(now=lambda: now[0]))
    monkeypatch.setattr(session_numbers, "time", SimpleNamespace(time=lambda: now[0].timestamp()))
    statements: list[str] = []
    found: list[int] = []
    barrier = Barrier(40)

    def watch() -> None:
        def count(execute: Any, sql: str, *rest: Any) -> Any:
            statements.append(sql)
            return execute(sql, *rest)

        try:
            with connection.execute_wrapper(count):
                barrier.wait()
                found.extend(live_numbers(evening.session.pk).calls for _ in range(25))
        finally:
            connections.close_all()

    for _tick in range(3):
        statements.clear()
        threads = [Thread(target=watch) for _ in range(40)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(statements) == 1
        now[0] += timedelta(seconds=session_numbers.TICK_SECONDS)
    assert found == [1] * 3000


def test_ticks_are_the_same_for_every_process():
    assert [session_numbers.tick_at(at) for at in (0.0, 1.99, 2.0, 3.99, 4.0)] == [0, 0, 1, 1, 2]
    assert 0 < session_numbers.seconds_to_next_tick() <= session_numbers.TICK_SECONDS


def test_the_process_forgets_sessions_that_nobody_watches(evening: Evening, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(session_numbers, "MOST_WATCHED", 2)
    others = [Evening(evening.world) for _ in range(3)]
    for each in (evening, *others):
        live_numbers(each.session.pk)
    assert list(session_numbers._watched) == [each.session.pk for each in others[1:]]
