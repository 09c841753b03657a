"""Signatures as Twilio's own library judges them, whatever is signed; and what the words of gateways mean."""

from __future__ import annotations

import hashlib
import hmac
from datetime import UTC, datetime
from urllib.parse import quote

import pytest
from django.http import QueryDict
from hypothesis import given
from hypothesis import strategies as st
from twilio.request_validator import RequestValidator

from groundswell.config.sms import SmsGateway
from groundswell.messaging.enums import DeliveryReason, DeliveryState
from groundswell.messaging.providers.http import webhooks as http
from groundswell.messaging.providers.twilio import webhooks as twilio

NOW = datetime(2026, 11, 18, 12, tzinfo=UTC)
TOKEN = "0123456789abcdef0123456789abcdef"
SECRET = "a secret of the gateway's own"
GATEWAY = SmsGateway(url="https://gateway.example.org", secret=SECRET)
words = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)
forms = st.dictionaries(words, st.lists(words, min_size=1, max_size=3), max_size=8)
urls = st.builds(
    "{}://{}{}/messaging/{}".format,
    st.sampled_from(["https", "http"]),
    st.sampled_from(["phones.example.org", "127.0.0.1"]),
    st.sampled_from(["", ":8443", ":443"]),
    words.map(quote),
)


@given(url=urls, form=forms, token=st.text(st.characters(codec="ascii"), min_size=1))
def test_what_twilio_signs_is_known_as_its(url: str, form: dict[str, list[str]], token: str) -> None:
    query = QueryDict(mutable=True)
    for name, values in form.items():
        query.setlist(name, values)
    theirs = RequestValidator(token)
    ours = twilio.signature_of(url, dict(query.lists()), token)

    assert ours == theirs.compute_signature(url, query)
    assert theirs.validate(url, query, ours)
    assert twilio.is_signed(url, dict(query.lists()), ours, token)


@given(form=forms, signature=st.text(), name=words, value=words)
def test_what_twilio_did_not_sign_is_not(form: dict[str, list[str]], signature: str, name: str, value: str) -> None:
    url = "https://phones.example.org/messaging/"
    right = twilio.signature_of(url, form, TOKEN)

    assert twilio.is_signed(url, form, signature, TOKEN) is (signature == right)
    assert not twilio.is_signed(url, form, right, "")
    assert not twilio.is_signed(url, form, right, TOKEN + "x")
    assert not twilio.is_signed(url + "elsewhere/", form, right, TOKEN)
    changed = {**form, name: [value, "and more"]}
    assert not twilio.is_signed(url, changed, right, TOKEN) or twilio.signature_of(url, changed, TOKEN) == right


@pytest.mark.parametrize("spelt", ["https://phones.example.org:443/x/?a=b", "https://phones.example.org/x/?a=b"])
def test_twilio_signs_with_a_port_or_without(spelt: str) -> None:
    form = {"MessageSid": ["SM1"]}
    signature = RequestValidator(TOKEN).compute_signature(spelt, {"MessageSid": "SM1"})

    assert twilio.is_signed("https://phones.example.org/x/?a=b", form, signature, TOKEN)


@pytest.mark.parametrize(
    ("status", "code", "state", "reason"),
    [
        ("sent", "", DeliveryState.SENT, None),
        ("delivered", "", DeliveryState.DELIVERED, None),
        ("read", "", DeliveryState.DELIVERED, None),
        ("undelivered", "30003", DeliveryState.FAILED, DeliveryReason.UNDELIVERED),
        ("failed", "21610", DeliveryState.FAILED, DeliveryReason.REFUSED),
        ("undelivered", "30036", DeliveryState.FAILED, DeliveryReason.EXPIRED),
    ],
)
def test_twilios_words(status: str, code: str, state: DeliveryState, reason: DeliveryReason | None) -> None:
    form = {"MessageSid": "SM1", "MessageStatus": status, "ErrorCode": code}
    receipt = twilio.receipt_of(form, reference="gs-7", now=NOW)

    assert receipt is not None
    assert (receipt.event_id, receipt.provider_id, receipt.reference) == (f"SM1:{status}", "SM1", "gs-7")
    assert (receipt.state, receipt.reason, receipt.problem) == (state, reason, code)


@pytest.mark.parametrize("status", ["accepted", "queued", "sending", "scheduled", "something-new"])
def test_steps_on_the_way_change_nothing(status: str) -> None:
    assert twilio.receipt_of({"MessageSid": "SM1", "MessageStatus": status}, reference="", now=NOW) is None


@pytest.mark.parametrize(
    ("status", "state", "reason"),
    [
        ("Delivered", DeliveryState.DELIVERED, None),
        ("accepted", DeliveryState.SENT, None),
        ("REJECTED", DeliveryState.FAILED, DeliveryReason.UNDELIVERED),
        ("expired", DeliveryState.FAILED, DeliveryReason.EXPIRED),
    ],
)
def test_a_gateways_words(status: str, state: DeliveryState, reason: DeliveryReason | None) -> None:
    receipt = http.receipt_of(GATEWAY, {"reference": "gs-7", "status": status, "error": "x" * 999}, now=NOW)

    assert receipt is not None
    assert (receipt.state, receipt.reason) == (state, reason)
    assert (receipt.provider_id, receipt.reference, len(receipt.problem)) == ("", "gs-7", 300)


def test_what_is_no_receipt_and_no_text_is_named() -> None:
    assert http.receipt_of(GATEWAY, {"id": "1", "status": "pondering"}, now=NOW) is None
    for form in ({"status": "sent"}, {"id": "1"}):
        with pytest.raises(KeyError):
            http.receipt_of(GATEWAY, form, now=NOW)
    with pytest.raises(KeyError):
        http.inbound_of(GATEWAY, {"id": "1", "to": "+44", "from": "+44"}, now=NOW)


@given(body=st.binary(), signature=st.text(), authorization=st.text())
def test_a_gateway_is_known_by_its_secret_alone(body: bytes, signature: str, authorization: str) -> None:
    right = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()

    assert http.is_signed(body, signature=right, authorization=authorization, secret=SECRET)
    assert http.is_signed(body, signature="", authorization=f"Bearer {SECRET}", secret=SECRET)
    assert not http.is_signed(body + b"x", signature=right, authorization=f"Bearer {SECRET}", secret=SECRET)
    assert not http.is_signed(body, signature=signature, authorization=authorization, secret=SECRET)
