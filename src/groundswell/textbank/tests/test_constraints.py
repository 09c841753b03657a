"""What the database itself refuses."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import IntegrityError, transaction

from groundswell.messaging.models import Delivery
from groundswell.textbank.models import AnswerSheet, CannedReply, Conversation, Entry, TextBank, TexterStatus
from groundswell.textbank.tests.world import NOON, World, later


def refused(name: str, work: Any) -> None:
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        work()


@pytest.fixture
def bank(world: World) -> TextBank:
    world.texted("Ann A")
    world.texted("Ben B")
    return world.bank()


@pytest.fixture
def conversation(world: World, bank: TextBank) -> Conversation:
    return world.conversation(bank, world.volunteer())


@pytest.mark.parametrize(
    ("name", "fields"),
    [
        ("text_bank_status_known", {"status": "half open"}),
        ("text_bank_batch_range", {"batch_size": 0}),
        ("text_bank_batch_range", {"batch_size": 201}),
        ("text_bank_limit_range", {"daily_limit": 0}),
    ],
)
def test_a_text_bank(bank: TextBank, name: str, fields: dict[str, Any]):
    refused(name, lambda: TextBank.objects.update(**fields))


def test_one_name_in_a_campaign(world: World, bank: TextBank):
    message = world.message(kind="text_bank", channel="sms")
    refused(
        "text_bank_name",
        lambda: TextBank.objects.create(campaign=world.campaign, name=bank.name, message=message),
    )


@pytest.mark.parametrize(
    ("name", "fields"),
    [
        ("text_entry_state_known", {"state": 9}),
        ("text_entry_lease_whole", {"state": 1}),
        ("text_entry_lease_whole", {"leased_until": NOON}),
        ("text_entry_out_has_reason", {"state": 3}),
        ("text_entry_out_has_reason", {"reason": "shared"}),
        ("text_entry_has_number", {"contact_point": None}),
    ],
)
def test_an_entry(bank: TextBank, name: str, fields: dict[str, Any]):
    refused(name, lambda: Entry.objects.update(**fields))


def test_a_person_and_a_number_are_once_on_a_list(bank: TextBank):
    first, second = Entry.objects.order_by("pk")
    refused("text_entry_person_once", lambda: Entry.objects.filter(pk=second.pk).update(person=first.person))
    refused(
        "text_entry_number_once",
        lambda: Entry.objects.filter(pk=second.pk).update(contact_point=first.contact_point),
    )


def test_a_first_text_is_once_to_a_person_and_to_a_number(world: World, bank: TextBank, conversation: Conversation):
    sent = Delivery.objects.get()
    other = Entry.objects.exclude(person=sent.person).get()
    refused(
        "delivery_once",
        lambda: Delivery.objects.create(
            message=sent.message, person=other.person, contact_point=sent.contact_point, bucket=sent.bucket
        ),
    )


@pytest.mark.parametrize(
    ("name", "fields"),
    [
        ("conversation_state_known", {"state": "lost"}),
        ("conversation_waits_whole", {"state": "waiting"}),
        ("conversation_waits_whole", {"held_until": NOON}),
        ("conversation_handed_whole", {"state": "review"}),
        ("conversation_handed_whole", {"state": "review", "handed_at": NOON}),
        ("conversation_handed_whole", {"handed_at": NOON}),
    ],
)
def test_a_conversation(conversation: Conversation, name: str, fields: dict[str, Any]):
    refused(name, lambda: Conversation.objects.update(**fields))


def test_one_conversation_with_a_number(conversation: Conversation):
    fields = {field.attname: getattr(conversation, field.attname) for field in Conversation._meta.local_fields}
    refused("conversation_once", lambda: Conversation.objects.create(**{**fields, "id": None}))


def test_one_row_for_a_volunteer_one_sheet_for_a_press_one_title_for_a_reply(
    world: World, bank: TextBank, conversation: Conversation
):
    status = TexterStatus.objects.get()
    refused(
        "texter_status_once", lambda: TexterStatus.objects.create(text_bank=bank, texter=status.texter, day=NOON.date())
    )
    key = "6f5902ac-2372-4b3a-9f3f-6c9d1a1f8a10"
    AnswerSheet.objects.create(client_uuid=key, conversation=conversation, by=status.texter, at=later())
    refused(
        "client_uuid",
        lambda: AnswerSheet.objects.create(client_uuid=key, conversation=conversation, by=status.texter, at=later()),
    )
    CannedReply.objects.create(text_bank=bank, title="Great", body="Great!")
    refused("canned_reply_title", lambda: CannedReply.objects.create(text_bank=bank, title="Great", body="x"))
    refused("canned_reply_says_something", lambda: CannedReply.objects.create(text_bank=bank, title="Y", body=""))
