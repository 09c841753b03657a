"""What providers say became of messages: kept once, and matched also when it comes before we know that the message left."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from contextlib import nullcontext
from datetime import datetime, timedelta
from typing import Final

from django.db import connection, transaction

from groundswell.messaging.enums import DeliveryReason, DeliveryState
from groundswell.messaging.models import Delivery, Receipt
from groundswell.messaging.outgoing import delivery_of
from groundswell.messaging.pacing import is_news
from groundswell.messaging.providers.contract import ReceiptOf

PROBLEM_LENGTH = 300
TAKE: Final = """SELECT messaging_take_receipts(
    %(provider)s, %(events)s::text[], %(names)s::text[], %(numbers)s::bigint[], %(deliveries)s::bigint[], %(states)s::text[],
    %(reasons)s::text[], %(problems)s::text[], %(times)s::timestamptz[], %(betweens)s::text[], %(not_gone)s::text[],
    %(news_to)s::jsonb)"""


def take_receipts(provider: str, *, receipts: Iterable[ReceiptOf]) -> int:
    """Write down what a provider said, all or none; how many of these were new. Said again it changes nothing."""
    parts = _each_message_once(receipts)
    # One statement is all or none by itself.
    with transaction.atomic() if len(parts) > 1 else nullcontext():
        return sum(_take(provider, some) for some in parts)


def _each_message_once(receipts: Iterable[ReceiptOf]) -> list[list[ReceiptOf]]:
    """The same in their order, in parts of which none says two things of one message."""
    parts: list[list[ReceiptOf]] = []
    named: Counter[tuple[str, str]] = Counter()
    for said in receipts:
        names = [("theirs", said.provider_id), ("ours", said.reference)]
        place = max((named[name] for name in names if name[1]), default=0)
        if place == len(parts):
            parts.append([])
        parts[place].append(said)
        named.update({name: place + 1 - named[name] for name in names})
    return parts


def _take(provider: str, receipts: Sequence[ReceiptOf]) -> int:
    # Only a provider that does not say our reference back names the addresses instead.
    known = [_delivery_of(provider, said) if said.their_address else None for said in receipts]
    with connection.cursor() as cursor:
        cursor.execute(
            TAKE,
            {
                "provider": provider,
                "events": [said.event_id for said in receipts],
                "names": [said.provider_id for said in receipts],
                "numbers": [_number(said) for said in receipts],
                "deliveries": [delivery.pk if delivery else None for delivery in known],
                "states": [said.state.value for said in receipts],
                "reasons": [str(said.reason or "") for said in receipts],
                "problems": [said.problem[:PROBLEM_LENGTH] for said in receipts],
                "times": [said.at for said in receipts],
                "betweens": [_between(said) for said in receipts],
                "not_gone": [state.value for state in NOT_GONE],
                "news_to": NEWS_TO,
            },
        )
        new: int = cursor.fetchone()[0]
    return new


def _number(said: ReceiptOf) -> int | None:
    number = delivery_of(said.reference)
    return number if number is not None and number < 2**63 else None


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
# What is said, and the states of a delivery to which that is news.
NEWS_TO: Final = json.dumps(
    {said: [state for state in DeliveryState if is_news(state, said)] for said in DeliveryState},
)


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
