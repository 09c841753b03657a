"""Whoever must not be rung any more is out of the queue before the next claim."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from groundswell.campaigns.rules import GivenAnswer
from groundswell.compliance.models import Screening, Suppression
from groundswell.compliance.operations import erase_person
from groundswell.people.models import ContactPoint, Person, Segment
from groundswell.people.tests.conftest import Desk
from groundswell.phonebank.enums import ClaimStatus, EmptyReason, QueueState
from groundswell.phonebank.models import Hold, QueueEntry
from groundswell.phonebank.operations import (
    build_queue,
    claim_next,
    record_outcome,
)
from groundswell.phonebank.tests.world import NOON, World, result_of


def test_a_suppression_takes_the_household_out_before_the_next_claim(world: World) -> None:
    (home,) = world.households(1)
    bank = world.bank()
    Suppression.objects.create(
        address_hash=bytes(home.numbers[0].address_hash), kind="phone", scope="calls", reason="asked"
    )
    claim = claim_next(phone_bank_id=bank.pk, by=world.caller(), now=NOON)
    assert claim.status == ClaimStatus.EMPTY
    assert claim.why is not None
    assert claim.why.reason == EmptyReason.NOBODY_TO_CALL
    assert claim.why.refusals == {"suppressed": 1}
    assert not Hold.objects.exists()


def test_a_suppression_while_in_hand_takes_it_out_of_the_hand(world: World) -> None:
    homes = world.households(2)
    bank, caller = world.bank(), world.caller()
    first = claim_next(phone_bank_id=bank.pk, by=caller, now=NOON).household
    assert first is not None
    number = next(h for h in homes if h.row.pk == first.household_id).numbers[0]
    Suppression.objects.create(address_hash=bytes(number.address_hash), kind="phone", scope="all", reason="asked")
    second = claim_next(phone_bank_id=bank.pk, by=caller, now=NOON).household
    assert second is not None
    assert second.entry_id != first.entry_id
    # What was said on the telephone meanwhile still counts.
    assert record_outcome(result=result_of(bank, first, "completed"), by=caller, now=NOON).is_safe


def test_whoever_leaves_the_register_is_out_before_the_next_claim(world: World, settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "uploads"
    desk = Desk(world.area, tmp_path)
    rows = [f"AA,{n},0,,,Smith,{name},E17 9AA,{n} High Road,,,,," for n, name in enumerate(("Ann", "Ben", "Cas"), 1)]
    desk.take(desk.xpress(*rows))
    people = list(Person.objects.order_by("given_names"))
    world.numbers(people)
    bank = world.bank()
    assert QueueEntry.objects.filter(state=QueueState.READY).count() == 3
    first = QueueEntry.objects.get(household_id=people[0].household_id)
    QueueEntry.objects.filter(pk=first.pk).update(priority=-1)
    desk.take(desk.xpress(*rows[1:]), date=NOON.date())
    claims = [claim_next(phone_bank_id=bank.pk, by=world.caller(), now=NOON) for _ in range(3)]
    assert {c.household.people[0].id for c in claims if c.household} == {people[1].pk, people[2].pk}
    first.refresh_from_db()
    assert (first.state, first.done_reason) == (QueueState.DONE, "removed")


def test_whoever_is_erased_is_out_before_the_next_claim(world: World) -> None:
    gone, stays = world.households(2)
    bank = world.bank()
    QueueEntry.objects.filter(household=gone.row).update(priority=-1)
    erase_person(person=gone.people[0], by=world.organiser)
    claims = [claim_next(phone_bank_id=bank.pk, by=world.caller(), now=NOON) for _ in range(2)]
    assert [c.household.household_id for c in claims if c.household] == [stays.row.pk]
    assert claims[1].status == ClaimStatus.EMPTY


def test_old_screening_closes_and_a_new_one_opens_again(world: World) -> None:
    world.households(2)
    bank = world.bank()
    Screening.objects.update(screened_on=(NOON - timedelta(days=29)).date())
    claim = claim_next(phone_bank_id=bank.pk, by=world.caller(), now=NOON)
    assert claim.why is not None
    assert claim.why.refusals == {"screening_old": 2}
    Screening.objects.update(screened_on=NOON.date())
    assert build_queue(bank, by=None, now=NOON).reopened == 2
    assert claim_next(phone_bank_id=bank.pk, by=world.caller(), now=NOON).household is not None


def test_one_suppressed_number_leaves_the_housemate(world: World) -> None:
    (home,) = world.households(1, people=2)
    bank = world.bank()
    Suppression.objects.create(
        address_hash=bytes(home.numbers[0].address_hash), kind="phone", scope="calls", reason="asked"
    )
    household = claim_next(phone_bank_id=bank.pk, by=world.caller(), now=NOON).household
    assert household is not None
    assert [n.id for n in household.numbers] == [home.numbers[1].pk]
    assert [p.id for p in household.people] == [home.people[1].pk]


def test_a_number_called_today_elsewhere_waits_until_tomorrow_opens(world: World) -> None:
    world.households(1)
    monday, tuesday = world.bank(), world.bank()
    caller = world.caller()
    household = claim_next(phone_bank_id=monday.pk, by=caller, now=NOON).household
    assert household is not None
    record_outcome(result=result_of(monday, household), by=caller, now=NOON)
    claim = claim_next(phone_bank_id=tuesday.pk, by=caller, now=NOON)
    assert claim.status == ClaimStatus.EMPTY
    assert claim.why is not None
    assert claim.why.reason == EmptyReason.COOLING_DOWN
    assert claim.why.next_at == datetime.fromisoformat("2026-11-19T09:00:00+00:00")
    tomorrow = NOON + timedelta(days=1)
    assert claim_next(phone_bank_id=tuesday.pk, by=caller, now=tomorrow).household is not None


def test_attempts_are_capped_for_each_number(world: World) -> None:
    world.households(1)
    bank, caller = world.bank(attempt_cap=2, cooldown_minutes=60), world.caller()
    for day in range(2):
        now = NOON + timedelta(days=day)
        household = claim_next(phone_bank_id=bank.pk, by=caller, now=now).household
        assert household is not None
        record_outcome(result=result_of(bank, household, at=now), by=caller, now=now)
    claim = claim_next(phone_bank_id=bank.pk, by=caller, now=NOON + timedelta(days=5))
    assert claim.why is not None
    assert claim.why.reason == EmptyReason.ALL_CALLED
    assert QueueEntry.objects.get().done_reason == "attempts_used"


def test_an_answer_takes_the_household_out_of_a_bank_that_asks_who_was_not_asked(world: World) -> None:
    homes = world.households(2)
    segment = Segment.objects.create(
        name="Not asked", campaign=world.campaign, expression={"not": {"asked": world.question.pk}}
    )
    asking, other = world.bank(segment=segment), world.bank()
    caller = world.caller()
    household = claim_next(phone_bank_id=other.pk, by=caller, now=NOON).household
    assert household is not None
    person = household.people[0].id
    record_outcome(
        result=result_of(
            other,
            household,
            "completed",
            answers=(GivenAnswer(person, world.question.pk, option_id=world.ours.pk),),
        ),
        by=caller,
        now=NOON,
    )
    QueueEntry.objects.filter(phone_bank=asking, household=household.household_id).update(priority=-1)
    left = claim_next(phone_bank_id=asking.pk, by=caller, now=NOON + timedelta(days=1)).household
    assert left is not None
    assert left.household_id != household.household_id
    assert len(homes) == 2
    out = QueueEntry.objects.get(phone_bank=asking, household=household.household_id)
    assert (out.state, out.done_reason) == (QueueState.DONE, "out_of_segment")


def test_everybody_gone_between_building_and_claiming(world: World) -> None:
    world.households(1)
    bank = world.bank()
    Person.objects.update(household=None)
    claim = claim_next(phone_bank_id=bank.pk, by=world.caller(), now=NOON)
    assert claim.status == ClaimStatus.EMPTY
    assert QueueEntry.objects.get().done_reason == "gone"


def test_a_hundred_households_nobody_may_ring_do_not_stop_a_claim(world: World) -> None:
    homes = world.households(120)
    bank = world.bank()
    last = QueueEntry.objects.order_by("-position", "-pk").first()
    assert last is not None
    keep = next(h for h in homes if h.row.pk == last.household_id).numbers[0]
    ContactPoint.objects.exclude(pk=keep.pk).update(retired_at=NOON, retired_reason="wrong_number")
    household = claim_next(phone_bank_id=bank.pk, by=world.caller(), now=NOON).household
    assert household is not None
    assert household.entry_id == last.pk
    assert QueueEntry.objects.filter(state=QueueState.DONE, done_reason="retired").count() == 119
