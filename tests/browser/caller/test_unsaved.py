"""A result that the server will not take is not lost in silence: it stays in sight on the phone, or the organiser knows."""

from __future__ import annotations

import re

import pytest
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, expect

from browser.caller.pressing import heading, press, results, save
from browser.looking import fits, serious
from groundswell.accounts.models import Membership
from groundswell.phonebank.models import Flag, QueueEntry
from groundswell.phonebank.operations.leases import give_back_of

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]


def save_without_signal(page: Page, context, outcome: str = "No answer") -> None:
    page.evaluate("() => navigator.serviceWorker.ready")
    context.set_offline(True)
    press(page, outcome)
    save(page)
    heading(page, "Saved on this phone")


def back_to_the_queue(caller: Membership) -> None:
    with transaction.atomic():
        give_back_of(caller.user_id)


def test_what_nobody_can_take_any_more_stays_in_sight_until_taken_off(
    world, open_call, page: Page, context, live_server
):
    world.household("Siân Wyllt")
    world.household()
    open_call(page)
    save_without_signal(page, context)
    QueueEntry.objects.order_by("pk").first().delete()
    context.set_offline(False)
    heading(page, "Voter Number2")
    card = page.locator("#unsaved")
    expect(card).to_contain_text("No answer, Siân Wyllt")
    expect(card).to_contain_text("not in your hands")
    expect(card).to_contain_text("You did nothing wrong")
    assert serious(page) == []
    assert fits(page)
    page.get_by_role("button", name="Pause").click()
    heading(page, "Take your time")
    expect(card).to_be_visible()
    page.get_by_role("link", name="Other phone banks").click()
    expect(card).to_contain_text("No answer, Siân Wyllt")
    assert serious(page) == []
    card.get_by_role("button", name="Take it off this phone").click()
    expect(card).to_be_hidden()
    page.reload()
    page.wait_for_load_state("networkidle")
    expect(card).to_be_hidden()
    assert results() == []


def test_a_caller_removed_and_brought_back_can_deliver_what_was_kept(
    world, open_call, page: Page, context, live_server
):
    world.household("Siân Wyllt")
    open_call(page)
    save_without_signal(page, context, "Engaged")
    theirs = Membership.objects.get(user__name="Ada Lovelace")
    Membership.objects.filter(pk=theirs.pk).update(revoked_at=timezone.now())
    back_to_the_queue(theirs)
    context.set_offline(False)
    page.goto(live_server.url + reverse("phonebank:calling") + "?all")
    card = page.locator("#unsaved")
    expect(card).to_contain_text("Engaged, Siân Wyllt")
    page.get_by_role("button", name="Sign out").first.click()
    page.wait_for_url(re.compile(r"^https?://[^/]+/(accounts/.*)?$"))
    assert results() == []

    Membership.objects.filter(pk=theirs.pk).update(revoked_at=None)
    cookie = world.client(theirs).cookies["sessionid"].value
    context.add_cookies([{"name": "sessionid", "value": cookie, "url": live_server.url}])
    page.goto(live_server.url + reverse("phonebank:calling") + "?all")
    expect(card).to_contain_text("Engaged, Siân Wyllt")
    card.get_by_role("button", name="Try again").click()
    expect(card).to_be_hidden()
    assert results() == [("1", "engaged")]


def test_what_does_not_fit_any_more_is_told_to_the_organiser_and_the_caller_knows(
    world, open_call, page: Page, context
):
    entry = world.household("Siân Wyllt")
    world.household()
    open_call(page)
    page.evaluate("() => { document.querySelector('[data-outcome=no_answer]').value = 'gone_meanwhile'; }")
    save_without_signal(page, context)
    back_to_the_queue(Membership.objects.get(user__name="Ada Lovelace"))
    QueueEntry.objects.filter(pk=entry.pk).update(position=9)
    context.set_offline(False)
    heading(page, "Voter Number2")
    card = page.locator("#unsaved")
    expect(card).to_contain_text("The organiser has been told what you pressed")
    expect(card.get_by_role("button", name="Try again")).to_be_hidden()
    card.get_by_role("button", name="All right").click()
    expect(card).to_be_hidden()
    assert Flag.objects.get().entry == entry
