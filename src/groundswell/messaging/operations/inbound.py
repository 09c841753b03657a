"""What comes in: kept first, once, and then routed: stop, help, a conversation, a keyword flow, or the inbox.

Kept and routed are two transactions: whatever goes wrong in the second, the message is there, waits in the inbox, and is
routed again by a job that was written down with it.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from groundswell.accounts import audit
from groundswell.accounts.models import User
from groundswell.compliance.enums import Channel, SuppressionScope
from groundswell.compliance.operations import suppress, withdraw_consent
from groundswell.compliance.queries import may_be_withdrawn
from groundswell.messaging.answering import takers
from groundswell.messaging.enums import InboundRoute
from groundswell.messaging.models import Delivery, Inbound, Sender
from groundswell.messaging.operations.answers import answer_help, confirm_stop
from groundswell.messaging.providers.contract import InboundOf, ReceiptOf
from groundswell.messaging.words import is_help, is_stop
from groundswell.people.addresses import AddressError, normalise_phone
from groundswell.people.enums import ContactKind
from groundswell.people.models import ContactPoint, Person

log = logging.getLogger(__name__)

ID_LENGTH, ADDRESS_LENGTH = 200, 254
Enqueue = Callable[[int], Any]


class UnreadableError(ValueError):
    """It cannot be a text: no id, no addresses, or impossible ones."""


def receive(given: InboundOf, *, provider: str, now: datetime, enqueue: Enqueue) -> Inbound | None:
    """Keep a text and route it; None when it was kept before. `enqueue` writes down a job that routes it if this cannot.

    Raises UnreadableError, and nothing else once the text is kept.
    """
    inbound = keep(given, provider=provider, enqueue=enqueue)
    return None if inbound is None else route_kept(inbound, now=now)


def route_kept(inbound: Inbound, *, now: datetime) -> Inbound:
    """Route what is kept. Raises nothing: what cannot be routed waits in the inbox, and the job that was written down
    with it tries again.
    """
    try:
        return route(inbound.pk, now=now)
    except Exception:
        log.exception("incoming message %s could not be routed; it waits in the inbox", inbound.pk)
        return inbound


@transaction.atomic
def keep(given: InboundOf, *, provider: str, enqueue: Enqueue) -> Inbound | None:
    """Write a text down; None when it is there already, however often the provider says so."""
    provider_id, ours, theirs = clean(given.provider_id), _address(given.our_address), _address(given.their_address)
    if not (provider_id and ours and theirs):
        raise UnreadableError("without an id or an address")
    if len(provider_id) > ID_LENGTH or max(len(ours), len(theirs)) > ADDRESS_LENGTH:
        raise UnreadableError("an id or an address of impossible length")
    senders = Sender.objects.filter(channel=Channel.SMS, address=ours)
    inbound, is_new = Inbound.objects.get_or_create(
        provider=provider,
        provider_id=provider_id,
        defaults={
            "channel": Channel.SMS,
            "sender": senders.order_by(F("retired_at").desc(nulls_first=True), "-pk").first(),
            "our_address": ours,
            "their_address": theirs,
            "contact_point": ContactPoint.objects.filter(kind=ContactKind.PHONE, value=theirs).first(),
            "text": clean(given.text),
            "at": given.at,
            "is_answered": given.is_answered,
        },
    )
    if not is_new:
        return None
    enqueue(inbound.pk)
    return inbound


@transaction.atomic
def route(inbound_id: int, *, now: datetime) -> Inbound:
    """Decide what becomes of a kept message, once: done twice it changes nothing."""
    inbound = Inbound.objects.select_for_update(of=("self",)).select_related("contact_point").get(pk=inbound_id)
    if inbound.routed_at is not None:
        return inbound
    inbound.answers = _answered(inbound)
    inbound.routed_at = now
    inbound.route = _decide(inbound, now)
    inbound.save(update_fields=["answers", "route", "routed_at", "contact_point"])
    return inbound


@transaction.atomic
def stop(inbound: Inbound, *, by: User | None) -> bool:
    """Close the address of whoever wrote it to messages, and take back what they had agreed to (rules M5, M6).

    Takes effect before anything else leaves. False when it came from no number: nothing can be sent there either.
    """
    source = f"text to {inbound.our_address}"[:200]
    try:
        suppress(address=inbound.their_address, scope=SuppressionScope.MESSAGES, by=by, source=source)
    except AddressError:
        return False
    if inbound.contact_point is not None:
        _take_back(inbound.contact_point, by=by, source=source)
    if not inbound.is_answered:
        _confirm(inbound)
    return True


def _confirm(inbound: Inbound) -> None:
    """Tell them that it was heard. Whatever is wrong with that, the stop stands: it is not undone for want of a courtesy."""
    try:
        with transaction.atomic():
            confirm_stop(inbound)
    except Exception:
        log.exception("the stop of incoming message %s is obeyed, and could not be confirmed", inbound.pk)


def _take_back(point: ContactPoint, *, by: User | None, source: str) -> None:
    """The consents to texts of everybody who has this number."""
    digest = bytes(point.address_hash)
    for person in Person.objects.filter(contact_points=point).order_by("pk"):
        lines = may_be_withdrawn(person)
        if any(line.channel == Channel.SMS and bytes(line.address_hash) == digest for line in lines):
            withdraw_consent(person=person, channel=Channel.SMS, contact_point=point, by=by, source=source)


@transaction.atomic
def stop_by_hand(*, inbound: Inbound, by: User, now: datetime) -> bool:
    """Somebody has read it and it means stop; it is handled with that. False as for `stop`: it goes on waiting."""
    locked = Inbound.objects.select_for_update(of=("self",)).select_related("contact_point").get(pk=inbound.pk)
    if not stop(locked, by=by):
        return False
    locked.route = InboundRoute.STOP
    locked.handled_at, locked.handled_by = now, by
    locked.save(update_fields=["route", "handled_at", "handled_by", "contact_point"])
    audit.record("stop_by_hand", by=by, subject=locked)
    return True


@transaction.atomic
def mark_handled(*, inbound: Inbound, by: User, now: datetime, is_handled: bool = True) -> None:
    """Somebody has seen to it; or has not after all, and it waits again."""
    changed = Inbound.objects.filter(pk=inbound.pk, handled_at__isnull=is_handled).update(
        handled_at=now if is_handled else None, handled_by=by if is_handled else None
    )
    if changed:
        audit.record("handle_inbound" if is_handled else "reopen_inbound", by=by, subject=inbound)


def _decide(inbound: Inbound, now: datetime) -> InboundRoute:
    if is_stop(inbound.text):
        return InboundRoute.STOP if stop(inbound, by=None) else InboundRoute.INBOX
    if is_help(inbound.text):
        told = inbound.is_answered or answer_help(inbound, now=now)
        return InboundRoute.HELP if told else InboundRoute.INBOX
    for its_route, takes in takers(inbound):
        if takes(inbound):
            return its_route
    return InboundRoute.INBOX


def _answered(inbound: Inbound) -> Delivery | None:
    """The last thing that we sent them from the number that they wrote to."""
    if inbound.contact_point_id is None:
        return None
    sent = Delivery.objects.filter(contact_point_id=inbound.contact_point_id, sent_at__isnull=False)
    return sent.filter(message__sender__address=inbound.our_address).order_by("-sent_at", "-pk").first()


def clean(text: str) -> str:
    """Without what the database takes in no text: null bytes, and halves of characters."""
    return text.replace("\0", "").encode("utf-8", "replace").decode("utf-8")


def cleaned(said: ReceiptOf) -> ReceiptOf:
    """A receipt without what the database takes in no text."""
    return replace(
        said,
        event_id=clean(said.event_id),
        provider_id=clean(said.provider_id),
        problem=clean(said.problem),
        reference=clean(said.reference),
    )


def _address(text: str) -> str:
    """A number in E.164; what is none (a name, a short code), as it was given."""
    try:
        return normalise_phone(text)
    except AddressError:
        return clean(text).strip()


def route_again(inbound_id: int) -> bool:
    """As a job: what was kept and could not be routed. Whether it is there: one that was forgotten meanwhile is let be."""
    inbound = Inbound.objects.filter(pk=inbound_id).first()
    if inbound is None:
        return False
    route(inbound.pk, now=timezone.now())
    return True
