"""Email by a service: anymail's own test backend, and a server that answers as told."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from anymail.exceptions import AnymailAPIError
from anymail.message import AnymailRecipientStatus
from django.core import mail

from groundswell.config.email_services import EmailService
from groundswell.config.environment import Environment
from groundswell.messaging.providers.anymail import transport
from groundswell.messaging.providers.anymail.transport import AnymailProvider
from groundswell.messaging.providers.contract import Handed, Outcome, Outgoing
from groundswell.messaging.providers.registry import open_provider, ready_for
from groundswell.messaging.tests.providers.gateway import Gateway, running_gateway

SECRET = "groundswell:a-secret-of-ours-alone"
KEY = "key-of-the-service"
LETTER = Outgoing(
    7,
    "d7",
    "Plaid Rhosyn Goch",
    "news@example.org",
    "sian@example.org",
    "Dŵr 😀",
    subject="Ymunwch â ni",
    html="<p>Dŵr 😀</p>",
    headers={"List-Unsubscribe": "<https://x.example/u/>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"},
)


@pytest.fixture
def sent_by(settings: Any) -> Iterator[AnymailProvider]:
    settings.EMAIL_SERVICE, settings.ANYMAIL = "test", {}
    mail.outbox = []
    provider = open_provider("anymail")
    assert isinstance(provider, AnymailProvider)
    yield provider
    provider.close()


def test_an_email_goes_with_all_that_belongs_to_it(sent_by: AnymailProvider) -> None:
    handed = sent_by.send([replace(LETTER, delivery_id=number, reference=f"d{number}") for number in range(20)])

    assert {each.outcome for each in handed} == {Outcome.TAKEN}
    assert len(mail.outbox) == 20
    [letter] = [each for each in mail.outbox if each.metadata == {"reference": "d7"}]
    assert letter.from_email == "Plaid Rhosyn Goch <news@example.org>"
    assert (letter.to, letter.subject, letter.body) == (["sian@example.org"], "Ymunwch â ni", "Dŵr 😀")
    assert letter.alternatives[0].content == "<p>Dŵr 😀</p>"
    assert letter.anymail_test_params["extra_headers"]["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert letter.anymail_test_params["track_opens"] is False
    assert letter.anymail_test_params["track_clicks"] is False


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        ("sent", Outcome.TAKEN),
        ("queued", Outcome.TAKEN),
        ("unknown", Outcome.TAKEN),
        ("rejected", Outcome.REFUSED),
        ("invalid", Outcome.REFUSED),
        ("failed", Outcome.REFUSED),
    ],
)
def test_what_the_service_says_of_an_email(
    sent_by: AnymailProvider, monkeypatch: pytest.MonkeyPatch, status: str, outcome: Outcome
) -> None:
    letter_of = transport.letter_of

    def answered(*args: Any, **kwargs: Any) -> Any:
        letter = letter_of(*args, **kwargs)
        told = AnymailRecipientStatus(message_id="M1", status=status)
        letter.anymail_test_response = {"recipient_status": {LETTER.to: told}}
        return letter

    monkeypatch.setattr(transport, "letter_of", answered)
    [handed] = sent_by.send([LETTER])

    assert handed.outcome is outcome
    assert handed.provider_id == ("M1" if outcome is Outcome.TAKEN else "")
    assert bool(handed.problem) is (outcome is not Outcome.TAKEN)


def test_what_a_service_does_not_know_is_left_out_and_the_email_goes_once(
    sent_by: AnymailProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    from anymail.backends.test import TestPayload

    monkeypatch.setattr(TestPayload, "set_track_opens", lambda self, _: self.unsupported_feature("track_opens"))
    monkeypatch.setattr(TestPayload, "set_metadata", lambda self, _: self.unsupported_feature("metadata"))
    handed = sent_by.send([LETTER])
    handed += sent_by.send([replace(LETTER, delivery_id=8)])

    assert [each.outcome for each in handed] == [Outcome.TAKEN] * 2
    assert len(mail.outbox) == 2
    monkeypatch.setattr(TestPayload, "set_extra_headers", lambda self, _: self.unsupported_feature("headers"))
    [refused] = sent_by.send([LETTER])
    # Nothing that the law asks for is left out.
    assert refused.outcome is Outcome.REFUSED
    assert "does not support headers" in refused.problem


def test_too_late_and_a_fault_of_an_unknown_kind(sent_by: AnymailProvider, monkeypatch: pytest.MonkeyPatch) -> None:
    [late] = sent_by.send([replace(LETTER, valid_until=datetime.now(UTC) - timedelta(seconds=1))])
    assert late.outcome is Outcome.LATER
    letter_of = transport.letter_of

    def broken(*args: Any, **kwargs: Any) -> Any:
        letter = letter_of(*args, **kwargs)
        letter.anymail_test_response = AnymailAPIError("out of order")
        return letter

    monkeypatch.setattr(transport, "letter_of", broken)
    assert sent_by.send([LETTER]) == [Handed(7, Outcome.UNKNOWN, problem="AnymailAPIError: out of order")]


@pytest.fixture
def postmark(settings: Any) -> Iterator[tuple[AnymailProvider, Gateway]]:
    with running_gateway() as gateway:
        settings.EMAIL_SERVICE = "postmark"
        settings.ANYMAIL = {
            "POSTMARK_SERVER_TOKEN": KEY,
            "POSTMARK_API_URL": gateway.url + "/",
            "REQUESTS_TIMEOUT": 0.5,
        }
        provider = AnymailProvider()
        yield provider, gateway
        provider.close()


TAKEN = {
    "ErrorCode": 0,
    "Message": "OK",
    "MessageID": "b7bc2f4a",
    "SubmittedAt": "2026-11-18",
    "To": "sian@example.org",
}


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        (200, Outcome.TAKEN),
        (401, Outcome.LATER),
        (429, Outcome.LATER),
        (422, Outcome.REFUSED),
        (500, Outcome.UNKNOWN),
        (0, Outcome.UNKNOWN),
    ],
)
def test_what_an_answer_over_the_wire_means(
    postmark: tuple[AnymailProvider, Gateway], status: int, outcome: Outcome
) -> None:
    provider, gateway = postmark
    gateway.status, gateway.answer = status, json.dumps(TAKEN if status == 200 else {"Message": "no"}).encode()
    [handed] = provider.send([LETTER])

    assert handed.outcome is outcome
    assert len(gateway.asked) == 1
    asked = json.loads(gateway.asked[0].body)
    assert asked["Metadata"] == {"reference": "d7"}
    assert {"Name": "List-Unsubscribe-Post", "Value": "List-Unsubscribe=One-Click"} in asked["Headers"]
    assert handed.provider_id == ("b7bc2f4a" if status == 200 else "")


def test_silence_is_not_known_and_a_shut_door_is_for_later(
    postmark: tuple[AnymailProvider, Gateway], settings: Any
) -> None:
    provider, gateway = postmark
    gateway.pause = 1.5
    assert provider.send([LETTER])[0].outcome is Outcome.UNKNOWN
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound, and not listening
        settings.ANYMAIL = {**settings.ANYMAIL, "POSTMARK_API_URL": f"http://127.0.0.1:{taken.getsockname()[1]}/"}
        shut = AnymailProvider()
        assert shut.send([LETTER])[0].outcome is Outcome.LATER
        shut.close()


def test_a_service_that_lacks_a_setting_takes_nothing(settings: Any) -> None:
    settings.EMAIL_SERVICE, settings.ANYMAIL = "postmark", {}
    provider = AnymailProvider()
    [handed] = provider.send([LETTER])
    provider.close()

    assert handed.outcome is Outcome.LATER
    assert "POSTMARK_SERVER_TOKEN" in handed.problem


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("{", "it is not JSON"),
        ('{"name": "pigeon", "webhook_secret": "groundswell:0123456789"}', "amazon_ses"),
        ('{"name": "postmark", "webhook_secret": "short:1"}', "at least 20"),
        ('{"name": "postmark", "webhook_secret": "without-any-colon-in-it"}', "pattern"),
    ],
)
def test_a_service_described_badly_stops_the_start(given: str, said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EMAIL_SERVICE", given)
    with pytest.raises(ValueError, match=said):
        Environment()


def test_the_settings_become_anymails(monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    told = {"name": "mailgun", "webhook_secret": SECRET, "settings": {"api_key": KEY, "SENDER_DOMAIN": "x.example"}}
    monkeypatch.setenv("EMAIL_SERVICE", json.dumps(told))
    service = Environment().email_service
    assert service == EmailService(**told)
    assert service.anymail == {
        "REQUESTS_TIMEOUT": 20,
        "MAILGUN_API_KEY": KEY,
        "MAILGUN_SENDER_DOMAIN": "x.example",
        "WEBHOOK_SECRET": SECRET,
    }
    assert "anymail" not in ready_for("email")
    settings.EMAIL_SERVICE = service.name
    assert "anymail" in ready_for("email")


# What comes in. The shapes are those of the services' documentation.
