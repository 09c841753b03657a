"""Email by a service: anymail's own test backend and a server that answers as told; and what two services post to us."""

from __future__ import annotations

import base64
import hashlib
import hmac
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
from django.test import Client
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis
from hypothesis import strategies as st

from groundswell.compliance.models import HoursBucket, Suppression
from groundswell.compliance.queries import current_consents
from groundswell.config.email_services import EmailService
from groundswell.config.environment import Environment
from groundswell.messaging.models import Delivery, Receipt
from groundswell.messaging.providers.anymail import transport
from groundswell.messaging.providers.anymail.transport import AnymailProvider
from groundswell.messaging.providers.contract import Handed, Outcome, Outgoing
from groundswell.messaging.providers.registry import open_provider, ready_for
from groundswell.messaging.tests.providers.gateway import Gateway, running_gateway
from groundswell.messaging.tests.world import World

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


@pytest.fixture
def gone(world: World) -> Delivery:
    """An email that the service has taken under the name M1."""
    sender = world.make_sender(provider="anymail")
    person = world.person("sian@example.org")
    bucket = HoursBucket.objects.get_or_create(time_zone="Europe/London", holiday_region="")[0]
    return Delivery.objects.create(
        message=world.message(sender=sender, status="sending"),
        person=person,
        contact_point=person.contact_points.get(),
        bucket=bucket,
        state="sent",
        sent_at=datetime(2026, 11, 18, 12, tzinfo=UTC),
        provider_id="M1",
    )


POSTMARK: dict[str, dict[str, Any]] = {
    "delivered": {"RecordType": "Delivery", "Recipient": "sian@example.org", "DeliveredAt": "2026-11-18T12:00:05Z"},
    "dead": {
        "RecordType": "Bounce",
        "ID": 42,
        "Type": "HardBounce",
        "TypeCode": 1,
        "Description": "The server was unable to deliver your message (ex: unknown user, mailbox not found).",
        "Details": "smtp;550 5.1.1 unknown user",
        "Email": "sian@example.org",
        "BouncedAt": "2026-11-18T12:00:05Z",
        "Inactive": True,
    },
    "soft": {
        "RecordType": "Bounce",
        "ID": 43,
        "Type": "SoftBounce",
        "TypeCode": 4096,
        "Description": "Unable to temporarily deliver message (i.e. mailbox full, account disabled).",
        "Email": "sian@example.org",
        "BouncedAt": "2026-11-18T12:00:05Z",
    },
    "put off": {
        "RecordType": "Bounce",
        "ID": 44,
        "Type": "Transient",
        "Email": "sian@example.org",
        "BouncedAt": "2026-11-18T12:00:05Z",
    },
    "complaint": {
        "RecordType": "SpamComplaint",
        "ID": 45,
        "Type": "SpamComplaint",
        "Email": "sian@example.org",
        "BouncedAt": "2026-11-18T12:00:05Z",
    },
    "no more": {
        "RecordType": "SubscriptionChange",
        "Recipient": "sian@example.org",
        "ChangedAt": "2026-11-18T12:00:05Z",
        "SuppressSending": True,
        "SuppressionReason": "ManualSuppression",
    },
    "opened": {"RecordType": "Open", "Recipient": "sian@example.org", "ReceivedAt": "2026-11-18T12:00:05Z"},
}
AUTHORISATION = "Basic " + base64.b64encode(SECRET.encode()).decode()
POSTMARK_PATH, MAILGUN_PATH = "/messaging/webhooks/email/postmark/", "/messaging/webhooks/email/mailgun/"


def from_postmark(client: Client, name: str, *, authorisation: str = AUTHORISATION, **changed: Any) -> int:
    body = json.dumps({"MessageID": "M1", "Metadata": {"reference": "d0"}, **POSTMARK[name], **changed})
    headers = {"Authorization": authorisation}
    return client.post(POSTMARK_PATH, body, content_type="application/json", headers=headers).status_code


def from_mailgun(client: Client, event: str, *, key: str = KEY, **changed: Any) -> int:
    token, stamp = "t" * 50, "1795089605"
    body = {
        "signature": {
            "token": token,
            "timestamp": stamp,
            "signature": hmac.new(key.encode(), (stamp + token).encode(), hashlib.sha256).hexdigest(),
        },
        "event-data": {
            "id": f"event-{event}",
            "timestamp": 1795089605.1,
            "event": event,
            "recipient": "sian@example.org",
            "user-variables": {"reference": "d0"},
            "message": {"headers": {"message-id": "M1"}},
            "delivery-status": {"code": 550, "message": "5.1.1 unknown user", "attempt-no": 1},
            **changed,
        },
    }
    headers = {"Authorization": AUTHORISATION}
    return client.post(MAILGUN_PATH, json.dumps(body), content_type="application/json", headers=headers).status_code


@pytest.fixture
def services(settings: Any) -> Any:
    settings.ANYMAIL = {"MAILGUN_WEBHOOK_SIGNING_KEY": KEY, "WEBHOOK_SECRET": SECRET}
    settings.EMAIL_SERVICE = "postmark"
    return settings


def is_closed(delivery: Delivery) -> bool:
    digest = bytes(delivery.contact_point.address_hash)
    return Suppression.objects.filter(address_hash=digest, scope="messages", lifted_at=None).exists()


@pytest.mark.parametrize(
    ("name", "state", "closed", "retired"),
    [
        ("delivered", "delivered", False, False),
        ("dead", "failed", True, True),
        ("soft", "failed", False, False),
        ("put off", "sent", False, False),
        ("complaint", "delivered", True, False),
        ("no more", "delivered", True, False),
        ("opened", "sent", False, False),
    ],
)
def test_what_postmark_says(
    gone: Delivery, client: Client, services: Any, name: str, state: str, closed: bool, retired: bool
) -> None:
    for _again in range(2):
        assert from_postmark(client, name) == 200
    gone.refresh_from_db()
    gone.contact_point.refresh_from_db()

    assert gone.state == state
    assert is_closed(gone) is closed
    assert (gone.contact_point.retired_reason == "bounced") is retired
    assert Receipt.objects.count() == (0 if state == "sent" else 1)


@pytest.mark.parametrize(
    ("event", "changed", "state", "closed"),
    [
        ("delivered", {}, "delivered", False),
        ("failed", {"severity": "permanent", "reason": "bounce"}, "failed", True),
        ("failed", {"severity": "temporary", "reason": "generic"}, "sent", False),
        ("complained", {}, "delivered", True),
        ("unsubscribed", {}, "delivered", True),
        ("clicked", {"url": "https://x.example/"}, "sent", False),
    ],
)
def test_what_mailgun_says(
    gone: Delivery, client: Client, services: Any, event: str, changed: dict[str, Any], state: str, closed: bool
) -> None:
    services.EMAIL_SERVICE = "mailgun"
    Delivery.objects.update(provider_id="<M1>")  # as Mailgun's answer names it
    assert from_mailgun(client, event, **changed) == 200
    gone.refresh_from_db()

    assert gone.state == state
    assert is_closed(gone) is closed


def test_who_complains_has_taken_back_what_was_agreed_to(gone: Delivery, client: Client, services: Any) -> None:
    assert [line.state for line in current_consents(gone.person)] == ["given"]
    assert from_postmark(client, "complaint") == 200
    assert current_consents(gone.person) == []


def test_our_reference_finds_what_their_name_does_not(gone: Delivery, client: Client, services: Any) -> None:
    Delivery.objects.update(provider_id="", state="unknown", reason="lost")
    assert from_postmark(client, "delivered", Metadata={"reference": f"d{gone.pk}"}) == 200
    gone.refresh_from_db()

    assert (gone.state, gone.provider_id) == ("delivered", "M1")


def test_a_complaint_about_something_else_of_ours_closes_the_address_all_the_same(
    gone: Delivery, client: Client, services: Any
) -> None:
    assert from_postmark(client, "complaint", MessageID="another", Email="SIAN@example.org") == 200
    assert from_postmark(client, "complaint", MessageID="another", ID=9, Email="nobody@example.org") == 200

    assert is_closed(gone)


def test_nobody_else_may_say_it(gone: Delivery, client: Client, services: Any) -> None:
    wrong = "Basic " + base64.b64encode(b"groundswell:guessed").decode()
    assert from_postmark(client, "complaint", authorisation="") == 403
    assert from_postmark(client, "complaint", authorisation=wrong) == 403
    assert from_postmark(client, "complaint", authorisation="Basic \ufffd😀".encode().decode("latin-1")) == 403
    assert from_mailgun(client, "complained") == 404
    services.EMAIL_SERVICE = "mailgun"
    assert from_mailgun(client, "complained", key="guessed") == 403
    services.EMAIL_SERVICE = ""
    assert from_postmark(client, "complaint") == 404

    assert not Receipt.objects.exists()
    assert not Suppression.objects.exists()


@pytest.mark.django_db
def test_a_service_that_asks_whether_anybody_is_there_is_answered(client: Client, services: Any) -> None:
    assert client.head(POSTMARK_PATH).status_code == 200
    assert client.get(POSTMARK_PATH).status_code == 405


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=8,
)
FIELDS = (
    "RecordType",
    "Type",
    "MessageID",
    "Metadata",
    "Email",
    "Recipient",
    "ID",
    "BouncedAt",
    "Description",
    "Details",
)
events = st.sampled_from(sorted(POSTMARK)).flatmap(
    lambda name: st.dictionaries(st.sampled_from(FIELDS), anything, max_size=4).map(lambda odd: (name, odd))
)


@pytest.mark.django_db
@hypothesis(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50, deadline=None)
@given(event=events)
def test_whatever_a_service_posts_is_read_or_refused(services: Any, event: tuple[str, dict[str, Any]]) -> None:
    name, odd = event
    assert from_postmark(Client(), name, **odd) in (200, 400)


@pytest.mark.django_db
@hypothesis(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50, deadline=None)
@given(body=st.binary(max_size=300) | anything.map(lambda given: json.dumps(given).encode()))
def test_whatever_anybody_posts_breaks_nothing(services: Any, body: bytes) -> None:
    for service, path in (("postmark", POSTMARK_PATH), ("mailgun", MAILGUN_PATH)):
        services.EMAIL_SERVICE = service
        for headers in ({}, {"Authorization": AUTHORISATION}):
            answer = Client().post(path, body, content_type="application/json", headers=headers)
            assert answer.status_code in (200, 400, 403)
