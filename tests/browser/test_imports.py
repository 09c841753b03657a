"""A data manager imports a register on a phone 360 px wide: every page of the wizard, without a serious finding by axe."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings as django_settings
from django.test import Client
from django.urls import reverse
from playwright.sync_api import BrowserContext, Page, expect

from groundswell.people.enums import ImportStatus
from groundswell.people.models import Elector, ImportBatch
from groundswell.web.imports.tests.conftest import ROWS, Wizard, begin, release_worker, xpress

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]

PHONE = {"width": 360, "height": 740}


@pytest.fixture
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    return {**browser_context_args, "viewport": PHONE}


@pytest.fixture
def wizard(live_server: Any, settings: Any, tmp_path: Path) -> Iterator[Wizard]:
    yield begin(settings, tmp_path)
    release_worker()


@pytest.fixture
def complaints(wizard: Wizard, context: BrowserContext, live_server: Any) -> Iterator[list[str]]:
    """A signed-in browser; whatever its console complains of fails the test."""
    said: list[str] = []
    context.on("console", lambda m: said.append(m.text) if m.type == "error" else None)
    context.on("weberror", lambda e: said.append(str(e.error)))
    cookie = wizard.client.cookies[django_settings.SESSION_COOKIE_NAME].value
    context.add_cookies([{"name": django_settings.SESSION_COOKIE_NAME, "value": cookie, "url": live_server.url}])
    yield said
    # A form sent back with its mistakes answers 422, which the console calls an error.
    assert [text for text in said if "status of 422" not in text] == []


def check(page: Page) -> None:
    """No serious finding in light and dark, nothing wider than the screen, nothing too small for a thumb."""
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        found = Axe().run(page).response["violations"]
        assert [v["id"] for v in found if v["impact"] in {"serious", "critical"}] == []
    assert page.evaluate("() => document.documentElement.scrollWidth") <= PHONE["width"]
    small = page.evaluate(
        """() => [...document.querySelectorAll("main .button, main select, main summary, main input:not([type=hidden])")]
             .filter((e) => e.checkVisibility() && !e.matches("[type=checkbox], [type=radio]")
                            && e.getBoundingClientRect().height < 43.5)
             .map((e) => e.outerHTML)"""
    )
    assert small == []


def test_a_register_comes_in_on_a_phone(wizard, complaints, page: Page, live_server, tmp_path: Path):
    file = tmp_path / "register.csv"
    bad = f"AB,9,0,,,{'A' * 300},Ann,E17 9AA,1 High Road,,,,,"
    file.write_text(xpress(*ROWS, bad), encoding="utf-8")
    page.goto(live_server.url + reverse("imports:index"))
    check(page)
    page.get_by_role("link", name="Electoral register").click()
    check(page)
    page.get_by_label("Seat").select_option(label="Testham West (test)")
    page.get_by_label("Date of the register").fill("2026-11-01")
    page.get_by_label("The right under which you hold it").fill("Registered party, RPR 2001 reg. 106")
    page.get_by_label("The permitted purpose").fill("Electoral purposes")
    page.get_by_label("File", exact=True).set_input_files(file)
    page.get_by_role("button", name="Upload and look at it").click()

    expect(page.get_by_role("heading", level=1, name="What the columns hold")).to_be_visible()
    expect(page.get_by_text("Recognised as “Xpress, full register”")).to_be_visible()
    expect(page.get_by_label("Elector Surname")).to_have_value("surname")
    check(page)
    page.get_by_label("Elector Forename").select_option("surname")
    page.get_by_role("button", name="Show the first rows").click()
    expect(page.get_by_text("“surname” is chosen for column 6 already.")).to_be_visible()
    check(page)
    page.get_by_label("Elector Forename").select_option("forename")
    page.get_by_role("button", name="Show the first rows").click()

    expect(page.get_by_role("heading", level=1, name="The first rows")).to_be_visible()
    expect(page.get_by_text("A name has more than 150 characters.")).to_be_visible()
    check(page)
    page.get_by_role("button", name="Import the file").click()

    # The page waits, asks again every second, and shows the report by itself once a worker has done the job.
    expect(page.get_by_role("heading", name="Waiting for a worker")).to_be_visible()
    check(page)
    batch = ImportBatch.objects.get()
    assert wizard.work(batch).status == ImportStatus.DONE
    expect(page.get_by_role("heading", name="Rows that were left out")).to_be_visible()
    assert Elector.objects.count() == len(ROWS)
    check(page)
    with page.expect_download() as download:
        page.get_by_role("link", name="Download them").click()
    assert "A name has more than 150 characters." in Path(download.value.path()).read_text(encoding="utf-8-sig")

    page.get_by_role("link", name="Take this import back").click()
    expect(page.get_by_text("4 entries that came with this file are deleted")).to_be_visible()
    check(page)
    page.get_by_role("button", name="Take it back").click()
    expect(page.get_by_text("everything is as it was before.")).to_be_visible()
    assert not Elector.objects.exists()


def test_without_javascript_the_wizard_works(wizard, browser, live_server, tmp_path: Path):
    file = tmp_path / "dnc.csv"
    file.write_text("01632960001\n01632960002\n", encoding="utf-8")
    context = browser.new_context(java_script_enabled=False, viewport=PHONE)
    client: Client = wizard.client
    cookie = client.cookies[django_settings.SESSION_COOKIE_NAME].value
    context.add_cookies([{"name": django_settings.SESSION_COOKIE_NAME, "value": cookie, "url": live_server.url}])
    page = context.new_page()
    page.goto(live_server.url + reverse("imports:new", args=["do-not-call"]))
    page.get_by_label("File", exact=True).set_input_files(file)
    page.get_by_role("button", name="Upload and look at it").click()
    page.get_by_role("button", name="Show the first rows").click()
    page.get_by_role("button", name="Import the file").click()
    assert wizard.work(ImportBatch.objects.get()).counts["created"] == 2
    page.reload()
    expect(page.get_by_text("Closed now")).to_be_visible()
    context.close()
