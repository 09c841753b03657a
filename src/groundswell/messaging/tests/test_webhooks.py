"""What is posted to our webhooks, by whomever and of whatever shape: kept or refused, and never a fault of ours."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from typing import Any
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test import Client
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from twilio.request_validator import RequestValidator

from groundswell.config.sms import SmsGateway
from groundswell.messaging.models import Delivery, Inbound, Receipt, Sender
from groundswell.messaging.outgoing import reference_of
from groundswell.messaging.tests.texting import OURS, THEIRS, texted
from groundswell.messaging.tests.world import World
from groundswell.people.models import Person

TOKEN, SECRET = "f" * 32, "a secret of the gateway's own"
pytestmark = pytest.mark.django_db


@pytest.fixture
def providers(settings: Any) -> None:
    settings.TWILIO_ACCOUNT_SID, settings.TWILIO_AUTH_TOKEN = "AC" + "0" * 32, TOKEN
    settings.SMS_GATEWAY = SmsGateway(url="https://gateway.example.org/", secret=SECRET)


def from_twilio(url: str, form: dict[str, str], token: str = TOKEN) -> Any:
    signature = RequestValidator(token).compute_signature("http://localhost:8000" + url, form)
    return Client().post(
        url, urlencode(form), "application/x-www-form-urlencoded", headers={"X-Twilio-Signature": signature}
    )


def from_gateway(url: str, body: bytes, secret: str = SECRET, kind: str = "application/json") -> Any:
    signature = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return Client().generic("POST", url, body, kind, headers={"X-Signature": signature})


TWILIO, HTTP = "/messaging/webhooks/twilio/inbound/", "/messaging/webhooks/http/inbound/"
FORM = {"MessageSid": "SM1", "From": THEIRS, "To": OURS, "Body": "Dŵr 😀", "AccountSid": "AC", "NumMedia": "0"}


def test_twilios_text_is_kept_once_and_answered_with_silence(providers: None, sender: Sender) -> None:
    for _ in range(2):
        response = from_twilio(TWILIO, FORM)
        assert response.status_code == 200
        assert response["Content-Type"] == "text/xml"
        assert b"<Message" not in response.content
    kept = Inbound.objects.get()
    assert (kept.provider, kept.provider_id, kept.text, kept.their_address) == ("twilio", "SM1", "Dŵr 😀", THEIRS)
    assert kept.routed_at is not None


def test_with_each_text_a_job_is_written_down(providers: None, sender: Sender) -> None:
    from_twilio(TWILIO, FORM)
    with connection.cursor() as cursor:
        cursor.execute("SELECT args FROM procrastinate_jobs WHERE task_name LIKE '%route_inbound'")
        jobs = [row[0] if isinstance(row[0], dict) else json.loads(row[0]) for row in cursor.fetchall()]
    assert jobs == [{"inbound_id": Inbound.objects.get().pk}]


def test_what_is_not_signed_is_refused_and_nothing_kept(providers: None, sender: Sender) -> None:
    assert from_twilio(TWILIO, FORM, token="e" * 32).status_code == 403
    assert Client().post(TWILIO, FORM).status_code == 403
    assert from_gateway(HTTP, b"{}", secret="another" * 4).status_code == 403
    assert Client().post(HTTP, {"id": "1"}).status_code == 403
    assert not Inbound.objects.exists()


def test_a_provider_without_settings_is_not_there(world: World) -> None:
    assert from_twilio(TWILIO, FORM).status_code == 404
    assert from_gateway(HTTP, b"{}").status_code == 404


def test_a_gateways_text_as_json_as_form_and_by_bearer(providers: None, sender: Sender) -> None:
    fields = {"id": "g1", "from": THEIRS, "to": OURS, "text": "Dŵr 😀"}
    assert from_gateway(HTTP, json.dumps(fields).encode()).status_code == 200
    form = urlencode({**fields, "id": "g2"}).encode()
    assert from_gateway(HTTP, form, kind="application/x-www-form-urlencoded").status_code == 200
    by_bearer = Client().post(HTTP, {**fields, "id": "g3"}, headers={"Authorization": f"Bearer {SECRET}"})
    assert by_bearer.status_code == 200
    assert list(Inbound.objects.order_by("pk").values_list("provider_id", "text")) == [
        (key, "Dŵr 😀") for key in ("g1", "g2", "g3")
    ]


RECEIPTS = "/messaging/webhooks/{}/receipts/"


@pytest.fixture
def sent(world: World, person: Person, sender: Sender) -> Delivery:
    """A text whose provider's answer was lost: only our reference can find it."""
    texted("HELP")
    Sender.objects.update(provider="twilio")
    Delivery.objects.update(state="unknown", reason="lost", sent_at=None)
    return Delivery.objects.get()


def test_a_receipt_finds_its_text_by_our_reference(providers: None, sent: Delivery) -> None:
    url = RECEIPTS.format("twilio") + "?" + urlencode({"reference": reference_of(sent.pk)})
    for status in ("queued", "sent", "delivered", "delivered", "sent"):
        assert from_twilio(url, {"MessageSid": "SM9", "MessageStatus": status}).status_code == 200
    sent.refresh_from_db()

    assert sent.state == "delivered"
    assert Receipt.objects.count() == 2


def test_a_gateways_receipt_is_taken(providers: None, sent: Delivery) -> None:
    Sender.objects.update(provider="http")
    said = {"id": "g1", "reference": reference_of(sent.pk), "status": "failed", "error": "no such number"}
    assert from_gateway(RECEIPTS.format("http"), json.dumps(said).encode()).status_code == 200
    sent.refresh_from_db()

    assert (sent.state, sent.reason) == ("failed", "undelivered")


def test_a_gateway_may_say_several_receipts_at_once_all_or_none(providers: None, sent: Delivery) -> None:
    Sender.objects.update(provider="http")
    said = [{"id": "g1", "reference": reference_of(sent.pk), "status": status} for status in ("sent", "delivered")]
    url = RECEIPTS.format("http")
    assert from_gateway(url, json.dumps([*said, {"id": "g2"}]).encode()).status_code == 400
    assert not Receipt.objects.exists()
    assert from_gateway(url, json.dumps(said).encode()).status_code == 200
    assert from_gateway(url, b"[]").status_code == 200
    sent.refresh_from_db()

    assert sent.state == "delivered"
    assert Receipt.objects.count() == 2


def test_receipts_of_nobody_and_of_nothing(providers: None, sent: Delivery) -> None:
    assert from_twilio(RECEIPTS.format("twilio"), FORM).status_code == 400
    assert from_gateway(RECEIPTS.format("http"), b'{"id": "g1"}').status_code == 400
    assert from_gateway(RECEIPTS.format("http"), b"{}", secret="another" * 4).status_code == 403
    assert Client().post(RECEIPTS.format("twilio"), {"MessageSid": "SM9", "MessageStatus": "sent"}).status_code == 403
    assert not Receipt.objects.exists()


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)
NAMES = ["id", "from", "to", "text", "status", "reference"]
FUZZ = hypothesis_settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.mark.slow
@FUZZ
@given(
    st.dictionaries(
        st.sampled_from(["id", "from", "to", "text", "status", "reference"]),
        anything | st.sampled_from([THEIRS, "sent"]),
    )
    | anything
)
def test_whatever_a_gateway_posts_is_kept_or_refused(providers: None, sender: Sender, given: Any) -> None:
    for url in (HTTP, RECEIPTS.format("http")):
        for body in (given, [given]):
            assert from_gateway(url, json.dumps(body).encode()).status_code in (200, 400)


@FUZZ
@given(body=st.binary(max_size=300), kind=st.sampled_from(
    ["application/json", "application/x-www-form-urlencoded", "application/x-www-form-urlencoded; charset=utf-16",
     "multipart/form-data; boundary=x", "multipart/form-data", "text/plain", ""]
))  # fmt: skip
def test_any_bytes_of_any_kind_are_kept_or_refused(providers: None, sender: Sender, body: bytes, kind: str) -> None:
    client = Client()
    for url in (TWILIO, HTTP):
        assert client.generic("POST", url, body, kind, headers={"X-Signature": "é"}).status_code in (400, 403)
    assert from_gateway(HTTP, body, kind=kind).status_code in (200, 400)


@pytest.mark.slow
@FUZZ
@given(text=st.text(), number=st.text(min_size=1), key=st.text(min_size=1, max_size=220))
def test_any_text_from_anyone_by_twilio_is_kept_as_it_was(
    providers: None, sender: Sender, text: str, number: str, key: str
) -> None:
    Inbound.objects.all().delete()
    form = {"MessageSid": key, "From": number, "To": OURS, "Body": text}
    status = from_twilio(TWILIO, {k: v.encode("utf-8", "replace").decode() for k, v in form.items()}).status_code

    if status == 200:
        assert Inbound.objects.get().text == text.replace("\0", "").encode("utf-8", "replace").decode()
    else:
        assert status == 400
        assert not Inbound.objects.exists()


@FUZZ
@given(
    form=st.dictionaries(
        st.sampled_from(["MessageSid", "MessageStatus", "ErrorCode", "ErrorMessage", "To", "From"]),
        st.text(max_size=150) | st.sampled_from(["sent", "delivered", "undelivered", "failed", "30036"]),
    ),
    reference=st.text(max_size=40) | st.integers().map(lambda number: f"d{number}"),
)
def test_any_receipt_by_twilio_is_taken_or_refused(
    providers: None, sender: Sender, form: dict[str, str], reference: str
) -> None:
    whole = {name: value.encode("utf-8", "replace").decode() for name, value in form.items()}
    reference = reference.encode("utf-8", "replace").decode()
    url = RECEIPTS.format("twilio") + "?" + urlencode({"reference": reference})

    assert from_twilio(url, whole).status_code in (200, 400)


def asked(url: str, *, password: str = SECRET, kind: str = "Basic", **fields: bytes) -> Any:
    """As a gateway that knows nothing but addresses: the secret is the password in front of ours."""
    said = base64.b64encode(f"kannel:{password}".encode()).decode() if kind == "Basic" else password
    return Client().get(f"{url}?{urlencode(fields)}", headers={"Authorization": f"{kind} {said}"})


@pytest.fixture
def asking(providers: None, settings: Any) -> None:
    settings.SMS_GATEWAY = SmsGateway(url="https://gateway.example.org/", secret=SECRET, calls="GET")


def test_a_gateway_may_ask_for_addresses_where_the_settings_say_so(asking: None, sent: Delivery) -> None:
    Sender.objects.update(provider="http")
    text = {"id": b"g1", "from": THEIRS.encode(), "to": OURS.encode()}
    said = "Dŵr 😀\n"
    for key, charset in enumerate((b"UTF-16BE", b"UTF-8", b"", b"GSM", b"hex")):
        body = said.encode(charset.decode() if charset.startswith(b"UTF") else "utf-8")
        assert asked(HTTP, **{**text, "id": b"%d" % key, "text": body, "charset": charset}).status_code == 200
    receipt = {"reference": reference_of(sent.pk).encode(), "status": b"delivered"}
    assert asked(RECEIPTS.format("http"), **receipt).status_code == 200
    sent.refresh_from_db()

    assert list(Inbound.objects.filter(provider="http").values_list("text", flat=True)) == [said] * 5
    assert sent.state == "delivered"


def test_an_address_without_our_secret_or_where_we_are_posted_to_is_refused(asking: None, settings: Any) -> None:
    for kind, password in (("Basic", "another"), ("Bearer", "another"), ("Basic", ""), ("Digest", SECRET), ("", "")):
        assert asked(HTTP, kind=kind, password=password).status_code == 403
    for authorization in ("Basic é", "Basic ====", "Basic", "Basic a"):
        assert Client().get(HTTP, headers={"Authorization": authorization}).status_code == 403
    assert from_gateway(HTTP, b"{}").status_code == 405
    settings.SMS_GATEWAY = SmsGateway(url="https://gateway.example.org/", secret=SECRET)
    assert asked(HTTP).status_code == 405
    assert not Inbound.objects.exists()


@pytest.mark.slow
@FUZZ
@given(
    query=st.binary(max_size=300) | st.dictionaries(st.sampled_from([*NAMES, "charset"]), st.binary()).map(urlencode)
)
def test_any_address_is_kept_or_refused(asking: None, sender: Sender, query: bytes | str) -> None:
    said = base64.b64encode(f":{SECRET}".encode()).decode()
    for url in (HTTP, RECEIPTS.format("http")):
        whole = query if isinstance(query, str) else query.decode("latin-1")
        request = {"QUERY_STRING": whole, "HTTP_AUTHORIZATION": f"Basic {said}"}
        assert Client().generic("GET", url, **request).status_code in (200, 400)
