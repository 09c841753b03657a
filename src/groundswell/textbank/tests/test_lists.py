"""From a segment to a batch: who is on the list, who is left out and why, and what one volunteer gets."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from groundswell.accounts.enums import Role
from groundswell.accounts.operations import revoke_membership
from groundswell.accounts.tests.builders import make_member
from groundswell.compliance.models import Suppression
from groundswell.messaging.models import Delivery
from groundswell.people.models import ContactPoint, PersonTag
from groundswell.textbank.enums import EntryState, LeaseStatus, OutReason, TextBankStatus
from groundswell.textbank.models import Entry, TextBank
from groundswell.textbank.operations.building import build_asked_list, build_list
from groundswell.textbank.operations.leasing import lease_batch, pass_over, take_back_lapsed
from groundswell.textbank.operations.organising import (
    change_text_bank,
    close_text_bank,
    create_text_bank,
    open_text_bank,
    pause_text_bank,
)
from groundswell.textbank.operations.pressing import next_text, send_first
from groundswell.textbank.rules import TextBankError
from groundswell.textbank.tests.world import NOON, World, later, nothing


def reasons(bank: TextBank) -> dict[str, str]:
    return dict(Entry.objects.filter(text_bank=bank).values_list("person__given_names", "reason"))


def in_hand(bank: TextBank) -> int:
    return Entry.objects.filter(text_bank=bank, state=EntryState.LEASED).count()


def test_everybody_meant_is_on_the_list_once_or_left_out_with_the_reason(world: World):
    world.texted("Ann A")
    world.texted("Ben B", consent=False)
    world.texted("Cat C", number="+447700900500")
    world.texted("Dan D", number="+447700900500")
    world.person(given_names="Eve")
    assert reasons(world.bank()) == {
        "Ann": "",
        "Ben": "no_consent",
        "Cat": "",
        "Dan": OutReason.SHARED,
        "Eve": OutReason.NO_ADDRESS,
    }


def test_made_again_the_list_follows_what_has_changed(world: World):
    ann, ben = world.texted("Ann A"), world.texted("Ben B", consent=False)
    gone = world.texted("Cat C")
    bank = world.bank()
    point = ben.contact_points.get()
    world.consent(ben, bytes(point.address_hash), channel="sms")
    world.texted("Dan D")
    PersonTag.objects.filter(person=gone).delete()
    assert build_list(bank, by=None, now=NOON) == 3
    assert reasons(bank) == {"Ann": "", "Ben": "", "Cat": OutReason.OUT_OF_LIST, "Dan": ""}
    # Whoever was texted stays so.
    by = world.volunteer()
    world.conversation(bank, by)
    before = set(Entry.objects.filter(state=EntryState.SENT))
    build_list(bank, by=None, now=NOON)
    assert set(Entry.objects.filter(state=EntryState.SENT)) == before
    assert ann.pk


def test_a_batch_is_of_its_size_and_asked_for_again_the_same(world: World):
    for _ in range(5):
        world.texted()
    bank, by = world.bank(batch_size=3), world.volunteer()
    assert lease_batch(bank, by=by, now=NOON).left == 3
    assert lease_batch(bank, by=by, now=NOON).left == 3
    assert in_hand(bank) == 3
    other = lease_batch(bank, by=world.volunteer("Bo"), now=NOON)
    assert (other.status, other.left) == (LeaseStatus.TEXTS, 2)
    assert lease_batch(bank, by=world.volunteer("Cy"), now=NOON).status == LeaseStatus.IN_HANDS


def test_what_is_unsent_after_an_hour_is_anybodys(world: World):
    world.texted()
    bank = world.bank()
    lease_batch(bank, by=world.volunteer(), now=NOON)
    assert take_back_lapsed(now=later(minutes=59)) == 0
    other = world.volunteer("Bo")
    assert lease_batch(bank, by=other, now=later(minutes=59)).status == LeaseStatus.IN_HANDS
    assert lease_batch(bank, by=other, now=later(minutes=60)).left == 1


def test_compliance_is_asked_when_a_batch_is_leased(world: World):
    ann, ben = world.texted("Ann A"), world.texted("Ben B")
    bank = world.bank()
    point = ann.contact_points.get()
    Suppression.objects.create(address_hash=point.address_hash, kind="phone", scope="messages", reason="asked")
    by = world.volunteer()
    assert lease_batch(bank, by=by, now=NOON).left == 1
    assert reasons(bank) == {"Ann": "suppressed", "Ben": ""}
    text = next_text(bank, texter=by)
    assert text is not None
    assert text.name == f"{ben}"


def test_nobody_left_says_so_and_a_day_has_a_limit(world: World):
    for _ in range(3):
        world.texted()
    bank, by = world.bank(batch_size=2, daily_limit=2), world.volunteer()
    for _ in range(2):
        world.conversation(bank, by)
    assert lease_batch(bank, by=by, now=NOON).status == LeaseStatus.LIMIT
    assert lease_batch(bank, by=by, now=later(days=1)).left == 1
    empty = world.bank(name="Nobody", conditions={"tagged": "none"})
    assert lease_batch(empty, by=by, now=NOON).status == LeaseStatus.EMPTY


def test_passed_over_goes_to_others_and_what_is_wrong_to_nobody(world: World):
    world.texted("Ann A")
    bank, by = world.bank(), world.volunteer()
    lease_batch(bank, by=by, now=NOON)
    entry = Entry.objects.get()
    pass_over(entry.pk, why="known", by=by, now=NOON)
    assert lease_batch(bank, by=world.volunteer("Bo"), now=NOON).left == 1
    with pytest.raises(TextBankError, match="not in your hands"):
        pass_over(entry.pk, why="wrong", by=by, now=NOON)
    Entry.objects.update(leased_by=by.user_id)
    pass_over(entry.pk, why="wrong", by=by, now=NOON)
    entry.refresh_from_db()
    assert (entry.state, entry.reason) == (EntryState.OUT, OutReason.REMOVED)
    assert build_list(bank, by=None, now=NOON) == 0


def test_paused_and_closed_hand_out_nobody(world: World):
    world.texted()
    bank, by = world.bank(), world.volunteer()
    pause_text_bank(bank, by=world.organiser)
    assert lease_batch(bank, by=by, now=NOON).status == LeaseStatus.NOT_OPEN
    open_text_bank(bank, by=world.organiser, now=NOON, enqueue=nothing)
    assert lease_batch(bank, by=by, now=NOON).left == 1
    close_text_bank(bank, by=world.organiser, now=NOON)
    assert in_hand(bank) == 0
    assert lease_batch(bank, by=by, now=NOON).status == LeaseStatus.NOT_OPEN
    with pytest.raises(TextBankError, match="closed for good"):
        open_text_bank(bank, by=world.organiser, now=NOON, enqueue=nothing)


def test_whoever_is_no_member_any_more_gets_nobody_and_gives_back(world: World):
    world.texted()
    bank, by = world.bank(), world.volunteer()
    lease_batch(bank, by=by, now=NOON)
    revoke_membership(membership=by, by=make_member(Role.ORGANISER, world.campaign), now=NOON)
    assert in_hand(bank) == 0
    assert lease_batch(bank, by=by, now=NOON).status == LeaseStatus.NOT_OPEN


def test_a_volunteer_of_some_areas_gets_people_of_these_alone(world: World):
    elsewhere = world.seat("Elsewhere")
    world.texted("Ann A")
    world.texted("Ben B", seat=elsewhere)
    bank, by = world.bank(), world.volunteer()
    by.areas.add(elsewhere)
    assert lease_batch(bank, by=by, now=NOON).left == 1
    text = next_text(bank, texter=by)
    assert text is not None
    assert text.name == "Ben B"


def test_two_text_banks_leave_a_day_between_them(world: World):
    person = world.texted("Ann A")
    bank, other, by = world.bank(), world.bank(name="Another"), world.volunteer()
    world.conversation(bank, by)
    Delivery.objects.update(created_at=NOON)
    assert lease_batch(other, by=by, now=later(hours=1)).status == LeaseStatus.EMPTY
    assert reasons(other) == {"Ann": OutReason.TEXTED_LATELY}
    build_list(other, by=None, now=later(days=1, hours=1))
    assert lease_batch(other, by=by, now=later(days=1, hours=1)).left == 1
    assert person.pk


def test_a_draft_says_everything_that_is_missing_before_it_opens(world: World):
    letters = world.make_sender(channel="sms", address="RedRose", provider="http")
    bank = create_text_bank(
        campaign=world.campaign, draft=world.draft(sender=letters, body="Come?"), by=world.organiser
    )
    with pytest.raises(TextBankError, match="STOP") as refused:
        open_text_bank(bank, by=world.organiser, now=NOON, enqueue=nothing)
    assert "needs a number" in str(refused.value)
    bank.refresh_from_db()
    assert bank.status == TextBankStatus.DRAFT


def test_the_worker_makes_the_list_once_and_opens_it(world: World):
    world.texted()
    bank = create_text_bank(campaign=world.campaign, draft=world.draft(), by=world.organiser)
    asked: list[int] = []
    open_text_bank(bank, by=world.organiser, now=NOON, enqueue=asked.append)
    assert asked == [bank.pk]
    assert build_asked_list(bank.pk, by=world.organiser, now=NOON)
    assert not build_asked_list(bank.pk, by=world.organiser, now=NOON)
    bank.refresh_from_db()
    assert bank.status == TextBankStatus.OPEN


def test_words_and_sender_stand_once_people_were_texted(world: World):
    bank = world.bank()
    with pytest.raises(TextBankError, match="Make a new text bank"):
        change_text_bank(bank, draft=world.draft(body="Other words. Reply STOP to end."), by=world.organiser)
    changed = change_text_bank(bank, draft=world.draft(name="Shorter batches", batch_size=5), by=world.organiser)
    assert (changed.name, changed.batch_size) == ("Shorter batches", 5)


@pytest.mark.parametrize(
    ("opens", "closes", "is_summer"),
    [
        # The evening before the clock goes back, the first one after, and the same in spring; by the wall clock.
        ((2026, 10, 24, 10, 0), (2026, 10, 24, 20, 59), True),
        ((2026, 10, 26, 10, 0), (2026, 10, 26, 20, 59), False),
        ((2026, 3, 28, 10, 0), (2026, 3, 28, 20, 59), False),
        ((2026, 3, 30, 10, 0), (2026, 3, 30, 20, 59), True),
    ],
)
def test_texting_hours_are_the_recipients_across_a_clock_change(
    world: World, opens: tuple[int, ...], closes: tuple[int, ...], is_summer: bool
):
    """A volunteer anywhere; the people are in London. What counts is their clock, not an offset kept from before."""
    london = ZoneInfo("Europe/London")
    person = world.texted("Ann A")
    point = ContactPoint.objects.get(people=person)
    world.consent(person, bytes(point.address_hash), channel="sms", given_at=datetime(2026, 1, 1, tzinfo=london))
    first, last = (datetime(*moment, tzinfo=london) for moment in (opens, closes))
    assert (first.utcoffset() == timedelta(hours=1)) == is_summer
    bank, by = world.bank(now=first), world.volunteer()
    begin = first.replace(hour=9, minute=0)
    early = lease_batch(bank, by=by, now=begin - timedelta(minutes=1))
    assert (early.status, early.opens_at) == (LeaseStatus.HOURS, begin)
    assert lease_batch(bank, by=by, now=last).left == 1
    late = send_first(Entry.objects.get().pk, by=by, now=last + timedelta(minutes=1), enqueue=nothing)
    assert late.status == "hours"
    assert Entry.objects.get().state == EntryState.READY
    tomorrow = lease_batch(bank, by=by, now=last + timedelta(minutes=1))
    assert tomorrow.status == LeaseStatus.HOURS
    assert tomorrow.opens_at is not None
    assert tomorrow.opens_at.astimezone(london).hour == 9
