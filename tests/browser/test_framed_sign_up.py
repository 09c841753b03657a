"""The sign-up form in the frame of another site: shown, as tall as it is, and sent, where that site was named; else not."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from django.core.cache import caches
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, expect

from groundswell.accounts.tests.builders import make_organisation
from groundswell.campaigns.operations.campaigns import create_campaign
from groundswell.joining.models import SignUp, SignUpPage
from groundswell.joining.operations.pages import PageDetails, create_page, publish_page

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]


@pytest.fixture
def other_site(live_server: Any) -> Iterator[Callable[[str], str]]:
    """A real site at an origin of its own, which shows the frame of this address and heeds what it says."""
    words = {"page": ""}

    class Site(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(words["page"].encode())

        def log_message(self, *_words: Any) -> None:
            """Nothing to tell."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Site)
    threading.Thread(target=server.serve_forever, daemon=True).start()

    def show(address: str) -> str:
        words["page"] = (
            f'<!doctype html><title>Other</title><iframe src="{address}" width="100%" height="50"></iframe>'
            f'<script src="{live_server.url}/static/joining/host.js" async></script>'
        )
        return f"http://127.0.0.1:{server.server_port}"

    yield show
    server.shutdown()
    server.server_close()


@pytest.fixture
def address(live_server: Any) -> str:
    caches["shared"].clear()
    make_organisation(name="Fairer Walthamstow", imprint="Promoted by A. Test, 12 Hoe Street, London.")
    campaign = create_campaign(name="Buses", by=None, areas=[], own_party="Reds", other_parties=["Blues"])
    made = create_page(campaign=campaign, details=PageDetails(title="Stand with the buses"), by=None)
    publish_page(page=made, by=None, now=timezone.now())
    return str(live_server.url) + reverse("joining:embedded", args=[made.ask.slug])


def test_a_named_site_shows_it(address: str, other_site: Callable[[str], str], page: Page) -> None:
    host = other_site(address)
    SignUpPage.objects.update(embedded_on=[host])
    page.goto(host)
    page.wait_for_function("document.querySelector('iframe').getBoundingClientRect().height > 400", timeout=8000)
    frame = page.frame_locator("iframe")
    frame.get_by_label("Your name").fill("Bea Lindqvist")
    frame.get_by_label("Your email").fill("bea@example.org")
    page.context.set_offline(True)
    frame.get_by_role("button", name="Sign me up").click()
    expect(frame.get_by_text("No signal. Nothing was sent")).to_be_visible()
    expect(frame.get_by_label("Your name")).to_have_value("Bea Lindqvist")
    assert not SignUp.objects.exists()
    page.context.set_offline(False)
    posted: list[str] = []
    page.on("request", lambda r: posted.append(r.url) if r.method == "POST" else None)
    frame.get_by_role("button", name="Sign me up").dblclick()
    expect(frame.get_by_role("heading", name="Nearly there")).to_be_visible()
    assert SignUp.objects.get().person.family_name == "Lindqvist"
    assert len(posted) == 1


def test_another_site_does_not(address: str, other_site: Callable[[str], str], page: Page) -> None:
    SignUpPage.objects.update(embedded_on=["https://www.example.org"])
    said: list[str] = []
    page.on("console", lambda m: said.append(m.text))
    page.goto(other_site(address), wait_until="load")
    expect(page.frame_locator("iframe").get_by_role("button", name="Sign me up")).to_have_count(0)
    assert any("frame-ancestors" in text for text in said), said
