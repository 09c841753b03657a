"""The campaign's map in a real browser: seats told apart without colour, its table for the keyboard, narrow and wide."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from playwright.sync_api import BrowserContext, Page, expect

from browser.looking import LAPTOP, PHONE, check_everywhere, enter, listen
from groundswell.accounts.enums import Role
from groundswell.accounts.tests.builders import make_member, make_organisation, sign_in
from groundswell.campaigns.models import Campaign
from groundswell.places.operations import load_reference_data

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]


@pytest.fixture
def campaign(live_server: Any) -> Campaign:
    """All 650 seats, for a party that stands in most of them."""
    make_organisation()
    load_reference_data()
    return Campaign.objects.create(name="Everywhere", slug="everywhere", own_party="Labour")


@pytest.fixture
def the_map(campaign: Campaign, page: Page, context: BrowserContext, live_server: Any) -> Iterator[Page]:
    """The map as its organiser opens it; nothing may be complained of in the console."""
    complaints = listen(context)
    client = sign_in(Client(), make_member(Role.ORGANISER, campaign).user)
    enter(context, live_server, client)
    page.set_viewport_size(LAPTOP)
    page.goto(live_server.url + reverse("insight:map", args=[campaign.slug]))
    yield page
    assert complaints == []


def level_of(page: Page, seat: str) -> str:
    """What the map says of a seat: the class its hexagon is drawn by."""
    hexagon = page.locator(".hexmap a").filter(has_text=f"{seat}:")
    return (hexagon.get_attribute("class") or "").removeprefix("level-")


def names(page: Page) -> list[str]:
    return page.locator(".seats tbody th a").all_inner_texts()


def test_the_map_its_finder_and_a_seat_are_clear_to_everybody(the_map: Page):
    expect(the_map.locator(".hexmap a")).to_have_count(650)
    check_everywhere(the_map)
    the_map.get_by_role("link", name="Which seat next?").click()
    expect(the_map.get_by_role("heading", level=1)).to_contain_text("Which seat should next Monday take?")
    check_everywhere(the_map)
    the_map.locator(".targets h2 a").first.click()
    expect(the_map.get_by_role("heading", level=1)).to_be_visible()
    check_everywhere(the_map)


def test_levels_differ_by_more_than_colour(the_map: Page):
    """Each level's mark is larger than the one below, on the map as in its legend; with all colours taken away, too."""
    areas = the_map.evaluate(
        """() => [1, 2, 3, 4].map((level) => {
             const box = document.querySelector(`.hexmap #mark-${level}`).getBBox();
             return box.width * box.height;
           })"""
    )
    assert all(larger > 1.5 * smaller for smaller, larger in pairwise(areas)), areas
    for level in range(5):
        drawn = the_map.locator(f".hexmap > svg a.level-{level}")
        marks = f'use[href="#mark-{level}"]' if level else "use.mark"
        assert drawn.locator(marks).count() == (drawn.count() if level else 0)
        assert the_map.locator(f".hex-legend .level-{level} use.mark").count() == (1 if level else 0)
    # The closest seat of all is full, a safe one empty.
    assert (level_of(the_map, "Hendon"), level_of(the_map, "Liverpool Walton")) == ("4", "0")
    the_map.emulate_media(forced_colors="active")
    hexagon, mark = (
        the_map.locator(".hexmap a.level-4").first.locator(part).evaluate("each => getComputedStyle(each).fill")
        for part in ("use.ground", "use.mark")
    )
    assert hexagon != mark


def test_the_table_is_the_maps_twin_by_keyboard_alone(the_map: Page):
    the_map.get_by_label("Name").focus()
    the_map.keyboard.type("cardiff")
    the_map.keyboard.press("Enter")
    expect(the_map.get_by_role("heading", name="4 seats of 650")).to_be_visible()
    assert names(the_map) == ["Cardiff East", "Cardiff North", "Cardiff South and Penarth", "Cardiff West"]
    expect(the_map.locator(".hexmap a")).to_have_count(4)
    # The same that the hexagons say: whose it is and by how many votes.
    for said in the_map.locator(".hexmap a title").all_text_contents():
        seat, _colon, result = said.strip().partition(": ")
        assert result.split(";")[0] in the_map.get_by_role("row", name=seat).inner_text().replace("\n", " ")
    # Tab goes through form and table, and never into the picture.
    the_map.get_by_label("Name").focus()
    for _ in range(40):
        the_map.keyboard.press("Tab")
        assert not the_map.evaluate("() => !!document.activeElement.closest('.hexmap')")
        if the_map.evaluate("() => document.activeElement.textContent.trim().startsWith('Majority')"):
            break
    the_map.keyboard.press("Enter")
    expect(the_map.locator('th[aria-sort="ascending"]')).to_contain_text("Majority")
    majorities = [
        int(text.split()[1].replace(",", "")) for text in the_map.locator(".seats td:nth-child(2)").all_inner_texts()
    ]
    assert majorities == sorted(majorities)
    first = names(the_map)[0]
    the_map.get_by_role("link", name=first, exact=True).focus()
    the_map.keyboard.press("Enter")
    expect(the_map.get_by_role("heading", level=1, name=first)).to_be_visible()


def test_the_colouring_is_chosen_and_a_hexagon_opens_its_seat(the_map: Page):
    before = the_map.locator(".hex-legend").inner_text()
    the_map.get_by_label("The map shows").select_option("calls")
    the_map.get_by_label("Region").select_option("Wales")
    the_map.get_by_role("button", name="Show", exact=True).click()
    expect(the_map.get_by_role("heading", name="32 seats of 650")).to_be_visible()
    assert the_map.locator(".hex-legend").inner_text() != before
    expect(the_map.locator(".hexmap a.level-0")).to_have_count(32)
    the_map.set_viewport_size(PHONE)  # type: ignore[arg-type]
    hexagon = the_map.locator(".hexmap a").filter(has_text="Cardiff East:")
    hexagon.locator("use.ground").click()
    expect(the_map.get_by_role("heading", level=1, name="Cardiff East")).to_be_visible()
