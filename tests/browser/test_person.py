"""The data manager's work on one person, in a real browser, on a laptop and on a phone."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from playwright.sync_api import BrowserContext, Page, expect

from browser.looking import LAPTOP, PHONE, enter, fits, listen, serious, too_small
from groundswell.accounts.enums import Role
from groundswell.accounts.models import AuditEvent
from groundswell.accounts.tests.builders import make_member, make_organisation, sign_in
from groundswell.compliance.models import Suppression
from groundswell.compliance.packs import load_jurisdiction_packs
from groundswell.compliance.tests.conftest import World
from groundswell.people.models import Person

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]

NUMBER = "+441632960983"
PAGES = (
    "/people/",
    "/people/?q=wyllt",
    "/people/{person}/",
    "/people/{person}/consents/",
    "/people/{person}/erase/",
    "/compliance/rules/",
    "/compliance/figures/",
    "/compliance/screening/",
    "/compliance/do-not-call/",
    "/compliance/retention/",
    "/privacy/",
)


@pytest.fixture
def person(live_server: Any) -> Person:
    make_organisation(name="Red Rose Party")
    load_jurisdiction_packs()
    world = World(timezone.localdate())
    person = world.person(NUMBER, given_names="Siân", family_name="Wyllt", name_key="wyllt sian")
    world.person(household=person.household, given_names="Tom", family_name="Okafor", name_key="okafor tom")
    world.elector(person)
    return person


@pytest.fixture
def complaints(context: BrowserContext) -> Iterator[list[str]]:
    """What the browser's console complained of: the policy's refusals, errors in scripts."""
    said = listen(context)
    yield said
    assert said == []


@pytest.fixture
def keeper(person: Person, context: BrowserContext, live_server: Any, complaints: list[str]) -> Client:
    """A data manager, signed in with the browser."""
    client = sign_in(Client(), make_member(Role.DATA_MANAGER, None).user)
    enter(context, live_server, client)
    return client


def message(page: Page, text: str) -> None:
    expect(page.locator(".messages")).to_contain_text(text)


def test_search_see_why_suppress_export_erase(keeper: Client, person: Person, page: Page, live_server: Any) -> None:
    page.on("dialog", lambda dialog: dialog.accept())
    page.goto(f"{live_server.url}/people/")
    page.get_by_label("Who?").fill("Siân Wyllt")
    page.get_by_role("button", name="Find").click()
    page.get_by_role("link", name="Siân Wyllt").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Siân Wyllt")
    verdict = page.get_by_role("region", name="May we call?")
    expect(verdict).to_contain_text("Yes")

    page.get_by_role("button", name=f"Do not call again {NUMBER}").click()
    message(page, "is closed from now on, in every campaign")
    expect(verdict).to_contain_text("No, because somebody at this number asked not to be called")
    verdict.get_by_role("link").click()
    row = page.locator("tr:target")
    expect(row).to_contain_text("Asked not to be called")
    expect(row).to_be_in_viewport()
    row.get_by_role("link", name="C3").click()
    expect(page.locator("article:target")).to_contain_text("counts at once, everywhere")

    page.goto(f"{live_server.url}/people/{person.pk}/")
    with page.expect_download() as download:
        page.get_by_role("button", name="Export what we hold").click()
    archive = zipfile.ZipFile(io.BytesIO(download.value.path().read_bytes()))
    held = json.loads(archive.read("what-we-hold.json"))
    assert held["held"][0]["rows"][0]["family name"] == "Wyllt"
    assert b"Wyllt" in archive.read("what-we-hold.html")

    page.get_by_role("link", name="Erase").click()
    expect(page.get_by_role("region", name="What goes")).to_contain_text("Entry on the electoral register")
    expect(page.get_by_role("region", name="What stays, and why")).to_contain_text("A fingerprint of each number")
    page.get_by_label("How did they ask?").fill("letter")
    page.get_by_label("Type ERASE to confirm").fill("erase")
    page.get_by_role("button", name="Erase").click()
    message(page, "Erased.")
    assert Person.objects.get(pk=person.pk).family_name == ""
    assert set(Suppression.objects.values_list("reason", flat=True)) <= {"asked", "erased"}
    page.goto(f"{live_server.url}/people/{person.pk}/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Erased")
    expect(page.get_by_role("region", name="Who looked, and what changed")).to_contain_text("erased this person")
    verbs = set(AuditEvent.objects.values_list("verb", flat=True))
    assert {"search_people", "view_person", "suppress", "export_held_data", "preview_erasure", "erase_person"} <= verbs


def test_correct_tag_and_object(keeper: Client, person: Person, page: Page, live_server: Any) -> None:
    page.on("dialog", lambda dialog: dialog.accept())
    page.set_viewport_size(PHONE)
    page.goto(f"{live_server.url}/people/{person.pk}/")
    page.get_by_text("Correct the name").click()
    page.get_by_label("Family name").fill("Gwyllt")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Siân Gwyllt")
    page.get_by_role("textbox", name="Tag").fill("poster")
    page.get_by_role("button", name="Put on").click()
    message(page, "Tagged “poster”")
    page.get_by_role("button", name="poster take off").click()
    message(page, "The tag is off")
    page.get_by_role("button", name="They object to marketing").click()
    message(page, "will not be contacted again")
    expect(page.get_by_role("region", name="May we call?")).to_contain_text("they objected to marketing")
    expect(page.get_by_role("button", name="Put on")).to_have_count(0)


@pytest.mark.parametrize("viewport", [PHONE, LAPTOP], ids=["phone", "laptop"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_serious_finding_by_axe_and_nothing_sticks_out(
    keeper: Client, person: Person, page: Page, live_server: Any, viewport: Any, scheme: Any
) -> None:
    page.set_viewport_size(viewport)
    page.emulate_media(color_scheme=scheme)
    for path in PAGES:
        page.goto(live_server.url + path.format(person=person.pk))
        assert serious(page) == [], path
        assert fits(page), path
        assert too_small(page) == [], path
