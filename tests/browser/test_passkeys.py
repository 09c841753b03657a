"""Passkeys in a real browser with a virtual authenticator: set up, sign in with one touch, as the second of two things."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import BrowserContext, Page, expect

from browser.looking import PHONE, check, listen
from groundswell.accounts.enums import Role
from groundswell.accounts.models import AuditEvent, User
from groundswell.accounts.tests.builders import make_campaign, make_member, make_organisation

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]

PASSWORD = "a long sentence of my own"


@pytest.fixture
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    return {**browser_context_args, "viewport": PHONE, "has_touch": True}


@pytest.fixture(autouse=True)
def complaints(context: BrowserContext) -> Iterator[list[str]]:
    """What the browser's console complained of: the policy's refusals, errors in scripts, pages that failed."""
    said = listen(context)
    yield said
    assert said == []


@pytest.fixture
def organiser(live_server: Any) -> User:
    make_organisation()
    user = make_member(Role.ORGANISER, make_campaign(), second_factor=False).user
    user.set_password(PASSWORD)
    user.save()
    return user


class FingerprintReader:
    """A phone's own authenticator: says yes to whoever holds it, until told that the finger is a stranger's."""

    def __init__(self, page: Page) -> None:
        page.set_default_timeout(8000)
        self.session = page.context.new_cdp_session(page)
        self.session.send("WebAuthn.enable")
        options = {
            "protocol": "ctap2",
            "transport": "internal",
            "hasResidentKey": True,
            "hasUserVerification": True,
            "isUserVerified": True,
            "automaticPresenceSimulation": True,
        }
        self.id = self.session.send("WebAuthn.addVirtualAuthenticator", {"options": options})["authenticatorId"]

    def passkeys(self) -> list[dict[str, Any]]:
        return self.session.send("WebAuthn.getCredentials", {"authenticatorId": self.id})["credentials"]

    def refuse(self) -> None:
        self.session.send("WebAuthn.setUserVerified", {"authenticatorId": self.id, "isUserVerified": False})


def sign_in_by_password(page: Page, live_server: Any, user: User) -> None:
    page.goto(live_server.url + reverse("account_login"))
    page.get_by_label("Email").fill(user.email or "")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()


def sign_out(page: Page) -> None:
    page.get_by_role("button", name="Sign out").first.click()
    expect(page.get_by_role("link", name="Sign in").first).to_be_visible()


def set_up_passkey(page: Page, live_server: Any, user: User) -> None:
    sign_in_by_password(page, live_server, user)
    page.goto(live_server.url + reverse("phonebank:index"))
    expect(page.get_by_role("heading", name="One more lock, then you are in")).to_be_visible()
    page.get_by_role("link", name="Set up a passkey").click()
    expect(page.get_by_role("heading", name="Is it you?")).to_be_visible()
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Confirm").click()
    expect(page.get_by_role("heading", name="Set up a passkey")).to_be_visible()
    check(page)
    page.get_by_label("Name").fill("My phone")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()


def test_a_passkey_is_set_up_and_signs_in_with_one_touch(organiser: User, live_server: Any, page: Page):
    reader = FingerprintReader(page)
    set_up_passkey(page, live_server, organiser)
    check(page)
    assert [passkey["isResidentCredential"] for passkey in reader.passkeys()] == [True]
    page.goto(live_server.url + reverse("phonebank:index"))
    expect(page.get_by_role("heading", level=1, name="Phone banks")).to_be_visible()
    sign_out(page)

    page.goto(live_server.url + reverse("account_login"))
    page.get_by_role("button", name="Use a passkey").click()
    page.wait_for_url(lambda url: "/login" not in url)
    page.goto(live_server.url + reverse("phonebank:index"))
    expect(page.get_by_role("heading", level=1, name="Phone banks")).to_be_visible()
    assert reader.passkeys()[0]["signCount"] >= 2
    assert AuditEvent.objects.filter(verb="add_second_factor", detail__factor="webauthn", actor=organiser).exists()
    page.goto(live_server.url + reverse("mfa_list_webauthn"))
    expect(page.locator("main")).to_contain_text("My phone")
    expect(page.locator("main")).not_to_contain_text("Not used yet")


def test_after_the_password_the_passkey_is_the_second_thing(organiser: User, live_server: Any, page: Page):
    FingerprintReader(page)
    set_up_passkey(page, live_server, organiser)
    sign_out(page)
    sign_in_by_password(page, live_server, organiser)
    expect(page.get_by_role("heading", name="Now your second lock")).to_be_visible()
    check(page)
    page.get_by_role("button", name="Use a passkey").click()
    page.wait_for_url(lambda url: "/authenticate" not in url)
    page.goto(live_server.url + reverse("phonebank:index"))
    expect(page.get_by_role("heading", level=1, name="Phone banks")).to_be_visible()


def test_a_strange_finger_signs_nobody_in(organiser: User, live_server: Any, page: Page):
    reader = FingerprintReader(page)
    set_up_passkey(page, live_server, organiser)
    sign_out(page)
    reader.refuse()
    page.goto(live_server.url + reverse("account_login"))
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.locator("#passkey-failed")).to_contain_text("did not work")
    check(page)
    page.goto(live_server.url + reverse("phonebank:index"))
    expect(page.get_by_role("heading", name="Sign in", exact=True)).to_be_visible()
