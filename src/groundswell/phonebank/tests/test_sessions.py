"""The evening's operations, one after the other."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from groundswell.accounts.identity import CallerIdentity
from groundswell.accounts.models import AuditEvent, Membership, User
from groundswell.events.enums import EventStatus
from groundswell.phonebank.enums import ClaimStatus, PhoneBankStatus, QueueState, RecordStatus
from groundswell.phonebank.models import QueueEntry, SessionBank, SessionCaller, SessionMessage
from groundswell.phonebank.operations import claim_next, pause_phone_bank, record_outcome, sessions
from groundswell.phonebank.rules import PhoneBankError
from groundswell.phonebank.session_rules import SessionError
from groundswell.phonebank.tests.session_world import TWO_HOURS, Evening, make_event
from groundswell.phonebank.tests.world import NOON, World, result_of
from groundswell.places.models import Area

MINUTE = timedelta(minutes=1)


@pytest.fixture
def evening(world: World) -> Evening:
    world.households(5)
    return Evening(world.campaign, world.bank(), now=NOON)


def identity(user: User) -> CallerIdentity:
    membership = Membership.objects.get(user=user)
    return CallerIdentity(user.pk, membership.pk, membership.campaign_id, user.session_epoch)


def verbs() -> list[str]:
    return list(
        AuditEvent.objects.filter(subject_kind="phonebank.session").order_by("pk").values_list("verb", flat=True)
    )


def test_an_event_gets_its_session_with_list_board_and_link(evening):
    session = evening.refresh()
    assert session.banks.get().phone_bank == evening.bank
    assert len(session.board_key) >= 20
    assert session.invitation.role == "caller"
    assert session.invitation.campaign_id == evening.campaign.pk
    assert session.invitation.expires_at > evening.event.ends_at + timedelta(hours=3)
    assert verbs() == ["open_session"]


def test_opening_it_again_changes_nothing_and_another_list_takes_the_place(evening, world):
    link = evening.refresh().invitation
    again = sessions.open_session(event=evening.event, phone_bank=evening.bank, by=evening.host, now=NOON)
    assert again == evening.session
    assert verbs() == ["open_session"]
    other = world.bank()
    sessions.open_session(event=evening.event, phone_bank=other, by=evening.host, now=NOON)
    assert evening.refresh().banks.get().phone_bank == other
    assert evening.session.invitation == link
    assert verbs() == ["open_session", "open_session"]


def test_once_it_has_begun_the_list_is_changed_by_moving_only(evening, world):
    evening.start()
    sessions.open_session(event=evening.event, phone_bank=evening.bank, by=evening.host, now=NOON)
    with pytest.raises(SessionError, match="move it"):
        sessions.open_session(event=evening.event, phone_bank=world.bank(), by=evening.host, now=NOON)


def test_whoever_may_not_invite_gets_a_session_without_a_link(world):
    stranger = User.objects.create(name="S", email="s@example.org")
    event = make_event(world.campaign, starts_at=NOON)
    session = sessions.open_session(event=event, phone_bank=world.bank(), by=stranger, now=NOON)
    assert session.invitation is None
    with pytest.raises(SessionError, match="organiser"):
        sessions.renew_walk_in_link(session_id=session.pk, by=stranger, now=NOON)


def test_a_fresh_link_closes_the_old_one(evening):
    old = evening.refresh().invitation
    new = sessions.renew_walk_in_link(session_id=evening.session.pk, by=evening.host, now=NOON)
    old.refresh_from_db()
    assert old.revoked_at == NOON
    assert new.token != old.token
    assert evening.refresh().invitation == new


def test_joining_twice_is_once_and_who_left_may_come_back(evening):
    user = evening.user()
    first = sessions.join_session(session_id=evening.session.pk, by=user, now=NOON)
    assert first.is_first_time
    sessions.leave_session(session_id=evening.session.pk, by=user, now=NOON + MINUTE)
    assert SessionCaller.objects.get().left_at == NOON + MINUTE
    again = sessions.join_session(session_id=evening.session.pk, by=user, now=NOON + 2 * MINUTE)
    assert again.pk == first.pk
    assert (again.left_at, again.joined_at, again.is_first_time) == (None, NOON, True)
    assert verbs()[1:] == ["join_session", "leave_session"]


def test_whoever_rang_before_is_no_newcomer(evening):
    user = evening.user()
    by = identity(user)
    household = claim_next(phone_bank_id=evening.bank.pk, by=by, now=NOON).household
    record_outcome(result=result_of(evening.bank, household), by=by, now=NOON)
    assert not sessions.join_session(session_id=evening.session.pk, by=user, now=NOON).is_first_time


def test_a_member_of_other_areas_is_told_kindly(evening, world):
    user = evening.user()
    Membership.objects.get(user=user).areas.add(
        Area.objects.create(kind="ward", boundary_set="test", code="x", name="Elsewhere")
    )
    with pytest.raises(SessionError, match="outside your areas"):
        sessions.join_session(session_id=evening.session.pk, by=user, now=NOON)
    stranger = User.objects.create(name="S", email="s@example.org")
    with pytest.raises(SessionError):
        sessions.join_session(session_id=evening.session.pk, by=stranger, now=NOON)
    assert not SessionCaller.objects.exists()


@pytest.mark.parametrize(("field", "value"), [("status", EventStatus.CANCELLED), ("ends_at", NOON - MINUTE)])
def test_nobody_joins_what_was_called_off_or_is_over(evening, field, value):
    evening.event.starts_at = NOON - TWO_HOURS
    setattr(evening.event, field, value)
    evening.event.save()
    with pytest.raises(SessionError):
        sessions.join_session(session_id=evening.session.pk, by=evening.user(), now=NOON)


def test_presence_is_noted_while_they_belong_to_it(evening):
    user = evening.joined()
    by = identity(user)
    assert sessions.seen(session_id=evening.session.pk, by=by, now=NOON + MINUTE)
    assert SessionCaller.objects.get().last_seen_at == NOON + MINUTE
    stale = CallerIdentity(by.user_id, by.membership_id, by.campaign_id, by.session_epoch + 1)
    assert not sessions.seen(session_id=evening.session.pk, by=stale, now=NOON + 2 * MINUTE)
    Membership.objects.filter(user=user).update(revoked_at=timezone.now())
    assert not sessions.seen(session_id=evening.session.pk, by=by, now=NOON + 2 * MINUTE)
    assert SessionCaller.objects.get().last_seen_at == NOON + MINUTE


def test_presence_is_one_query(evening, django_assert_num_queries):
    by = identity(evening.joined())
    with django_assert_num_queries(1):
        sessions.seen(session_id=evening.session.pk, by=by, now=NOON)


def test_a_practice_call_leaves_only_that_there_was_one(evening):
    user = evening.joined()
    sessions.practise(session_id=evening.session.pk, by=user, now=NOON)
    sessions.practise(session_id=evening.session.pk, by=user, now=NOON + MINUTE)
    assert SessionCaller.objects.get().practised_at == NOON


def test_a_caller_begins_at_the_hour_and_not_before(world):
    world.households(1)
    evening = Evening(world.campaign, world.bank(), now=NOON, starts_at=NOON + MINUTE)
    caller = evening.joined()
    with pytest.raises(SessionError, match="too early"):
        sessions.start(session_id=evening.session.pk, by=caller, now=NOON)
    started = sessions.start(session_id=evening.session.pk, by=caller, now=NOON + MINUTE)
    assert started.started_at == NOON + MINUTE
    sessions.start(session_id=evening.session.pk, by=evening.host, now=NOON + 2 * MINUTE, as_host=True)
    assert evening.refresh().started_at == NOON + MINUTE
    assert verbs().count("start_session") == 1


def test_the_hosts_press_opens_the_list_and_a_callers_waits_for_it(evening):
    pause_phone_bank(evening.bank, by=evening.host)
    with pytest.raises(SessionError, match="Nearly there"):
        sessions.start(session_id=evening.session.pk, by=evening.joined(), now=NOON)
    evening.start()
    evening.bank.refresh_from_db()
    assert evening.bank.status == PhoneBankStatus.OPEN


def test_with_nobody_to_ring_nothing_begins(world):
    evening = Evening(world.campaign, world.bank(), now=NOON)
    pause_phone_bank(evening.bank, by=evening.host)
    with pytest.raises(PhoneBankError, match="nobody to ring"):
        evening.start()
    assert evening.refresh().started_at is None


def test_extending_is_by_the_clock_and_counts_once(evening):
    evening.start()
    until = evening.event.ends_at + 15 * MINUTE
    for _press in range(2):
        sessions.extend(session_id=evening.session.pk, until=until, by=evening.host, now=NOON)
    assert evening.refresh().extended_until == until
    assert verbs().count("extend_session") == 1


def test_moving_keeps_both_lists_and_opens_the_new_one(evening, world):
    evening.start()
    other = world.bank()
    pause_phone_bank(other, by=evening.host)
    sessions.move_to_bank(
        session_id=evening.session.pk, from_bank=evening.bank, to_bank=other, by=evening.host, now=NOON + MINUTE
    )
    rows = list(SessionBank.objects.order_by("pk").values_list("phone_bank", "since", "until"))
    assert rows == [(evening.bank.pk, NOON, NOON + MINUTE), (other.pk, NOON + MINUTE, None)]
    other.refresh_from_db()
    assert other.status == PhoneBankStatus.OPEN
    back = sessions.move_to_bank(
        session_id=evening.session.pk, from_bank=other, to_bank=evening.bank, by=evening.host, now=NOON + 2 * MINUTE
    )
    assert back.phone_bank == evening.bank
    assert SessionBank.objects.count() == 3


def test_moving_from_what_is_no_longer_rung_is_refused(evening, world):
    evening.start()
    first, second = world.bank(), world.bank()
    move = {"session_id": evening.session.pk, "from_bank": evening.bank, "by": evening.host}
    sessions.move_to_bank(**move, to_bank=first, now=NOON + MINUTE)
    sessions.move_to_bank(**move, to_bank=first, now=NOON + MINUTE)
    with pytest.raises(SessionError, match="meanwhile"):
        sessions.move_to_bank(**move, to_bank=second, now=NOON + MINUTE)
    assert SessionBank.objects.get(until=None).phone_bank == first


def test_a_list_of_nobody_is_not_moved_to(evening, world):
    evening.start()
    empty = world.bank(build=False, segment=None)
    QueueEntry.objects.all().delete()
    pause_phone_bank(empty, by=evening.host)
    world.campaign.phone_banks.filter(pk=empty.pk)
    nowhere = Area.objects.create(kind="ward", boundary_set="test", code="n", name="Nowhere")
    empty.areas.add(nowhere)
    with pytest.raises(PhoneBankError, match="nobody to ring"):
        sessions.move_to_bank(
            session_id=evening.session.pk, from_bank=evening.bank, to_bank=empty, by=evening.host, now=NOON
        )
    assert SessionBank.objects.get(until=None).phone_bank == evening.bank


def test_what_the_host_says_is_kept_in_order(evening):
    for text in ("Welcome!", "  100 calls,\nbiscuits at seven "):
        sessions.say(session_id=evening.session.pk, text=text, by=evening.host, now=NOON)
    assert list(SessionMessage.objects.order_by("pk").values_list("text", flat=True)) == [
        "Welcome!",
        "100 calls, biscuits at seven",
    ]
    with pytest.raises(SessionError):
        sessions.say(session_id=evening.session.pk, text=" ", by=evening.host, now=NOON)


def test_closing_hands_out_nobody_more_and_lets_a_call_be_finished(evening):
    evening.start()
    ringing, waiting = identity(evening.joined()), identity(evening.joined("Bo"))
    household = claim_next(phone_bank_id=evening.bank.pk, by=ringing, now=NOON).household
    sessions.close(session_id=evening.session.pk, by=evening.host, now=NOON + MINUTE)
    assert claim_next(phone_bank_id=evening.bank.pk, by=waiting, now=NOON + MINUTE).status == ClaimStatus.NOT_OPEN
    result = result_of(evening.bank, household, "completed", at=NOON + 3 * MINUTE)
    recorded = record_outcome(result=result, by=ringing, now=NOON + 3 * MINUTE)
    assert recorded.status == RecordStatus.RECORDED
    assert claim_next(phone_bank_id=evening.bank.pk, by=ringing, now=NOON + 3 * MINUTE).status == ClaimStatus.NOT_OPEN
    session = evening.refresh()
    assert session.closed_at == NOON + MINUTE
    assert session.banks.get().until == NOON + MINUTE
    assert session.invitation.revoked_at == NOON + MINUTE
    for late in (sessions.extend, sessions.start):
        with pytest.raises(SessionError):
            late(
                session_id=session.pk,
                by=evening.host,
                now=NOON + MINUTE,
                **({"until": evening.event.ends_at + MINUTE} if late is sessions.extend else {}),
            )


def test_closing_again_changes_nothing_and_what_never_began_is_not_closed(evening):
    with pytest.raises(SessionError, match="not begun"):
        sessions.close(session_id=evening.session.pk, by=evening.host, now=NOON)
    evening.start()
    sessions.close(session_id=evening.session.pk, by=evening.host, now=NOON + MINUTE)
    sessions.close(session_id=evening.session.pk, by=evening.host, now=NOON + 2 * MINUTE)
    assert evening.refresh().closed_at == NOON + MINUTE
    assert verbs().count("close_session") == 1


@pytest.mark.parametrize("why", ["kept open", "another session"])
def test_a_list_that_others_ring_stays_open(evening, world, why):
    evening.start()
    if why == "another session":
        Evening(world.campaign, evening.bank, now=NOON, live=True)
    sessions.close(session_id=evening.session.pk, by=evening.host, now=NOON, keep_open=why == "kept open")
    evening.bank.refresh_from_db()
    assert evening.bank.status == PhoneBankStatus.OPEN


def test_a_session_that_nobody_closes_ends_by_itself(evening, world):
    evening.start()
    other = Evening(world.campaign, world.bank(), now=NOON, live=True, ends_at=NOON + 3 * TWO_HOURS)
    assert sessions.close_overdue(now=evening.event.ends_at + 14 * MINUTE) == 0
    assert sessions.close_overdue(now=evening.event.ends_at + 15 * MINUTE) == 1
    assert evening.refresh().closed_at == evening.event.ends_at + 15 * MINUTE
    assert other.refresh().closed_at is None
    evening.bank.refresh_from_db()
    assert evening.bank.status == PhoneBankStatus.PAUSED


def test_going_home_frees_the_household(evening):
    evening.start()
    user = evening.joined()
    claim_next(phone_bank_id=evening.bank.pk, by=identity(user), now=NOON)
    assert QueueEntry.objects.filter(state=QueueState.LEASED).count() == 1
    sessions.leave_session(session_id=evening.session.pk, by=user, now=NOON)
    assert not QueueEntry.objects.filter(state=QueueState.LEASED).exists()
    sessions.leave_session(session_id=evening.session.pk, by=user, now=NOON + MINUTE)
    assert SessionCaller.objects.get().left_at == NOON
