"""Stopping a message that is being sent, letting it go on, and choosing the better subject of a test."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from groundswell.accounts.audit import record
from groundswell.accounts.models import User
from groundswell.messaging.enums import DeliveryReason, MessageStatus
from groundswell.messaging.models import Message
from groundswell.messaging.operations.outbox import close_open

UNDER_WAY = (MessageStatus.SENDING, MessageStatus.PAUSED)


class SteeringError(ValueError):
    """This cannot be done with the message as it is; says why."""


@transaction.atomic
def pause_message(message: Message, *, by: User | None) -> None:
    """Nothing more of it leaves but the few in a worker's hands. Raises SteeringError."""
    locked = _locked(message, MessageStatus.SENDING, _("Only a message that is being sent can be paused."))
    _set(message, locked, MessageStatus.PAUSED)
    record("pause_message", by=by, subject=locked, campaign_id=locked.campaign_id)


@transaction.atomic
def resume_message(message: Message, *, by: User | None, enqueue: Callable[[], Any]) -> None:
    """It goes on where it stopped; `enqueue` tells the worker. Raises SteeringError."""
    locked = _locked(message, MessageStatus.PAUSED, _("Only a paused message can go on."))
    _set(message, locked, MessageStatus.SENDING)
    enqueue()
    record("resume_message", by=by, subject=locked, campaign_id=locked.campaign_id)


@transaction.atomic
def cancel_message(message: Message, *, by: User | None, now: datetime) -> int:
    """Whatever has not begun to leave never does; how many that were. Raises SteeringError for one that is over."""
    locked = Message.objects.select_for_update(no_key=True).get(pk=message.pk)
    if locked.status in {MessageStatus.DONE, MessageStatus.CANCELLED}:
        raise SteeringError(_("This message is over: there is nothing left to cancel."))
    kept = close_open(locked.pk, reason=DeliveryReason.CANCELLED, now=now)
    locked.finished_at = now
    locked.save(update_fields=["finished_at"])
    _set(message, locked, MessageStatus.CANCELLED)
    record("cancel_message", by=by, subject=locked, campaign_id=locked.campaign_id, not_sent=kept)
    return kept


@transaction.atomic
def choose_subject(
    message: Message, *, winner: int, by: User | None, now: datetime, enqueue: Callable[[], Any]
) -> None:
    """Of a test: the rest gets this subject, 0 the first or 1 the other, from now on. Raises SteeringError."""
    locked = Message.objects.select_for_update(no_key=True).get(pk=message.pk)
    if not locked.test_share or winner not in {0, 1}:
        raise SteeringError(_("This message tries no two subjects."))
    if locked.decided_at is not None:
        raise SteeringError(_("The subject has been chosen already."))
    locked.winner, locked.decided_at = winner, now
    locked.save(update_fields=["winner", "decided_at"])
    enqueue()
    record("choose_subject", by=by, subject=locked, campaign_id=locked.campaign_id, winner=winner)


def _locked(message: Message, status: MessageStatus, otherwise: str) -> Message:
    locked = Message.objects.select_for_update(no_key=True).get(pk=message.pk)
    if locked.status != status:
        raise SteeringError(otherwise)
    return locked


def _set(message: Message, locked: Message, status: MessageStatus) -> None:
    locked.status = message.status = status
    locked.problem = message.problem = ""
    locked.save(update_fields=["status", "problem"])
