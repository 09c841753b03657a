"""A crib sheet in a real browser: written from the ready one, previewed, published, brought back, read by a caller."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from playwright.sync_api import BrowserContext, Page, expect

from browser.looking import LAPTOP, PHONE, but, check, enter, listen
from groundswell.accounts.enums import Role
from groundswell.accounts.models import Organisation
from groundswell.accounts.tests.builders import make_member, sign_in
from groundswell.campaigns.models import Campaign, Candidate, CribSheet
from groundswell.phonebank.tests.caller_world import CallerWorld
from groundswell.places.models import Contest, OfficeHolder, Result

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]


@pytest.fixture
def world(live_server: Any) -> CallerWorld:
    """A seat with two elections, a Member and a candidate."""
    world = CallerWorld()
    Organisation.objects.update(imprint="Promoted and printed by A. Agent, 12 Hoe Street, London E17 4SD")
    Campaign.objects.filter(pk=world.campaign.pk).update(own_party="Reds")
    Candidate.objects.create(campaign=world.campaign, area=world.seat, name="Asha Verma")
    OfficeHolder.objects.create(area=world.seat, name="Siân Ŵyn", party="Blues")
    for election, blues, reds in (("2019", 18_000, 22_000), ("2024", 20_500, 19_500)):
        contest = Contest.objects.create(
            area=world.seat, election=election, valid_votes=blues + reds, majority=abs(blues - reds)
        )
        for party, votes in (("Blues", blues), ("Reds", reds)):
            Result.objects.create(contest=contest, party=party, votes=votes)
    return world


@pytest.fixture(autouse=True)
def complaints(context: BrowserContext) -> Iterator[list[str]]:
    """What the browser's console complained of: the policy's refusals, errors in scripts. 422 is how a form answers."""
    said = listen(context)
    yield said
    assert but(said, "status of 422") == []


@pytest.mark.parametrize(
    ("size", "scheme"), [(LAPTOP, "light"), (PHONE, "dark"), (PHONE, "light"), (LAPTOP, "dark")], ids=str
)
def test_from_the_ready_sheet_to_the_callers_drawer(
    world: CallerWorld, context: BrowserContext, page: Page, live_server: Any, size: Any, scheme: Any
):
    page.set_viewport_size(size)
    page.emulate_media(color_scheme=scheme)
    place = [world.campaign.slug, world.seat.pk]
    enter(context, live_server, sign_in(Client(), make_member(Role.OWNER).user))
    page.goto(live_server.url + reverse("campaigns:crib", args=place))
    write(page, size)
    check(page)
    go_back(page)

    context.clear_cookies()
    enter(context, live_server, world.client())
    read(page, live_server, place, size)
    world.household()
    page.goto(live_server.url + reverse("phonebank:call", args=[world.bank.pk]))
    page.get_by_role("button", name="Crib notes").click()
    drawer = page.get_by_role("dialog", name="Crib notes")
    expect(drawer).to_contain_text("1,000 votes (2.5%)")
    expect(drawer.get_by_role("img", name="Shares of the vote")).to_be_visible()
    check(page)


def write(page: Page, size: dict[str, int]) -> None:
    """From the ready sheet, over a slip of the pen and a gap, to a published one."""
    sheet, preview = page.get_by_label("What callers should know"), page.locator("#crib-preview")
    expect(preview).to_contain_text("Asha Verma stands for Reds.")
    expect(preview.get_by_role("img", name="Shares of the vote")).to_be_visible()
    page.get_by_text("What can be filled in").click()
    expect(page.get_by_text("Siân Ŵyn, Blues", exact=True)).to_be_visible()
    check(page)
    ready = sheet.input_value()
    sheet.press("Control+End")
    sheet.press_sequentially("By {{ majorty }}")
    expect(preview).to_contain_text("“{{ majorty }}” is not a fact we can fill in")
    sheet.fill(ready)
    page.get_by_role("button", name="Publish", exact=True).click()
    expect(page.get_by_text(re.compile("is still to be written"))).to_be_visible()
    expect(sheet).to_have_value(re.compile("Three local issues"))
    sheet.fill(re.sub("[‹›]", "", ready))
    page.get_by_role("button", name="Publish", exact=True).click()
    expect(page.locator("#messages")).to_contain_text("Published as version 1")
    assert CribSheet.objects.get().published


def go_back(page: Page) -> None:
    """A second version, and the first again."""
    page.get_by_label("What callers should know").fill("A worse one")
    page.get_by_role("button", name="Publish", exact=True).click()
    page.get_by_role("button", name="Go back to this one (version 1)").click()
    expect(page.locator("#messages")).to_contain_text("What version 1 said is published again, as version 3")
    expect(page.get_by_label("What callers should know")).to_have_value(re.compile("Three local issues"))


def read(page: Page, live_server: Any, place: list[Any], size: dict[str, int]) -> None:
    """As a page, and as a PDF."""
    page.goto(live_server.url + reverse("campaigns:crib_page", args=place))
    expect(page.get_by_role("table", name=re.compile("How .* voted"))).to_contain_text("2024")
    check(page)
    address = page.get_by_role("link", name="One page to print").get_attribute("href")
    printed = page.context.request.get(f"{live_server.url}{address}")
    assert (printed.status, printed.headers["content-type"]) == (200, "application/pdf")
    assert printed.body().startswith(b"%PDF-")
