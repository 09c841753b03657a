"""Two hosts press at once, and everybody comes at six: real threads, each with a connection of its own."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import transaction

from groundswell.accounts.identity import CallerIdentity
from groundswell.accounts.models import AuditEvent, Invitation, Membership, User
from groundswell.accounts.operations import accept_invitation
from groundswell.campaigns.models import Ask
from groundswell.events.operations import sign_up
from groundswell.events.operations.arrivals import come_in
from groundswell.events.operations.places import locked
from groundswell.phonebank.enums import ClaimStatus, QueueState
from groundswell.phonebank.models import Call, QueueEntry, Session, SessionBank, SessionCaller
from groundswell.phonebank.operations import claim_next, record_and_claim_next, sessions
from groundswell.phonebank.session_rules import SessionError
from groundswell.phonebank.tests.session_world import Evening, make_event, make_host
from groundswell.phonebank.tests.test_races import at_once
from groundswell.phonebank.tests.world import NOON, World, result_of

# Hundreds at once: not of the fast part.
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

MINUTE = timedelta(minutes=1)


@pytest.fixture
def evening(lasting_world: World) -> Evening:
    lasting_world.households(30)
    return Evening(lasting_world.campaign, lasting_world.bank(), now=NOON, live=True)


def together(*presses: Callable[[], Any]) -> list[Any]:
    """What each gave, or why it was refused; all begin at the same moment."""
    barrier = threading.Barrier(len(presses))

    def press(one: Callable[[], Any]) -> Any:
        barrier.wait(30)
        try:
            return one()
        except SessionError as refusal:
            return refusal

    return at_once(press, list(presses), threads=len(presses))


def events(verb: str) -> int:
    return AuditEvent.objects.filter(verb=verb).count()


def test_everybody_comes_at_six(evening):
    """Twenty-five callers, each pressing twice."""
    users = [evening.user(f"Cai {i}") for i in range(25)]
    joined = together(
        *(
            lambda u=user: sessions.join_session(session_id=evening.session.pk, by=u, now=NOON)
            for user in users
            for _press in range(2)
        )
    )
    assert all(isinstance(one, SessionCaller) for one in joined)
    assert SessionCaller.objects.count() == 25
    assert set(SessionCaller.objects.values_list("user", flat=True)) == {user.pk for user in users}
    assert events("join_session") == 25


def test_a_letter_pressed_on_several_devices_at_once_is_one_caller(evening):
    """And somebody else comes in by the code for the room meanwhile, under the address they signed up with."""
    Ask.objects.update(published_at=NOON)
    evening.event.refresh_from_db()
    bea, cai = (
        sign_up(event=evening.event, name=name, email=f"{name}@example.org", now=NOON) for name in ("bea", "cai")
    )
    invitation = evening.refresh().invitation
    known = User.objects.create(name="Cai", email="cai@example.org")
    came = together(
        *[lambda: come_in(attendance=bea, invitation=invitation, by=None, now=NOON).user_id] * 4,
        *[lambda: come_in(attendance=cai, invitation=invitation, by=known, now=NOON).user_id] * 2,
        *[lambda: accept_invitation(by=known, token=invitation.token, now=NOON).user_id] * 2,
    )
    assert set(came) == {User.objects.get(email="bea@example.org").pk, known.pk}
    assert SessionCaller.objects.count() == 2
    assert Membership.objects.live().filter(user__in=came).count() == 2
    for attendance in (bea, cai):
        attendance.refresh_from_db()
        assert attendance.arrived_at is not None


def test_who_comes_in_without_a_sign_up_waits_for_nobody(evening):
    """Somebody's sign-up, on its way, holds the event's row."""
    cai = evening.user("Cai")
    with ThreadPoolExecutor(1) as pool, transaction.atomic():
        locked(evening.event)
        joining = pool.submit(
            at_once, lambda u: sessions.join_session(session_id=evening.session.pk, by=u, now=NOON), [cai], threads=1
        )
        assert [caller.user for caller in joining.result(timeout=30)] == [cai]


def test_an_event_saved_by_two_at_once_has_one_session(lasting_world):
    event = make_event(lasting_world.campaign, starts_at=NOON)
    bank, host = lasting_world.bank(), make_host(lasting_world.campaign)
    made = together(
        *[lambda: sessions.open_session(event=event, phone_bank=bank, by=host, now=NOON) for _press in range(8)]
    )
    assert len({session.pk for session in made}) == 1
    assert Session.objects.count() == SessionBank.objects.count() == Invitation.objects.count() == 1


def test_all_press_start(lasting_world):
    lasting_world.households(3)
    evening = Evening(lasting_world.campaign, lasting_world.bank(), now=NOON)
    callers = [evening.joined(f"Cai {i}") for i in range(10)]
    started = together(
        *(
            lambda u=user, i=i: sessions.start(session_id=evening.session.pk, by=u, now=NOON + i * MINUTE / 60)
            for i, user in enumerate(callers)
        )
    )
    assert len({session.started_at for session in started}) == 1
    assert events("start_session") == 1


def test_two_hosts_close_at_once(evening):
    other = make_host(evening.campaign)
    closed = together(
        lambda: sessions.close(session_id=evening.session.pk, by=evening.host, now=NOON + MINUTE),
        lambda: sessions.close(session_id=evening.session.pk, by=other, now=NOON + 2 * MINUTE),
    )
    assert closed[0].closed_at == closed[1].closed_at == evening.refresh().closed_at
    assert events("close_session") == 1


def test_two_hosts_extend_at_once_and_it_is_once(evening):
    other = make_host(evening.campaign)
    until = evening.event.ends_at + 15 * MINUTE
    together(
        *(
            lambda u=user: sessions.extend(session_id=evening.session.pk, until=until, by=u, now=NOON)
            for user in (evening.host, other)
        )
    )
    assert evening.refresh().extended_until == until
    assert events("extend_session") == 1


def test_of_two_extensions_at_once_the_longer_holds(evening):
    ends: list[datetime] = [evening.event.ends_at + minutes * MINUTE for minutes in (15, 30)]
    together(
        *(
            lambda u=until: sessions.extend(session_id=evening.session.pk, until=u, by=evening.host, now=NOON)
            for until in ends
        )
    )
    assert evening.refresh().extended_until == max(ends)


def test_close_and_extend_at_once_leaves_it_closed(evening):
    until = evening.event.ends_at + 15 * MINUTE
    _closed, extended = together(
        lambda: sessions.close(session_id=evening.session.pk, by=evening.host, now=NOON),
        lambda: sessions.extend(session_id=evening.session.pk, until=until, by=make_host(evening.campaign), now=NOON),
    )
    session = evening.refresh()
    assert session.closed_at == NOON
    assert isinstance(extended, SessionError) == (session.extended_until is None)


def test_two_hosts_move_to_different_lists_and_one_of_them_is_told(evening, lasting_world):
    banks = [lasting_world.bank(), lasting_world.bank()]
    moved = together(
        *(
            lambda b=bank: sessions.move_to_bank(
                session_id=evening.session.pk, from_bank=evening.bank, to_bank=b, by=evening.host, now=NOON + MINUTE
            )
            for bank in banks
        )
    )
    (won,) = [one for one in moved if isinstance(one, SessionBank)]
    (told,) = [one for one in moved if isinstance(one, SessionError)]
    assert str(won.phone_bank) in str(told)
    assert SessionBank.objects.filter(until=None).get() == won
    assert SessionBank.objects.count() == 2


def test_move_and_close_at_once_end_with_nothing_open(evening, lasting_world):
    other = lasting_world.bank()
    together(
        lambda: sessions.move_to_bank(
            session_id=evening.session.pk, from_bank=evening.bank, to_bank=other, by=evening.host, now=NOON
        ),
        lambda: sessions.close(session_id=evening.session.pk, by=evening.host, now=NOON),
    )
    assert evening.refresh().closed_at == NOON
    assert not SessionBank.objects.filter(until=None).exists()
    evening.bank.refresh_from_db()
    assert evening.bank.status == "paused"


def test_closing_while_everybody_rings_loses_no_call_and_hands_out_no_more(evening):
    users = [evening.joined(f"Cai {i}") for i in range(10)]
    callers = [
        CallerIdentity(m.user_id, m.pk, evening.campaign.pk, 0)
        for m in Membership.objects.filter(user__in=[u.pk for u in users])
    ]
    done: list[int] = []
    first = threading.Barrier(len(callers) + 1)

    def ring(by: CallerIdentity) -> None:
        claim = claim_next(phone_bank_id=evening.bank.pk, by=by, now=NOON)
        first.wait(30)
        while claim.household is not None:
            recorded, claim = record_and_claim_next(
                result=result_of(evening.bank, claim.household, "completed"), by=by, now=NOON
            )
            assert recorded.call_id is not None
            done.append(recorded.call_id)
        assert claim.status in {ClaimStatus.NOT_OPEN, ClaimStatus.EMPTY}

    def close(_nothing: None) -> None:
        first.wait(30)
        sessions.close(session_id=evening.session.pk, by=evening.host, now=NOON + MINUTE)

    at_once(lambda one: close(None) if one is None else ring(one), [None, *callers], threads=len(callers) + 1)
    assert len(done) == len(set(done)) == Call.objects.count() >= len(callers)
    assert not QueueEntry.objects.filter(state=QueueState.LEASED).exists()
    assert claim_next(phone_bank_id=evening.bank.pk, by=callers[0], now=NOON + MINUTE).status == ClaimStatus.NOT_OPEN


def test_leaving_and_joining_at_once_leaves_one_row(evening):
    user: User = evening.joined()
    together(
        *[
            lambda: sessions.leave_session(session_id=evening.session.pk, by=user, now=NOON + MINUTE)
            for _press in range(3)
        ],
        *[lambda: sessions.join_session(session_id=evening.session.pk, by=user, now=NOON) for _press in range(3)],
    )
    assert SessionCaller.objects.count() == 1
