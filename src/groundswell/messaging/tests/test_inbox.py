"""The inbox: who sees what of it, that looking is logged, and what its buttons do."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from groundswell.accounts.enums import Role
from groundswell.accounts.models import AuditEvent
from groundswell.accounts.tests.builders import make_campaign, make_member, sign_in
from groundswell.campaigns.models import Campaign
from groundswell.compliance.models import HoursBucket, Suppression
from groundswell.messaging.inbox import readable
from groundswell.messaging.models import Delivery, Inbound, Message
from groundswell.messaging.providers.contract import Outgoing
from groundswell.messaging.providers.registry import open_provider
from groundswell.messaging.tests.world import World
from groundswell.people.addresses import address_hash
from groundswell.people.models import ContactPoint, PersonContact

OURS, THEIRS = "+447700900999", "+447700900123"
PAGE = "/messaging/inbox/"
pytestmark = pytest.mark.django_db


@pytest.fixture
def texts(world: World) -> dict[str, Inbound]:
    """One that answers a message of the campaign, by somebody who lives in a ward, and one by a stranger."""
    seat = world.seat("Walthamstow")
    person = world.person(seat=seat)
    number = ContactPoint.objects.create(kind="phone", value=THEIRS, address_hash=address_hash("phone", THEIRS))
    PersonContact.objects.create(person=person, contact_point=number, source=world.source)
    sender = world.make_sender(channel="sms", address=OURS, provider="console")
    message = Message.objects.create(
        campaign=world.campaign, channel="sms", name="Monday", body="Come?", sender=sender, status="sending"
    )
    bucket = HoursBucket.objects.create(time_zone="Europe/London", holiday_region="")
    sent = Delivery.objects.create(message=message, person=person, contact_point=number, bucket=bucket)
    common: dict[str, Any] = {"channel": "sms", "provider": "x", "our_address": OURS, "at": timezone.now()}
    return {
        "answer": Inbound.objects.create(
            provider_id="1",
            their_address=THEIRS,
            contact_point=number,
            text="<b>Please stop</b>",
            answers=sent,
            **common,
        ),
        "stranger": Inbound.objects.create(
            provider_id="2", their_address="+447700900777", text="Who is this?", **common
        ),
    }


def browser(role: Role, campaign: Campaign | None) -> Client:
    client = Client()
    sign_in(client, make_member(role, campaign).user)
    return client


def test_whoever_leads_everywhere_sees_all_and_a_campaign_what_answers_it(
    world: World, texts: dict[str, Inbound]
) -> None:
    def seen(*memberships: Any) -> set[str]:
        return {name for name, one in texts.items() if readable(memberships).filter(pk=one.pk).exists()}

    elsewhere = make_campaign("elsewhere", name="Elsewhere")
    assert seen(make_member(Role.OWNER, None)) == {"answer", "stranger"}
    assert seen(make_member(Role.ORGANISER, world.campaign)) == {"answer"}
    assert seen(make_member(Role.ORGANISER, elsewhere)) == set()
    assert seen(make_member(Role.CALLER, world.campaign), make_member(Role.DATA_MANAGER, world.campaign)) == set()
    assert seen(make_member(Role.ORGANISER, elsewhere), make_member(Role.ORGANISER, world.campaign)) == {"answer"}


def test_an_organiser_of_some_areas_sees_what_people_there_write(world: World, texts: dict[str, Inbound]) -> None:
    assert texts["answer"].contact_point is not None
    household = texts["answer"].contact_point.people.get().household
    assert household is not None
    here, there = make_member(Role.ORGANISER, None), make_member(Role.ORGANISER, None)
    here.areas.add(household.area)
    there.areas.add(world.seat("Chingford"))

    assert list(readable([here])) == [texts["answer"]]
    assert list(readable([there])) == []


def test_the_page_shows_texts_as_they_are_and_logs_whom_it_showed(world: World, texts: dict[str, Inbound]) -> None:
    client = browser(Role.OWNER, None)
    page = client.get(PAGE).content.decode()

    assert "&lt;b&gt;Please stop&lt;/b&gt;" in page
    assert page.index("Please stop") < page.index("Who is this?")
    assert page.count("Has a stop word") == 1
    assert "Nobody we know" in page
    assert AuditEvent.objects.filter(verb="view_inbox", subject_kind="people.person").count() == 1


def test_handled_stopped_and_put_back(world: World, texts: dict[str, Inbound]) -> None:
    client = browser(Role.OWNER, None)
    for name, do in (("stranger", "handled"), ("answer", "stop")):
        said = client.post(f"{PAGE}{texts[name].pk}/", {"do": do}, follow=True)
        assert said.status_code == 200
    assert "Nothing waits" in client.get(PAGE).content.decode()
    assert Suppression.objects.get().address_hash == address_hash("phone", THEIRS)

    client.post(f"{PAGE}{texts['stranger'].pk}/", {"do": "waiting"})
    assert "Who is this?" in client.get(PAGE).content.decode().split("Seen to lately")[0]
    assert "did not say" in client.post(f"{PAGE}{texts['stranger'].pk}/", {}, follow=True).content.decode()


def test_the_demos_telephone_shows_what_was_sent_and_answers_once(world: World, settings: Any) -> None:
    client, page = browser(Role.OWNER, None), "/messaging/simulator/?phone=%2B447700900123"
    assert client.get(page).status_code == 404
    settings.DEMO = True
    sender = world.make_sender(channel="sms", address=OURS, provider="console")
    out = Outgoing(1, "gs-1", "Red Rose", OURS, THEIRS, "Come on Monday?")
    provider = open_provider("console")
    assert [handed.provider_id for _ in range(2) for handed in provider.send([out])] == ["console-gs-1"] * 2
    assert client.get(page).content.decode().count("Come on Monday?") == 1

    press = {"to": sender.pk, "text": "STOP", "key": "7c8d5a3e-0000-4000-8000-000000000001"}
    for _ in range(2):
        assert client.post(page, press).status_code == 302
    assert Inbound.objects.get().route == "stop"
    assert client.post(page, {**press, "text": ""}).status_code == 422
    assert browser(Role.DATA_MANAGER, None).get(page).status_code == 404


def test_what_is_not_theirs_is_not_there(world: World, texts: dict[str, Inbound]) -> None:
    client = browser(Role.ORGANISER, world.campaign)

    assert client.post(f"{PAGE}{texts['stranger'].pk}/", {"do": "handled"}).status_code == 404
    texts["stranger"].refresh_from_db()
    assert texts["stranger"].handled_at is None
