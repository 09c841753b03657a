"""Answering a survey on a phone, with and without JavaScript, in a real browser."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from browser.looking import but, check, enter, listen
from groundswell.accounts.enums import Role
from groundswell.accounts.tests.builders import make_member, make_organisation, sign_in
from groundswell.campaigns.enums import VoterIdTemplate
from groundswell.campaigns.models import Answer, Campaign, Question, Script
from groundswell.campaigns.operations.campaigns import create_campaign
from groundswell.campaigns.operations.questions import add_voter_id
from groundswell.people.models import ContactPoint
from groundswell.people.operations.supporters import find_or_make_supporter
from groundswell.surveys.links import own_path
from groundswell.surveys.models import Survey
from groundswell.surveys.operations.surveys import SurveyDetails, create_survey, publish_survey

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]


@pytest.fixture
def campaign(live_server: Any) -> Campaign:
    make_organisation(name="Fairer Walthamstow", imprint="Promoted by A. Test, 12 Hoe Street, London.")
    return create_campaign(name="Buses", by=None, areas=[], own_party="Reds", other_parties=["Blues"])


@pytest.fixture
def survey(campaign: Campaign) -> Survey:
    question = Question.objects.create(campaign=campaign, key="issue", kind="choices", text="Which issues matter?")
    for position, label in enumerate(("Buses", "Rents")):
        question.options.create(label=label, meaning="other", position=position)
    route = Question.objects.create(campaign=campaign, key="route", kind="text", text="Which route?")
    often = Question.objects.create(
        campaign=campaign, key="often", kind="scale", text="How often do you ride?", scale_from=0, scale_to=10
    )
    vote = add_voter_id(campaign=campaign, template=VoterIdTemplate.PARTY_CODE, by=None)[0]
    script = Script.objects.create(campaign=campaign, name="Doorstep", opening="Hello")
    for position, each in enumerate((question, route, often, vote), start=1):
        step = script.steps.create(question=each, position=position)
        if each == route:
            step.show_if.add(question.options.get(label="Buses"))
    details = SurveyDetails(title="What matters on your street?", about="Two minutes.", script=script)
    made = create_survey(campaign=campaign, details=details, by=None)
    return publish_survey(survey=made, by=None, now=timezone.now())


@pytest.fixture
def address(live_server: Any, survey: Survey) -> str:
    """Bea's own link."""
    bea = find_or_make_supporter(name="Bea Lindqvist", email="bea@example.org", phone="", by=None).person
    point = ContactPoint.objects.get(people=bea)
    return str(live_server.url) + own_path(ask_id=survey.ask_id, person_id=bea.pk, contact_point_id=point.pk)


@pytest.fixture(params=[True, False], ids=["script", "no-script"])
def phone(browser: Browser, request: Any) -> Iterator[Page]:
    """A phone in the dark, which complains of nothing; once with JavaScript, once without."""
    context = browser.new_context(
        viewport={"width": 360, "height": 740}, color_scheme="dark", locale="en-GB", java_script_enabled=request.param
    )
    said = listen(context)
    yield context.new_page()
    context.close()
    assert but(said, "status of 422") == []


def test_from_the_link_to_the_thanks(address: str, phone: Page, request: Any) -> None:
    has_script = "no-script" not in request.node.name
    phone.goto(address)
    if has_script:
        check(phone)
    phone.get_by_label("Buses").check()
    phone.get_by_label("How often").select_option("7")
    phone.get_by_role("button", name="Send my answers").click()
    expect(phone.get_by_label("Which route?")).to_be_visible()
    if has_script:
        check(phone)
    phone.get_by_label("Which route?").fill("The 58")
    phone.get_by_label("Reds, firm").check()
    phone.get_by_role("button", name="Send my answers").click()
    expect(phone.get_by_text("Tick this if we may keep it")).to_be_visible()
    if has_script:
        check(phone)
    phone.get_by_label("may keep what I say here").check()
    phone.get_by_role("button", name="Send my answers").click()
    expect(phone.get_by_role("heading", name="Thank you, Bea.")).to_be_visible()
    if has_script:
        check(phone)
    assert Answer.objects.filter(withdrawn_at__isnull=True, channel="form").count() == 4


def test_without_signal_what_was_chosen_stays_on_the_screen(address: str, browser: Browser) -> None:
    page = browser.new_page(viewport={"width": 360, "height": 740})
    page.goto(address)
    page.get_by_label("Buses").check()
    page.context.set_offline(True)
    page.get_by_role("button", name="Send my answers").click()
    expect(page.get_by_text("No signal. Nothing was sent")).to_be_visible()
    page.context.set_offline(False)
    page.get_by_role("button", name="Send my answers").click()
    expect(page.get_by_label("Which route?")).to_be_visible()
    page.context.close()


@pytest.mark.parametrize("width", [360, 1280])
def test_the_organisers_pages(
    live_server: Any, survey: Survey, campaign: Campaign, browser: Browser, width: int
) -> None:
    user = make_member(Role.ORGANISER, campaign).user
    context = browser.new_context(viewport={"width": width, "height": 800}, locale="en-GB")
    enter(context, live_server, sign_in(Client(), user))
    page = context.new_page()
    for name, arguments in (("list", []), ("new", []), ("manage", [survey.pk])):
        page.goto(live_server.url + reverse(f"surveys:{name}", args=[campaign.slug, *arguments]))
        check(page)
    context.close()
