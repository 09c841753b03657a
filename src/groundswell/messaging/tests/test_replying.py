"""Answering a text from the inbox: once, whatever is pressed; and all that was ever texted with them beside it."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from groundswell.accounts.enums import Role
from groundswell.accounts.models import AuditEvent
from groundswell.accounts.tests.builders import make_campaign, make_member, sign_in
from groundswell.compliance.operations import object_to_marketing
from groundswell.messaging.models import Delivery, Inbound, Sender, SimulatedText
from groundswell.messaging.operations.outbox import send_some
from groundswell.messaging.operations.replying import reply_to_text
from groundswell.messaging.rules import MessagingRuleError
from groundswell.messaging.tests.at_once import at_once
from groundswell.messaging.tests.texting import THEIRS, texted
from groundswell.messaging.tests.world import World
from groundswell.people.models import ContactPoint, Person

pytestmark = pytest.mark.django_db
STRANGER = "+447700900777"


def received(text: str = "When do we meet?", number: str = THEIRS) -> Inbound:
    inbound = texted(text, number=number)
    assert inbound is not None
    return inbound


def browser(world: World) -> Client:
    client = Client()
    sign_in(client, make_member(Role.ORGANISER).user)
    return client


@pytest.mark.django_db(transaction=True)
def test_pressed_at_once_it_is_one_text(world: World, person: Person, sender: Sender) -> None:
    inbound, press = received(), uuid4()
    made = at_once(
        lambda: reply_to_text(inbound, words="On Monday.", press=press, by=world.owen, now=timezone.now()).pk
    )
    assert made == [Delivery.objects.get().pk] * 4
    inbound.refresh_from_db()
    assert inbound.handled_by == world.owen
    assert AuditEvent.objects.filter(verb="reply_to_text", subject_id=person.pk).count() == 1


@pytest.mark.django_db(transaction=True)
def test_it_leaves_by_the_outbox_to_strangers_too(world: World, person: Person, sender: Sender, settings: Any) -> None:
    settings.DEMO = True
    for number in (THEIRS, STRANGER):
        said = received(number=number)
        reply_to_text(said, words="On Monday.", press=uuid4(), by=world.owen, now=timezone.now())
    send_some()
    assert {text.their_address for text in SimulatedText.objects.all()} == {THEIRS, STRANGER}
    assert set(Delivery.objects.values_list("state", "message__kind")) == {("sent", "reply")}


def test_another_press_is_another_text(world: World, person: Person, sender: Sender) -> None:
    inbound = received()
    for words in ("On Monday.", "At six."):
        reply_to_text(inbound, words=words, press=uuid4(), by=world.owen, now=timezone.now())
    assert [sent.body for sent in Delivery.objects.order_by("pk")] == ["On Monday.", "At six."]


def test_no_consent_to_campaigning_is_needed_and_a_stop_stands(world: World, person: Person, sender: Sender) -> None:
    stranger, known = received(number=STRANGER), received()
    texted("STOP", number=STRANGER)
    object_to_marketing(person=person, by=None)
    before = Delivery.objects.count()
    for inbound in (stranger, known):
        with pytest.raises(MessagingRuleError, match="may not be texted"):
            reply_to_text(inbound, words="But", press=uuid4(), by=world.owen, now=timezone.now())
    assert Delivery.objects.count() == before


def test_what_came_from_no_number_or_to_none_of_ours_cannot_be_answered(world: World, sender: Sender) -> None:
    named, numbered = received(number="INFOLINE"), received(number=STRANGER)
    Sender.objects.filter(pk=sender.pk).update(retired_at=timezone.now())
    for inbound in (named, numbered):
        with pytest.raises(MessagingRuleError, match="cannot be answered"):
            reply_to_text(inbound, words="Hello", press=uuid4(), by=world.owen, now=timezone.now())


@pytest.mark.django_db(transaction=True)  # the worker is told more than once
def test_the_page_shows_everything_and_answers_once(world: World, person: Person, sender: Sender) -> None:
    client = browser(world)
    other = make_campaign("cause", name="The cause")
    message = world.message(
        channel="sms", campaign=other, sender=sender, body="Dear {{ first_name }}, come?", name="Call"
    )
    texted("HELP")
    Delivery.objects.create(
        message=message,
        person=person,
        contact_point=ContactPoint.objects.get(value=THEIRS),
        bucket=Delivery.objects.get().bucket,
        state="sent",
        sent_at=timezone.now(),
    )
    inbound = received("<b>When?</b>")
    page = client.get(f"/messaging/inbox/{inbound.pk}/texts/").content.decode()
    for words in ("&lt;b&gt;When?&lt;/b&gt;", "Dear Sian, come?", "The cause", "Red Rose Party."):
        assert words in page
    assert AuditEvent.objects.filter(verb="view_texts", subject_id=person.pk).exists()

    said = {"words": "On Monday.", "press": str(uuid4())}
    for _ in range(3):
        assert client.post(f"/messaging/inbox/{inbound.pk}/reply/", said).status_code == 302
    assert Delivery.objects.filter(body="On Monday.").count() == 1
    assert "On Monday." in client.get(f"/messaging/inbox/{inbound.pk}/texts/").content.decode()
    assert client.post(f"/messaging/inbox/{inbound.pk}/reply/", {"words": " "}).status_code == 422
    object_to_marketing(person=person, by=None)
    refused = client.post(f"/messaging/inbox/{inbound.pk}/reply/", {**said, "press": str(uuid4())})
    assert (refused.status_code, b"may not be texted" in refused.content) == (422, True)
