"""Results: recorded once, whoever retries, however late; what each outcome does; undo."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction

from groundswell.accounts.identity import CallerIdentity
from groundswell.accounts.models import Membership
from groundswell.campaigns.models import Answer, Option, Question
from groundswell.campaigns.rules import GivenAnswer, WrongAnswer
from groundswell.compliance.models import Suppression
from groundswell.people.models import ContactPoint, Person
from groundswell.phonebank.claims import HouseholdToCall
from groundswell.phonebank.enums import ClaimStatus, QueueState, RecordStatus
from groundswell.phonebank.models import Call, CallerStatus, Hold, Outcome, PhoneBank, QueueEntry
from groundswell.phonebank.operations import (
    claim_next,
    record_and_claim_next,
    record_outcome,
    take_back_lapsed,
    undo_last,
)
from groundswell.phonebank.rules import CallResultError, PhoneBankError
from groundswell.phonebank.tests.world import NOON, World, result_of

LATER = NOON + timedelta(minutes=20)


def take(bank: PhoneBank, caller: CallerIdentity, now=NOON) -> HouseholdToCall:
    household = claim_next(phone_bank_id=bank.pk, by=caller, now=now).household
    assert household is not None
    return household


def test_a_result_delivered_three_times_is_one(world: World) -> None:
    world.households(2)
    bank, caller = world.bank(), world.caller()
    result = result_of(bank, take(bank, caller), note=" Ring after six. ")
    statuses = [record_outcome(result=result, by=caller, now=NOON).status for _ in range(3)]
    assert statuses == [RecordStatus.RECORDED, RecordStatus.REPEATED, RecordStatus.REPEATED]
    call = Call.objects.get()
    assert call.note == "Ring after six."
    assert (call.is_dial, call.is_contact) == (True, False)
    assert CallerStatus.objects.get().calls_today == 1


def test_record_and_next_delivered_three_times_gives_the_same_next(world: World) -> None:
    world.households(4)
    bank, caller = world.bank(), world.caller()
    result = result_of(bank, take(bank, caller))
    claims = [record_and_claim_next(result=result, by=caller, now=NOON)[1] for _ in range(3)]
    assert len({c.household.lease_key for c in claims if c.household}) == 1
    assert Call.objects.count() == 1
    assert CallerStatus.objects.get().households_today == 2


def test_somebody_elses_key_is_not_answered(world: World) -> None:
    world.households(2)
    bank, me, other = world.bank(), world.caller(), world.caller()
    mine = result_of(bank, take(bank, me))
    record_outcome(result=mine, by=me, now=NOON)
    assert record_outcome(result=mine, by=other, now=NOON).status == RecordStatus.UNKNOWN


def test_a_household_never_in_hand_takes_no_result(world: World) -> None:
    world.households(2)
    bank, me, other = world.bank(), world.caller(), world.caller()
    household = take(bank, me)
    assert record_outcome(result=result_of(bank, household), by=other, now=NOON).status == RecordStatus.UNKNOWN
    assert not Call.objects.exists()
    assert QueueEntry.objects.get(pk=household.entry_id).state == QueueState.LEASED


def test_late_and_nobody_else_had_it(world: World) -> None:
    world.households(1)
    bank, caller = world.bank(), world.caller()
    household = take(bank, caller)
    assert take_back_lapsed(LATER) == 1
    assert not Hold.objects.exists()
    recorded = record_outcome(result=result_of(bank, household), by=caller, now=LATER)
    assert recorded.status == RecordStatus.RECORDED
    assert QueueEntry.objects.get().state == QueueState.WAITING
    assert Call.objects.get().claimed_at == NOON


def test_late_and_somebody_else_has_it(world: World) -> None:
    world.households(1)
    bank, me, other = world.bank(), world.caller(), world.caller()
    household = take(bank, me)
    taken = take(bank, other, LATER)
    assert taken.entry_id == household.entry_id
    recorded = record_outcome(result=result_of(bank, household, "completed"), by=me, now=LATER)
    assert recorded.status == RecordStatus.LATE
    assert recorded.is_safe
    entry = QueueEntry.objects.get()
    assert (entry.state, entry.leased_by_id, entry.lease_key) == (
        QueueState.LEASED,
        other.user_id,
        taken.lease_key,
    )
    assert record_outcome(result=result_of(bank, taken), by=other, now=LATER).status == RecordStatus.RECORDED
    assert Call.objects.count() == 2


def test_late_and_somebody_else_rang_since(world: World) -> None:
    world.households(1)
    bank, me, other = world.bank(), world.caller(), world.caller()
    household = take(bank, me)
    record_outcome(result=result_of(bank, take(bank, other, LATER), "completed"), by=other, now=LATER)
    assert record_outcome(result=result_of(bank, household), by=me, now=LATER).status == RecordStatus.LATE
    assert QueueEntry.objects.get().done_reason == "called"


def test_do_not_call_is_honoured_however_late(world: World) -> None:
    (home,) = world.households(1)
    bank, me, other = world.bank(), world.caller(), world.caller()
    household = take(bank, me)
    take(bank, other, LATER)
    record_outcome(result=result_of(bank, household, "do_not_call"), by=me, now=LATER)
    suppression = Suppression.objects.get()
    assert bytes(suppression.address_hash) == bytes(home.numbers[0].address_hash)


def test_a_revoked_member_records_nothing(world: World) -> None:
    world.households(1)
    bank, caller = world.bank(), world.caller()
    result = result_of(bank, take(bank, caller))
    Membership.objects.update(revoked_at=NOON)
    recorded, claim = record_and_claim_next(result=result, by=caller, now=NOON)
    assert (recorded.status, claim.status) == (RecordStatus.REVOKED, ClaimStatus.REVOKED)
    assert not Call.objects.exists()


def test_answers_are_kept_with_their_meaning_and_identify(world: World) -> None:
    world.households(1)
    bank, caller = world.bank(), world.caller()
    household = take(bank, caller)
    person = household.people[0].id
    given = (GivenAnswer(person, world.question.pk, option_id=world.ours.pk),)
    result = result_of(bank, household, "completed", answers=given)
    record_outcome(result=result, by=caller, now=NOON)
    answer = Answer.objects.get()
    assert (answer.person_id, answer.meaning, answer.source_uuid) == (person, "strong_support", result.client_uuid)
    assert answer.recorded_by_id == caller.user_id
    assert Call.objects.get().is_identified


def test_an_answer_that_does_not_fit_changes_nothing(world: World) -> None:
    world.households(1)
    bank, caller = world.bank(), world.caller()
    household = take(bank, caller)
    given = (GivenAnswer(household.people[0].id, world.question.pk, number=7),)
    with pytest.raises(WrongAnswer):
        record_and_claim_next(result=result_of(bank, household, "completed", answers=given), by=caller, now=NOON)
    assert not Call.objects.exists()
    assert QueueEntry.objects.get().state == QueueState.LEASED


def test_a_question_added_since_is_known(world: World) -> None:
    world.households(2)
    bank, caller = world.bank(), world.caller()
    household = take(bank, caller)
    old = (GivenAnswer(household.people[0].id, world.question.pk, option_id=world.ours.pk),)
    _, claim = record_and_claim_next(result=result_of(bank, household, "completed", answers=old), by=caller, now=NOON)
    question = Question.objects.create(campaign=world.campaign, key="poster", kind="choice", text="A poster?")
    yes = Option.objects.create(question=question, label="Yes", meaning="yes")
    assert claim.household is not None
    new = (GivenAnswer(claim.household.people[0].id, question.pk, option_id=yes.pk),)
    result = result_of(bank, claim.household, "completed", answers=new)
    assert record_outcome(result=result, by=caller, now=NOON).is_safe


def test_answers_about_strangers_are_left_out(world: World) -> None:
    world.households(1)
    bank, caller = world.bank(), world.caller()
    stranger = world.lone_person()
    household = take(bank, caller)
    given = (GivenAnswer(stranger.pk, world.question.pk, option_id=world.ours.pk),)
    result = result_of(bank, household, "completed", answers=given, person_id=stranger.pk)
    record_outcome(result=result, by=caller, now=NOON)
    assert not Answer.objects.exists()
    assert Call.objects.get().person_id is None


@pytest.mark.parametrize(
    ("outcome", "people", "state", "reason"),
    [
        ("no_answer", 1, QueueState.WAITING, ""),
        ("answerphone", 1, QueueState.WAITING, ""),
        ("engaged", 1, QueueState.WAITING, ""),
        ("not_available", 1, QueueState.WAITING, ""),
        ("other_member", 2, QueueState.WAITING, ""),
        ("refused_today", 1, QueueState.WAITING, ""),
        ("part_completed", 1, QueueState.WAITING, ""),
        ("completed", 1, QueueState.DONE, "called"),
        ("completed", 2, QueueState.WAITING, ""),
        ("already_voted", 1, QueueState.DONE, "called"),
        ("language_barrier", 1, QueueState.DONE, "called"),
        ("number_dead", 1, QueueState.DONE, "retired"),
        ("number_dead", 2, QueueState.READY, ""),
        ("wrong_number", 1, QueueState.DONE, "retired"),
        ("moved", 1, QueueState.DONE, "moved"),
        ("moved", 2, QueueState.READY, ""),
        ("deceased", 1, QueueState.DONE, "deceased"),
        ("do_not_call", 1, QueueState.DONE, "suppressed"),
        ("do_not_call", 2, QueueState.READY, ""),
    ],
)
def test_what_becomes_of_the_household(world: World, outcome: str, people: int, state: int, reason: str) -> None:
    world.households(1, people=people)
    bank, caller = world.bank(), world.caller()
    household = take(bank, caller)
    number = next(p for p in household.people if p.id == household.people[0].id).numbers[0]
    result = result_of(bank, household, outcome, contact_point_id=number.id)
    assert record_outcome(result=result, by=caller, now=NOON).status == RecordStatus.RECORDED
    entry = QueueEntry.objects.get()
    assert (entry.state, entry.done_reason) == (state, reason)
    assert entry.leased_by_id is None
    assert not Hold.objects.exists()


def test_every_seeded_outcome_is_tried_above() -> None:
    tried = {row[0] for row in test_what_becomes_of_the_household.pytestmark[0].args[1]}
    assert tried | {"call_back"} == {
        "completed",
        "no_answer",
        "answerphone",
        "call_back",
        "not_available",
        "engaged",
        "wrong_number",
        "do_not_call",
        "part_completed",
        "refused_today",
        "other_member",
        "already_voted",
        "number_dead",
        "moved",
        "deceased",
        "language_barrier",
    }


def test_the_sixteen_outcomes_are_there(db: None) -> None:
    assert Outcome.objects.count() == 16


def test_one_person_done_the_others_another_day_unless_told_not_to(world: World) -> None:
    world.households(1, people=2)
    bank, caller = world.bank(ask_everyone=False), world.caller()
    record_outcome(result=result_of(bank, take(bank, caller), "completed"), by=caller, now=NOON)
    assert QueueEntry.objects.get().done_reason == "called"


def test_the_finished_are_not_asked_again(world: World) -> None:
    world.households(1, people=2)
    bank, caller = world.bank(), world.caller()
    household = take(bank, caller)
    done = household.people[0]
    record_outcome(
        result=result_of(bank, household, "completed", contact_point_id=done.numbers[0].id), by=caller, now=NOON
    )
    again = take(bank, caller, NOON + timedelta(days=1))
    assert [p.id for p in again.people] == [household.people[1].id]
    now = NOON + timedelta(days=1)
    record_outcome(result=result_of(bank, again, "completed", at=now), by=caller, now=now)
    assert QueueEntry.objects.get().done_reason == "called"


def test_staying_with_the_household_to_ask_for_somebody_else(world: World) -> None:
    world.households(2, people=2)
    bank, caller = world.bank(), world.caller()
    household = take(bank, caller)
    recorded, claim = record_and_claim_next(
        result=result_of(bank, household, "completed", keep=True), by=caller, now=NOON
    )
    assert recorded.kept
    assert claim.household is not None
    assert claim.household.entry_id == household.entry_id
    assert [p.id for p in claim.household.people] == [household.people[1].id]
    recorded, claim = record_and_claim_next(
        result=result_of(bank, claim.household, "completed", keep=True), by=caller, now=NOON
    )
    # Nobody is left, so there is nothing to stay for.
    assert not recorded.kept
    assert claim.household is not None
    assert claim.household.entry_id != household.entry_id


def test_wrong_number_retires_the_number_not_the_person(world: World) -> None:
    (home,) = world.households(1)
    bank, caller = world.bank(), world.caller()
    record_outcome(result=result_of(bank, take(bank, caller), "wrong_number"), by=caller, now=NOON)
    number = ContactPoint.objects.get(pk=home.numbers[0].pk)
    assert number.retired_at == NOON
    person = Person.objects.get(pk=home.people[0].pk)
    assert (person.moved_at, person.deceased_at, person.erased_at) == (None, None, None)


def test_a_call_back_is_kept_for_the_caller_who_agreed_it(world: World) -> None:
    world.households(1)
    bank, me, other = world.bank(), world.caller(), world.caller()
    six = NOON + timedelta(hours=6)
    result = result_of(bank, take(bank, me), "call_back", call_back_at=six)
    record_outcome(result=result, by=me, now=NOON)
    entry = QueueEntry.objects.get()
    assert (entry.state, entry.due_at, entry.call_back_for_id) == (QueueState.WAITING, six, me.user_id)
    # Asked for, so the call earlier today does not stand against it.
    assert claim_next(phone_bank_id=bank.pk, by=other, now=six).household is None
    assert take(bank, me, six).is_call_back


def test_a_call_back_needs_a_time(world: World) -> None:
    world.households(1)
    bank, caller = world.bank(), world.caller()
    with pytest.raises(CallResultError):
        record_outcome(result=result_of(bank, take(bank, caller), "call_back"), by=caller, now=NOON)


def test_an_unknown_outcome(world: World) -> None:
    world.households(1)
    bank, caller = world.bank(), world.caller()
    with pytest.raises(CallResultError):
        record_outcome(result=result_of(bank, take(bank, caller), "eaten"), by=caller, now=NOON)


def test_an_outcome_changed_meanwhile_takes_its_new_effect(world: World) -> None:
    world.households(2)
    bank, caller = world.bank(), world.caller()
    _, claim = record_and_claim_next(result=result_of(bank, take(bank, caller)), by=caller, now=NOON)
    Outcome.objects.filter(code="no_answer").update(effect="number_retired", next="next_number")
    assert claim.household is not None
    result = result_of(bank, claim.household)
    assert record_and_claim_next(result=result, by=caller, now=NOON)[0].status == RecordStatus.RECORDED
    assert ContactPoint.objects.filter(retired_at=NOON).count() == 1


def test_undo_puts_everything_back(world: World) -> None:
    world.households(2)
    bank, caller = world.bank(), world.caller()
    household = take(bank, caller)
    before = QueueEntry.objects.get(pk=household.entry_id)
    given = (GivenAnswer(household.people[0].id, world.question.pk, option_id=world.ours.pk),)
    _, claim = record_and_claim_next(result=result_of(bank, household, "completed", answers=given), by=caller, now=NOON)
    assert claim.household is not None
    undone = undo_last(phone_bank_id=bank.pk, by=caller, now=NOON + timedelta(seconds=10))
    assert undone.back_in_hand
    assert Answer.objects.get().withdrawn_at is not None
    assert Call.objects.get().undone_at is not None
    assert CallerStatus.objects.get().calls_today == 0
    again = take(bank, caller)
    assert again.entry_id == household.entry_id
    assert again.again
    entry = QueueEntry.objects.get(pk=household.entry_id)
    assert (entry.attempts, entry.position, entry.due_at) == (before.attempts, before.position, None)
    assert QueueEntry.objects.get(pk=claim.household.entry_id).state == QueueState.READY
    assert set(Hold.objects.values_list("entry", flat=True)) == {entry.pk}


@pytest.mark.parametrize(
    ("outcome", "model", "field"),
    [
        ("moved", Person, "moved_at"),
        ("deceased", Person, "deceased_at"),
        ("wrong_number", ContactPoint, "retired_at"),
    ],
)
def test_undo_takes_back_what_was_said_of_person_and_number(world: World, outcome: str, model, field: str) -> None:
    world.households(1)
    bank, caller = world.bank(), world.caller()
    record_outcome(result=result_of(bank, take(bank, caller), outcome), by=caller, now=NOON)
    assert model.objects.filter(**{f"{field}__isnull": False}).exists()
    undo_last(phone_bank_id=bank.pk, by=caller, now=NOON)
    assert not model.objects.filter(**{f"{field}__isnull": False}).exists()


def test_a_volunteer_cannot_undo_do_not_call(world: World) -> None:
    world.households(1)
    bank, caller = world.bank(), world.caller()
    record_outcome(result=result_of(bank, take(bank, caller), "do_not_call"), by=caller, now=NOON)
    undone = undo_last(phone_bank_id=bank.pk, by=caller, now=NOON)
    assert undone.suppression_stays
    assert Suppression.objects.get().lifted_at is None
    assert claim_next(phone_bank_id=bank.pk, by=caller, now=NOON).status == ClaimStatus.EMPTY


def test_undo_after_half_a_minute_is_too_late(world: World) -> None:
    world.households(1)
    bank, caller = world.bank(), world.caller()
    record_outcome(result=result_of(bank, take(bank, caller)), by=caller, now=NOON)
    with pytest.raises(PhoneBankError):
        undo_last(phone_bank_id=bank.pk, by=caller, now=NOON + timedelta(seconds=31))


def test_undo_does_not_take_it_from_somebody_else(world: World) -> None:
    world.households(1, people=2)
    bank, me, other = world.bank(), world.caller(), world.caller()
    household = take(bank, me)
    number = household.people[0].numbers[0]
    record_outcome(result=result_of(bank, household, "wrong_number", contact_point_id=number.id), by=me, now=NOON)
    taken = take(bank, other)
    assert taken.entry_id == household.entry_id
    assert not undo_last(phone_bank_id=bank.pk, by=me, now=NOON).back_in_hand
    assert QueueEntry.objects.get().leased_by_id == other.user_id


def test_the_ledger_itself_takes_a_key_once(world: World) -> None:
    world.households(1)
    bank, caller = world.bank(), world.caller()
    record_outcome(result=result_of(bank, take(bank, caller)), by=caller, now=NOON)
    call = Call.objects.get()
    call.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        call.save(force_insert=True)


def test_a_result_for_a_queue_entry_that_is_gone(world: World) -> None:
    world.households(1)
    bank, caller = world.bank(), world.caller()
    household = take(bank, caller)
    Hold.objects.all().delete()
    QueueEntry.objects.all().delete()
    result = result_of(bank, household, client_uuid=uuid4())
    assert record_outcome(result=result, by=caller, now=NOON).status == RecordStatus.UNKNOWN
