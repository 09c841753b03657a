"""The whole evening, each in a browser of their own: a host, three callers and one who walks in; one loses the signal."""

from __future__ import annotations

import re
import time
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Locator, Page, expect

from browser.caller.pressing import heading, press, save
from browser.session.conftest import LAPTOP, PHONE, Arrive, check_page
from groundswell.accounts.models import User
from groundswell.campaigns.models import CribSheet
from groundswell.phonebank import session_queries
from groundswell.phonebank.enums import PhoneBankStatus, QueueState
from groundswell.phonebank.models import Call, PhoneBank, QueueEntry, Session, SessionBank, SessionCaller
from groundswell.phonebank.session_numbers import numbers_of
from groundswell.phonebank.tests.caller_world import CallerWorld
from groundswell.phonebank.tests.session_world import Evening, make_event
from groundswell.places.models import Contest, Result

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]

MINUTE = timedelta(minutes=1)
# What is promised to a walk-in; a machine that types takes a few seconds of it.
PROMISED_SECONDS = 60
# The line is asked for every four seconds and kept for two.
SOON = 20_000


@pytest.fixture
def evening(world: CallerWorld) -> Evening:
    """Half an hour before it begins."""
    for _ in range(12):
        world.household()
    for election, blues, reds in (("2019", 18_000, 22_000), ("2024", 20_500, 19_500)):
        contest = Contest.objects.create(area=world.seat, election=election, valid_votes=blues + reds, majority=1000)
        for party, votes in (("Backward", blues), ("Forward", reds)):
            Result.objects.create(contest=contest, party=party, votes=votes)
    CribSheet.objects.create(
        campaign=world.campaign, area=world.seat, body="Won by {{ majority }}.\n\n{{ result_history }}"
    )
    now = timezone.now()
    make_event(world.campaign, starts_at=now + timedelta(days=7), title="Next Monday")
    return Evening(
        world.campaign,
        world.bank,
        now=now,
        starts_at=now + 30 * MINUTE,
        area=world.seat,
        target=8,
        title="Ring together",
    )


def address(live_server: Any, name: str, evening: Evening) -> str:
    return live_server.url + reverse(f"phonebank:{name}", args=[evening.session.pk])


def come_in(page: Page, live_server: Any) -> None:
    """From the front door to the lobby."""
    page.goto(live_server.url + "/")
    page.get_by_role("button", name="I’m here").click()
    heading(page, "Ring together")


def ring(page: Page, outcome: str = "No answer") -> None:
    """One call, and the next household is there."""
    before = page.locator("#result").get_attribute("data-uuid")
    press(page, outcome)
    save(page)
    expect(page.locator(f'#result[data-uuid="{before}"]')).to_have_count(0)


def start_calling(page: Page) -> None:
    page.get_by_role("button", name="Start calling").click()
    expect(page.locator("#result")).to_be_visible()


def line(page: Page, words: str | re.Pattern[str]) -> None:
    expect(page.locator("#line")).to_contain_text(words, timeout=SOON)


def join_by_code(page: Page, host: Page, evening: Evening, live_server: Any) -> float:
    """Through what the code on the wall says; how many seconds until the first household."""
    host.goto(address(live_server, "session_room", evening))
    check_page(host)
    link = host.locator(".room-link").inner_text().strip()
    began = time.monotonic()
    page.goto(link)
    page.get_by_label("Your name").fill("Vera")
    page.get_by_role("button", name="Start").click()
    heading(page, "Ring together")
    start_calling(page)
    return time.monotonic() - began


def read_crib(sheet: Locator) -> None:
    """The facts of the seat and the small chart, drawn."""
    expect(sheet.get_by_text("Won by 1,000 votes")).to_be_visible()
    chart = sheet.locator(".seat-chart svg")
    expect(chart.locator("path.line").first).to_be_visible()
    box = chart.bounding_box()
    assert box is not None
    assert 150 < box["width"] <= 740, "small, on whatever screen"


def names_of(evening: Evening) -> set[str]:
    return set(SessionCaller.objects.filter(session=evening.session).values_list("user__name", flat=True))


def test_where_thousands_begin_each_phone_waits_for_its_own_moment(
    world: CallerWorld, arrive: Arrive, live_server: Any, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(session_queries, "start_spread", lambda _callers: 16)
    world.household()
    evening = Evening(world.campaign, world.bank, now=timezone.now(), title="Ring together")
    page = arrive(evening.user("Ada Lovelace"), size=PHONE)
    page.add_init_script("Math.random = () => 0.5")
    come_in(page, live_server)
    evening.start()
    Session.objects.update(started_at=timezone.now())
    cache.clear()
    page.reload()
    page.get_by_role("button", name="Start calling").click()
    expect(page.locator("[data-countdown]")).to_have_text("Your first household is coming …")
    expect(page.get_by_role("status").filter(has_text="So many of us begin at once")).to_have_count(1)
    check_page(page)
    page.get_by_role("button", name="Start calling").click()
    expect(page.locator("#result")).to_be_visible(timeout=SOON)
    assert timezone.now() > evening.refresh().started_at + timedelta(seconds=7)


@pytest.mark.parametrize(("size", "scheme"), [(PHONE, "light"), (LAPTOP, "dark")])
def test_an_evening_from_the_lobby_to_the_thanks(
    world: CallerWorld, evening: Evening, arrive: Arrive, live_server: Any, size: dict[str, int], scheme: str
):
    host = arrive(evening.host, size=LAPTOP, scheme=scheme)
    ada, bo, cai = (
        arrive(evening.user(name), size=size, scheme=scheme) for name in ("Ada Lovelace", "Bo Peep", "Cai Morgan")
    )

    # Before: who is here, a practice call, a button that waits.
    for page in (ada, bo, cai):
        come_in(page, live_server)
    ada.get_by_text("Read up: the crib sheet").click()
    read_crib(ada.locator(".lobby-crib"))
    check_page(ada)
    expect(ada.get_by_role("link", name="As a page, and to print")).to_be_visible()
    expect(ada.locator("[data-countdown]")).to_have_text(re.compile(r"^(30:00|29:\d\d)$"))
    expect(ada.locator("#here")).to_contain_text("3 of us are here", timeout=SOON)
    expect(ada.locator("#here")).to_contain_text("Cai")
    ada.get_by_role("link", name="Make a practice call").click()
    heading(ada, "Alex Example")
    check_page(ada)
    press(ada, "Do not call again")
    save(ada)
    expect(ada.get_by_text("nothing of it was recorded")).to_be_visible()
    ada.get_by_role("link", name="Back to the others").click()
    expect(ada.get_by_text("You have practised")).to_be_visible()
    expect(ada.get_by_role("button", name="Start calling")).to_be_disabled()
    assert not Call.objects.exists()

    # The host opens early; the lobby notices by itself.
    host.goto(address(live_server, "session_host", evening))
    expect(host.get_by_text("here, has practised")).to_be_visible()
    check_page(host)
    host.get_by_role("button", name="Begin now").click()
    expect(host.locator("#messages")).to_contain_text("You have begun")
    expect(ada.locator("[data-countdown]")).to_have_text("We are ringing. Come along.", timeout=SOON)
    for page in (ada, bo, cai):
        start_calling(page)
    line(ada, "Together 0 of 8 calls")
    check_page(ada)
    ada.get_by_role("button", name="Crib notes").click()
    read_crib(ada.get_by_role("dialog", name="Crib notes"))
    check_page(ada)
    ada.get_by_role("dialog", name="Crib notes").get_by_role("button", name="Close").click()

    # A word to all, the team's total, somebody without signal.
    host.get_by_label("It stands on all screens").fill("Biscuits at four calls!")
    host.get_by_role("button", name="Tell everybody").click()
    for page in (ada, bo):
        line(page, "Biscuits at four calls!")
    ring(ada)
    ring(bo, "Engaged")
    line(ada, "Together 2 of 8 calls")
    cai.context.set_offline(True)
    press(cai, "No answer")
    save(cai)
    heading(cai, "Saved on this phone")
    ring(ada)
    assert Call.objects.count() == 3

    # One who walks in by the code in the room, and is ringing within the minute that is promised.
    vera = arrive(size=PHONE, scheme=scheme)
    assert join_by_code(vera, host, evening, live_server) < PROMISED_SECONDS
    assert names_of(evening) == {"Ada Lovelace", "Bo Peep", "Cai Morgan", "Vera"}
    ring(vera)

    # Somebody flags a household, and the host solves it where they are.
    vera.get_by_role("button", name="Tell organiser").click()
    vera.get_by_label("What is the matter?").fill("Wants to speak to the candidate")
    vera.get_by_role("button", name="Send, and go to the next").click()
    expect(vera.locator(".notice")).to_contain_text("The organiser has been told")
    host.goto(address(live_server, "session_host", evening))
    expect(host.get_by_text("Wants to speak to the candidate")).to_be_visible()
    check_page(host)
    host.get_by_role("button", name="Solved: ring them again").click()
    expect(host.locator("#messages")).to_contain_text("Solved")

    # The signal is back, and what waited is there.
    cai.context.set_offline(False)
    expect(cai.locator("#result")).to_be_visible(timeout=SOON)
    line(cai, "Together 5 of 8 calls")

    # More time, and the end: nobody gets another household, who is in a call finishes it, all land on the thanks.
    host.get_by_role("button", name=re.compile("^Until ")).first.click()
    expect(host.locator("#messages")).to_contain_text("We go on until")
    assert evening.refresh().extended_until == evening.event.ends_at + 15 * MINUTE
    bo.get_by_role("button", name="Pause").click()
    heading(bo, "Take your time")
    host.get_by_role("button", name="Close the session").click()
    host.get_by_role("button", name="Close it", exact=True).click()
    expect(host.locator("#messages")).to_contain_text("That was it")
    expect(bo).to_have_url(address(live_server, "session_thanks", evening), timeout=SOON)
    line(ada, "Finish this call in peace")
    press(ada, "No answer")
    save(ada)
    expect(ada).to_have_url(address(live_server, "session_thanks", evening), timeout=SOON)
    # Without having heard of it: the last result is taken all the same, and there is no next household.
    press(vera, "Engaged")
    save(vera)
    expect(vera).to_have_url(address(live_server, "session_thanks", evening), timeout=SOON)
    expect(ada.get_by_role("heading", level=1, name="Thank you, Ada")).to_be_visible()
    expect(ada.locator("main")).to_contain_text("What 4 of us did together")
    expect(ada.locator("main")).to_contain_text("Next Monday")
    check_page(ada)
    check_page(host)
    ada.get_by_role("link", name="The team’s board").click()
    expect(ada.locator(".board-figures .is-main dd")).to_contain_text("7")
    check_page(ada)
    host.get_by_role("link", name="The report").click()
    expect(host.get_by_role("heading", level=1)).to_contain_text("4 people made 7 calls for Walthamstow")
    check_page(host)

    # To the row.
    assert Call.objects.filter(undone_at__isnull=True).count() == 7
    numbers = numbers_of(evening.session.pk, now=timezone.now())
    assert numbers.calls == 7
    assert {name: numbers.work_of(User.objects.get(name=name).pk).dials for name in names_of(evening)} == {
        "Ada Lovelace": 3,
        "Bo Peep": 1,
        "Cai Morgan": 1,
        "Vera": 2,
    }
    # Cai still holds the last household; nobody else has one, and no household was rung by two.
    assert QueueEntry.objects.filter(state=QueueState.LEASED).count() == 1
    assert PhoneBank.objects.get().status == PhoneBankStatus.PAUSED
    rung = list(Call.objects.values_list("entry", flat=True))
    assert len(rung) == len(set(rung))


def test_when_a_list_runs_dry_everybody_goes_on_with_another(
    world: CallerWorld, evening: Evening, arrive: Arrive, live_server: Any
):
    """One is in a call, and finishes it; one has nobody left to ring, and is taken along."""
    leyton = PhoneBank.objects.create(
        campaign=world.campaign, name="Leyton", script=world.script, status="open", electoral_purpose=False
    )
    first, second, *rest = QueueEntry.objects.order_by("position")
    QueueEntry.objects.filter(pk__in=[entry.pk for entry in rest]).update(phone_bank=leyton)
    evening.start()
    cache.clear()
    host = arrive(evening.host, size=LAPTOP)
    ada, bo = arrive(evening.joined("Ada Lovelace")), arrive(evening.joined("Bo Peep"))
    for page in (ada, bo):
        page.goto(live_server.url + reverse("phonebank:call", args=[world.bank.pk]))
        expect(page.locator("#result")).to_be_visible()
    press(bo, "No answer")
    save(bo)
    heading(bo, "Nobody to ring just now")
    host.goto(address(live_server, "session_host", evening))
    expect(host.get_by_text("This list is running dry.")).to_be_visible()
    host.get_by_role("button", name="Move everybody").click()
    expect(host.locator("#messages")).to_contain_text("Everybody goes on with “Leyton”")
    there = re.compile(reverse("phonebank:call", args=[leyton.pk]) + "$")
    expect(bo).to_have_url(there, timeout=SOON)
    expect(bo.locator("#result")).to_be_visible()
    line(ada, "we go on with “Leyton”")
    press(ada, "No answer")
    save(ada)
    expect(ada).to_have_url(there, timeout=SOON)
    expect(ada.locator("#result")).to_be_visible()
    assert set(Call.objects.values_list("entry", flat=True)) == {first.pk, second.pk}
    assert SessionBank.objects.get(until=None).phone_bank == leyton
    ring(ada)
    assert numbers_of(evening.session.pk, now=timezone.now()).calls == 3
