"""Texts that come in parts: kept one by one, put together when all are there, and never left lying."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet

from groundswell.messaging.models import InboundPart, Line
from groundswell.messaging.operations.inbound import Enqueue, clean, keep, route_kept
from groundswell.messaging.providers.contract import InboundOf, PartOf

# So long we wait for the parts that are missing.
PATIENCE = timedelta(hours=1)
MISSING = "[…]"


def take_part(part: PartOf, *, provider: str, line: str, now: datetime, enqueue: Enqueue) -> None:
    """Keep a text, or a part of one, and route it when it is whole. Said again for want of our answer, it is not kept again.

    Raises nothing but what the database does: then nothing was kept.
    """
    with transaction.atomic():
        heard = Line.objects.select_for_update().get_or_create(name=line)[0]
        if heard.unanswered == part.digest:
            return
        Line.objects.filter(name=line).update(unanswered=part.digest)
        whole = _put_together(part, provider)
        kept = None if whole is None else keep(whole, provider=provider, enqueue=enqueue)
    if kept is not None:
        route_kept(kept, now=now)


def route_incomplete(*, now: datetime, enqueue: Enqueue) -> int:
    """What has waited for its other parts long enough, as it is: with a mark where something is missing. How many texts."""
    count = 0
    for part in InboundPart.objects.filter(at__lt=now - PATIENCE).order_by("at", "pk"):
        with transaction.atomic():
            found = list(_siblings(part).select_for_update())
            if not found:
                continue
            texts = {each.number: each.text for each in found}
            words = "".join(texts.get(number, MISSING) for number in range(1, part.total + 1))
            _siblings(part).delete()
            kept = keep(
                _inbound(part, words.replace(MISSING * 2, MISSING), found[0].at),
                provider=part.provider,
                enqueue=enqueue,
            )
        if kept is not None:
            route_kept(kept, now=now)
        count += 1
    return count


def _put_together(part: PartOf, provider: str) -> InboundOf | None:
    """The whole text, once its last part is there."""
    if part.total < 2:
        return _inbound(part, part.text, part.at)
    fields = {
        "provider": provider,
        "our_address": part.our_address,
        "their_address": part.their_address,
        "reference": part.reference,
        "total": part.total,
    }
    row = InboundPart(**fields, number=part.number, text=clean(part.text), at=part.at)
    InboundPart.objects.bulk_create([row], ignore_conflicts=True)
    found = InboundPart.objects.filter(**fields).order_by("number")
    texts = list(found.values_list("text", flat=True))
    if len(texts) < part.total:
        return None
    found.delete()
    return _inbound(part, "".join(texts), part.at)


def _siblings(part: InboundPart) -> QuerySet[InboundPart]:
    return InboundPart.objects.filter(
        provider=part.provider,
        our_address=part.our_address,
        their_address=part.their_address,
        reference=part.reference,
        total=part.total,
    ).order_by("number")


def _inbound(part: PartOf | InboundPart, text: str, at: datetime) -> InboundOf:
    # The protocol gives a text that comes in no name: it gets one of ours.
    return InboundOf(uuid.uuid4().hex, part.our_address, part.their_address, text, at)
