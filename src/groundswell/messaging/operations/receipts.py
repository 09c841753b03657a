"""What providers say became of messages: kept once, and matched also when it comes before we know that the message left."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from django.db import connection, transaction

from groundswell.messaging.enums import DeliveryReason, DeliveryState
from groundswell.messaging.models import Delivery, Receipt
from groundswell.messaging.outgoing import delivery_of
from groundswell.messaging.pacing import is_news
from groundswell.messaging.providers.contract import ReceiptOf

PROBLEM_LENGTH = 300


@transaction.atomic
def take_receipts(provider: str, *, receipts: Iterable[ReceiptOf]) -> int:
    """Write down what a provider said; how many of these were new. Said again it changes nothing."""
    new = 0
    for said in receipts:
        delivery = _delivery_of(provider, said)
        receipt, is_new = Receipt.objects.get_or_create(
            provider=provider,
            event_id=said.event_id,
            defaults={
                "provider_id": said.provider_id,
                "state": said.state,
                "reason": said.reason or "",
                "problem": said.problem[:PROBLEM_LENGTH],
                "at": said.at,
                "delivery": delivery,
            },
        )
        if is_new:
            new += 1
            if delivery is not None:
                _apply(delivery.pk, receipt)
    return new


def match_early_receipts(provider: str, delivery_of_id: Mapping[str, int]) -> None:
    """Receipts that came before we had written down that the message left, in the transaction that does."""
    if not delivery_of_id or not _any_early(provider, list(delivery_of_id)):
        return
    early = Receipt.objects.filter(
        provider=provider, provider_id__in=list(delivery_of_id), delivery__isnull=True
    ).select_for_update(no_key=True)
    for receipt in early.order_by("at", "pk"):
        receipt.delivery_id = delivery_of_id[receipt.provider_id]
        receipt.save(update_fields=["delivery"])
        _apply(receipt.delivery_id, receipt)


def _any_early(provider: str, provider_ids: list[str]) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM messaging_receipt"
            " WHERE provider = %s AND provider_id = ANY (%s::text[]) AND delivery_id IS NULL)",
            [provider, provider_ids],
        )
        found: bool = cursor.fetchone()[0]
    return found


def _delivery_of(provider: str, said: ReceiptOf) -> Delivery | None:
    """By the provider's name for it, or by ours where it says that back: so is found what was lost on the way."""
    deliveries = Delivery.objects.filter(message__sender__provider=provider)
    found = deliveries.filter(provider_id=said.provider_id).first() if said.provider_id else None
    number = delivery_of(said.reference)
    if found is None and number is not None:
        found = deliveries.filter(pk=number).exclude(state__in=NOT_GONE).first()
    return found


NOT_GONE = (DeliveryState.PENDING, DeliveryState.SUPPRESSED, DeliveryState.SKIPPED)


def _apply(delivery_id: int, receipt: Receipt) -> None:
    delivery = Delivery.objects.select_for_update(no_key=True).get(pk=delivery_id)
    if not is_news(DeliveryState(delivery.state), DeliveryState(receipt.state)):
        return
    delivery.state = receipt.state
    has_failed = receipt.state == DeliveryState.FAILED
    delivery.reason = (receipt.reason or DeliveryReason.UNDELIVERED) if has_failed else ""
    delivery.problem = receipt.problem
    delivery.leased_until = delivery.due_at = None
    delivery.settled_at = receipt.at
    delivery.provider_id = delivery.provider_id or receipt.provider_id
    if not has_failed:
        delivery.sent_at = delivery.sent_at or receipt.at
    delivery.save(
        update_fields=["state", "reason", "problem", "leased_until", "due_at", "settled_at", "provider_id", "sent_at"]
    )
