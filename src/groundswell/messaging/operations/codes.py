"""A text with a code to a number that somebody typed on a page: whoever types the code there holds the telephone."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from groundswell.campaigns.models import Campaign
from groundswell.compliance.enums import Channel
from groundswell.messaging.enums import DeliveryReason, DeliveryState, MessageKind
from groundswell.messaging.models import Delivery, Sender
from groundswell.messaging.operations.answers import standing_message, write_answer
from groundswell.messaging.operations.outbox import WAITING
from groundswell.messaging.tasks import send_soon
from groundswell.people.models import ContactPoint, Person


def code_sender() -> Sender | None:
    """By which of our numbers and names codes go: a proven one, a number that takes a STOP before a name of letters."""
    return proven_sender(Channel.SMS)


def proven_sender(channel: Channel) -> Sender | None:
    """Under which name we write when somebody has just asked for it; None: none is proven to be ours (rule M7)."""
    proven = Sender.objects.filter(channel=channel, verified_at__isnull=False, retired_at__isnull=True)
    return min(proven, key=lambda sender: (not sender.can_receive, sender.pk), default=None)


def text_code(*, sender: Sender, person: Person, point: ContactPoint, campaign: Campaign, key: str, words: str) -> None:
    """Write the text down for the outbox, once for each `key`: part of the transaction that makes the code.

    It needs no consent, it is asked for; who closed the number gets none (rule M5).
    """
    message = standing_message(
        sender=sender, kind=MessageKind.CODE, campaign=campaign, name=_("Codes to confirm a number")
    )
    write_answer(message, person=person, point=point, key=key, words=words)
    send_soon()


@transaction.atomic
def forget_code(*, point: ContactPoint, key: str, now: datetime) -> None:
    """It was typed: that it was texted is kept, the code itself is not."""
    typed = Delivery.objects.filter(contact_point=point, message__kind=MessageKind.CODE, key=key)
    _forget(typed, DeliveryReason.NOT_NEEDED, now)


@transaction.atomic
def forget_codes(*, made_before: datetime, now: datetime) -> None:
    """The same of all that hold no longer."""
    dead = Delivery.objects.filter(message__kind=MessageKind.CODE, created_at__lt=made_before).exclude(body="")
    _forget(dead, DeliveryReason.TOO_LATE, now)


def _forget(codes: QuerySet[Delivery], reason: DeliveryReason, now: datetime) -> None:
    """What has not left by now does not leave; what is in a worker's hands is left to it."""
    codes.filter(state__in=WAITING).update(
        state=DeliveryState.SKIPPED, reason=reason, settled_at=now, due_at=None, body=""
    )
    codes.exclude(state=DeliveryState.LEASED).update(body="")
