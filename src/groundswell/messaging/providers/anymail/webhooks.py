"""What a service says of an email, in django-anymail's words, in ours."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from anymail.signals import EventType, RejectReason

from groundswell.messaging.enums import DeliveryReason, DeliveryState
from groundswell.messaging.providers.contract import Back, BackOf, ReceiptOf

_STATES: Final = {
    EventType.SENT: (DeliveryState.SENT, None),
    EventType.DELIVERED: (DeliveryState.DELIVERED, None),
    EventType.FAILED: (DeliveryState.FAILED, DeliveryReason.UNDELIVERED),
}
_BACKS: Final = {
    EventType.COMPLAINED: Back.COMPLAINT,
    EventType.UNSUBSCRIBED: Back.NO_MORE,
}
# Why the service did not even try, or the other side would not have it.
_REASONS: Final = {
    RejectReason.INVALID: Back.DEAD,
    RejectReason.BOUNCED: Back.DEAD,
    RejectReason.SPAM: Back.COMPLAINT,
    RejectReason.UNSUBSCRIBED: Back.NO_MORE,
}
# One after which the service goes on trying, or that says nothing of the address.
SOFT_WORDS: Final = ("soft", "transient", "temporary", "mailbox full", "undetermined")
LONGEST_ID, PROBLEM_LENGTH = 128, 300


def said_by(event: Any, *, now: datetime) -> ReceiptOf | BackOf | None:
    """A receipt, or an email that came back; None for what changes nothing (opened, clicked, put off)."""
    kind = event.event_type
    metadata = event.metadata if isinstance(event.metadata, dict) else {}
    reference, name = str(metadata.get("reference") or ""), str(event.message_id or "")[:LONGEST_ID]
    if not reference and not name and not event.recipient:
        return None
    at = event.timestamp or now
    problem = " ".join(str(part) for part in (event.description, event.mta_response) if part)[:PROBLEM_LENGTH]
    told = f"{name or reference}:{kind}"
    if kind in _STATES:
        state, reason = _STATES[kind]
        return ReceiptOf(told, name, state, at, reason, problem if reason else "", reference)
    back = _back_of(event)
    if back is None:
        return None
    return BackOf(
        f"{told}:{event.recipient or ''}"[:200], back, at, reference, name, str(event.recipient or ""), problem
    )


def _back_of(event: Any) -> Back | None:
    kind = event.event_type
    if kind in _BACKS:
        return _BACKS[kind]
    if kind not in (EventType.BOUNCED, EventType.REJECTED):
        return None
    back = _REASONS.get(event.reject_reason, Back.NOT_NOW)
    if back is Back.DEAD and kind == EventType.BOUNCED and _is_soft(event):
        return Back.NOT_NOW
    return back


def _is_soft(event: Any) -> bool:
    """Services call a full mailbox a bounce too: their own word tells it from a dead address."""
    given = event.esp_event if isinstance(event.esp_event, dict) else {}
    words = [given.get(name) for name in ("Type", "bounceType", "bounceSubType", "type", "event", "severity")]
    said = " ".join(str(word) for word in (*words, event.description) if word).lower()
    return any(word in said for word in SOFT_WORDS)
