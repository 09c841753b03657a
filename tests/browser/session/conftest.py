"""A campaign with a list on the evening itself, and as many people as play it, each with a browser of their own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page

from groundswell.accounts.models import User
from groundswell.accounts.tests.builders import sign_in
from groundswell.phonebank.session_numbers import forget_numbers
from groundswell.phonebank.tests.caller_world import CallerWorld

PHONE, LAPTOP = {"width": 360, "height": 740}, {"width": 1280, "height": 800}
# What a browser says when the test takes its signal away is no complaint.
EXPECTED = ("ERR_", "status of 4", "status of 5")
Arrive = Callable[..., Page]


@pytest.fixture
def world(live_server: Any) -> CallerWorld:
    forget_numbers()
    return CallerWorld()


@pytest.fixture
def arrive(browser: Browser, live_server: Any) -> Iterator[Arrive]:
    """A page in a fresh browser, on a phone or a laptop, signed in as somebody or as nobody."""
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def opened(user: User | None = None, *, size: dict[str, int] = PHONE, scheme: str = "light") -> Page:
        context = browser.new_context(viewport=size, color_scheme=scheme, has_touch=size == PHONE)  # type: ignore[arg-type]
        contexts.append(context)
        context.on("console", lambda m: complaints.append(m.text) if m.type == "error" else None)
        context.on("weberror", lambda e: complaints.append(str(e.error)))
        if user is not None:
            cookie = sign_in(Client(), user).cookies[settings.SESSION_COOKIE_NAME].value
            context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": live_server.url}])
        return context.new_page()

    yield opened
    for context in contexts:
        context.close()
    assert [text for text in complaints if not any(word in text for word in EXPECTED)] == []


def check_page(page: Page) -> None:
    """Fits its screen, has nothing too small for a thumb, and nothing serious by axe."""
    assert page.viewport_size is not None
    assert page.evaluate("() => document.documentElement.scrollWidth") <= page.viewport_size["width"]
    small = page.evaluate(
        """() => [...document.querySelectorAll("main button, main a.button, main input, main textarea, main select")]
             .filter((e) => !["hidden", "radio", "checkbox"].includes(e.type))
             .filter((e) => e.checkVisibility() && e.getBoundingClientRect().height < 43.5).map((e) => e.outerHTML)"""
    )
    assert small == []
    found = Axe().run(page).response["violations"]
    assert [(v["id"], v["nodes"][0]["html"]) for v in found if v["impact"] in {"serious", "critical"}] == []
