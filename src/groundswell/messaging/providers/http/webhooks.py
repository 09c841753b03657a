"""What the gateway tells us, in its own words, and how we know that it was the gateway."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from urllib.parse import parse_qsl

from groundswell.config.sms import SmsGateway
from groundswell.messaging.enums import DeliveryReason, DeliveryState
from groundswell.messaging.providers.contract import InboundOf, ReceiptOf


def is_signed(body: bytes, *, signature: str, authorization: str, secret: str) -> bool:
    """Whether the body is signed with our secret, or the secret itself was given: as a bearer's, or as the password of the
    address that was asked for (https://anybody:secret@...).
    """
    if signature:
        expected = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
        return hmac.compare_digest(expected.encode(), signature.lower().encode("utf-8", "surrogatepass"))
    kind, _, said = authorization.encode("utf-8", "surrogatepass").partition(b" ")
    if kind.lower() == b"basic":
        try:
            said = base64.b64decode(said, validate=True).partition(b":")[2]
        except ValueError:
            return False
    elif kind.lower() != b"bearer":
        return False
    return hmac.compare_digest(secret.encode(), said)


def fields_of_query(gateway: SmsGateway, query: str) -> dict[str, str]:
    """The fields of an address. A text is in the encoding that it is said to be in; a letter that is none is replaced."""
    names = gateway.inbound
    found = {
        name: value.encode("latin-1") for name, value in parse_qsl(query, keep_blank_values=True, encoding="latin-1")
    }
    fields = {name: value.decode("utf-8", "replace") for name, value in found.items()}
    with suppress(LookupError, ValueError):  # not said, or no encoding that we know
        fields[names.text] = found[names.text].decode(fields[names.charset], "replace")
    return fields


def receipt_of(gateway: SmsGateway, form: Mapping[str, str], *, now: datetime) -> ReceiptOf | None:
    """What a receipt says; None for a status that means nothing to us. Raises KeyError when it is no receipt."""
    names = gateway.receipt
    provider_id, reference = form.get(names.id, ""), form.get(names.reference, "")
    if not provider_id and not reference:
        raise KeyError(names.id)
    status = form[names.status].lower()
    state: DeliveryState
    reason: DeliveryReason | None = None
    if status in names.delivered:
        state = DeliveryState.DELIVERED
    elif status in names.sent:
        state = DeliveryState.SENT
    elif status in names.expired:
        state, reason = DeliveryState.FAILED, DeliveryReason.EXPIRED
    elif status in names.undelivered:
        state, reason = DeliveryState.FAILED, DeliveryReason.UNDELIVERED
    else:
        return None
    event = f"{provider_id or reference}:{status}"
    return ReceiptOf(event, provider_id, state, now, reason, form.get(names.problem, "")[:300], reference)


def inbound_of(gateway: SmsGateway, form: Mapping[str, str], *, now: datetime) -> InboundOf:
    """A text that came in. Raises KeyError when it is none."""
    names = gateway.inbound
    return InboundOf(form[names.id], form[names.to], form[names.sender], form[names.text], now)
