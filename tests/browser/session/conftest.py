"""A campaign with a list on the evening itself, and as many people as play it, each with a browser of their own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import product
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page

from browser.looking import LAPTOP, PHONE, but, enter, fits, listen, serious, too_small
from groundswell.accounts.models import User
from groundswell.accounts.tests.builders import sign_in
from groundswell.phonebank.session_numbers import forget_numbers
from groundswell.phonebank.tests.caller_world import CallerWorld

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
        listen(context, complaints)
        if user is not None:
            enter(context, live_server, sign_in(Client(), user))
        return context.new_page()

    yield opened
    for context in contexts:
        context.close()
    assert but(complaints, *EXPECTED) == []


def check_page(page: Page) -> None:
    """At 360 and at 1280 pixels, light and dark: fits, has nothing too small for a thumb, and nothing serious by axe."""
    own_size = page.viewport_size
    own_scheme = "dark" if page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches") else "light"
    assert own_size is not None
    for scheme, size in product(("light", "dark"), (PHONE, LAPTOP)):
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        page.set_viewport_size(size)  # type: ignore[arg-type]
        _check_look(page, size["width"])
    page.emulate_media(color_scheme=own_scheme)  # type: ignore[arg-type]
    page.set_viewport_size(own_size)


def _check_look(page: Page, width: int) -> None:
    # What hangs on the size of its container follows in the next frame.
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    assert fits(page)
    assert too_small(page) == []
    assert serious(page) == []
