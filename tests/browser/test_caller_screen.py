"""The caller's phone in a real browser: 360 px wide, one thumb, no signal, two tabs, a lost reply."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.test import Client
from django.urls import reverse
from playwright.sync_api import BrowserContext, Page, Request, expect

from groundswell.campaigns.models import Answer, ScriptStep
from groundswell.phonebank.models import Call, Flag, QueueEntry, Skip
from groundswell.phonebank.tests.caller_world import CallerWorld

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]

PHONE = {"width": 360, "height": 740}


@pytest.fixture
def world(live_server: Any) -> CallerWorld:
    return CallerWorld()


@pytest.fixture
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    return {**browser_context_args, "viewport": PHONE, "has_touch": True}


@pytest.fixture
def complaints(context: BrowserContext) -> Iterator[list[str]]:
    """What the browser's console complained of: the policy's refusals, errors in scripts."""
    said: list[str] = []
    context.on("console", lambda m: said.append(m.text) if m.type == "error" else None)
    context.on("weberror", lambda e: said.append(str(e.error)))
    yield said
    unexpected = [
        text for text in said if "ERR_" not in text and "status of 4" not in text and "status of 5" not in text
    ]
    assert unexpected == []


@pytest.fixture
def caller(world: CallerWorld, context: BrowserContext, live_server: Any, complaints: list[str]) -> Client:
    client = world.client()
    cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": live_server.url}])
    return client


@pytest.fixture
def open_call(world: CallerWorld, caller: Client, live_server: Any) -> Callable[[Page], None]:
    def opened(page: Page) -> None:
        page.goto(live_server.url + reverse("phonebank:call", args=[world.bank.pk]))

    return opened


def press(page: Page, outcome: str) -> None:
    page.get_by_role("radio", name=outcome, exact=True).check()


def save(page: Page) -> None:
    page.get_by_role("button", name="Save and next").click()


def results() -> list[tuple[str, str]]:
    """Household and outcome of each record that stands, in the order recorded."""
    calls = Call.objects.filter(undone_at__isnull=True).order_by("pk").select_related("outcome", "household")
    return [(call.household.address_lines.split(" ")[0], call.outcome.code) for call in calls]


def heading(page: Page, name: str) -> None:
    expect(page.get_by_role("heading", level=1, name=name)).to_be_visible()


def test_save_and_next_is_one_request(world, open_call, page: Page):
    world.household()
    world.household()
    open_call(page)
    heading(page, "Voter Number1")
    sent: list[Request] = []
    page.on("request", lambda r: sent.append(r) if r.resource_type in {"fetch", "document"} else None)
    press(page, "No answer")
    save(page)
    heading(page, "Voter Number2")
    assert [(r.method, r.url.rsplit("/", 2)[-2]) for r in sent] == [("POST", "result")]
    assert results() == [("1", "no_answer")]
    expect(page.locator("#state")).to_have_text("Saved")


def test_the_number_can_be_tapped_and_is_large_enough(world, open_call, page: Page):
    world.household("Siân Wyllt")
    open_call(page)
    link = page.get_by_role("link", name="Call 01632 960001")
    assert link.get_attribute("href") == "tel:+441632960001"
    small = page.evaluate(
        """() => [...document.querySelectorAll("main a, main button, main summary, header button, main label:has(> input)")]
             .filter((e) => e.checkVisibility() && e.getBoundingClientRect().height < 43.5)
             .map((e) => e.textContent.trim())"""
    )
    assert small == []
    assert page.evaluate("() => document.documentElement.scrollWidth") <= PHONE["width"]


def test_the_household_is_one_of_several_people(world, open_call, page: Page):
    entry = world.household("Siân Wyllt", "Tom Okafor", "Mair Wyllt")
    world.household()
    open_call(page)
    heading(page, "Siân Wyllt")
    page.get_by_role("radio", name="Tom").check()
    heading(page, "Tom Okafor")
    expect(page.get_by_role("heading", name="Siân Wyllt")).to_be_hidden()
    press(page, "Spoke")
    question = page.get_by_role("group", name=world.voter_id.text).locator("visible=true")
    question.get_by_role("radio").first.check()
    save(page)
    heading(page, "Voter Number2")
    answer = Answer.objects.get()
    assert answer.person == entry.household.people.get(given_names="Tom")
    assert Call.objects.get().person == answer.person


def test_questions_appear_with_the_conversation_and_branch(world, open_call, page: Page):
    step = ScriptStep.objects.get(script=world.script, question=world.poster)
    ours = world.voter_id.options.first()
    step.show_if.add(ours)
    world.household()
    open_call(page)
    asked = page.get_by_role("group", name=world.voter_id.text)
    then = page.get_by_role("group", name=world.poster.text)
    expect(asked).to_be_hidden()
    press(page, "Spoke")
    expect(asked).to_be_visible()
    expect(then).to_be_hidden()
    asked.get_by_role("radio", name=ours.label, exact=True).check()
    expect(then).to_be_visible()
    then.get_by_role("radio").first.check()
    asked.get_by_role("radio").nth(2).check()
    expect(then).to_be_hidden()
    save(page)
    expect(page.locator(".quiet-screen h1")).to_be_visible()
    assert [a.question for a in Answer.objects.all()] == [world.voter_id]


def test_undo_brings_the_household_back(world, open_call, page: Page):
    world.household()
    world.household()
    open_call(page)
    press(page, "Wrong number")
    save(page)
    heading(page, "Voter Number2")
    page.get_by_role("button", name="Undo").click()
    heading(page, "Voter Number1")
    press(page, "Engaged")
    save(page)
    heading(page, "Voter Number2")
    assert results() == [("1", "engaged")]


def test_a_call_back_is_picked_in_two_taps(world, open_call, page: Page):
    entry = world.household()
    open_call(page)
    press(page, "Call back")
    page.get_by_role("button", name="Tomorrow evening").click()
    page.get_by_role("radio", name="Anyone may").check()
    save(page)
    expect(page.get_by_text("asked to be rung at another time")).to_be_visible()
    entry.refresh_from_db()
    assert entry.is_call_back
    assert entry.call_back_for is None


def test_skip_flag_and_pause(world, open_call, page: Page):
    for _ in range(3):
        world.household()
    open_call(page)
    page.get_by_role("button", name="Skip").click()
    page.get_by_role("radio", name="I know them").check()
    page.get_by_role("dialog").get_by_role("button", name="Skip", exact=True).click()
    heading(page, "Voter Number2")
    page.get_by_role("button", name="Tell organiser").click()
    page.get_by_label("What is the matter?").fill("They run a shop")
    page.get_by_role("button", name="Send, and go to the next").click()
    heading(page, "Voter Number3")
    page.get_by_role("button", name="Pause").click()
    heading(page, "Take your time")
    assert not QueueEntry.objects.filter(leased_by__isnull=False).exists()
    page.get_by_role("button", name="Carry on calling").click()
    heading(page, "Voter Number3")
    assert (Skip.objects.count(), Flag.objects.count()) == (1, 1)


def test_a_mistake_is_told_on_the_same_page(world, open_call, page: Page):
    world.household()
    open_call(page)
    press(page, "Call back")
    page.get_by_text("Add a note").click()
    page.get_by_label("Note", exact=True).fill("After work")
    save(page)
    expect(page.get_by_text("Choose when to call back.")).to_be_visible()
    expect(page.get_by_label("Note", exact=True)).to_have_value("After work")
    assert results() == []


def test_without_signal_results_wait_on_the_phone_and_survive_a_reload(world, open_call, page: Page, context):
    world.household()
    world.household()
    open_call(page)
    page.evaluate("() => navigator.serviceWorker.ready")
    context.set_offline(True)
    press(page, "No answer")
    save(page)
    heading(page, "Saved on this phone")
    expect(page.get_by_text("1 result is saved on this phone")).to_be_visible()
    page.reload()
    heading(page, "No signal just now")
    assert results() == []
    context.set_offline(False)
    open_call(page)
    heading(page, "Voter Number2")
    assert results() == [("1", "no_answer")]


def test_when_the_signal_returns_the_next_household_comes_by_itself(world, open_call, page: Page, context):
    world.household()
    world.household()
    open_call(page)
    context.set_offline(True)
    press(page, "Engaged")
    save(page)
    heading(page, "Saved on this phone")
    context.set_offline(False)
    heading(page, "Voter Number2")
    expect(page.locator("#alert")).to_be_hidden()
    assert results() == [("1", "engaged")]


def test_the_page_is_still_there_after_a_reload_in_the_middle_of_a_call(world, open_call, page: Page, context):
    world.household()
    open_call(page)
    page.evaluate("() => navigator.serviceWorker.ready")
    page.reload()
    press(page, "Spoke")
    page.get_by_text("Add a note").click()
    page.get_by_label("Note", exact=True).fill("Cares about buses")
    page.wait_for_function("async () => (await (await caches.open('groundswell-call')).keys()).length === 1")
    context.set_offline(True)
    page.reload()
    heading(page, "Voter Number1")
    expect(page.get_by_role("radio", name="Spoke", exact=True)).to_be_checked()
    expect(page.get_by_label("Note", exact=True)).to_have_value("Cares about buses")


def test_a_lost_reply_is_one_record(world, open_call, page: Page):
    world.household()
    world.household()
    lost: list[int] = []

    def lose(route: Any) -> None:
        if len(lost) < 2:
            lost.append(route.fetch().status)
            route.abort("connectionreset")
        else:
            route.continue_()

    page.route("**/result/", lose)
    open_call(page)
    press(page, "No answer")
    save(page)
    heading(page, "Voter Number2")
    assert lost == [200, 200]
    assert results() == [("1", "no_answer")]


def test_three_presses_are_one_record(world, open_call, page: Page):
    for _ in range(3):
        world.household()
    open_call(page)
    press(page, "No answer")
    page.evaluate(
        "() => { const b = document.querySelector('.call-bar [type=submit]'); b.click(); b.click(); b.click(); }"
    )
    heading(page, "Voter Number2")
    assert results() == [("1", "no_answer")]


def test_two_tabs_are_one_record(world, open_call, page: Page, context):
    world.household()
    world.household()
    open_call(page)
    other = context.new_page()
    open_call(other)
    context.set_offline(True)
    for tab in (page, other):
        press(tab, "No answer")
        save(tab)
        heading(tab, "Saved on this phone")
    context.set_offline(False)
    for tab in (page, other):
        heading(tab, "Voter Number2")
    assert results() == [("1", "no_answer")]


def test_a_token_that_ran_out_is_fetched_again_once(world, open_call, page: Page, context):
    world.household()
    world.household()
    open_call(page)
    context.clear_cookies(name=settings.CSRF_COOKIE_NAME)
    posts: list[str] = []
    page.on("request", lambda r: posts.append(r.url) if r.method == "POST" else None)
    press(page, "No answer")
    save(page)
    heading(page, "Voter Number2")
    assert len(posts) == 2
    assert results() == [("1", "no_answer")]


def test_a_refusal_that_stays_is_not_repeated_for_ever(world, open_call, page: Page):
    world.household()
    posts: list[str] = []

    def refuse(route: Any) -> None:
        posts.append(route.request.url)
        route.fulfill(status=403, body="no")

    page.route("**/result/", refuse)
    open_call(page)
    press(page, "No answer")
    save(page)
    expect(page.get_by_text("You are signed out.")).to_be_visible()
    page.wait_for_timeout(2500)
    assert len(posts) == 2


def test_signing_out_waits_for_what_is_on_the_phone(world, open_call, page: Page, context):
    world.household()
    world.household()
    open_call(page)
    stuck = {"yes": True}
    page.route("**/result/", lambda route: route.abort() if stuck["yes"] else route.continue_())
    press(page, "No answer")
    save(page)
    heading(page, "Saved on this phone")
    page.get_by_role("button", name="Pause").click()
    heading(page, "Take your time")
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_text("Wait a moment before you sign out")).to_be_visible()
    stuck["yes"] = False
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url(re.compile(r"^https?://[^/]+/(accounts/.*)?$"))
    assert results() == [("1", "no_answer")]
    assert page.evaluate("async () => (await caches.keys()).includes('groundswell-call')") is False


def test_everything_works_by_keyboard(world, open_call, page: Page):
    world.household()
    world.household()
    open_call(page)
    page.get_by_role("radio", name="Spoke", exact=True).focus()
    page.keyboard.press("Space")
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("radio", name="No answer", exact=True)).to_be_checked()
    page.keyboard.press("Enter")
    heading(page, "Voter Number2")
    page.get_by_role("button", name="Crib notes").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog", name="Crib notes")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog", name="Crib notes")).to_be_hidden()
    assert results() == [("1", "no_answer")]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_serious_finding_by_axe(world, open_call, page: Page, scheme):
    world.household("Siân Wyllt", "Tom Okafor")
    page.emulate_media(color_scheme=scheme)
    open_call(page)
    press(page, "Spoke")
    assert serious(page) == []
    for opener in ("Crib notes", "Tell organiser", "Skip", "If asked"):
        page.get_by_role("button", name=opener, exact=True).click()
        assert serious(page) == []
        page.keyboard.press("Escape")
    page.get_by_role("button", name="Pause").click()
    heading(page, "Take your time")
    assert serious(page) == []


def serious(page: Page) -> list[tuple[str, str]]:
    found = Axe().run(page).response["violations"]
    return [(v["id"], v["nodes"][0]["html"]) for v in found if v["impact"] in {"serious", "critical"}]


def test_without_javascript_the_basics_work(world, caller, live_server, browser):
    world.household("Siân Wyllt", "Tom Okafor")
    world.household()
    context = browser.new_context(java_script_enabled=False, viewport=PHONE)
    cookie = caller.cookies[settings.SESSION_COOKIE_NAME].value
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": live_server.url}])
    page = context.new_page()
    page.goto(live_server.url + reverse("phonebank:call", args=[world.bank.pk]))
    page.get_by_role("radio", name="Tom").check()
    heading(page, "Tom Okafor")
    press(page, "No answer")
    save(page)
    heading(page, "Voter Number2")
    page.get_by_role("button", name="Pause").click()
    heading(page, "Take your time")
    context.close()
    assert results() == [("1", "no_answer")]
