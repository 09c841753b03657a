"""A form that is pressed twice, or sent again because no answer came, makes one thing."""

from __future__ import annotations

from uuid import UUID, uuid4

import pytest
from django.core import mail
from django.core.cache import caches
from django.db import IntegrityError
from django.urls import reverse

from groundswell.accounts.enums import Role
from groundswell.accounts.models import User
from groundswell.accounts.tests.builders import make_member, sign_in
from groundswell.compliance.enums import Channel
from groundswell.messaging.models import Message, Sender
from groundswell.messaging.operations.composing import Draft, compose_message
from groundswell.messaging.operations.senders import add_sender
from groundswell.messaging.rules import MessagingRuleError
from groundswell.messaging.tests.at_once import at_once
from groundswell.messaging.tests.world import World
from groundswell.people.models import Segment


def draft(name: str = "Monday") -> Draft:
    return Draft(
        name=name,
        sender=None,
        subject="Join us",
        body="Come.",
        ask=None,
        no_ask_because="thanks",
        conditions={"all": [{"everybody": True}]},
    )


@pytest.mark.django_db(transaction=True)
def test_presses_at_once_make_one_draft_and_one_sender(world: World) -> None:
    key = uuid4()
    made = at_once(
        lambda: (
            compose_message(campaign=world.campaign, channel=Channel.EMAIL, draft=draft(), by=world.owen, press=key).pk
        )
    )
    assert made == [Message.objects.get().pk] * 4
    assert Segment.objects.exclude(pk=world.segment.pk).count() == 1
    added = at_once(
        lambda: (
            add_sender(
                channel=Channel.EMAIL,
                name="A",
                address="a@example.org",
                provider="smtp",
                rate=1,
                by=world.owen,
                press=key,
            ).pk
        )
    )
    assert added == [Sender.objects.get(address="a@example.org").pk] * 4


def test_what_was_changed_in_the_form_meanwhile_is_kept(world: World) -> None:
    key = uuid4()
    first = compose(world, key)
    again = compose(world, key, name="Tuesday")
    assert (again.pk, Message.objects.get().name) == (first.pk, "Tuesday")
    Message.objects.update(status="sending", sender=world.sender)
    with pytest.raises(MessagingRuleError, match="Only drafts can be changed"):
        compose(world, key, name="Wednesday")


def test_the_press_of_somebody_else_takes_nothing_from_them(world: World) -> None:
    key = uuid4()
    compose(world, key)
    with pytest.raises(IntegrityError):
        compose(world, key, by=User.objects.create_user("eve@example.org", name="Eve"))
    assert Message.objects.get().created_by == world.owen


def test_two_forms_make_two_drafts(world: World) -> None:
    compose(world, uuid4())
    compose(world, uuid4())
    compose(world, None)
    compose(world, None)
    assert Message.objects.count() == 4


def compose(world: World, press: UUID | None, *, name: str = "Monday", by: User | None = None) -> Message:
    return compose_message(
        campaign=world.campaign, channel=Channel.EMAIL, draft=draft(name), by=by or world.owen, press=press
    )


def test_the_forms_carry_the_key_and_pressed_twice_lead_to_the_same_place(client, world: World) -> None:
    caches["shared"].clear()
    user = sign_in(client, make_member(Role.OWNER, world.campaign).user)
    new = reverse("messaging:new_message", args=[world.campaign.slug, "email"])
    key = user.get(new).context["form"]["press"].value()
    said = {"name": "Monday", "subject": "Hi", "body": "Come.", "no_ask_because": "thanks", "press": str(key)}
    assert user.post(new, said).url == user.post(new, said).url
    assert Message.objects.count() == 1
    # A form of before the key, and one with nonsense in its place, work as they did.
    user.post(new, {**said, "press": "nonsense"})
    assert Message.objects.count() == 2

    adding = reverse("messaging:new_sender")
    said = {"name": "A", "address": "a@example.org", "rate": 1, "press": str(uuid4())}
    assert user.post(adding, said).url == user.post(adding, said).url
    assert len(mail.outbox) == 1
