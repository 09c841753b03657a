"""Signing up, confirming and choosing what one hears, in a real browser."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import caches
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from browser.looking import but, check, listen
from groundswell.accounts.tests.builders import make_organisation
from groundswell.campaigns.models import Question
from groundswell.campaigns.operations.campaigns import create_campaign
from groundswell.compliance.models import Consent, Suppression
from groundswell.joining.links import confirm_token
from groundswell.joining.models import NumberCode, SignUp, SignUpPage
from groundswell.joining.operations.pages import PageDetails, create_page, publish_page
from groundswell.joining.operations.sign_ups import confirm_sign_up
from groundswell.joining.views import public
from groundswell.messaging.models import Delivery, Sender
from groundswell.messaging.preferences import preference_token

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]


@pytest.fixture
def page_of_buses(live_server: Any) -> SignUpPage:
    caches["shared"].clear()
    make_organisation(name="Fairer Walthamstow", imprint="Promoted by A. Test, 12 Hoe Street, London.")
    campaign = create_campaign(name="Buses", by=None, areas=[], own_party="Reds", other_parties=["Blues"])
    question = Question.objects.create(campaign=campaign, key="issues", kind="choices", text="Which issues matter?")
    for position, label in enumerate(("Buses", "Rents")):
        question.options.create(label=label, meaning="other", position=position)
    Sender.objects.create(
        channel="sms",
        name="Fairer Walthamstow",
        address="+441632960001",
        provider="console",
        verified_at=timezone.now(),
        verified_how="the provider’s list",
    )
    details = PageDetails(title="Stand with the buses", about="They matter.", question=question)
    made = create_page(campaign=campaign, details=details, by=None)
    return publish_page(page=made, by=None, now=timezone.now())


@pytest.fixture
def phone(browser: Browser) -> Iterator[Page]:
    """A phone in the dark, which complains of nothing."""
    context = browser.new_context(viewport={"width": 360, "height": 740}, color_scheme="dark", locale="en-GB")
    said = listen(context)
    yield context.new_page()
    context.close()
    assert but(said, "status of 422") == []


def fill(form: Any) -> None:
    form.get_by_label("Your name").fill("Bea Lindqvist")
    form.get_by_label("Your email").fill("bea@example.org")
    form.get_by_label("Rents").check()
    form.get_by_label("may email me").check()


def test_from_the_page_to_the_last_press(live_server: Any, page_of_buses: SignUpPage, phone: Page) -> None:
    phone.goto(live_server.url + reverse("joining:page", args=[page_of_buses.ask.slug]))
    check(phone)
    phone.get_by_label("may text me").check()
    fill(phone)
    phone.get_by_role("button", name="Sign me up").click()
    expect(phone.get_by_text("Give us the number that we may use")).to_be_visible()
    check(phone)
    phone.get_by_label("Your mobile number").fill("07700 900123")
    phone.get_by_role("button", name="Sign me up").dblclick()
    expect(phone.get_by_role("heading", name="Nearly there")).to_be_visible()
    check(phone)
    phone.goto(live_server.url + reverse("joining:confirm", args=[confirm_token(SignUp.objects.get())]))
    check(phone)
    assert not Consent.objects.exists()
    phone.get_by_role("button", name="Yes, it was me").dblclick()
    expect(phone.get_by_role("heading", name="Type the code")).to_be_visible()
    check(phone)
    assert Consent.objects.get().channel == "email"
    text = Delivery.objects.get(message__kind="code")
    phone.get_by_label("Your code").fill("1")
    phone.get_by_role("button", name="That is my number").click()
    expect(phone.get_by_text("That is not the code")).to_be_visible()
    check(phone)
    phone.get_by_label("Your code").fill(text.body[:6])
    phone.get_by_role("button", name="That is my number").dblclick()
    expect(phone.get_by_role("heading", name="You are signed up")).to_be_visible()
    assert sorted(Consent.objects.values_list("channel", flat=True)) == ["email", "sms"]
    assert (SignUp.objects.count(), NumberCode.objects.count()) == (1, 1)
    link = phone.get_by_role("link", name="Change what you hear from us").get_attribute("href") or ""
    phone.goto(live_server.url + "/preferences/" + link.partition("/preferences/")[2])
    check(phone)
    phone.get_by_role("button", name="A month").click()
    expect(phone.get_by_text("You are having a break until")).to_be_visible()
    check(phone)
    phone.get_by_role("button", name="Ask for a copy").click()
    expect(phone.get_by_text("You asked for a copy")).to_be_visible()
    phone.get_by_role("button", name="Stop all messages").click()
    expect(phone.get_by_text("Off: you asked us to stop")).to_have_count(2)
    assert set(Suppression.objects.values_list("scope", flat=True)) == {"messages"}
    check(phone)


def test_without_signal_nothing_is_sent_and_what_was_typed_stays(
    live_server: Any, page_of_buses: SignUpPage, phone: Page
) -> None:
    phone.goto(live_server.url + reverse("joining:page", args=[page_of_buses.ask.slug]))
    fill(phone)
    phone.context.set_offline(True)
    phone.get_by_role("button", name="Sign me up").click()
    expect(phone.get_by_text("No signal. Nothing was sent")).to_be_visible()
    expect(phone.get_by_label("Your name")).to_have_value("Bea Lindqvist")
    assert not SignUp.objects.exists()
    phone.context.set_offline(False)
    phone.get_by_role("button", name="Sign me up").click()
    expect(phone.get_by_role("heading", name="Nearly there")).to_be_visible()

    made = SignUp.objects.get()
    confirm_sign_up(sign_up=made, now=timezone.now())
    token = preference_token(person_id=made.person_id, contact_point_id=made.email_id)
    phone.goto(live_server.url + reverse("preferences:page", args=[token]))
    phone.context.set_offline(True)
    phone.get_by_role("button", name="Stop email").click()
    expect(phone.get_by_text("No signal. Nothing was changed")).to_be_visible()
    assert not Consent.objects.filter(state="withdrawn").exists()
    phone.context.set_offline(False)
    phone.get_by_role("button", name="Stop email").dblclick()
    expect(phone.get_by_text("Understood: we shall not.")).to_be_visible()
    assert Consent.objects.filter(state="withdrawn").count() == 1


def test_a_page_that_is_flooded_has_the_device_reckon(
    live_server: Any, page_of_buses: SignUpPage, phone: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(public, "USUAL", {"usual": "1/h/key"})
    address = live_server.url + reverse("joining:page", args=[page_of_buses.ask.slug])
    phone.goto(address)
    fill(phone)
    phone.get_by_role("button", name="Sign me up").click()
    expect(phone.get_by_role("heading", name="Nearly there")).to_be_visible()

    phone.goto(address)
    fill(phone)
    phone.get_by_label("Your name").fill("Tom Okoro")
    phone.get_by_label("Your email").fill("tom@example.org")
    phone.get_by_role("button", name="Sign me up").click()
    expect(phone.get_by_text("Very many sign-ups come just now")).to_be_visible()
    expect(phone.get_by_text("Done. Press “Sign me up”.")).to_be_visible(timeout=60_000)
    check(phone)
    assert SignUp.objects.count() == 1
    phone.get_by_role("button", name="Sign me up").click()
    expect(phone.get_by_role("heading", name="Nearly there")).to_be_visible()
    assert {made.person.given_names for made in SignUp.objects.all()} == {"Bea", "Tom"}
    assert SignUp.objects.get(person__given_names="Tom").action.pending_consents.get().channel == "email"
