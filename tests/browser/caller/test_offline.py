"""Without signal, with a lost reply, pressed thrice, in two tabs: a result is kept on the phone and recorded once."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.conf import settings
from django.urls import reverse
from playwright.sync_api import Page, expect

from browser.caller.pressing import heading, press, results, save

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]


def test_without_signal_results_wait_on_the_phone_and_survive_a_reload(world, open_call, page: Page, context):
    world.household()
    world.household()
    open_call(page)
    page.evaluate("() => navigator.serviceWorker.ready")
    context.set_offline(True)
    press(page, "No answer")
    save(page)
    heading(page, "Saved on this phone")
    expect(page.get_by_text("1 result is saved on this phone")).to_be_visible()
    page.reload()
    heading(page, "No signal just now")
    assert results() == []
    context.set_offline(False)  # the page that waited for the signal comes back by itself
    heading(page, "Voter Number2")
    assert results() == [("1", "no_answer")]


def test_the_page_that_waited_comes_back_also_where_the_news_of_the_signal_came_too_early(
    world, open_call, page: Page, context
):
    world.household()
    open_call(page)
    page.evaluate("() => navigator.serviceWorker.ready")
    page.add_init_script("window.addEventListener('online', (event) => event.stopImmediatePropagation(), true)")
    context.set_offline(True)
    page.evaluate("caches.delete('groundswell-call')")
    page.reload()
    heading(page, "No signal just now")
    context.set_offline(False)
    heading(page, "Voter Number1")


def test_when_the_signal_returns_the_next_household_comes_by_itself(world, open_call, page: Page, context):
    world.household()
    world.household()
    open_call(page)
    context.set_offline(True)
    press(page, "Engaged")
    save(page)
    heading(page, "Saved on this phone")
    context.set_offline(False)
    heading(page, "Voter Number2")
    expect(page.locator("#alert")).to_be_hidden()
    assert results() == [("1", "engaged")]


def test_the_page_is_still_there_after_a_reload_in_the_middle_of_a_call(world, open_call, page: Page, context):
    world.household()
    open_call(page)
    page.evaluate("() => navigator.serviceWorker.ready")
    page.reload()
    press(page, "Spoke")
    page.get_by_text("Add a note").click()
    page.get_by_label("Note", exact=True).fill("Cares about buses")
    page.wait_for_function("async () => (await (await caches.open('groundswell-call')).keys()).length === 1")
    context.set_offline(True)
    page.reload()
    heading(page, "Voter Number1")
    expect(page.get_by_role("radio", name="Spoke", exact=True)).to_be_checked()
    expect(page.get_by_label("Note", exact=True)).to_have_value("Cares about buses")


def test_a_lost_reply_is_one_record(world, open_call, page: Page):
    world.household()
    world.household()
    lost: list[int] = []

    def lose(route: Any) -> None:
        if len(lost) < 2:
            lost.append(route.fetch().status)
            route.abort("connectionreset")
        else:
            route.continue_()

    page.route("**/result/", lose)
    open_call(page)
    press(page, "No answer")
    save(page)
    heading(page, "Voter Number2")
    assert lost == [200, 200]
    assert results() == [("1", "no_answer")]


def test_three_presses_are_one_record(world, open_call, page: Page):
    for _ in range(3):
        world.household()
    open_call(page)
    press(page, "No answer")
    page.evaluate(
        "() => { const b = document.querySelector('.call-bar [type=submit]'); b.click(); b.click(); b.click(); }"
    )
    heading(page, "Voter Number2")
    assert results() == [("1", "no_answer")]


def test_two_tabs_are_one_record(world, open_call, page: Page, context):
    world.household()
    world.household()
    open_call(page)
    other = context.new_page()
    open_call(other)
    context.set_offline(True)
    for tab in (page, other):
        press(tab, "No answer")
        save(tab)
        heading(tab, "Saved on this phone")
    context.set_offline(False)
    for tab in (page, other):
        heading(tab, "Voter Number2")
    assert results() == [("1", "no_answer")]


def test_a_token_that_ran_out_is_fetched_again_once(world, open_call, page: Page, context):
    world.household()
    world.household()
    open_call(page)
    context.clear_cookies(name=settings.CSRF_COOKIE_NAME)
    posts: list[str] = []
    page.on("request", lambda r: posts.append(r.url) if r.method == "POST" else None)
    press(page, "No answer")
    save(page)
    heading(page, "Voter Number2")
    assert len(posts) == 2
    assert results() == [("1", "no_answer")]


def test_a_refusal_that_stays_is_not_repeated_for_ever(world, open_call, page: Page):
    world.household()
    posts: list[str] = []

    def refuse(route: Any) -> None:
        posts.append(route.request.url)
        route.fulfill(status=403, body="no")

    page.route("**/result/", refuse)
    open_call(page)
    press(page, "No answer")
    save(page)
    expect(page.get_by_text("You are signed out.")).to_be_visible()
    page.wait_for_timeout(2500)
    assert len(posts) == 2


def test_signing_out_waits_for_what_is_on_the_phone(world, open_call, page: Page, context):
    world.household()
    world.household()
    open_call(page)
    stuck = {"yes": True}
    page.route("**/result/", lambda route: route.abort() if stuck["yes"] else route.continue_())
    press(page, "No answer")
    save(page)
    heading(page, "Saved on this phone")
    page.get_by_role("button", name="Pause").click()
    heading(page, "Take your time")
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_text("Results on this phone have not been sent yet")).to_be_visible()
    stuck["yes"] = False
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url(re.compile(r"^https?://[^/]+/(accounts/.*)?$"))
    assert results() == [("1", "no_answer")]
    assert page.evaluate("async () => (await caches.keys()).includes('groundswell-call')") is False


def test_the_head_of_other_pages_waits_for_what_is_on_the_phone_too(world, open_call, page: Page, live_server):
    world.household()
    open_call(page)
    page.route("**/result/", lambda route: route.abort())
    press(page, "No answer")
    save(page)
    heading(page, "Saved on this phone")
    page.goto(live_server.url + reverse("phonebank:calling") + "?all")
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_text("Results on this phone have not been sent yet")).to_be_visible()
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url(re.compile(r"^https?://[^/]+/(accounts/.*)?$"))
    assert results() == []
    kept = "async () => (await new Promise((done) => { const r = indexedDB.open('groundswell'); r.onsuccess = () => {"
    kept += " const all = r.result.transaction('outbox').objectStore('outbox').getAll();"
    kept += " all.onsuccess = () => done(all.result.length); }; }))"
    assert page.evaluate(kept) == 1


def test_results_of_a_closed_page_go_when_any_page_is_opened(world, open_call, page: Page, context, live_server):
    world.household()
    world.household()
    open_call(page)
    page.evaluate("() => navigator.serviceWorker.ready")
    context.set_offline(True)
    press(page, "Engaged")
    save(page)
    heading(page, "Saved on this phone")
    page.close()
    context.set_offline(False)
    other = context.new_page()
    with other.expect_response("**/result/") as sent:
        other.goto(live_server.url + reverse("phonebank:calling") + "?all")
    assert sent.value.status == 200
    assert results() == [("1", "engaged")]


def test_a_lost_reply_and_a_page_closed_at_once_is_one_record(world, open_call, page: Page, context):
    world.household()
    world.household()
    page.route("**/result/", lambda route: (route.fetch(), route.abort("connectionreset")))
    open_call(page)
    press(page, "No answer")
    save(page)
    heading(page, "Saved on this phone")
    page.close()
    other = context.new_page()
    open_call(other)
    heading(other, "Voter Number2")
    assert results() == [("1", "no_answer")]


@pytest.mark.parametrize(
    "missing",
    [
        "Object.defineProperty(navigator, 'locks', { value: undefined })",
        "indexedDB.open = () => { throw new DOMException('refused', 'SecurityError'); }",
    ],
)
def test_a_browser_that_keeps_nothing_still_delivers(world, open_call, page: Page, missing):
    """A private window without storage, an old browser, a site without https."""
    world.household()
    world.household()
    page.add_init_script(missing)
    open_call(page)
    tries: list[str] = []

    def lose_first(route: Any) -> None:
        tries.append(route.request.url)
        if len(tries) == 1:
            route.abort()
        else:
            route.continue_()

    page.route("**/result/", lose_first)
    press(page, "No answer")
    save(page)
    heading(page, "Saved on this phone")
    heading(page, "Voter Number2")
    assert results() == [("1", "no_answer")]
