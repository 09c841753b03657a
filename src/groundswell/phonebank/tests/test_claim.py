"""The next household: order, limits, and why there is none."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from groundswell.accounts.models import AuditEvent, Membership, User
from groundswell.campaigns.rules import GivenAnswer
from groundswell.people.models import PersonContact
from groundswell.phonebank.enums import ClaimStatus, EmptyReason, QueueState
from groundswell.phonebank.models import CallerStatus, Hold, QueueEntry
from groundswell.phonebank.operations import (
    change_phone_bank,
    claim_next,
    pause,
    pause_phone_bank,
    record_and_claim_next,
    resume,
    skip,
)
from groundswell.phonebank.tests.world import NOON, World, result_of

SUNDAY = datetime.fromisoformat("2026-11-22T12:00:00+00:00")


def test_a_household_with_all_the_page_needs(world: World) -> None:
    (home,) = world.households(1, people=2)
    bank, caller = world.bank(), world.caller()
    claim = claim_next(phone_bank_id=bank.pk, by=caller, now=NOON)
    assert claim.status == ClaimStatus.HOUSEHOLD
    household = claim.household
    assert household is not None
    assert household.household_id == home.row.pk
    assert household.address == "1 Tower Hamlets Road"
    assert household.area == "Walthamstow"
    assert {p.name for p in household.people} == {"Sian Wyllt", "Tom Wyllt"}
    assert {n.value for n in household.numbers} == {n.value for n in home.numbers}
    assert household.leased_until == NOON + timedelta(minutes=15)
    assert not household.again
    assert claim.households_today == 1
    entry = QueueEntry.objects.get()
    assert (entry.state, entry.leased_by_id) == (QueueState.LEASED, caller.user_id)
    assert set(Hold.objects.values_list("subject_kind", "subject_id")) == {
        (0, home.row.pk),
        *((1, n.pk) for n in home.numbers),
    }


def test_every_view_is_logged(world: World) -> None:
    world.households(1)
    bank, caller = world.bank(), world.caller()
    claim_next(phone_bank_id=bank.pk, by=caller, now=NOON)
    event = AuditEvent.objects.get(verb="claim_household")
    assert (event.actor_id, event.action, event.subject_id) == (caller.user_id, "view", QueueEntry.objects.get().pk)


def test_a_person_without_an_address_is_a_household(world: World) -> None:
    person = world.lone_person()
    bank = world.bank()
    household = claim_next(phone_bank_id=bank.pk, by=world.caller(), now=NOON).household
    assert household is not None
    assert household.household_id is None
    assert [p.id for p in household.people] == [person.pk]


def test_a_double_press_gives_the_same_household(world: World) -> None:
    world.households(3)
    bank, caller = world.bank(), world.caller()
    first = claim_next(phone_bank_id=bank.pk, by=caller, now=NOON).household
    second = claim_next(phone_bank_id=bank.pk, by=caller, now=NOON + timedelta(seconds=1)).household
    assert first is not None
    assert second is not None
    assert second.again
    assert (second.entry_id, second.lease_key) == (first.entry_id, first.lease_key)
    assert QueueEntry.objects.filter(state=QueueState.LEASED).count() == 1


def test_own_call_backs_first_then_anyones_then_by_priority(world: World) -> None:
    world.households(4)
    bank, me, other = world.bank(), world.caller(), world.caller()
    urgent, mine, anyones, theirs = QueueEntry.objects.order_by("pk")
    QueueEntry.objects.filter(pk=urgent.pk).update(priority=-5)
    due = {"state": QueueState.WAITING, "is_call_back": True}
    QueueEntry.objects.filter(pk=mine.pk).update(**due, due_at=NOON - timedelta(minutes=1), call_back_for=me.user_id)
    QueueEntry.objects.filter(pk=anyones.pk).update(**due, due_at=NOON - timedelta(hours=2))
    QueueEntry.objects.filter(pk=theirs.pk).update(**due, due_at=NOON - timedelta(hours=3), call_back_for=other.user_id)
    served = []
    household = claim_next(phone_bank_id=bank.pk, by=me, now=NOON).household
    while household is not None:
        served.append(household.entry_id)
        _, claim = record_and_claim_next(result=result_of(bank, household), by=me, now=NOON)
        household = claim.household
    assert served == [mine.pk, anyones.pk, urgent.pk]


def test_a_call_back_whose_caller_did_not_come_for_a_day_is_anyones(world: World) -> None:
    world.households(1)
    bank, me, absent = world.bank(), world.caller(), world.caller()
    QueueEntry.objects.update(
        state=QueueState.WAITING,
        is_call_back=True,
        due_at=NOON - timedelta(hours=25),
        call_back_for=absent.user_id,
    )
    assert claim_next(phone_bank_id=bank.pk, by=me, now=NOON).household is not None


def test_priority_then_fresh_before_tried(world: World) -> None:
    world.households(3)
    bank = world.bank()
    last, second, first = QueueEntry.objects.order_by("pk")
    QueueEntry.objects.filter(pk=first.pk).update(priority=-1, position=2**27 + 5)
    QueueEntry.objects.filter(pk=second.pk).update(priority=0, position=5)
    QueueEntry.objects.filter(pk=last.pk).update(priority=0, position=2**27 + 5)
    served = [claim_next(phone_bank_id=bank.pk, by=world.caller(), now=NOON).household for _ in range(3)]
    assert [h.entry_id for h in served if h] == [first.pk, second.pk, last.pk]


def test_what_comes_back_below_the_mark_is_found(world: World) -> None:
    world.households(3)
    bank, me = world.bank(), world.caller()
    first = claim_next(phone_bank_id=bank.pk, by=me, now=NOON).household
    for _ in range(2):
        claim_next(phone_bank_id=bank.pk, by=world.caller(), now=NOON)
    assert first is not None
    pause(phone_bank_id=bank.pk, by=me, now=NOON)
    resume(phone_bank_id=bank.pk, by=me, now=NOON)
    again = claim_next(phone_bank_id=bank.pk, by=me, now=NOON).household
    assert again is not None
    assert again.entry_id == first.entry_id
    assert again.lease_key != first.lease_key


def test_a_skipped_household_comes_after_the_others_of_its_priority_and_before_the_next_priority(world: World) -> None:
    world.households(5)
    bank, me = world.bank(), world.caller()
    a, b, c, d, e = QueueEntry.objects.order_by("pk")
    for place, (entry, priority) in enumerate([(a, 0), (b, 0), (c, 0), (d, 1), (e, 1)], 1):
        QueueEntry.objects.filter(pk=entry.pk).update(priority=priority, position=place)
    served = []
    claim = claim_next(phone_bank_id=bank.pk, by=me, now=NOON)
    while claim.household is not None:
        served.append(claim.household.entry_id)
        if len(served) == 1:
            skip(
                entry_id=claim.household.entry_id,
                lease_key=claim.household.lease_key,
                reason="I know them",
                by=me,
                now=NOON,
            )
            claim = claim_next(phone_bank_id=bank.pk, by=me, now=NOON)
        else:
            _, claim = record_and_claim_next(result=result_of(bank, claim.household), by=me, now=NOON)
    assert served == [a.pk, b.pk, c.pk, a.pk, d.pk, e.pk]


def test_two_banks_never_hold_the_same_number(world: World) -> None:
    first, second = world.households(2)
    # A number both households gave.
    PersonContact.objects.create(person=second.people[0], contact_point=first.numbers[0], source=world.source)
    bank = world.bank()
    assert claim_next(phone_bank_id=bank.pk, by=world.caller(), now=NOON).household is not None
    claim = claim_next(phone_bank_id=bank.pk, by=world.caller(), now=NOON)
    assert claim.status == ClaimStatus.EMPTY


def test_outside_hours_says_when(world: World) -> None:
    world.households(2)
    bank = world.bank()
    claim = claim_next(phone_bank_id=bank.pk, by=world.caller(), now=SUNDAY)
    assert claim.why is not None
    assert claim.why.reason == EmptyReason.OUTSIDE_HOURS
    assert claim.why.counts == {EmptyReason.OUTSIDE_HOURS: 2}
    assert claim.why.next_at == datetime.fromisoformat("2026-11-23T09:00:00+00:00")


def test_each_time_zone_keeps_its_own_hours(world: World) -> None:
    far = world.new_area("Somewhere east", "", zone="Asia/Tokyo")
    (east,) = world.households(1, area=far)
    (west,) = world.households(1)
    bank = world.bank()
    # Noon in London is nine in the evening in Tokyo, where calling has just ended.
    served = [claim_next(phone_bank_id=bank.pk, by=world.caller(), now=NOON).household for _ in range(2)]
    assert [h.household_id for h in served if h] == [west.row.pk]
    early = NOON - timedelta(hours=4)
    household = claim_next(phone_bank_id=bank.pk, by=world.caller(), now=early).household
    assert household is not None
    assert household.household_id == east.row.pk


def test_hours_are_followed_with_the_next_claim(world: World) -> None:
    world.households(1)
    bank, caller = world.bank(), world.caller()
    assert claim_next(phone_bank_id=bank.pk, by=caller, now=NOON).household is not None
    stale = change_phone_bank(bank, by=world.organiser, hours={"wed": ["18:00", "20:00"]})
    assert stale.version == 2
    assert claim_next(phone_bank_id=bank.pk, by=caller, now=NOON).status == ClaimStatus.EMPTY
    assert QueueEntry.objects.get().state == QueueState.READY


def test_a_paused_bank_gives_nothing_and_takes_results(world: World) -> None:
    world.households(2)
    bank, caller = world.bank(), world.caller()
    household = claim_next(phone_bank_id=bank.pk, by=caller, now=NOON).household
    assert household is not None
    pause_phone_bank(bank, by=world.organiser)
    recorded, claim = record_and_claim_next(result=result_of(bank, household), by=caller, now=NOON)
    assert recorded.is_safe
    assert claim.status == ClaimStatus.NOT_OPEN


def test_a_paused_caller_gets_nothing(world: World) -> None:
    world.households(1)
    bank, caller = world.bank(), world.caller()
    claim_next(phone_bank_id=bank.pk, by=caller, now=NOON)
    pause(phone_bank_id=bank.pk, by=caller, now=NOON)
    assert claim_next(phone_bank_id=bank.pk, by=caller, now=NOON).status == ClaimStatus.PAUSED
    assert QueueEntry.objects.get().state == QueueState.READY


def test_the_daily_limit(world: World) -> None:
    world.households(3)
    bank, caller = world.bank(daily_limit=2), world.caller()
    household = claim_next(phone_bank_id=bank.pk, by=caller, now=NOON).household
    assert household is not None
    _, claim = record_and_claim_next(result=result_of(bank, household), by=caller, now=NOON)
    assert claim.household is not None
    _, claim = record_and_claim_next(result=result_of(bank, claim.household), by=caller, now=NOON)
    assert claim.status == ClaimStatus.LIMIT
    tomorrow = NOON + timedelta(days=1)
    assert claim_next(phone_bank_id=bank.pk, by=caller, now=tomorrow).household is not None
    assert CallerStatus.objects.get().households_today == 1


@pytest.mark.parametrize("end", ["revoked", "inactive", "signed_out", "other_user", "other_campaign"])
def test_a_member_who_is_none_any_more_gets_nothing(world: World, end: str) -> None:
    world.households(1)
    bank, caller = world.bank(), world.caller()
    match end:
        case "revoked":
            Membership.objects.update(revoked_at=NOON)
        case "inactive":
            User.objects.filter(pk=caller.user_id).update(is_active=False)
        case "signed_out":
            User.objects.filter(pk=caller.user_id).update(session_epoch=1)
        case "other_user":
            Membership.objects.update(user=world.organiser)
        case "other_campaign":
            other = World()
            Membership.objects.update(campaign=other.campaign)
    assert claim_next(phone_bank_id=bank.pk, by=caller, now=NOON).status == ClaimStatus.REVOKED


def test_a_member_of_some_areas_calls_only_there(world: World) -> None:
    ward = world.new_area("Hoe Street", "England", parent=world.area)
    elsewhere = world.new_area("Bury North", "England")
    world.households(1, area=ward)
    bank, caller = world.bank(), world.caller()
    membership = Membership.objects.get(pk=caller.membership_id)
    membership.areas.add(world.area)
    # The phone bank rings everywhere, so it is not for somebody limited to one seat.
    assert claim_next(phone_bank_id=bank.pk, by=caller, now=NOON).status == ClaimStatus.REVOKED
    bank.areas.add(ward)
    assert claim_next(phone_bank_id=bank.pk, by=caller, now=NOON).household is not None
    membership.areas.set([elsewhere])
    assert claim_next(phone_bank_id=bank.pk, by=caller, now=NOON).status == ClaimStatus.REVOKED


def test_an_empty_list(world: World) -> None:
    bank = world.bank()
    claim = claim_next(phone_bank_id=bank.pk, by=world.caller(), now=NOON)
    assert claim.why is not None
    assert claim.why.reason == EmptyReason.NO_HOUSEHOLDS


def test_one_query_a_cycle(world: World) -> None:
    """The house allows six; what a caller's screen posts takes one, with an answer in it."""
    world.households(5)
    bank, caller = world.bank(), world.caller()
    household = claim_next(phone_bank_id=bank.pk, by=caller, now=NOON).household
    assert household is not None

    def answered(of: object) -> tuple[GivenAnswer, ...]:
        return (GivenAnswer(of.people[0].id, world.question.pk, option_id=world.ours.pk),)

    _, claim = record_and_claim_next(
        result=result_of(bank, household, "completed", answers=answered(household)), by=caller, now=NOON
    )
    assert claim.household is not None
    with CaptureQueriesContext(
        connection,
    ) as queries:
        record_and_claim_next(
            result=result_of(bank, claim.household, "completed", answers=answered(claim.household)),
            by=caller,
            now=NOON,
        )
    assert len(queries) == 1


def test_an_unknown_phone_bank(world: World) -> None:
    bank = world.bank()
    caller = world.caller()
    bank.delete()
    from groundswell.phonebank.models import PhoneBank

    with pytest.raises(PhoneBank.DoesNotExist):
        claim_next(phone_bank_id=10**9 + uuid4().int % 1000, by=caller, now=NOON)
