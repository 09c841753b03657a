"""A message from the first word to the last delivery, in a real browser: on a laptop, and on a phone in the dark."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import caches
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Browser, BrowserContext, Page, expect

from browser.looking import but, check, enter, listen
from groundswell.accounts.enums import Role
from groundswell.accounts.models import Organisation
from groundswell.accounts.tests.builders import make_member, sign_in
from groundswell.campaigns.models import Ask
from groundswell.compliance.models import Figure
from groundswell.messaging.models import Inbound, Message, SimulatedText
from groundswell.messaging.operations.outbox import send_some
from groundswell.messaging.operations.preparing import prepare_asked
from groundswell.messaging.tests.world import World

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]

LOOKS = {
    "laptop": {"viewport": {"width": 1280, "height": 900}, "color_scheme": "light"},
    "phone": {"viewport": {"width": 360, "height": 740}, "color_scheme": "dark"},
}


@pytest.fixture
def world(live_server: Any, settings: Any) -> World:
    settings.DEMO = True  # its letterbox is where emails go
    caches["shared"].clear()
    made = World()
    Organisation.objects.update(imprint="Promoted by A. Agent, 1 High Street, London")
    made.sender.provider = "letterbox"
    made.sender.save()
    made.people(3)
    made.person("nia@example.org", consent=False)
    now = timezone.now()
    Ask.objects.create(campaign=made.campaign, kind="attend", slug="monday", title="Come on Monday", published_at=now)
    return made


@pytest.fixture(params=LOOKS)
def look(request: Any, browser: Browser) -> Iterator[BrowserContext]:
    """A browser that complains of nothing but forms answered with what is wrong in them."""
    context = browser.new_context(**LOOKS[request.param], locale="en-GB")
    said = listen(context)
    yield context
    context.close()
    assert but(said, "status of 422", "INTERNET_DISCONNECTED") == []


def come_in(context: BrowserContext, world: World, live_server: Any) -> Page:
    client = sign_in(Client(), make_member(Role.ORGANISER, world.campaign).user)
    enter(context, live_server, client)
    page = context.new_page()
    page.on("dialog", lambda dialog: dialog.accept())
    return page


def write(page: Page, live_server: Any, world: World) -> None:
    page.goto(live_server.url + reverse("messaging:new_message", args=[world.campaign.slug, "email"]))
    page.get_by_label("Name", exact=True).fill("Monday")
    page.get_by_label("From").first.select_option(index=1)
    page.get_by_label("Subject", exact=True).fill("Are you free, {{ first_name|friend }}?")
    page.get_by_label("Words").fill("Dear {{ first_name }},\n\n**come** on Monday: {{ link }}")
    page.get_by_label("It leads on to").select_option(label="Come on Monday")
    page.get_by_label("Only people tagged").select_option(label="list")
    expect(page.get_by_text("people of 4 on the list would get it")).to_be_visible()
    expect(page.get_by_text("The words are ready.")).to_be_visible()


def test_written_looked_at_agreed_sent_and_followed(look: BrowserContext, world: World, live_server: Any) -> None:
    Figure.objects.filter(key="two_person_messages").update(value=2)
    page = come_in(look, world, live_server)
    write(page, live_server, world)
    page.get_by_text("Try two subjects").click()
    page.get_by_label("Tried on so many in a hundred").fill("50")
    check(page)
    page.get_by_role("button", name="Save as a draft").click()
    expect(page.get_by_text("Write the other subject")).to_be_visible()
    page.get_by_label("Tried on so many in a hundred").fill("")
    page.get_by_role("button", name="Save as a draft").click()
    expect(page.locator("#messages")).to_contain_text("Saved as a draft")
    check(page)

    page.get_by_role("link", name="Look at it").click()
    expect(page.locator(".letter")).to_contain_text("Are you free, Sian?")
    expect(page.frame_locator("iframe").locator("strong", has_text="come")).to_be_visible()
    page.get_by_role("link", name="The next one").click()
    check(page)
    page.get_by_role("link", name="Monday", exact=True).click()

    page.get_by_role("button", name="Ask for it to be sent").click()
    expect(page.get_by_text("It waits for somebody else to agree").first).to_be_visible()
    other = come_in(look, world, live_server)
    other.goto(page.url)
    other.get_by_role("button", name="Agree, and send it").click()
    expect(other.locator("#live")).to_be_visible()
    check(other)
    message = Message.objects.get()
    assert prepare_asked(message.pk, by=None, now=timezone.now(), enqueue=lambda: None)
    send_some()
    send_some()
    # It is drawn again by itself.
    expect(other.locator("#live")).to_contain_text("1 person did not get it", timeout=20_000)
    expect(other.get_by_text("done", exact=True)).to_be_visible(timeout=20_000)
    check(other)
    assert SimulatedText.objects.count() == 3
    other.get_by_role("link", name="1 person did not get it").click()
    expect(other.get_by_text("no consent for this channel").first).to_be_visible()
    check(other)


def test_two_presses_and_a_press_without_signal_make_one_draft(
    look: BrowserContext, world: World, live_server: Any
) -> None:
    page = come_in(look, world, live_server)
    write(page, live_server, world)
    look.set_offline(True)
    page.get_by_role("button", name="Save as a draft").click()
    expect(page.get_by_text("No signal. Nothing was sent")).to_be_visible()
    look.set_offline(False)
    expect(page.get_by_label("Words")).to_have_value("Dear {{ first_name }},\n\n**come** on Monday: {{ link }}")
    page.get_by_role("button", name="Save as a draft").dblclick()
    expect(page.locator("#messages")).to_contain_text("Saved as a draft")
    assert Message.objects.count() == 1


def test_the_inbox_is_read_and_seen_to(look: BrowserContext, world: World, live_server: Any) -> None:
    sender = world.make_sender(channel="sms", address="+441632960001", provider="console")
    now = timezone.now()
    for nth, text in enumerate(("we must STOP this cut", "Who is this?")):
        Inbound.objects.create(
            channel="sms",
            provider="console",
            provider_id=str(nth),
            sender=sender,
            our_address=sender.address,
            their_address=f"+44770090000{nth}",
            text=text,
            at=now,
            routed_at=now,
        )
    client = sign_in(Client(), make_member(Role.OWNER, None).user)
    enter(look, live_server, client)
    page = look.new_page()
    page.goto(live_server.url + "/messaging/inbox/")
    expect(page.get_by_text("Has a stop word: read closely")).to_be_visible()
    check(page)
    page.get_by_role("button", name="Handled").first.dblclick()
    expect(page.get_by_text("Seen to lately")).to_be_visible()
    check(page)
    assert Inbound.objects.exclude(handled_at=None).count() == 1
