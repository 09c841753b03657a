"""docs/first-text.md, followed from nothing: an empty folder, the command it names, and its bold words in their order."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from .conftest import Installation
from .guides import SOON, Guide

pytestmark = [pytest.mark.slow, pytest.mark.browser]

PAGE = Path(__file__).parents[2] / "docs" / "first-text.md"


def test_what_the_page_says_is_what_happens(fresh: Installation, browser: Browser) -> None:
    text = PAGE.read_text(encoding="utf-8")
    guide = Guide(text)
    words = re.search(r"`(Hi .+?)`", text)
    assert words is not None
    fresh.settings["GROUNDSWELL_DEMO"] = "1"
    running = fresh.start("run", "--demo")
    running.says("Groundswell is ready")
    running.says("Ctrl-C stops it")
    entrance = re.search(r"organiser +(http\S+)", running.output)
    assert entrance is not None
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.on("dialog", lambda dialog: dialog.accept())

    # 1. Start it
    page.goto(entrance[1])
    guide.press(page, "Messages")

    # 2. Write it
    guide.press(page, "New text")
    guide.field(page, "Name").fill("My first text")
    guide.field(page, "From").select_option(index=1)
    guide.field(page, "Words").fill(words[1])
    guide.field(page, "It leads on to").select_option(label="Bring back the late buses")
    guide.next("Areas")
    page.get_by_role("checkbox", name="Walthamstow").check()
    guide.field(page, "Only people tagged").select_option(label="supporter (demo)")
    expect(page.locator(".count", has_text="Whom it would reach")).to_contain_text("would get it", timeout=SOON)
    expect(page.locator(".count", has_text="What it costs")).to_contain_text("for each person", timeout=SOON)
    guide.press(page, "Save as a draft")

    # 3. Look at it
    guide.press(page, "Look at it")
    expect(page.locator(".bubble")).to_contain_text("the council votes on the late buses on Tuesday")
    guide.press(page, "The next one")
    guide.field(page, "Your own number").fill("07700 900999")
    guide.press(page, "Send it to me")
    expect(page.locator("#messages")).to_contain_text("Sent to +447700900999, and to nobody else")

    # 4. Send it
    page.get_by_role("link", name="My first text").click()
    expect(page.locator("main")).to_contain_text("parts in all")
    guide.press(page, "Send it")
    expect(page.locator("#live")).to_be_visible(timeout=SOON)
    guide.passes("Agree, and send it", "Pause", "Cancel it")
    expect(page.locator("main")).to_contain_text("did not get it", timeout=2 * SOON)

    # 5. Be the one who gets it
    message = page.url
    guide.press(page, "Telephone of the demo")
    page.locator("main .cluster a").first.click()
    expect(page.locator(".handset")).to_contain_text("Sign with us: http")
    page.get_by_label("To", exact=True).select_option(index=1)
    guide.field(page, "Text").fill("Signed, see you there")
    guide.press(page, "Send")
    expect(page.locator(".handset")).to_contain_text("Signed, see you there")
    page.goto(page.url.partition("?")[0])
    page.locator("main .cluster a").nth(1).click()
    page.get_by_label("To", exact=True).select_option(index=1)
    page.get_by_label("Text", exact=True).fill("STOP")
    page.get_by_role("button", name="Send", exact=True).click()

    # 6. Read the answers
    guide.press(page, "Inbox")
    expect(page.locator("main")).to_contain_text("Signed, see you there")
    guide.press(page, "Handled")
    guide.passes("They want no more texts")

    # 7. See what came of it
    page.goto(message)
    for name in ("Sent", "Delivered", "Link opened", "Acted"):
        expect(page.locator("dt", has_text=guide.next(name)).first).to_be_visible()
    assert guide.words == []
