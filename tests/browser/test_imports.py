"""A data manager imports a register on a phone 360 px wide: every page of the wizard, without a serious finding by axe."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from playwright.sync_api import BrowserContext, Page, expect

from browser.looking import PHONE, but, enter, fits, listen, serious, too_small
from groundswell.people.enums import ImportStatus
from groundswell.people.models import Elector, ImportBatch
from groundswell.web.imports.tests.conftest import ROWS, Wizard, begin, release_worker, xpress

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]


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
    said = listen(context)
    enter(context, live_server, wizard.client)
    yield said
    # A form sent back with its mistakes answers 422, which the console calls an error.
    assert but(said, "status of 422") == []


def check(page: Page) -> None:
    """No serious finding in light and dark, nothing wider than the screen, nothing too small for a thumb."""
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        assert serious(page) == []
    assert fits(page)
    assert too_small(page) == []


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
    enter(context, live_server, client)
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
