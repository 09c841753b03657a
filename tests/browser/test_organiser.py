"""An organiser with no time, in a real browser: from a new campaign to a phone bank that is closed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import BrowserContext, Page, expect

from browser.looking import LAPTOP, PHONE, but, enter, fits, listen, serious, too_small
from groundswell.accounts.enums import Role
from groundswell.accounts.models import Organisation
from groundswell.accounts.tests.builders import make_member, sign_in
from groundswell.campaigns.models import Answer, Campaign, Candidate, ScriptStep
from groundswell.compliance.models import Screening
from groundswell.phonebank.models import Call, CallerStatus, Flag, Outcome, PhoneBank, QueueEntry
from groundswell.phonebank.operations import rebuild_tallies
from groundswell.phonebank.tests.caller_world import CallerWorld

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]


@pytest.fixture
def world(live_server: Any) -> CallerWorld:
    return CallerWorld()


@pytest.fixture
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    return {**browser_context_args, "viewport": LAPTOP}


@pytest.fixture(autouse=True)
def complaints(context: BrowserContext) -> Iterator[list[str]]:
    """What the browser's console complained of: the policy's refusals, errors in scripts. 422 is how a form answers."""
    said = listen(context)
    yield said
    assert but(said, "status of 422") == []


@pytest.fixture
def leader(world: CallerWorld, context: BrowserContext, live_server: Any) -> Client:
    """An owner: sees every campaign, also the one that is not there yet."""
    client = sign_in(Client(), make_member(Role.OWNER).user)
    enter(context, live_server, client)
    return client


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name).or_(page.get_by_role("link", name=name)).first.click()


def told(page: Page, words: str) -> None:
    expect(page.locator("#messages")).to_contain_text(words)


def record(bank: PhoneBank, world: CallerWorld, *, code: str = "completed", ago: timedelta = timedelta()) -> Call:
    """A call as a caller's phone would have recorded it."""
    caller = world.caller(f"Caller {uuid4().hex[:4]}").user
    CallerStatus.objects.create(phone_bank=bank, caller=caller, last_seen_at=timezone.now())
    outcome = Outcome.objects.get(code=code)
    at = timezone.now() - ago
    return Call.objects.create(
        client_uuid=uuid4(),
        campaign_id=bank.campaign_id,
        phone_bank=bank,
        caller=caller,
        outcome=outcome,
        is_dial=outcome.is_dial,
        is_contact=outcome.is_contact,
        occurred_at=at,
        recorded_at=at,
    )


def begin_campaign(page: Page) -> None:
    press(page, "New campaign")
    page.get_by_label("Name", exact=True).fill("Spring by-election")
    page.get_by_label("Seats").fill("Waltamstow")
    page.get_by_label("Your party").fill("Forward")
    page.get_by_label("Other parties standing").fill("Backward\nSideways")
    press(page, "Begin the campaign")
    expect(page.get_by_text("Do you mean “Walthamstow”?")).to_be_visible()
    expect(page.get_by_label("Other parties standing")).to_have_value(re.compile("Sideways"))
    page.get_by_label("Seats").fill("Walthamstow")
    press(page, "Begin the campaign")
    told(page, "“Spring by-election” is begun")


def write_script(page: Page) -> None:
    press(page, "Write it")
    page.get_by_label("Name of the script").fill("Voter ID")
    press(page, "Save, then add questions")
    told(page, "The script is saved")
    press(page, "Party code")
    told(page, "Added at the end")
    press(page, "Poster")
    phone = page.locator("#phone")
    poster = phone.get_by_role("group", name=re.compile("poster"))
    expect(poster).to_be_visible()
    # The greeting changes on the phone as it is written, and the block above it cannot be changed at all.
    page.get_by_label("Opening line").fill("Is that {{ person }}? Lovely.")
    expect(phone).to_contain_text("Is that Siân? Lovely.")
    expect(phone).to_contain_text("on behalf of Fairer Walthamstow")
    press(page, "Save the lines")
    told(page, "Saved")
    page.get_by_text("Asked always").click()
    page.get_by_role("radio", name="Only after one of these answers").check()
    press(page, "Save when it is asked")
    told(page, "Choose at least one answer")
    page.get_by_text("Asked always").click()
    page.get_by_role("radio", name="Only after one of these answers").check()
    page.get_by_role("checkbox", name="Forward, firm").check()
    press(page, "Save when it is asked")
    told(page, "Saved when it is asked")
    expect(poster).to_be_hidden()
    phone.get_by_role("radio", name="Forward, firm").check(force=True)
    expect(poster).to_be_visible()


def test_from_nothing_to_a_phone_bank_that_is_closed(world: CallerWorld, leader: Client, page: Page, live_server: Any):
    entries = [world.household() for _ in range(4)]
    QueueEntry.objects.all().delete()
    home = entries[0].household
    Screening.objects.filter(contact_point__person_contacts__person__household=home).update(listed=True)
    page.goto(live_server.url + reverse("campaigns:index"))
    begin_campaign(page)
    assert serious(page) == []
    press(page, "Name them")
    page.get_by_label("Name", exact=True).fill("Amara Whitlock")
    press(page, "Save")
    told(page, "Amara Whitlock is saved")
    assert Candidate.objects.get(campaign__slug="spring-by-election").name == "Amara Whitlock"
    write_script(page)
    assert serious(page) == []

    press(page, "The script is ready: build a phone bank")
    count = page.locator("#reach")
    expect(count).to_contain_text("3 households of 4")
    expect(count.get_by_role("link", name="Rule C1: why")).to_have_attribute(
        "href", re.compile("/compliance/rules/#why-tps$")
    )
    page.get_by_label("to", exact=True).fill("20")
    page.get_by_label("from", exact=True).fill("30")
    expect(count).to_contain_text("The upper age has to be at least the lower one.")
    page.get_by_label("from", exact=True).fill("18")
    expect(count).to_contain_text("0 households of 0")
    page.get_by_label("from", exact=True).fill("")
    page.get_by_label("to", exact=True).fill("")
    expect(count).to_contain_text("3 households of 4")
    page.get_by_label("Walthamstow").check()
    page.get_by_label("Saturday, from").fill("18:00")
    page.get_by_label("Name", exact=True).fill("Monday")
    press(page, "Save as a draft")
    expect(page.get_by_text("Give both times, or neither.")).to_be_visible()
    expect(page.get_by_label("Name", exact=True)).to_have_value("Monday")
    assert serious(page) == []
    page.get_by_label("Saturday, to").fill("20:00")
    press(page, "Save as a draft")
    told(page, "Saved as a draft")
    expect(page.locator("#reach")).to_contain_text("3 households of 4")
    assert serious(page) == []
    press(page, "Open the phone bank")
    told(page, "3 households are ready")

    watch(page, PhoneBank.objects.get(name="Monday"), world)
    press(page, "Pause")
    told(page, "Paused")
    press(page, "Open again")
    told(page, "It is open")
    page.once("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Close", exact=True).click()
    told(page, "Closed for good")
    expect(page.get_by_role("button", name="Pause")).to_have_count(0)


def watch(page: Page, bank: PhoneBank, world: CallerWorld) -> None:
    """The page follows a call by itself, and what was folded out stays so."""
    live = page.locator("#live")
    expect(live).to_contain_text("nobody at this moment")
    record(bank, world)
    rebuild_tallies()
    expect(live).to_contain_text("Dials today", timeout=20_000)
    twin = live.locator("details").filter(has_text="As a table").first
    twin.locator("summary").click()
    record(bank, world)
    rebuild_tallies()
    expect(live.locator(".stat").first).to_contain_text("2", timeout=20_000)
    expect(twin).to_have_attribute("open", "")
    assert serious(page) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_overview_on_a_phone(world: CallerWorld, leader: Client, page: Page, live_server: Any, scheme: Any):
    busy(world)
    page.set_viewport_size(PHONE)
    page.emulate_media(color_scheme=scheme)
    page.goto(live_server.url + reverse("phonebank:overview", args=[world.campaign.slug]))
    expect(page.get_by_role("heading", name="Where voters stand")).to_be_visible()
    assert fits(page)
    assert too_small(page, "main .tabs a") == []
    assert serious(page) == []


@pytest.mark.parametrize(("scheme", "size"), [("light", LAPTOP), ("dark", PHONE)])
def test_no_page_has_a_serious_finding(
    world: CallerWorld, leader: Client, page: Page, live_server: Any, scheme: Any, size: Any
):
    caller = busy(world)
    slug, step = world.campaign.slug, ScriptStep.objects.filter(script=world.script).first()
    assert step is not None
    page.set_viewport_size(size)
    page.emulate_media(color_scheme=scheme)
    found = {}
    for name, *arguments in [
        ("phonebank:index",),
        ("phonebank:outcomes",),
        ("phonebank:new_outcome",),
        ("phonebank:bank", slug, world.bank.pk),
        ("phonebank:new_bank", slug),
        ("phonebank:reach", slug, world.bank.pk),
        ("phonebank:results", slug),
        ("phonebank:callers", slug),
        ("phonebank:caller", slug, caller),
        ("phonebank:flags", slug),
        ("campaigns:new",),
        ("campaigns:settings", slug),
        ("campaigns:new_candidate", slug),
        ("campaigns:cribs", slug),
        ("campaigns:crib", slug, 0),
        ("campaigns:scripts", slug),
        ("campaigns:new_script", slug),
        ("campaigns:script", slug, world.script.pk),
        ("campaigns:new_question", slug),
        ("campaigns:question", slug, step.question_id),
    ]:
        page.goto(live_server.url + reverse(name, args=arguments))
        if not fits(page) or serious(page):
            found[name] = serious(page) or "sticks out"
    assert found == {}


@pytest.mark.parametrize("name", ["Fair", "The Northlight Alliance for a Fairer Walthamstow"])
def test_the_head_of_a_page_is_tidy_on_a_laptop(
    world: CallerWorld, leader: Client, page: Page, live_server: Any, name: str
):
    """An owner's menu is the longest and has a row of its own: every entry stays in sight, whatever the name."""
    Organisation.objects.update(name=name)
    cache.clear()
    page.goto(live_server.url + reverse("campaigns:index"))
    expect(page.locator(".brand")).to_contain_text(name)
    for row in (".brand, .who > *", ".site-nav a"):
        middles = page.evaluate(
            """(row) => [...document.querySelectorAll(row)].map((e) => e.getBoundingClientRect())
                 .map((box) => Math.round(box.top + box.height / 2))""",
            row,
        )
        assert len(middles) >= 3
        assert max(middles) - min(middles) <= 2
    last = page.locator(".site-nav a").last.evaluate("(e) => e.getBoundingClientRect().right")
    assert last <= LAPTOP["width"]
    assert fits(page)


def test_a_phone_bank_is_built_by_keyboard_alone(world: CallerWorld, leader: Client, page: Page, live_server: Any):
    world.household()
    page.goto(live_server.url + reverse("phonebank:new_bank", args=[world.campaign.slug]))
    page.get_by_label("Name", exact=True).focus()
    page.keyboard.type("By keyboard")
    for _ in range(60):
        if page.evaluate("() => document.activeElement.textContent.trim()") == "Save as a draft":
            break
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    told(page, "Saved as a draft")
    page.get_by_role("button", name="Open the phone bank").focus()
    page.keyboard.press("Enter")
    told(page, "It is open")
    assert PhoneBank.objects.get(name="By keyboard").status == "open"


def test_calls_faster_than_talk_are_looked_at(world: CallerWorld, leader: Client, page: Page, live_server: Any):
    busy(world)
    page.goto(live_server.url + reverse("phonebank:overview", args=[world.campaign.slug]))
    press(page, "Look at them")
    press(page, "Look at these calls")
    expect(page.get_by_role("img", name="When each conversation was recorded")).to_be_visible()
    press(page, "These calls are fine")
    told(page, "calls are fine")
    expect(page.get_by_text("too fast")).to_have_count(0)


def test_a_flag_is_solved(world: CallerWorld, leader: Client, page: Page, live_server: Any):
    busy(world)
    page.goto(live_server.url + reverse("phonebank:overview", args=[world.campaign.slug]))
    press(page, "Solve the flags")
    page.get_by_label("What did you do about it?").fill("Rang the shop")
    press(page, "Solved: ring them again")
    told(page, "The household is rung again")
    expect(page.get_by_text("Rang the shop")).to_be_visible()
    expect(page.get_by_role("heading", name="Nothing to solve")).to_be_visible()


def busy(world: CallerWorld) -> int:
    """A campaign in full swing: answers, a flag, and a caller with a run too fast to be talk. Returns that caller."""
    entries = [world.household() for _ in range(4)]
    options = list(world.voter_id.options.all())
    for entry, option in zip(entries, options, strict=False):
        Answer.objects.create(
            campaign=Campaign.objects.get(pk=world.campaign.pk),
            person=entry.household.people.get(),
            question=world.voter_id,
            option=option,
            meaning=option.meaning,
            source_uuid=uuid4(),
            answered_at=timezone.now(),
        )
    QueueEntry.objects.filter(pk=entries[0].pk).update(state=4)
    Flag.objects.create(
        entry=entries[0], phone_bank=world.bank, raised_by=world.caller("Bo").user, note="They run a shop"
    )
    first = record(world.bank, world, ago=timedelta(hours=1))
    for second in range(1, 20):
        call = record(world.bank, world, ago=timedelta(hours=1, seconds=-second))
        Call.objects.filter(pk=call.pk).update(caller=first.caller)
    rebuild_tallies()
    return first.caller_id
