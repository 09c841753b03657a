"""Emails that came back: the delivery says so, a dead address is closed, and whoever complains is written to no more."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.db import transaction

from groundswell.accounts import audit
from groundswell.compliance.enums import SuppressionReason, SuppressionScope
from groundswell.compliance.operations import suppress
from groundswell.messaging.enums import DeliveryReason, DeliveryState
from groundswell.messaging.models import Delivery, Receipt
from groundswell.messaging.operations.inbound import cleaned
from groundswell.messaging.operations.preferences import stop_messages
from groundswell.messaging.operations.receipts import take_receipts
from groundswell.messaging.outgoing import delivery_of
from groundswell.messaging.preferences import Recipient
from groundswell.messaging.providers.contract import Back, BackOf, ReceiptOf
from groundswell.people.addresses import AddressError, normalise_email
from groundswell.people.enums import ContactKind
from groundswell.people.models import ContactPoint

# So many emails in a row that an address did not take, and it counts as dead.
IN_A_ROW: Final = 5
RETIRED_REASON: Final = "bounced"
UNWANTED: Final = frozenset({Back.COMPLAINT, Back.NO_MORE})
CAME_BACK: Final = (DeliveryState.FAILED, DeliveryReason.BOUNCED)


@transaction.atomic
def take_back(said: BackOf, *, provider: str, now: datetime) -> bool:
    """Write down that an email came back, and what follows for its address; whether it was news.

    `provider` is who says so. A delivery is found by our reference or the provider's name; without one, by an address that
    the provider gives.
    """
    is_unwanted = said.back in UNWANTED
    receipt = cleaned(
        ReceiptOf(
            event_id=said.event_id,
            provider_id=said.provider_id,
            state=DeliveryState.DELIVERED if is_unwanted else DeliveryState.FAILED,
            at=said.at,
            reason=None if is_unwanted else DeliveryReason.BOUNCED,
            problem=said.problem,
            reference=said.reference,
        )
    )
    # Of what a mailbox says we know only the reference: who carried it does not matter there.
    carrier = _carrier_of(said.reference) or provider
    if not take_receipts(carrier, receipts=[receipt]):
        return False
    found = Receipt.objects.select_related("delivery__contact_point", "delivery__person")
    delivery = found.get(provider=carrier, event_id=receipt.event_id).delivery
    point = delivery.contact_point if delivery is not None else _point_of(said.address)
    if point is None:
        return True
    if is_unwanted:
        _write_no_more(delivery, point, source=f"{said.back.value}: {provider}")
    elif said.back is Back.DEAD or _is_dead_by_now(point):
        _close(point, said.problem, now)
    return True


def _carrier_of(reference: str) -> str:
    number = delivery_of(reference)
    if number is None:
        return ""
    return Delivery.objects.filter(pk=number).values_list("message__sender__provider", flat=True).first() or ""


def _point_of(address: str) -> ContactPoint | None:
    try:
        return ContactPoint.objects.filter(kind=ContactKind.EMAIL, value=normalise_email(address)).first()
    except AddressError:
        return None


def _write_no_more(delivery: Delivery | None, point: ContactPoint, *, source: str) -> None:
    """As by one click: the address is closed, and consent to write to it taken back (rules M5, M6)."""
    person = delivery.person if delivery is not None else point.people.order_by("pk").first()
    if person is not None:
        stop_messages(recipient=Recipient(person, point), by=None, source=source[:200], one_address=True)
        return
    suppress(address=point.value, kind=ContactKind.EMAIL, scope=SuppressionScope.MESSAGES, by=None, source=source[:200])


def _is_dead_by_now(point: ContactPoint) -> bool:
    sent = Delivery.objects.filter(contact_point=point, sent_at__isnull=False).order_by("-sent_at", "-pk")
    last = list(sent.values_list("state", "reason")[:IN_A_ROW])
    return len(last) == IN_A_ROW and all(each == CAME_BACK for each in last)


def _close(point: ContactPoint, problem: str, now: datetime) -> None:
    """Marked as no longer in use, and closed to messages, so that no import opens it again; a data manager can."""
    source = f"email came back: {problem}"[:200]
    suppress(
        address=point.value,
        kind=ContactKind.EMAIL,
        scope=SuppressionScope.MESSAGES,
        reason=SuppressionReason.ORGANISATION,
        by=None,
        source=source,
    )
    retired = ContactPoint.objects.filter(pk=point.pk, retired_at__isnull=True)
    if retired.update(retired_at=now, retired_reason=RETIRED_REASON):
        audit.record("retire_address", by=None, subject=point, reason=RETIRED_REASON, problem=problem)
