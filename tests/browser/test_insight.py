"""What came of messages, and the membership picture, in a real browser: both widths, both lights."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from browser.looking import check, enter, listen
from groundswell.accounts.enums import Role
from groundswell.accounts.tests.builders import make_member, make_organisation, sign_in
from groundswell.campaigns.enums import AskKind
from groundswell.campaigns.models import Answer, Campaign
from groundswell.campaigns.operations.questions import add_ready_question
from groundswell.campaigns.ready_questions import ReadyQuestion
from groundswell.insight.tests.said import act, ask_for, deliver, message, reply
from groundswell.phonebank.tests.world import World
from groundswell.places.enums import PARLIAMENT_2024
from groundswell.places.models import Area
from groundswell.places.operations import load_reference_data

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]


@pytest.fixture
def campaign(live_server: Any) -> Campaign:
    """A campaign in two seats of the map, whose people were written to and told what matters to them."""
    cache.clear()
    make_organisation()
    load_reference_data()
    now = timezone.now()
    live = World(now)
    question = add_ready_question(campaign=live.campaign, ready=ReadyQuestion.ISSUE, by=None)
    options = list(question.options.all())
    monday = ask_for(live, AskKind.ATTEND, now)
    texts = [message(live, monday, name=f"Come on Monday {number}") for number in range(2)]
    for place, name in enumerate(("Walthamstow", "Bury North")):
        seat = Area.objects.get(name=name, boundary_set=PARLIAMENT_2024)
        live.campaign.areas.add(seat)
        ward = live.new_area(f"Ward of {name}", "England", seat)
        for number, home in enumerate(live.households(12, area=ward)):
            type(home.row).objects.filter(pk=home.row.pk).update(constituency=seat)
            person, at = home.people[0], now - timedelta(weeks=number % 6, hours=1)
            sent = deliver(person, texts[place], at)
            if number % 3 == 0:
                reply(sent)
            if number % 4 == 0:
                act(person, monday, at + timedelta(minutes=5), source=texts[place].link)
            Answer.objects.create(
                campaign=live.campaign,
                person=person,
                question=question,
                option=options[(number * number + place) % 4],
                meaning="other",
                channel=("call", "text", "form")[number % 3],
                source_uuid=uuid4(),
                answered_at=at,
            )
    return live.campaign


@pytest.fixture(params=[(360, "dark"), (1280, "light")], ids=["phone", "laptop"])
def page(browser: Browser, live_server: Any, campaign: Campaign, request: Any) -> Iterator[Page]:
    """An organiser's browser, which complains of nothing."""
    user = make_member(Role.ORGANISER, campaign).user
    width, light = request.param
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=light, locale="en-GB")
    enter(context, live_server, sign_in(Client(), user))
    said = listen(context)
    yield context.new_page()
    context.close()
    assert said == []


def test_from_the_campaigns_funnel_to_a_messages(live_server: Any, campaign: Campaign, page: Page) -> None:
    page.goto(live_server.url + reverse("insight:follow_through", args=[campaign.slug]))
    expect(page.get_by_role("heading", name="From reached to acted")).to_be_visible()
    check(page)
    page.get_by_role("link", name="Come on Monday 1").click()
    expect(page.get_by_role("heading", name="Come on Monday 1")).to_be_visible()
    expect(page.get_by_text("It leads on to")).to_be_visible()
    check(page)


def test_the_membership_picture(live_server: Any, campaign: Campaign, page: Page) -> None:
    page.goto(live_server.url + reverse("insight:issues", args=[campaign.slug]))
    expect(page.get_by_role("heading", name="24 people told us")).to_be_visible()
    check(page)
    issues = page.locator(".issues")
    issues.get_by_role("link").nth(1).click()
    chosen = issues.locator("[aria-current=true]").inner_text()
    expect(page.get_by_role("heading", name=f"{chosen}, by seat")).to_be_visible()
    expect(page.locator("svg a[href] .mark").first).to_be_attached()
    page.get_by_label("Told us by").select_option("text")
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_role("heading", name="8 people told us")).to_be_visible()
    check(page)
