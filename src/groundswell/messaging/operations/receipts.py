"""What providers say became of messages: kept once, and matched also when it comes before we know that the message left."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

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
                "between": _between(said) if delivery is None else "",
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
        receipt.delivery_id, receipt.between = delivery_of_id[receipt.provider_id], ""
        receipt.save(update_fields=["delivery", "between"])
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
    if found is None and said.their_address:
        found = _lost_between(provider, said.our_address, said.their_address)
    return found


def _lost_between(provider: str, our_address: str, their_address: str) -> Delivery | None:
    """The one delivery between two addresses of which nobody knows whether it left, and whose name with the provider we
    never heard. None where there are several, or where one is just being handed over: it may be of that.
    """
    between = Delivery.objects.filter(
        message__sender__provider=provider,
        message__sender__address=our_address,
        contact_point__value=their_address,
        provider_id="",
        state__in=[DeliveryState.UNKNOWN, DeliveryState.LEASED],
    )
    found = list(between[:2])
    return found[0] if len(found) == 1 and found[0].state == DeliveryState.UNKNOWN else None


@transaction.atomic
def match_lost_receipts(*, now: datetime) -> int:
    """Receipts that came while the message was still in our hands, and whose provider's answer then never came; how many.

    As a job: the provider does not say them again.
    """
    waiting = Receipt.objects.filter(delivery__isnull=True, received_at__gt=now - LONGEST_LOST).exclude(between="")
    count = 0
    for receipt in waiting.select_for_update(no_key=True, skip_locked=True).order_by("at", "pk"):
        ours, _sign, theirs = receipt.between.partition(BETWEEN)
        delivery = _lost_between(receipt.provider, ours, theirs)
        if delivery is not None:
            receipt.delivery, receipt.between = delivery, ""
            receipt.save(update_fields=["delivery", "between"])
            _apply(delivery.pk, receipt)
            count += 1
    return count


def _between(said: ReceiptOf) -> str:
    return f"{said.our_address}{BETWEEN}{said.their_address}"[:64] if said.their_address else ""


BETWEEN = ">"
LONGEST_LOST = timedelta(days=3)

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
