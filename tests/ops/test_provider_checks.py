"""What `groundswell doctor` says of Twilio, before a server that answers as it does; its own library says how it asks."""

from __future__ import annotations

import socket
from typing import Any

import pytest
from twilio.http.http_client import HttpClient
from twilio.http.response import Response
from twilio.rest import Client

from groundswell.cli.checks import BAD, GOOD
from groundswell.cli.provider_checks import provider_checks
from groundswell.messaging.tests.providers.gateway import Gateway, running_gateway

ACCOUNT, TOKEN = "AC" + "0" * 32, "only for these tests"


@pytest.fixture
def twilio(settings: Any) -> None:
    settings.TWILIO_ACCOUNT_SID, settings.TWILIO_AUTH_TOKEN = ACCOUNT, TOKEN


class Tape(HttpClient):
    """What Twilio's own library would ask."""

    def __init__(self) -> None:
        self.asked: tuple[str, str, Any] = ("", "", None)

    def request(self, method: str, url: str, *_: Any, **kwargs: Any) -> Response:
        self.asked = (method, url, kwargs["auth"])
        return Response(200, '{"sid": "AC"}')


@pytest.mark.parametrize(("status", "state"), [(200, GOOD), (401, BAD), (404, BAD), (500, BAD)])
def test_twilio_lets_us_in_or_not(twilio: None, settings: Any, status: int, state: str) -> None:
    with running_gateway() as gateway:
        settings.TWILIO_URL, gateway.status = gateway.url, status
        [found] = provider_checks()

    assert (found.check, found.state) == ("Twilio", state)
    assert ACCOUNT in found.found if state == GOOD else str(status) in found.found
    assert TOKEN not in f"{found.found} {found.mend}"
    assert asked_as_twilios_own(gateway)


def asked_as_twilios_own(gateway: Gateway) -> bool:
    tape = Tape()
    Client(ACCOUNT, TOKEN, http_client=tape).api.accounts(ACCOUNT).fetch()
    method, url, auth = tape.asked
    [asked] = gateway.asked
    return (method, url, auth) == ("GET", "https://api.twilio.com" + asked.path, (ACCOUNT, TOKEN))


def test_where_twilio_cannot_be_reached_doctor_says_so(twilio: None, settings: Any) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound, and not listening
        settings.TWILIO_URL = f"http://127.0.0.1:{taken.getsockname()[1]}"
        [found] = provider_checks()

    assert found.state == BAD
    assert "cannot be reached" in found.found
    assert "443" in found.mend
