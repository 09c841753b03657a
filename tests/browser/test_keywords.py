"""A keyword from nothing to its first answer, on an organiser's phone: written, tried, published, texted on the demo's
telephone, and how far people went.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Browser, Page, expect

from browser.looking import but, check, enter, listen
from groundswell.accounts.enums import Role
from groundswell.accounts.tests.builders import make_member, sign_in
from groundswell.campaigns.models import Answer
from groundswell.compliance.models import Consent
from groundswell.flows.models import Flow, Run
from groundswell.flows.tests.world import Flows
from groundswell.messaging.operations.outbox import send_some
from groundswell.messaging.tests.world import World

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]


@pytest.fixture
def flows(live_server: Any, settings: Any) -> Flows:
    settings.DEMO = True
    return Flows(World())


@pytest.fixture
def phone(browser: Browser, flows: Flows, live_server: Any) -> Iterator[Page]:
    """An organiser's phone, which complains of nothing."""
    context = browser.new_context(viewport={"width": 360, "height": 740}, locale="en-GB")
    client = sign_in(Client(), make_member(Role.OWNER).user)
    enter(context, live_server, client)
    said = listen(context)
    yield context.new_page()
    context.close()
    assert but(said, "status of 422") == []


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).or_(page.get_by_role("link", name=name, exact=True)).first.click()


def text(page: Page, words: str) -> None:
    """From the demo's telephone; the worker is this test."""
    page.get_by_label("Text", exact=True).fill(words)
    press(page, "Send")
    expect(page.locator(".from-them").last).to_contain_text(words)
    send_some()
    page.reload()


def test_a_keyword_from_nothing_to_its_first_answer(live_server: Any, flows: Flows, phone: Page) -> None:
    phone.goto(live_server.url + reverse("flows:list", args=[flows.campaign.slug]))
    check(phone)
    press(phone, "New keyword")
    check(phone)
    phone.get_by_label("Keyword").fill("stop")
    phone.get_by_label("Name").fill("On the doorstep")
    phone.get_by_label("At the end").fill("Thank you, {{ first_name|friend }}!")
    phone.get_by_label("If nothing: why").fill("it only asks")
    press(phone, "Keep as a draft")
    expect(phone.get_by_text("means stop or help")).to_be_visible()
    check(phone)
    phone.get_by_label("Keyword").fill("VOTE")
    press(phone, "Keep as a draft")
    expect(phone.get_by_text("Ask at least one question.")).to_be_visible()
    check(phone)

    for kind in ("Voter ID", "Consent, yes or no", "Their name"):
        press(phone, kind)
        check(phone)
        press(phone, "Add it")
        expect(phone.get_by_text("Added.")).to_be_visible()
    check(phone)

    press(phone, "Try it")
    for words in ("vote", "what?", "2", "yes", "Bo Li"):
        phone.get_by_label("Your text").fill(words)
        press(phone, "Send")
    expect(phone.get_by_text("Sorry, we did not catch that")).to_be_visible()
    expect(phone.get_by_text("Thank you, Bo!")).to_be_visible()
    check(phone)
    assert not Run.objects.exists()

    phone.goto(live_server.url + reverse("flows:manage", args=[flows.campaign.slug, Flow.objects.get().pk]))
    press(phone, "Publish")
    expect(phone.get_by_text("Live: whoever texts VOTE is answered.")).to_be_visible()
    press(phone, "Try it")
    press(phone, "On the telephone of the demo")
    expect(phone.get_by_label("Text", exact=True)).to_have_value("VOTE")
    text(phone, "VOTE")
    expect(phone.get_by_text("About vote?")).to_be_visible()
    expect(phone.get_by_text("3 Undecided")).to_be_visible()
    text(phone, "1")
    text(phone, "YES")
    expect(phone.get_by_text("What is your name?")).to_be_visible()
    check(phone)
    assert Answer.objects.get().meaning == "strong_support"
    assert "Red Rose Party" in Consent.objects.get().wording

    phone.goto(live_server.url + reverse("flows:manage", args=[flows.campaign.slug, Flow.objects.get().pk]))
    expect(phone.get_by_role("heading", name="How far they went")).to_be_visible()
    expect(phone.get_by_text("1 agreed")).to_be_visible()
    check(phone)
