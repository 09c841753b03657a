"""The live board and the report in a real browser: on a wall without an account, on a phone, light and dark."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import BrowserContext, Page, expect

from browser.looking import PHONE, but, check_everywhere, enter, listen
from groundswell.accounts.enums import Role
from groundswell.accounts.tests.builders import make_member, sign_in
from groundswell.phonebank.models import Session
from groundswell.phonebank.tests.board_world import Evening
from groundswell.phonebank.tests.world import World

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]

MINUTE = timedelta(minutes=1)
# A tick of two seconds, a screen's own delay of at most 0.45, and a slow machine's time to draw.
SOON = 8_000


@pytest.fixture
def evening(live_server: Any) -> Evening:
    world = World(timezone.now())
    world.campaign.areas.add(world.area)
    made = Evening(world, hashtag="mobmonday")
    for index, name in enumerate(("Ada Lovelace", "Bo Peep", "Siân Wyllt")):
        caller = made.caller(name, last_seen_at=made.now, is_first_time=index == 2)
        for minute in range(12 - 3 * index):
            made.call(caller, ago=(minute + 3) * MINUTE, outcome="completed" if minute % 4 == 0 else "no_answer")
    return made


@pytest.fixture(autouse=True)
def complaints(context: BrowserContext) -> Iterator[list[str]]:
    """What the browser's console complained of: the policy's refusals, errors in scripts."""
    said = listen(context)
    yield said
    assert but(said, "ERR_INTERNET_DISCONNECTED") == []


def calls(page: Page) -> Any:
    return page.locator(".board-figures .is-main dd")


def test_the_wall_follows_the_evening_without_an_account(evening: Evening, page: Page, live_server: Any):
    page.goto(live_server.url + reverse("phonebank:wall", args=[evening.session.board_key]))
    expect(page.get_by_role("heading", name="Monday for Bury North")).to_be_visible()
    expect(calls(page)).to_contain_text("27")
    check_everywhere(page)
    # The table beneath the picture stays open while the numbers move, and what has not changed is left alone.
    page.get_by_text("As a table").click()
    leaders = page.locator("[data-part=leaders]")
    leaders.evaluate("each => { each.isTheSame = true; }")
    newcomer = evening.caller("Nia Jones", joined=timedelta(0), is_first_time=True, last_seen_at=evening.now)
    expect(page.locator("[data-part=ticker]")).to_contain_text("Welcome, Nia: your first session!", timeout=SOON)
    assert leaders.evaluate("each => each.isTheSame === true")
    evening.now = timezone.now()
    for _ in range(25):
        evening.call(newcomer, ago=timedelta(0))
    expect(calls(page)).to_contain_text("52", timeout=SOON)
    expect(page.get_by_role("status").filter(has_text="50 calls together!")).to_be_visible()
    assert page.locator("details.twin").evaluate("each => each.open")
    check_everywhere(page)
    # Twenty-five calls in one moment are nobody's: they count, and stand in no ranking.
    expect(leaders).not_to_contain_text("Nia")
    Session.objects.update(closed_at=timezone.now())
    expect(page.locator("[data-part=phase]")).to_contain_text("4 people made 52 calls for Walthamstow", timeout=SOON)
    check_everywhere(page)


def test_the_wall_says_when_it_is_behind_and_catches_up(
    evening: Evening, page: Page, context: BrowserContext, live_server: Any
):
    page.goto(live_server.url + reverse("phonebank:wall", args=[evening.session.board_key]))
    expect(calls(page)).to_contain_text("27")
    context.set_offline(True)
    behind = page.get_by_text("No connection: these numbers are a little old.")
    expect(behind).to_be_visible(timeout=2 * SOON)
    evening.call(evening.session.callers.first().user, ago=timedelta(0))
    context.set_offline(False)
    expect(calls(page)).to_contain_text("28", timeout=2 * SOON)
    expect(behind).to_be_hidden()


def test_it_is_still_for_whoever_wants_no_motion(evening: Evening, page: Page, live_server: Any):
    Session.objects.update(started_at=timezone.now() - 10 * MINUTE)
    evening.event.target = 5
    evening.event.save()
    caller = evening.session.callers.first().user
    evening.now = timezone.now()
    for _ in range(5):
        evening.call(caller, ago=timedelta(0))
    address = live_server.url + reverse("phonebank:wall", args=[evening.session.board_key])
    for motion, moves in (("reduce", "none"), ("no-preference", "celebrate")):
        page.emulate_media(reduced_motion=motion)
        page.goto(address)
        expect(page.locator(".celebrated")).to_be_visible()
        assert page.locator(".celebrated").evaluate("each => getComputedStyle(each).animationName") == moves


def test_a_caller_watches_on_their_phone(evening: Evening, page: Page, context: BrowserContext, live_server: Any):
    ada = evening.session.callers.get(user__name="Ada Lovelace").user
    enter(context, live_server, sign_in(Client(), ada))
    page.set_viewport_size(PHONE)
    page.goto(live_server.url + reverse("phonebank:board", args=[evening.session.pk]))
    own = page.locator("[data-part=own]")
    expect(own).to_contain_text("12 calls")
    expect(own).to_contain_text("10 calls")
    check_everywhere(page)
    expect(page.get_by_role("link", name="Report")).to_have_count(0)
    evening.call(ada, ago=MINUTE)
    expect(own).to_contain_text("13 calls", timeout=SOON)
    expect(calls(page)).to_contain_text("28", timeout=SOON)


def test_the_organiser_reads_the_report_and_chooses_what_the_board_shows(
    evening: Evening, page: Page, context: BrowserContext, live_server: Any
):
    enter(context, live_server, sign_in(Client(), make_member(Role.ORGANISER, evening.world.campaign).user))
    page.goto(live_server.url + reverse("phonebank:board", args=[evening.session.pk]))
    expect(page.locator("[data-part=leaders]")).to_contain_text("Ada")
    page.get_by_role("button", name="Do not show who has called most").click()
    expect(page.locator("#messages")).to_contain_text("The board shows the team's numbers only.")
    expect(page.locator("[data-part=leaders]")).to_have_count(0)
    check_everywhere(page)
    Session.objects.update(closed_at=timezone.now())
    page.get_by_role("link", name="Report").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("3 people made 27 calls for Walthamstow")
    check_everywhere(page)
    with page.expect_download() as download:
        page.get_by_role("button", name="Download as CSV").click()
    assert "Ada Lovelace,12,3,0" in download.value.path().read_text(encoding="utf-8-sig").splitlines()


def test_long_names_fit_a_phone(evening: Evening, page: Page, context: BrowserContext, live_server: Any):
    """A seat and a title as long as they come, with one word that is longer than the screen is wide."""
    seat = evening.world.area
    seat.name = "Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogoch, Inverness and Kirkcaldy"
    seat.save()
    past = Evening(evening.world, title="The Monday before this one")
    Session.objects.filter(pk=past.session.pk).update(
        started_at=past.now - timedelta(days=7, hours=2), closed_at=past.now - timedelta(days=7)
    )
    evening.event.title = f"Ring {seat.name} together, with tea"
    evening.event.save()
    enter(context, live_server, sign_in(Client(), make_member(Role.ORGANISER, evening.world.campaign).user))
    page.set_viewport_size(PHONE)
    slug = evening.world.campaign.slug
    for name, arguments in (
        ("phonebank:wall", [evening.session.board_key]),
        ("phonebank:board", [evening.session.pk]),
        ("phonebank:session_report", [evening.session.pk]),
        ("insight:seat", [slug, seat.pk]),
        ("insight:map", [slug]),
    ):
        page.goto(live_server.url + reverse(name, args=arguments))
        expect(page.locator("body")).to_contain_text(seat.name.split(",")[0])
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"], name
        wide = """() => [...document.querySelectorAll("main .card")]
            .filter((card) => card.scrollWidth > card.clientWidth).map((card) => card.innerText)"""
        assert page.evaluate(wide) == [], name
