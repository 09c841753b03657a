"""Texts by Twilio and by any other gateway, against a server that takes them, refuses, hangs up or is not there."""

from __future__ import annotations

import base64
import json
import re
import socket
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from twilio.http.http_client import HttpClient
from twilio.http.response import Response
from twilio.rest import Client

from groundswell.config.environment import Environment
from groundswell.config.sms import SmsGateway
from groundswell.messaging.providers import over_http
from groundswell.messaging.providers.contract import Handed, Outcome, Outgoing, Provider
from groundswell.messaging.providers.http.transport import fields_of
from groundswell.messaging.providers.over_http import AT_A_TIME
from groundswell.messaging.providers.registry import UnknownProviderError, open_provider, ready_for
from groundswell.messaging.sms import as_sent
from groundswell.messaging.tests.providers.gateway import Gateway, running_gateway

ACCOUNT, TOKEN = "AC" + "0" * 32, "f" * 32
SECRET = "a secret of the gateway's own"
TEXT = Outgoing(7, "gs-7", "Red Rose", "+441632960100", "+447700900123", "Dŵr {to} & more?\r\nYes € 😀")


@pytest.fixture
def gateway() -> Iterator[Gateway]:
    with running_gateway() as gateway:
        yield gateway


def made(name: str, gateway: Gateway, settings: Any) -> Provider:
    settings.TWILIO_ACCOUNT_SID, settings.TWILIO_AUTH_TOKEN, settings.TWILIO_URL = ACCOUNT, TOKEN, gateway.url
    settings.SMS_GATEWAY = SmsGateway(url=gateway.url + "/send", secret=SECRET, headers={"X-Key": "hush"})
    gateway.answer = b'{"sid": "SM1", "id": "SM1"}'
    return open_provider(name)


@pytest.fixture(params=["twilio", "http"])
def provider(request: pytest.FixtureRequest, gateway: Gateway, settings: Any) -> Iterator[Provider]:
    provider = made(request.param, gateway, settings)
    yield provider
    provider.close()


def test_every_text_of_a_batch_goes_once_under_its_own_id(provider: Provider, gateway: Gateway) -> None:
    batch = [replace(TEXT, delivery_id=number, reference=f"gs-{number}") for number in range(40)]

    handed = provider.send(batch)

    assert handed == [Handed(number, Outcome.TAKEN, "SM1") for number in range(40)]
    assert len(gateway.asked) == 40


@pytest.mark.parametrize(("near", "pause", "most"), [(60.0, 0.0, range(1, 2)), (0.0, 0.05, range(2, AT_A_TIME + 1))])
def test_a_gateway_that_is_near_gets_one_after_the_other_and_a_far_one_several_at_a_time(
    provider: Provider, gateway: Gateway, monkeypatch: pytest.MonkeyPatch, near: float, pause: float, most: range
) -> None:
    monkeypatch.setattr(over_http, "NEAR", near)
    gateway.pause = pause
    batch = [replace(TEXT, delivery_id=number, reference=f"gs-{number}") for number in range(12)]

    assert [each.delivery_id for each in provider.send(batch)] == list(range(12))
    assert gateway.most_under_way in most


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        (201, Outcome.TAKEN),
        (400, Outcome.REFUSED),
        (422, Outcome.REFUSED),
        (401, Outcome.LATER),
        (404, Outcome.LATER),
        (429, Outcome.LATER),
        (500, Outcome.UNKNOWN),
        (503, Outcome.UNKNOWN),
        (0, Outcome.UNKNOWN),
    ],
)
def test_what_the_answer_means(provider: Provider, gateway: Gateway, status: int, outcome: Outcome) -> None:
    gateway.status = status
    [handed] = provider.send([TEXT])

    assert handed.outcome is outcome
    assert len(gateway.asked) == 1
    assert bool(handed.problem) is (outcome is not Outcome.TAKEN)


@pytest.mark.parametrize(
    "answer", [b"", b"[]", b"null", b'"x"', b"{", b"<html>", b'{"id": null, "sid": 5}', b"\xff\xfe"]
)
def test_an_answer_that_cannot_be_read_is_still_taken(provider: Provider, gateway: Gateway, answer: bytes) -> None:
    gateway.answer = answer

    assert provider.send([TEXT])[0].outcome is Outcome.TAKEN


def test_a_slow_answer_is_not_known(gateway: Gateway, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(over_http, "TIMEOUT", httpx.Timeout(0.2))
    provider = made("twilio", gateway, settings)
    gateway.pause = 1.0
    [handed] = provider.send([TEXT])
    provider.close()

    assert handed.outcome is Outcome.UNKNOWN
    assert "Timeout" in handed.problem


def test_where_nobody_listens_nothing_was_taken(gateway: Gateway, settings: Any) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound, and not listening
        settings.SMS_GATEWAY = SmsGateway(url=f"http://127.0.0.1:{taken.getsockname()[1]}/", secret=SECRET)
        provider = open_provider("http")
        [handed] = provider.send([TEXT])
        provider.close()

    assert handed.outcome is Outcome.LATER


def test_what_is_too_late_is_not_handed_over(provider: Provider, gateway: Gateway) -> None:
    [handed] = provider.send([replace(TEXT, valid_until=datetime.now(UTC) - timedelta(seconds=1))])

    assert handed.outcome is Outcome.LATER
    assert gateway.asked == []


class Tape(HttpClient):
    """What Twilio's own library would send."""

    def __init__(self) -> None:
        pass

    def request(self, method: str, url: str, *args: Any, **kwargs: Any) -> Response:
        self.method, self.url, self.kwargs = method, url, kwargs
        return Response(201, '{"sid": "SM1"}')


def test_twilio_is_asked_as_its_own_library_asks(gateway: Gateway, settings: Any) -> None:
    provider = made("twilio", gateway, settings)
    provider.send([replace(TEXT, valid_until=datetime.now(UTC) + timedelta(hours=1, seconds=1))])
    provider.close()
    [asked] = gateway.asked
    form = {name: values[0] for name, values in parse_qs(asked.body.decode()).items()}
    tape = Tape()
    Client(ACCOUNT, TOKEN, http_client=tape).messages.create(
        to=TEXT.to,
        from_=TEXT.sender_address,
        body="Dŵr {to} & more?\nYes € 😀",
        status_callback=f"{settings.PUBLIC_URL}/messaging/webhooks/twilio/receipts/?reference=gs-7",
        validity_period=3600,
    )
    theirs = tape.kwargs

    assert tape.method == "POST"
    assert tape.url == "https://api.twilio.com" + asked.path
    assert {name: str(value) for name, value in theirs["data"].items()} == form
    assert asked.headers["authorization"] == "Basic " + base64.b64encode(":".join(theirs["auth"]).encode()).decode()


def test_twilios_complaint_is_kept(gateway: Gateway, settings: Any) -> None:
    provider = made("twilio", gateway, settings)
    gateway.status, gateway.answer = 400, b'{"code": 21610, "message": "Attempt to send to unsubscribed recipient"}'
    [handed] = provider.send([TEXT])
    provider.close()

    assert handed == Handed(7, Outcome.REFUSED, "", "400 21610: Attempt to send to unsubscribed recipient")


def test_a_gateway_is_asked_in_its_own_words(gateway: Gateway, settings: Any) -> None:
    for form in ("json", "form"):
        settings.SMS_GATEWAY = SmsGateway(
            url=gateway.url + "/v2/send",
            secret=SECRET,
            format=form,
            headers={"Authorization": "Bearer k"},
            fields={"dest": "{to}", "msg": "{text}", "from": "{from}", "client": "us", "ref": "x-{reference}"},
            answer_id="messages.0.id",
        )
        gateway.answer = b'{"messages": [{"id": 12}]}'
        provider = open_provider("http")
        [handed] = provider.send([TEXT])
        provider.close()
        asked = gateway.asked[-1]
        body = asked.body.decode()
        fields = json.loads(body) if form == "json" else {name: values[0] for name, values in parse_qs(body).items()}

        assert handed.provider_id == "12"
        assert asked.path == "/v2/send"
        assert asked.headers["authorization"] == "Bearer k"
        assert fields == {
            "dest": "+447700900123",
            "msg": "Dŵr {to} & more?\nYes € 😀",
            "from": "+441632960100",
            "client": "us",
            "ref": "x-gs-7",
        }


def test_a_gateway_may_be_asked_in_an_address_and_name_nothing(gateway: Gateway, settings: Any) -> None:
    settings.SMS_GATEWAY = SmsGateway(
        url=gateway.url + "/sendsms",
        secret=SECRET,
        format="query",
        alphabets=("0", "2"),
        fields={"to": "{to}", "text": "{text}", "coding": "{alphabet}", "validity": "{validity_minutes}"},
        answer_id="",
    )
    gateway.answer = b"0: Accepted for delivery"
    provider = open_provider("http")
    for text, seconds in (("Tea & cake [€]", 200), ("Dŵr & te", 20)):
        until = datetime.now(UTC) + timedelta(seconds=seconds)
        [handed] = provider.send([replace(TEXT, text=text, valid_until=until)])
        assert (handed.outcome, handed.provider_id) == (Outcome.TAKEN, "")
    provider.close()

    assert [parse_qs(urlsplit(each.path).query) for each in gateway.asked] == [
        {"to": [TEXT.to], "text": ["Tea & cake [€]"], "coding": ["0"], "validity": ["3"]},
        {"to": [TEXT.to], "text": ["Dŵr & te"], "coding": ["2"], "validity": ["1"]},
    ]


@given(st.text())
def test_whatever_is_written_is_said_and_never_read_as_a_place(text: str) -> None:
    gateway = SmsGateway(url="https://gateway.example.org", secret=SECRET)
    fields = fields_of(gateway, replace(TEXT, text=text), datetime.now(UTC))

    assert fields["text"] == as_sent(text)


def test_only_what_is_set_up_is_there(settings: Any) -> None:
    assert ready_for("sms") == []
    for name in ("console", "http", "twilio", "pigeon"):
        with pytest.raises(UnknownProviderError):
            open_provider(name)
    settings.TWILIO_ACCOUNT_SID, settings.TWILIO_AUTH_TOKEN = ACCOUNT, TOKEN
    assert ready_for("sms") == ["twilio"]
    assert ready_for("email") == []


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("{", "it is not JSON (line 1, column 2)"),
        ('{"url": "ftp://x", "secret": "' + "s" * 20 + '"}', "pattern"),
        ('{"url": "https://x.example", "secret": "short"}', "at least 20"),
        ('{"url": "https://x.example", "secret": "' + "s" * 20 + '", "fields": {"to": "{to}"}}', "must hold {text}"),
        ('{"url": "https://x.example", "secret": "' + "s" * 20 + '", "feilds": {}}', "Extra inputs"),
        ("[]", "valid dictionary"),
    ],
)
def test_a_gateway_described_badly_stops_the_start_and_says_what(
    given: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SMS_HTTP", given)
    with pytest.raises(ValidationError, match=re.escape(said)):
        Environment()


def test_without_a_gateway_there_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    assert Environment().sms_http is None
    monkeypatch.setenv("SMS_HTTP", "")
    assert Environment().sms_http is None
    monkeypatch.setenv("SMS_HTTP", '{"url": "https://x.example/send", "secret": "' + "s" * 20 + '"}')
    gateway = Environment().sms_http
    assert gateway is not None
    assert gateway.fields["text"] == "{text}"
