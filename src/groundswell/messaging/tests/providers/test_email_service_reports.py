"""What two services post to us of emails: read once, by whoever may say it, and what follows for the address."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis
from hypothesis import strategies as st

from groundswell.compliance.models import HoursBucket, Suppression
from groundswell.compliance.queries import current_consents
from groundswell.messaging.models import Delivery, Receipt
from groundswell.messaging.tests.providers.test_email_service import KEY, SECRET
from groundswell.messaging.tests.world import World


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
