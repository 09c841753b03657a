"""Announcing an evening and signing up for it, in real browsers: an organiser, and visitors with and without JavaScript."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Browser, BrowserContext, Page, expect

from browser.looking import LAPTOP, PHONE, but, enter, fits, listen, serious
from groundswell.accounts.enums import Role
from groundswell.accounts.tests.builders import make_member, make_organisation, sign_in
from groundswell.campaigns.models import Campaign
from groundswell.campaigns.operations.campaigns import create_campaign, save_candidate
from groundswell.campaigns.sharing import tracked_address
from groundswell.compliance.models import Consent
from groundswell.events.enums import EventKind, Venue
from groundswell.events.models import Attendance, Event
from groundswell.events.operations import EventDetails, create_event, publish_event, sign_up
from groundswell.events.own_links import own_token
from groundswell.places.models import Area, Contest, Result

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]


@pytest.fixture
def campaign(live_server: Any) -> Campaign:
    make_organisation(name="Fairer Walthamstow", imprint="Promoted by A. Test, 12 Hoe Street, London.")
    seat = Area.objects.create(kind="constituency", boundary_set="test", code="W", name="Walthamstow")
    contest = Contest.objects.create(
        area=seat, election="2024", electorate=70_000, valid_votes=40_000, majority=400, held_on="2024-07-04"
    )
    for party, votes in (("Blues", 20_200), ("Reds", 19_800)):
        Result.objects.create(contest=contest, party=party, votes=votes)
    made = create_campaign(name="Mondays", by=None, areas=[seat], own_party="Reds", other_parties=["Blues"])
    save_candidate(campaign=made, area=seat, name="Amara Whitlock", party="Reds", by=make_member(Role.OWNER).user)
    return made


@pytest.fixture
def event(campaign: Campaign) -> Event:
    now = timezone.now()
    starts_at = (now + timedelta(days=10)).replace(hour=18, minute=0, second=0, microsecond=0)
    details = EventDetails(
        title="Monday calls for Walthamstow",
        kind=EventKind.STORM,
        about="- **Never done it?** We show you.",
        venue=Venue.BOTH,
        place="The Lantern Rooms, 1 Lantern Yard",
        area=campaign.areas.get(),
        candidate=campaign.candidates.get(),
        starts_at=starts_at,
        ends_at=starts_at + timedelta(hours=2),
        capacity=2,
    )
    return publish_event(event=create_event(campaign=campaign, details=details, by=None, now=now), by=None, now=now)


@pytest.fixture
def complaints() -> Iterator[list[str]]:
    """What the consoles complained of: the policy's refusals, errors in scripts. 422 is how a form answers."""
    said: list[str] = []
    yield said
    assert but(said, "status of 422") == []


@pytest.fixture
def visit(browser: Browser, complaints: list[str]) -> Iterator[Any]:
    """Opens a browser of one's own: `visit(viewport=..., timezone_id=...)` gives its page."""
    opened: list[BrowserContext] = []

    def opens(**how: Any) -> Page:
        context = browser.new_context(locale="en-GB", **{"viewport": PHONE, **how})
        listen(context, complaints)
        opened.append(context)
        return context.new_page()

    yield opens
    for context in opened:
        context.close()


def signed_in(page: Page, server: Any, campaign: Campaign) -> Page:
    client = sign_in(Client(), make_member(Role.ORGANISER, campaign).user)
    enter(page.context, server, client)
    return page


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name).or_(page.get_by_role("link", name=name)).first.click()


def test_an_evening_is_announced_repeated_and_called_off(live_server: Any, campaign: Campaign, visit: Any) -> None:
    page = signed_in(visit(viewport=LAPTOP), live_server, campaign)
    page.goto(live_server.url + reverse("events:list", args=[campaign.slug]))
    expect(page.get_by_text("No evening yet")).to_be_visible()
    press(page, "New event")
    page.get_by_label("Title").fill("Monday calls for Walthamstow")
    page.get_by_role("radio", name="Meeting").check()
    page.get_by_role("radio", name="In a room", exact=True).check()
    press(page, "Keep as a draft")
    expect(page.get_by_text("Say where the room is")).to_be_visible()
    page.get_by_label("Address of the room").fill("1 Lantern Yard")
    press(page, "Keep as a draft")
    expect(page.locator("#messages")).to_contain_text("Kept as a draft")
    press(page, "See its page")
    expect(page.get_by_text("Here people will sign up")).to_be_visible()
    press(page, "Back to the draft")
    press(page, "Publish")
    expect(page.locator("#messages")).to_contain_text("Its page is open")
    assert serious(page) == []
    press(page, "Repeat it weekly")
    page.get_by_role("checkbox").nth(1).check()
    press(page, "Write them down")
    expect(page.locator("#messages")).to_contain_text("1 week is written down")
    first, second = Event.objects.order_by("starts_at")
    assert second.starts_at - first.starts_at >= timedelta(days=13)
    page.goto(live_server.url + reverse("events:manage", args=[campaign.slug, first.pk]))
    press(page, "Move to another time")
    page.get_by_label("From").fill("19:00")
    page.get_by_label("Until").fill("21:00")
    press(page, "Move it")
    expect(page.locator("#messages")).to_contain_text("told the new time")
    expect(page.get_by_text("19:00–21:00").first).to_be_visible()
    press(page, "Cancel it")
    page.get_by_label("Why is it off?").fill("The hall is flooded.")
    press(page, "Cancel the event")
    expect(page.locator("#messages")).to_contain_text("Cancelled")
    page.goto(live_server.url + reverse("events:page", args=[first.ask.slug]))
    expect(page.get_by_text("The hall is flooded.")).to_be_visible()


def test_signing_up_on_a_phone_without_javascript(live_server: Any, event: Event, visit: Any) -> None:
    page = visit(java_script_enabled=False)
    page.goto(live_server.url + reverse("events:page", args=[event.ask.slug]))
    expect(page.get_by_role("heading", name="Why Walthamstow matters")).to_be_visible()
    expect(page.get_by_text("a swing of 0.5 points")).to_be_visible()
    assert [box.is_checked() for box in page.get_by_role("checkbox").all()] == [False, False]
    page.get_by_label("Your name").fill("Bea Lindqvist")
    page.get_by_label("Your email").fill("bea")
    press(page, "Sign me up")
    expect(page.get_by_text("is not an email address")).to_be_visible()
    expect(page.get_by_label("Your name")).to_have_value("Bea Lindqvist")
    page.get_by_label("Your email").fill("bea@example.org")
    press(page, "Sign me up")
    expect(page.get_by_role("heading", name="look at your email")).to_be_visible()
    there = Attendance.objects.get()
    assert (there.email.value, there.time_zone, there.is_waiting) == ("bea@example.org", "Europe/London", False)
    page.goto(live_server.url + reverse("events:mine", args=[own_token(there)]))
    press(page, "Take me off the list")
    expect(page.get_by_text("You are off the list").first).to_be_visible()


def test_without_signal_nothing_is_lost_and_two_presses_are_one(live_server: Any, event: Event, visit: Any) -> None:
    page = visit(viewport=PHONE)
    page.goto(live_server.url + reverse("events:page", args=[event.ask.slug]))
    page.get_by_label("Your name").fill("Bea Lindqvist")
    page.get_by_label("Your email").fill("bea@example.org")
    posted: list[str] = []
    page.on("request", lambda r: posted.append(r.url) if r.method == "POST" else None)
    page.context.set_offline(True)
    press(page, "Sign me up")
    expect(page.get_by_text("Nothing was sent").first).to_be_visible()
    expect(page.get_by_label("Your name")).to_have_value("Bea Lindqvist")
    assert posted == []
    page.context.set_offline(False)
    page.get_by_role("button", name="Sign me up").dblclick()
    expect(page).to_have_url(re.compile("/thanks/"))
    assert len(posted) == 1
    assert Attendance.objects.get().person.family_name == "Lindqvist"


def test_it_is_passed_on_by_the_persons_own_hand(live_server: Any, event: Event, visit: Any) -> None:
    address = live_server.url + reverse("events:page", args=[event.ask.slug])
    plain = visit()
    plain.goto(address)
    expect(plain.get_by_role("link", name="Bluesky")).to_be_visible()
    expect(plain.get_by_role("button", name="Share…")).to_be_hidden()
    page = visit()
    # This browser has no share sheet of a device: one that keeps what it is handed stands in.
    page.add_init_script("navigator.share = (what) => { window.handed = what; return Promise.resolve(); };")
    page.goto(address)
    page.locator(".share-words label").nth(2).click()
    words = page.locator(".share-words input").nth(2).get_attribute("value")
    composer = page.get_by_role("link", name="X", exact=True).get_attribute("href")
    assert parse_qs(urlsplit(composer).query)["text"] == [words]
    page.get_by_role("button", name="Share…").click()
    handed = page.evaluate("window.handed")
    assert (handed["title"], handed["text"]) == (event.title, words)
    assert handed["url"] == tracked_address(event.ask.links.get(person=None, channel="device"))


def test_far_away_the_visitors_own_clock_stands_beside(live_server: Any, event: Event, visit: Any) -> None:
    page = visit(timezone_id="Asia/Tokyo", viewport=LAPTOP)
    page.goto(live_server.url + reverse("events:page", args=[event.ask.slug]))
    begins = event.starts_at + timedelta(hours=9)
    expect(page.locator(".own-clock").first).to_contain_text("By your clock (Tokyo)")
    expect(page.locator(".own-clock").first).to_contain_text(f"{begins:%H:%M}")
    page.get_by_label("Your name").fill("Kei Tanaka")
    page.get_by_label("Your email").fill("kei@example.org")
    page.get_by_role("checkbox", name="may email me").check()
    press(page, "Sign me up")
    expect(page.get_by_role("heading", name="look at your email")).to_be_visible()
    there = Attendance.objects.get()
    assert there.time_zone == "Asia/Tokyo"
    assert not Consent.objects.exists()
    page.goto(live_server.url + reverse("events:mine", args=[own_token(there)]))
    assert serious(page) == []
    press(page, "Yes, I confirm it")
    expect(page.get_by_text("You said yes")).to_be_visible()
    assert Consent.objects.get().state == "given"
    near = visit(timezone_id="Europe/London")
    near.goto(live_server.url + reverse("events:page", args=[event.ask.slug]))
    expect(near.get_by_role("button", name="Sign me up")).to_be_visible()
    expect(near.locator(".own-clock")).to_have_count(0)


def test_the_last_place_the_waiting_list_and_the_door(
    live_server: Any, event: Event, campaign: Campaign, visit: Any
) -> None:
    for name in ("Ada", "Bea"):
        sign_up(event=event, name=name, email=f"{name.lower()}@example.org", now=timezone.now())
    page = visit()
    page.goto(live_server.url + reverse("events:page", args=[event.ask.slug]))
    page.get_by_label("Your name").fill("Cass")
    page.get_by_label("Your email").fill("cass@example.org")
    press(page, "Put me on the waiting list")
    expect(page.get_by_text("waiting list").first).to_be_visible()
    host = signed_in(visit(), live_server, campaign)
    host.goto(live_server.url + reverse("events:sign_ups", args=[campaign.slug, event.pk]))
    host.get_by_role("button", name="Ada is here").click()
    expect(host.locator("#messages")).to_contain_text("Ada is here.")
    host.on("dialog", lambda dialog: dialog.accept())
    host.get_by_role("button", name="Take Bea off the list").click()
    expect(host.locator("#messages")).to_contain_text("Bea is off the list")
    cass = Attendance.objects.select_related("email").get(email__value="cass@example.org")
    assert not cass.is_waiting
    assert serious(host) == []
    assert fits(host)


@pytest.mark.parametrize("viewport", [PHONE, LAPTOP], ids=["360", "1280"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_is_clear_to_everybody(
    live_server: Any, event: Event, campaign: Campaign, visit: Any, viewport: dict[str, int], scheme: str
) -> None:
    there = sign_up(event=event, name="Bea", email="bea@example.org", phone="07700 900123", now=timezone.now())
    public = visit(viewport=viewport, color_scheme=scheme)
    host = signed_in(visit(viewport=viewport, color_scheme=scheme), live_server, campaign)
    slug, pk = campaign.slug, event.pk
    pages = [(public, reverse("events:index")), (public, reverse("events:mine", args=[own_token(there)]))]
    pages += [(public, reverse(f"events:{name}", args=[event.ask.slug])) for name in ("page", "thanks")]
    pages += [(host, reverse(f"events:{name}", args=[slug])) for name in ("list", "new")]
    pages += [
        (host, reverse(f"events:{name}", args=[slug, pk]))
        for name in ("manage", "edit", "move", "cancellation", "weeks", "sign_ups")
    ]
    for page, address in pages:
        page.goto(live_server.url + address)
        assert serious(page) == [], address
        assert fits(page), address
