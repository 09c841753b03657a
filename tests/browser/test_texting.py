"""A volunteer's phone, 360 px wide: a batch, one text for each press however long Enter is held, and a reply answered."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import BrowserContext, Page, expect

from browser.looking import PHONE, but, enter, fits, listen, serious, too_small
from groundswell.accounts.models import Membership
from groundswell.accounts.tests.builders import sign_in
from groundswell.campaigns.models import Answer, Question
from groundswell.config.sms import SmsGateway
from groundswell.messaging.models import Delivery
from groundswell.textbank.enums import EntryState
from groundswell.textbank.models import CannedReply, Conversation, Entry, TextBank
from groundswell.textbank.tests.world import World

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]

# What a browser says of a press without signal.
NO_SIGNAL = ("ERR_INTERNET_DISCONNECTED", "Failed to fetch")


@pytest.fixture
def world(live_server: Any, settings: Any) -> World:
    settings.SMS_GATEWAY = SmsGateway(url="https://gateway.example.org/", secret="only for these tests")
    world = World()
    world.open_day_and_night()
    for name in ("Siân Wyllt", "Bartholomew Featherstonehaugh-Cholmondeley", "Cy Coe", "Di Dee"):
        world.texted(name)
    return world


@pytest.fixture
def bank(world: World) -> TextBank:
    return world.bank(now=timezone.now())


@pytest.fixture
def by(world: World, live_server: Any, context: BrowserContext) -> Membership:
    """A volunteer, signed in."""
    member = world.volunteer("Ada Lovelace")
    enter(context, live_server, sign_in(Client(), member.user))
    return member


@pytest.fixture
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    return {**browser_context_args, "viewport": PHONE, "has_touch": True}


@pytest.fixture(autouse=True)
def complaints(context: BrowserContext) -> Iterator[list[str]]:
    """What the browser's console complained of: the policy's refusals, errors in scripts, pages that failed."""
    said = listen(context)
    yield said
    assert but(said, *NO_SIGNAL) == []


def check_page(page: Page) -> None:
    """Fits the telephone, has nothing too small for a thumb, and nothing serious by axe, by day and by night."""
    assert fits(page)
    assert too_small(page, ".text-tabs a") == []
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        assert serious(page) == []
    page.emulate_media(color_scheme="light")


def text_page(page: Page, live_server: Any, bank: TextBank) -> None:
    page.goto(live_server.url + reverse("textbank:text", args=[bank.pk]))


def test_a_held_enter_sends_one_text_and_each_press_after_it_one_more(
    bank: TextBank, by: Membership, live_server: Any, page: Page
):
    text_page(page, live_server, bank)
    check_page(page)
    page.get_by_role("button", name="Give me some people").click()
    expect(page.get_by_text("0 of 4 sent")).to_be_visible()
    check_page(page)
    page.get_by_role("button", name=re.compile("^Send")).focus()
    # The key goes down and stays: the browser then presses it again and again.
    for _repeat in range(25):
        page.keyboard.down("Enter")
    expect(page.get_by_text("1 of 4 sent")).to_be_visible()
    for _repeat in range(25):
        page.keyboard.down("Enter")
    page.keyboard.up("Enter")
    expect(page.get_by_text("1 of 4 sent")).to_be_visible()
    assert Delivery.objects.count() == 1
    # Released, it is ready for one more.
    expect(page.get_by_role("button", name=re.compile("^Send"))).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_text("2 of 4 sent")).to_be_visible()
    assert Delivery.objects.filter(pressed_by=by.user).count() == 2


def test_a_double_press_and_another_tab_and_the_way_back_send_nobody_twice(
    bank: TextBank, by: Membership, live_server: Any, page: Page
):
    text_page(page, live_server, bank)
    page.get_by_role("button", name="Give me some people").click()
    expect(page.get_by_text("0 of 4 sent")).to_be_visible()
    other = page.context.new_page()
    text_page(other, live_server, bank)
    send = page.get_by_role("button", name=re.compile("^Send"))
    send.dblclick()
    expect(page.get_by_text("1 of 4 sent")).to_be_visible()
    # The other tab still shows whom this one has sent to.
    other.get_by_role("button", name=re.compile("^Send")).click()
    expect(other.get_by_text("That one was sent before, once.")).to_be_visible()
    assert Delivery.objects.count() == 1
    page.get_by_role("link", name=re.compile("Replies")).click()
    page.go_back()
    expect(page.get_by_text("1 of 4 sent")).to_be_visible()
    assert Delivery.objects.count() == Entry.objects.filter(state=EntryState.SENT).count() == 1


def test_without_signal_nothing_is_lost_and_the_press_can_be_made_again(
    bank: TextBank, by: Membership, live_server: Any, page: Page
):
    text_page(page, live_server, bank)
    page.get_by_role("button", name="Give me some people").click()
    expect(page.get_by_text("0 of 4 sent")).to_be_visible()
    page.context.set_offline(True)
    send = page.get_by_role("button", name=re.compile("^Send"))
    send.click()
    expect(page.get_by_text("nobody gets it twice")).to_be_visible()
    page.context.set_offline(False)
    send.click()
    expect(page.get_by_text("1 of 4 sent")).to_be_visible()
    assert Delivery.objects.count() == 1


def test_a_reply_is_read_and_answered_with_a_canned_one(
    world: World, bank: TextBank, by: Membership, live_server: Any, page: Page
):
    option = world.voter_id.options.order_by("position")[0]
    poster = Question.objects.create(
        campaign=world.campaign, key="poster", kind="text", text="Where does the poster go?"
    )
    world.script.steps.create(question=poster, position=9).show_if.add(option)
    CannedReply.objects.create(text_bank=bank, title="Great", body="Great, {{ first_name }}! See you on Monday.")
    CannedReply.objects.create(text_bank=bank, title="Poster?", body="Would you have a poster?", after=option)
    conversation = world.conversation(bank, by, now=timezone.now())
    world.says(conversation, "Yes please, where is it?", now=timezone.now())
    text_page(page, live_server, bank)
    page.get_by_role("link", name=re.compile("Replies")).click()
    check_page(page)
    page.get_by_role("link", name=re.compile("Yes please")).click()
    expect(page.get_by_text("Yes please, where is it?")).to_be_visible()
    check_page(page)
    page.get_by_role("button", name="Great").click()
    words = page.get_by_label("Your reply")
    expect(words).to_have_value(re.compile("^Great, .*! See you on Monday.$"))
    expect(page.get_by_text(re.compile(r"\d parts?, \d+ more fit in"))).to_be_visible()
    words.press_sequentially(" ŵ")
    expect(page.get_by_text(re.compile("dearer by .*ŵ"))).to_be_visible()
    # What is written survives a reload.
    page.reload()
    expect(words).to_have_value(re.compile("ŵ$"))
    page.get_by_role("button", name="Send", exact=True).dblclick()
    expect(page.get_by_text("Sent.")).to_be_visible()
    expect(words).to_have_value("")
    assert Delivery.objects.exclude(key="").count() == 1
    # An answer is noted, and what follows it is offered.
    expect(page.get_by_label("Where does the poster go?")).to_be_hidden()
    page.get_by_role("radio", name=option.label, exact=True).check()
    page.get_by_label("Where does the poster go?").fill("In the window")
    page.get_by_role("button", name="Note the answers").click()
    expect(page.get_by_role("button", name="Poster?")).to_be_visible()
    check_page(page)
    page.get_by_text("More", exact=True).click()
    check_page(page)
    page.get_by_label("Too much for you?").fill("Asks about access")
    page.get_by_role("button", name="Hand it to an organiser").click()
    expect(page.get_by_text("An organiser has it now.")).to_be_visible()
    assert Conversation.objects.get().state == "review"
    assert set(Answer.objects.values_list("question", "channel")) == {
        (question.pk, "text") for question in (world.voter_id, poster)
    }
