"""What Twilio tells us, and how we know that it was Twilio: https://www.twilio.com/docs/usage/security"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping, Sequence
from datetime import datetime
from urllib.parse import urlsplit, urlunsplit

from groundswell.messaging.enums import DeliveryReason, DeliveryState
from groundswell.messaging.providers.contract import InboundOf, ReceiptOf

Form = Mapping[str, Sequence[str]]

_STATES = {
    "sent": (DeliveryState.SENT, None),
    "delivered": (DeliveryState.DELIVERED, None),
    "read": (DeliveryState.DELIVERED, None),
    "undelivered": (DeliveryState.FAILED, DeliveryReason.UNDELIVERED),
    "failed": (DeliveryState.FAILED, DeliveryReason.REFUSED),
}
# The hours were over before the network was done: "validity period expired".
EXPIRED_CODES = frozenset({"30036"})


def signature_of(url: str, form: Form, token: str) -> str:
    """What Twilio puts into X-Twilio-Signature: the address that it asked for and every field, in order, under the token."""
    fields = "".join(name + value for name in sorted(form) for value in sorted(set(form[name])))
    digest = hmac.new(token.encode(), (url + fields).encode("utf-8", "surrogatepass"), hashlib.sha1).digest()
    return base64.b64encode(digest).decode()


def is_signed(url: str, form: Form, signature: str, token: str) -> bool:
    """Whether that signature is Twilio's. Without a token nothing is.

    Twilio signs the address at times with the port and at times without, as its own libraries know.
    """
    given = signature.encode("utf-8", "surrogatepass")
    matches = [hmac.compare_digest(signature_of(one, form, token).encode(), given) for one in _spellings(url)]
    return bool(token) and any(matches)


def _spellings(url: str) -> list[str]:
    parts = urlsplit(url)
    host = parts.hostname or ""
    name = f"[{host}]" if ":" in host else host
    port = parts.port or (443 if parts.scheme == "https" else 80)
    return [urlunsplit(parts._replace(netloc=netloc)) for netloc in (name, f"{name}:{port}")]


def receipt_of(form: Mapping[str, str], *, reference: str, now: datetime) -> ReceiptOf | None:
    """What a status callback says; None for steps on the way, which change nothing. Raises KeyError for none at all."""
    sid, status = form["MessageSid"], form["MessageStatus"]
    if status not in _STATES:
        return None
    state, reason = _STATES[status]
    code = form.get("ErrorCode", "")
    if code in EXPIRED_CODES:
        reason = DeliveryReason.EXPIRED
    problem = " ".join(part for part in (code, form.get("ErrorMessage", "")) if part)
    return ReceiptOf(f"{sid}:{status}", sid, state, now, reason, problem[:300], reference)


def inbound_of(form: Mapping[str, str], *, now: datetime) -> InboundOf:
    """A text that came in. Raises KeyError when it is none."""
    return InboundOf(
        provider_id=form["MessageSid"],
        our_address=form["To"],
        their_address=form["From"],
        text=form["Body"],
        at=now,
        is_answered=bool(form.get("OptOutType")),
    )
