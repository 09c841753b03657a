"""From a press to an answer: one text for each press, replies to whoever sent it, and what becomes of them."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from groundswell.accounts.models import AuditEvent
from groundswell.campaigns.models import Answer
from groundswell.campaigns.rules import GivenAnswer
from groundswell.campaigns.scripts import plan_for
from groundswell.compliance.enums import SuppressionScope
from groundswell.compliance.models import Suppression
from groundswell.compliance.operations import suppress
from groundswell.messaging.enums import DeliveryState, InboundRoute
from groundswell.messaging.models import Delivery, Inbound, Message
from groundswell.messaging.operations.inbound import receive
from groundswell.messaging.operations.outbox import send_some
from groundswell.messaging.providers.contract import InboundOf
from groundswell.messaging.tests.outbox_clock import Ticking
from groundswell.messaging.tests.ways import Way
from groundswell.people.models import PersonTag, Tag
from groundswell.textbank.enums import ConversationState, EntryState, PressStatus
from groundswell.textbank.leases import Pressed
from groundswell.textbank.models import AnswerSheet, Conversation, Entry
from groundswell.textbank.operations.conversing import (
    end_conversation,
    hand_to_organiser,
    note_answers,
    open_again,
    save_about,
    stop_texts,
)
from groundswell.textbank.operations.leasing import lease_batch
from groundswell.textbank.operations.organising import close_text_bank, pause_text_bank, save_canned_reply
from groundswell.textbank.operations.pressing import next_text, send_first, send_reply
from groundswell.textbank.operations.sweeping import give_to, sweep, take_from, take_waiting
from groundswell.textbank.rules import NotYoursError, TextBankError
from groundswell.textbank.tests.world import NOON, OURS, World, later, nothing


def answer(conversation: Conversation, text: str = "See you there!", **fields: Any) -> Pressed:
    given: dict[str, Any] = {"text": text, "key": uuid4(), "leads": False, "now": later(minutes=5), **fields}
    return send_reply(conversation, enqueue=nothing, **given)


def test_a_press_is_one_text_in_the_words_that_were_shown(world: World, django_capture_on_commit_callbacks: Any):
    person = world.texted("Siân Wyllt")
    bank, by = world.bank(), world.volunteer("Ada Lovelace")
    lease_batch(bank, by=by, now=NOON)
    shown = next_text(bank, texter=by)
    assert shown is not None
    assert shown.text == "Hi Siân, Ada here from Red Rose. Will you come on Monday? Reply STOP to end."
    assert (shown.place, shown.segments) == ("Walthamstow", 2)
    told: list[int] = []
    with django_capture_on_commit_callbacks(execute=True):
        pressed = send_first(shown.entry_id, by=by, now=NOON, enqueue=lambda: told.append(1))
        assert told == []  # the worker is told once it is committed
    assert (pressed.status, told) == (PressStatus.SENT, [1])
    delivery = Delivery.objects.get()
    assert (delivery.body, delivery.pressed_by, delivery.person) == (shown.text, by.user, person)
    again = send_first(shown.entry_id, by=by, now=NOON, enqueue=nothing)
    assert again.status == PressStatus.REPEATED
    assert send_first(shown.entry_id, by=world.volunteer("Bo"), now=NOON, enqueue=nothing).status == PressStatus.GONE
    assert Delivery.objects.count() == 1
    conversation = Conversation.objects.get()
    assert (conversation.state, conversation.texter) == (ConversationState.QUIET, by.user)
    assert AuditEvent.objects.filter(verb="send_text", actor=by.user, subject_id=person.pk).count() == 1


@pytest.mark.django_db(transaction=True)
def test_what_was_pressed_leaves_by_the_outbox_within_the_hours_and_no_later(world: World):
    """The provider is told to give up when the recipient's hours end: nine in the evening by their clock."""
    world.texted("Ann A")
    bank, by = world.bank(), world.volunteer()
    world.conversation(bank, by)
    way = Way()
    send_some(clock=Ticking(later(hours=10)), open_way=lambda _name: way)
    assert way.handed == []  # ten at night
    send_some(clock=Ticking(later(hours=8)), open_way=lambda _name: way)
    assert [(each.to, each.text[:7]) for each in way.handed] == [("+447700900001", "Hi Ann,")]
    assert way.handed[0].valid_until == later(hours=9)
    assert Message.objects.get(text_bank=bank).status == "sending"


@pytest.mark.django_db(transaction=True)
def test_compliance_is_asked_at_the_press_and_again_when_it_leaves(world: World):
    ann, ben = world.texted("Ann A"), world.texted("Ben B")
    bank, by = world.bank(), world.volunteer()
    lease_batch(bank, by=by, now=NOON)
    entries = {entry.person_id: entry for entry in Entry.objects.all()}
    point = ann.contact_points.get()
    Suppression.objects.create(address_hash=point.address_hash, kind="phone", scope="all", reason="asked")
    refused = send_first(entries[ann.pk].pk, by=by, now=NOON, enqueue=nothing)
    assert (refused.status, refused.why) == (PressStatus.NOT_ALLOWED, "suppressed")
    assert not Delivery.objects.exists()
    assert send_first(entries[ben.pk].pk, by=by, now=NOON, enqueue=nothing).is_safe
    point = ben.contact_points.get()
    Suppression.objects.create(address_hash=point.address_hash, kind="phone", scope="messages", reason="asked")
    way = Way()
    send_some(clock=Ticking(NOON), open_way=lambda _name: way)
    assert way.handed == []
    assert Delivery.objects.get().state == DeliveryState.SUPPRESSED


def test_a_paused_text_bank_takes_no_first_texts_but_answers(world: World):
    world.texted("Ann A")
    world.texted("Ben B")
    bank, by = world.bank(), world.volunteer()
    conversation = world.conversation(bank, by)
    pause_text_bank(bank, by=world.organiser)
    left = Entry.objects.get(state=EntryState.LEASED)
    assert send_first(left.pk, by=by, now=NOON, enqueue=nothing).status == PressStatus.NOT_OPEN
    world.says(conversation, "Yes")
    assert answer(conversation, by=by).status == PressStatus.SENT


def test_a_reply_comes_to_the_sender_and_after_an_hour_to_whoever_asks(world: World):
    world.texted("Ann A")
    bank, by, other = world.bank(), world.volunteer(), world.volunteer("Bo")
    conversation = world.conversation(bank, by)
    inbound = world.says(conversation, "Who is this?")
    assert inbound.route == InboundRoute.CONVERSATION
    assert (conversation.state, conversation.texter, conversation.is_unread) == ("waiting", by.user, True)
    assert conversation.held_until == later(hours=1)
    assert take_waiting(bank, by=other, now=later(minutes=59)) == 0
    assert take_waiting(bank, by=other, now=later(minutes=60)) == 1
    conversation.refresh_from_db()
    assert (conversation.texter, conversation.held_until) == (other.user, later(hours=2))
    with pytest.raises(NotYoursError, match="Somebody else"):
        answer(conversation, by=by)
    assert Delivery.objects.count() == 1
    answer(conversation, by=other)
    conversation.refresh_from_db()
    assert (conversation.state, conversation.waiting_since) == (ConversationState.ANSWERED, None)
    assert Delivery.objects.order_by("pk")[1].body == "See you there!"


def test_a_reply_pressed_twice_is_one(world: World):
    world.texted()
    bank, by = world.bank(), world.volunteer()
    conversation = world.conversation(bank, by)
    world.says(conversation, "Yes")
    key = uuid4()
    statuses = [answer(conversation, by=by, key=key).status for _ in range(2)]
    assert statuses == [PressStatus.SENT, PressStatus.REPEATED]
    assert Delivery.objects.exclude(key="").count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_reply_outside_the_hours_waits_for_them(world: World):
    world.texted()
    bank, by = world.bank(), world.volunteer()
    conversation = world.conversation(bank, by)
    world.says(conversation, "Yes")
    pressed = answer(conversation, by=by, now=later(hours=10))
    assert pressed.goes_at == later(hours=21)
    way = Way()
    send_some(clock=Ticking(later(hours=1)), open_way=lambda _name: way)
    sent_by_day = len(way.handed)
    assert sent_by_day == 2
    answer(conversation, by=by, now=later(hours=10))
    send_some(clock=Ticking(later(hours=10)), open_way=lambda _name: way)
    assert len(way.handed) == sent_by_day
    send_some(clock=Ticking(later(hours=21)), open_way=lambda _name: way)
    assert len(way.handed) == sent_by_day + 1


@pytest.mark.parametrize("text", ["", "  \n", "x" * 1601, "Hi {{ first_name }}"])
def test_words_that_cannot_go_are_refused_with_a_sentence(world: World, text: str):
    world.texted()
    bank, by = world.bank(), world.volunteer()
    conversation = world.conversation(bank, by)
    with pytest.raises(TextBankError):
        answer(conversation, text, by=by)
    assert Delivery.objects.count() == 1


def test_stop_ends_the_conversation_before_anything_else_leaves(world: World):
    world.texted()
    bank, by = world.bank(), world.volunteer()
    conversation = world.conversation(bank, by)
    world.says(conversation, "Who is this?")
    assert world.says(conversation, "STOP").route == InboundRoute.STOP
    assert (conversation.state, conversation.held_until) == (ConversationState.ENDED, None)
    with pytest.raises(TextBankError, match="finished"):
        answer(conversation, by=by)
    open_again(conversation, by=by, leads=False)
    refused = answer(conversation, by=by)
    assert (refused.status, refused.why) == (PressStatus.NOT_ALLOWED, "suppressed")


def test_a_stop_inside_a_sentence_is_for_the_volunteer_to_press(world: World):
    person = world.texted()
    bank, by = world.bank(), world.volunteer()
    conversation = world.conversation(bank, by)
    with pytest.raises(TextBankError, match="not written anything"):
        stop_texts(conversation, by=by, leads=False, now=NOON)
    inbound = world.says(conversation, "Please stop texting me")
    stop_texts(conversation, by=by, leads=False, now=NOON)
    conversation.refresh_from_db()
    inbound.refresh_from_db()
    assert (conversation.state, inbound.route) == (ConversationState.ENDED, InboundRoute.STOP)
    digest = bytes(person.contact_points.get().address_hash)
    assert Suppression.objects.filter(address_hash=digest, scope="messages").exists()


def test_calls_alone_being_closed_leaves_conversations_open(world: World):
    person = world.texted()
    bank, by = world.bank(), world.volunteer()
    conversation = world.conversation(bank, by)
    suppress(address=person.contact_points.get().value, scope=SuppressionScope.CALLS, by=None, source="call")
    conversation.refresh_from_db()
    assert conversation.state == ConversationState.QUIET


def test_a_text_belongs_to_the_latest_open_conversation_from_our_number(world: World):
    person = world.texted("Ann A")
    first, second = world.bank(), world.bank(name="Another")
    by = world.volunteer()
    old = world.conversation(first, by)
    Delivery.objects.update(created_at=later(days=-3))
    Conversation.objects.update(last_out_at=later(days=-3))
    new = world.conversation(second, by)
    world.says(new, "Yes")
    old.refresh_from_db()
    assert (old.state, new.state) == (ConversationState.QUIET, ConversationState.WAITING)
    end_conversation(new, by=by, leads=False)
    world.says(old, "Still me")
    assert old.state == ConversationState.WAITING
    end_conversation(old, by=by, leads=False)
    assert world.says(old, "Anybody there?").route == InboundRoute.INBOX
    assert person.pk


def test_answers_go_to_the_ledger_of_answers_once_as_said_by_text(world: World):
    person = world.texted()
    bank, by = world.bank(), world.volunteer()
    conversation = world.conversation(bank, by)
    plan = plan_for(world.script.pk, world.script.version)
    option = plan.steps[0].question.offered[0]
    given = [GivenAnswer(person.pk, world.voter_id.pk, option_id=option.id)]
    key = uuid4()
    for expected in (1, 0):
        noted = note_answers(conversation, plan=plan, answers=given, key=key, by=by, leads=False, now=NOON)
        assert noted == expected
    kept = Answer.objects.get()
    assert (kept.channel, kept.person, kept.meaning, kept.recorded_by) == ("text", person, option.meaning, by.user)
    assert AnswerSheet.objects.get().conversation == conversation


def test_tags_and_a_note_by_whoever_has_the_conversation(world: World):
    person = world.texted()
    poster, van = Tag.objects.create(name="poster"), Tag.objects.create(name="van")
    bank, by = world.bank(tags=[poster]), world.volunteer()
    conversation = world.conversation(bank, by)
    save_about(conversation, note="Has a\0 van", tags=[poster, van], by=by, leads=False)
    conversation.refresh_from_db()
    assert conversation.note == "Has a van"
    held = set(PersonTag.objects.filter(person=person).values_list("tag__name", flat=True))
    assert held == {"list", "poster"}  # only what the organiser offers
    save_about(conversation, note="", tags=[], by=by, leads=False)
    assert set(PersonTag.objects.filter(person=person).values_list("tag__name", flat=True)) == {"list"}
    with pytest.raises(NotYoursError):
        save_about(conversation, note="x", tags=[], by=world.volunteer("Bo"), leads=False)


def test_handed_to_an_organiser_who_answers_or_gives_it_on(world: World):
    world.texted()
    bank, by = world.bank(), world.volunteer()
    conversation = world.conversation(bank, by)
    world.says(conversation, "Speak to my lawyer")
    with pytest.raises(TextBankError, match="few words"):
        hand_to_organiser(conversation, note=" ", by=by, leads=False, now=NOON)
    hand_to_organiser(conversation, note="Sounds cross", by=by, leads=False, now=NOON)
    conversation.refresh_from_db()
    assert (conversation.state, conversation.handed_by) == (ConversationState.REVIEW, by.user)
    with pytest.raises(NotYoursError, match="organiser"):
        answer(conversation, by=by)
    world.says(conversation, "Well?")
    assert conversation.state == ConversationState.REVIEW
    other = world.volunteer("Bo")
    give_to(conversation, texter=other.user, by=world.organiser, now=NOON)
    conversation.refresh_from_db()
    assert (conversation.state, conversation.texter) == (ConversationState.WAITING, other.user)
    hand_to_organiser(conversation, note="Still cross", by=other, leads=False, now=NOON)
    leader = world.volunteer("Olu")
    answer(conversation, by=leader, leads=True)
    conversation.refresh_from_db()
    assert (conversation.state, conversation.texter) == (ConversationState.ANSWERED, leader.user)


def test_everything_of_a_volunteer_goes_to_another_or_is_offered_to_all(world: World):
    for _ in range(4):
        world.texted()
    bank, by, other = world.bank(batch_size=3), world.volunteer(), world.volunteer("Bo")
    waits, quiet = world.conversation(bank, by), world.conversation(bank, by)
    world.says(waits, "Yes")
    assert take_from(bank, texter=by.user, to=None, by=world.organiser, now=NOON) == (1, 1)
    assert take_waiting(bank, by=other, now=NOON) == 1
    assert take_from(bank, texter=by.user, to=other.user, by=world.organiser, now=NOON) == (0, 1)
    quiet.refresh_from_db()
    assert quiet.texter == other.user


def test_the_unanswered_are_dealt_out_among_volunteers(world: World):
    for _ in range(5):
        world.texted()
    bank, by = world.bank(), world.volunteer()
    for _ in range(5):
        world.says(world.conversation(bank, by), "Yes")
    to = [world.volunteer("Bo").user, world.volunteer("Cy").user]
    assert sweep(bank, to=to, by=world.organiser, now=NOON) == 0
    Conversation.objects.update(held_until=NOON)
    assert sweep(bank, to=to, by=world.organiser, now=NOON) == 5
    shares = sorted(Conversation.objects.filter(texter=user).count() for user in to)
    assert shares == [2, 3]
    with pytest.raises(TextBankError, match="Choose"):
        sweep(bank, to=[], by=world.organiser, now=NOON)


@pytest.mark.django_db(transaction=True)
def test_closing_leaves_nobody_without_an_answer(world: World):
    world.texted()
    world.texted()
    bank, by = world.bank(), world.volunteer()
    waits, quiet = world.conversation(bank, by), world.conversation(bank, by)
    world.says(waits, "Yes")
    assert close_text_bank(bank, by=world.organiser, now=NOON) == 1
    waits.refresh_from_db()
    assert waits.state == ConversationState.REVIEW
    way = Way()
    send_some(clock=Ticking(NOON), open_way=lambda _name: way)
    assert len(way.handed) == 2  # what was pressed leaves
    leader = world.volunteer("Olu")
    answer(waits, by=leader, leads=True)
    send_some(clock=Ticking(later(minutes=1)), open_way=lambda _name: way)
    assert len(way.handed) == 3
    assert world.says(quiet, "Hello?").route == InboundRoute.INBOX


def test_a_text_from_a_number_we_do_not_know_or_to_another_of_ours_is_nobodys_here(world: World):
    world.texted()
    bank, by = world.bank(), world.volunteer()
    conversation = world.conversation(bank, by)
    assert conversation.contact_point is not None
    for ours, theirs in ((OURS, "+447700900777"), ("+447700900901", conversation.contact_point.value)):
        said = InboundOf(str(uuid4()), ours, theirs, "Yes", NOON)
        inbound = receive(said, provider="http", now=NOON, enqueue=nothing)
        assert inbound is not None
        assert inbound.route == InboundRoute.INBOX
    assert Inbound.objects.count() == 2


def test_canned_replies_are_checked_as_they_are_written(world: World):
    bank = world.bank()
    with pytest.raises(TextBankError, match="not something we know"):
        save_canned_reply(bank, title="Great", body="Hi {{ nickname }}", after=None, by=world.organiser)
    save_canned_reply(bank, title="Great", body="Great, {{ first_name|friend }}!", after=None, by=world.organiser)
    with pytest.raises(TextBankError, match="already"):
        save_canned_reply(bank, title=" Great ", body="x", after=None, by=world.organiser)
    first = save_canned_reply(bank, title="Thanks", body="Thank you!", after=None, by=world.organiser)
    assert save_canned_reply(bank, title="Thanks", body="Thank you!", after=None, by=world.organiser) == first
