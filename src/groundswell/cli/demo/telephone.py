"""The demo's telephone: what the campaign wrote to somebody by text has left, and lies there to be read."""

from __future__ import annotations

from datetime import datetime, timedelta

from groundswell.cli.demo.bulk import insert
from groundswell.messaging.enums import DeliveryState
from groundswell.messaging.models import Delivery, Message, SimulatedText
from groundswell.messaging.outgoing import reference_of
from groundswell.messaging.sms import segments_of

TEXTS = "console"


def leave(message_id: int | None, *, at: datetime) -> None:
    """What waits of this message leaves now, so that what is said next answers it."""
    waiting = Delivery.objects.filter(message=message_id, state=DeliveryState.PENDING)
    waiting.update(state=DeliveryState.SENT, created_at=at, sent_at=at, settled_at=at)


def arrive(message: Message) -> None:
    """All deliveries of this message have arrived, each a few seconds after it was made."""
    sender = message.sender
    assert sender is not None
    deliveries = list(Delivery.objects.filter(message=message).select_related("contact_point").order_by("pk"))
    texts = []
    for delivery in deliveries:
        assert delivery.contact_point is not None
        delivery.state, delivery.attempts = DeliveryState.DELIVERED, 1
        delivery.sent_at = delivery.settled_at = delivery.created_at + timedelta(seconds=4)
        delivery.provider_id = f"{TEXTS}-{reference_of(delivery.pk)}"
        delivery.segments = segments_of(delivery.body).count
        texts.append(
            SimulatedText(
                reference=reference_of(delivery.pk),
                our_address=sender.address,
                our_name=sender.name,
                their_address=delivery.contact_point.value,
                text=delivery.body,
                at=delivery.sent_at,
            )
        )
    fields = ["state", "attempts", "sent_at", "settled_at", "provider_id", "segments"]
    Delivery.objects.bulk_update(deliveries, fields, batch_size=500)
    insert(texts)
