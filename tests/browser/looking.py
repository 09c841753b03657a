"""A visitor's browser: who is signed in there, what its console complains of, and whether a page is fit to be seen."""

from __future__ import annotations

from typing import Any

from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.test import Client
from playwright.sync_api import BrowserContext, Page, ViewportSize

PHONE: ViewportSize = {"width": 360, "height": 740}
LAPTOP: ViewportSize = {"width": 1280, "height": 800}

PRESSED = ", ".join(f"main {kind}" for kind in ("button", ".button", "summary", "input", "textarea", "select"))


def listen(context: BrowserContext, said: list[str] | None = None) -> list[str]:
    """What its consoles complain of from now on: the policy's refusals, errors in scripts, pages that failed."""
    said = [] if said is None else said
    context.on("console", lambda m: said.append(m.text) if m.type == "error" else None)
    context.on("weberror", lambda e: said.append(str(e.error)))
    return said


def but(said: list[str], *expected: str) -> list[str]:
    """What was complained of without what was to be expected: 422, say, is how a form answers."""
    return [text for text in said if not any(words in text for words in expected)]


def enter(context: BrowserContext, server: Any, client: Client) -> None:
    """Sign this browser in as the client is: `enter(context, live_server, sign_in(Client(), user))`."""
    cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": server.url}])


def serious(page: Page) -> list[tuple[str, str]]:
    """What axe finds that keeps somebody out: the rule, and the first place."""
    found = Axe().run(page).response["violations"]
    return [(v["id"], v["nodes"][0]["html"]) for v in found if v["impact"] in {"serious", "critical"}]


def fits(page: Page) -> bool:
    """Whether nothing sticks out to the side."""
    return bool(page.evaluate("document.documentElement.scrollWidth <= innerWidth"))


def too_small(page: Page, *others: str) -> list[str]:
    """What is pressed on this page, and `others` besides, that is lower than a thumb needs (44 pixels, WCAG 2.5.5)."""
    found: list[str] = page.evaluate(
        """(what) => [...document.querySelectorAll(what)]
             .filter((e) => !["hidden", "radio", "checkbox"].includes(e.type))
             .filter((e) => e.checkVisibility() && e.getBoundingClientRect().height < 43.5).map((e) => e.outerHTML)""",
        ", ".join((PRESSED, *others)),
    )
    return found


def check(page: Page) -> None:
    """Nothing wider than the screen, and nothing serious by axe."""
    assert fits(page)
    assert serious(page) == []


def check_everywhere(page: Page) -> None:
    """The same at 360 and at 1280 pixels, in light and in dark."""
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        for size in (PHONE, LAPTOP):
            page.set_viewport_size(size)
            check(page)
