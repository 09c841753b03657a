"""docs/first-text.md, followed from nothing: an empty folder, the command it names, and its bold words in their order; its
last part on an installation in which there is nobody."""

from __future__ import annotations

import json
import re
import time
from pathlib import Path

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from playwright.sync_api import Browser, Page, expect

from groundswell.messaging.tests.providers.gateway import Gateway, running_gateway

from .conftest import Installation, eventually
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


def test_and_on_an_installation_in_which_there_is_nobody(fresh: Installation, browser: Browser) -> None:
    guide = Guide("## 1." + PAGE.read_text(encoding="utf-8").split("## Your own first text", 1)[1])
    with running_gateway() as gateway:
        gateway.answer = b'{"id": "1"}'
        fresh.settings["SMS_HTTP"] = json.dumps({"url": gateway.url, "secret": "a-secret-of-this-test-alone"})
        running = fresh.start("run")
        running.says("Ctrl-C stops it")
        setup = re.search(r"(http\S+/setup/\S+)", running.output)
        assert setup is not None
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.on("dialog", lambda dialog: dialog.accept())
        page.goto(setup[1])
        become_the_owner(page)
        page.goto(f"{fresh.address}/campaigns/new/")
        page.get_by_label("Name", exact=True).fill("Late buses")
        page.get_by_role("button", name="Begin the campaign").click()

        # 2. A number
        guide.press(page, "Messages")
        guide.press(page, "Senders")
        guide.press(page, "Add a number for texts")
        guide.field(page, "Name").fill("Ours")
        guide.field(page, "Number or name").fill("+441632960001")
        guide.field(page, "How do you know that it is yours?").fill("on the provider's list since March")
        guide.press(page, "Add it")
        expect(page.locator("#messages")).to_contain_text("You can write from it now")

        # 3. Who stands behind it
        guide.press(page, "Team")
        guide.press(page, "Organisation")
        guide.field(page, "Imprint").fill("Promoted by A. Newcomer, 12 Hoe Street, London")
        guide.press(page, "Save")

        # 4. A page on which people agree
        page.goto(f"{fresh.address}/campaigns/late-buses/")
        guide.press(page, "Sign-ups")
        guide.press(page, "New page")
        guide.field(page, "Title").fill("Bring back the late buses")
        guide.press(page, "Keep as a draft")
        guide.press(page, "Publish")

        # 5. Be the first
        phone = browser.new_context(viewport={"width": 360, "height": 740}).new_page()
        phone.goto(page.locator("a.address-line").inner_text())
        guide.field(phone, "Your name").fill("Siân Lewis")
        guide.field(phone, "Your email").fill("sian@example.org")
        guide.field(phone, "Your mobile number").fill("07700 900321")
        phone.get_by_role("checkbox", name="may text me").check()
        guide.press(phone, "Sign me up")
        phone.goto(eventually(lambda: link_in_the_letter(fresh), "the letter"))
        guide.press(phone, "Yes, it was me")
        code = eventually(lambda: code_texted(gateway), "the code")
        guide.field(phone, "Your code").fill(code)
        guide.press(phone, "That is my number")
        expect(phone.get_by_role("heading", level=1)).to_have_text("Thank you, Siân. You are signed up.")
        assert guide.words == []

        # And through the steps above.
        page.goto(f"{fresh.address}/messages/of/late-buses/new/sms/")
        page.get_by_label("Name", exact=True).fill("My first text")
        page.get_by_label("From").first.select_option(index=1)
        page.get_by_label("Words").first.fill("Hi {{ first_name|there }}, sign with us: {{ link }} Reply STOP to end")
        page.get_by_label("It leads on to").select_option(label="Bring back the late buses")
        page.get_by_role("button", name="Save as a draft").click()
        expect(page.locator("main")).to_contain_text("person of 1 on the list would get it")
        page.get_by_role("button", name="Send it", exact=True).click()
        expect(page.locator("#live")).to_be_visible(timeout=SOON)
        # By day it has left by now; at night and on a Sunday the page says until when it waits.
        expect(page.locator("#live")).to_contain_text(re.compile(r"for better hours: from|sent\s*1"), timeout=2 * SOON)
        assert running.stop() == 0


def become_the_owner(page: Page) -> None:
    for label, words in (
        ("Your organisation", "Fairer Walthamstow"),
        ("Your name", "Ada Newcomer"),
        ("Your email", "ada@example.org"),
        ("Password", "three unrelated words here"),
    ):
        page.get_by_label(label).fill(words)
    page.get_by_role("button", name="Go on").click()
    page.get_by_role("link", name="Use an app").click()
    secret = page.get_by_label("Key").input_value()
    page.get_by_label("Authenticator code").fill(format_hotp_value(hotp_value(secret, int(time.time()) // 30)))
    page.get_by_role("button", name="Set it up").click()
    expect(page.get_by_text("That is set up")).to_be_visible()


def link_in_the_letter(installation: Installation) -> str | None:
    """Of the newest letter; without a mail server they are files in the data folder."""
    letters = sorted((installation.data_dir / "mail").glob("*"))
    found = re.search(r"^http\S+/sign-up/confirmation/\S+", letters[-1].read_text(), re.MULTILINE) if letters else None
    return found[0] if found is not None else None


def code_texted(gateway: Gateway) -> str | None:
    """By the newest text."""
    texts = [json.loads(asked.body)["text"] for asked in gateway.asked]
    found = re.match(r"(\d{6}) is your code", texts[-1]) if texts else None
    return found[1] if found is not None else None
