"""docs/first-session.md, followed from nothing: an empty folder, the command it names, and its bold words in their order."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from .conftest import Installation
from .guides import SOON, Guide

pytestmark = [pytest.mark.slow, pytest.mark.browser]

PAGE = Path(__file__).parents[2] / "docs" / "first-session.md"
LAPTOP, PHONE = {"width": 1280, "height": 900}, {"width": 360, "height": 740}


@pytest.fixture
def guide() -> Guide:
    return Guide(PAGE.read_text(encoding="utf-8"))


def half_an_hour_on() -> tuple[datetime, datetime]:
    """In the event's own time zone."""
    begins = datetime.now(ZoneInfo("Europe/London")) + timedelta(minutes=30)
    return begins, begins + timedelta(hours=2)


def test_what_the_page_says_is_what_happens(fresh: Installation, browser: Browser, guide: Guide) -> None:
    makefile = (PAGE.parents[1] / "Makefile").read_text()
    assert "    make run\n" in PAGE.read_text()
    assert re.search(r"^run:.*\n(?:\t.*\n)*?\t.*groundswell.cli run --demo$", makefile, re.MULTILINE)
    fresh.settings["GROUNDSWELL_DEMO"] = "1"
    running = fresh.start("run", "--demo")
    running.says("Groundswell is ready")
    running.says("Ctrl-C stops it")
    entrance = re.search(r"organiser +(http\S+)", running.output)
    assert entrance is not None
    assert httpx.get(fresh.address).status_code == 200

    host = browser.new_page(viewport=LAPTOP)  # type: ignore[arg-type]
    caller = browser.new_context(viewport=PHONE, has_touch=True).new_page()  # type: ignore[arg-type]
    host.goto(entrance[1])

    # 2. Name the evening
    begins, ends = half_an_hour_on()
    guide.press(host, "Events")
    guide.press(host, "New event")
    guide.field(host, "Title").fill("Ring Bury North together")
    guide.field(host, "Day").fill(f"{begins:%Y-%m-%d}")
    guide.field(host, "From").fill(f"{begins:%H:%M}")
    guide.field(host, "Until").fill(f"{ends:%H:%M}")
    guide.field(host, "Seat").select_option(label="Bury North")
    guide.field(host, "Target in calls").fill("20")
    guide.field(host, "List to ring").select_option(label="Bury North: every vote counts")
    guide.press(host, "Keep as a draft")
    guide.press(host, "Publish")

    # 3. Get the room ready
    event_address = host.url
    guide.press(host, "The host’s page")
    guide.press(host, "Code for the room")
    expect(host.get_by_role("button", name=guide.next("Make a new code"))).to_be_visible()
    link = host.locator(".room-link").inner_text().strip()
    guide.press(host, "Back to the host’s page")
    expect(host.get_by_role("link", name=guide.next("Board for the wall"))).to_be_visible()

    # 4. Come in as a caller
    caller.goto(link)
    guide.field(caller, "Your name").fill("Vera")
    guide.press(caller, "Start")
    expect(caller.get_by_text("of us is here")).to_be_visible()
    guide.press(caller, "Make a practice call")
    guide.press(caller, "No answer")
    guide.press(caller, "Save and next")
    guide.press(caller, "Back to the others")
    expect(caller.get_by_role("button", name=guide.next("Start calling"))).to_be_disabled()

    # 5. Begin
    guide.press(host, "Begin now")
    expect(caller.locator("[data-countdown]")).to_have_text("We are ringing. Come along.", timeout=SOON)
    guide.press(caller, "Start calling")
    ring(guide, caller)

    # 6. While everybody rings
    guide.sees(host, "A word to everybody")
    host.get_by_label("It stands on all screens until the next").fill("Biscuits at seven")
    guide.press(host, "Tell everybody")
    expect(caller.locator("#line")).to_contain_text("Biscuits at seven", timeout=SOON)
    expect(caller.locator("#line")).to_contain_text("1 of 20 calls", timeout=SOON)
    guide.sees(host, "More time")
    guide.sees(host, "Another list")

    # 7. End it
    guide.press(host, "Close the session")
    guide.press(host, "Close it")
    expect(caller.locator("#line")).to_contain_text("Finish this call in peace", timeout=SOON)
    caller.get_by_role("radio", name="No answer", exact=True).check()
    caller.get_by_role("button", name="Save and next").click()
    expect(caller.get_by_role("heading", level=1, name="Thank you, Vera")).to_be_visible(timeout=SOON)
    expect(caller.locator("main")).to_contain_text("2 of 20")

    # 8. The morning after
    guide.press(host, "The report")
    expect(host.locator("main")).to_contain_text("Ring Bury North together")
    host.get_by_role("navigation", name="You are here").get_by_role("link", name="Ring Bury North together").click()
    expect(host).to_have_url(event_address)
    guide.press(host, "Repeat it weekly")
    expect(host.get_by_role("heading", level=1)).to_be_visible()
    assert guide.words == []
    assert running.stop() == 0


def ring(guide: Guide, caller: Page) -> None:
    """One call as the page tells it."""
    expect(caller.locator("#result")).to_be_visible()
    before = caller.locator("#result").get_attribute("data-uuid")
    guide.press(caller, "No answer")
    guide.press(caller, "Save and next")
    expect(caller.locator(f'#result[data-uuid="{before}"]')).to_have_count(0)
