"""An open phone bank, a caller signed in to it on a phone 360 px wide, and a console that must stay silent."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from playwright.sync_api import BrowserContext, Page

from browser.looking import PHONE, but, enter, listen
from groundswell.phonebank.tests.caller_world import CallerWorld


@pytest.fixture
def world(live_server: Any) -> CallerWorld:
    return CallerWorld()


@pytest.fixture
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    return {**browser_context_args, "viewport": PHONE, "has_touch": True}


# What Chromium itself says of a request that failed; the last, when it looks for a newer service worker meanwhile.
NO_SIGNAL = ("ERR_", "status of 4", "status of 5", "unknown error occurred when fetching the script")


@pytest.fixture
def complaints(context: BrowserContext) -> Iterator[list[str]]:
    """What the browser's console complained of: the policy's refusals, errors in scripts."""
    said = listen(context)
    yield said
    assert but(said, *NO_SIGNAL) == []


@pytest.fixture
def caller(world: CallerWorld, context: BrowserContext, live_server: Any, complaints: list[str]) -> Client:
    client = world.client()
    enter(context, live_server, client)
    return client


@pytest.fixture
def open_call(world: CallerWorld, caller: Client, live_server: Any) -> Callable[[Page], None]:
    def opened(page: Page) -> None:
        page.goto(live_server.url + reverse("phonebank:call", args=[world.bank.pk]))

    return opened
