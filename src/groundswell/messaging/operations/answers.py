"""What is answered without a person: that a stop was heard, once, and who we are."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.translation import gettext as _

from groundswell.accounts.models import Organisation
from groundswell.campaigns.models import Campaign
from groundswell.compliance.models import HoursBucket
from groundswell.messaging.enums import DeliveryState, MessageKind, MessageStatus
from groundswell.messaging.models import Delivery, Inbound, Message, Sender
from groundswell.people.models import Person


def confirm_stop(inbound: Inbound, *, now: datetime) -> bool:
    """One confirmation for each number that they stop, ever: a second would be a message that was not wanted."""
    words = _("You will get no more texts from %(organisation)s.") % {"organisation": _organisation().name}
    return _answer(inbound, MessageKind.STOPPED, "stop", words, now=now)


def answer_help(inbound: Inbound, *, now: datetime) -> bool:
    """Who we are, how we are reached and how to stop; once a day, for machines answer machines.

    False where there is nobody we know to answer: a person should look.
    """
    organisation = _organisation()
    reached = organisation.contact_phone or organisation.contact_email
    parts = [
        _("%(organisation)s.") % {"organisation": organisation.name},
        _("Questions: %(reached)s.") % {"reached": reached} if reached else "",
        _("How we use data: %(url)s") % {"url": organisation.privacy_url or settings.PUBLIC_URL + "/privacy/"},
        _("Answer STOP to get no more texts."),
    ]
    today = now.astimezone(ZoneInfo(settings.TIME_ZONE)).date()
    words = " ".join(part for part in parts if part)
    return _answer(inbound, MessageKind.NOTICE, f"help {today.isoformat()}", words, now=now)


def _answer(inbound: Inbound, kind: MessageKind, key: str, words: str, *, now: datetime) -> bool:
    """Write it down for the outbox, once for this key; False where it cannot go."""
    person = Person.objects.filter(contact_points=inbound.contact_point_id or 0).order_by("pk").first()
    if person is None or inbound.sender is None or not _may_send(inbound.sender):
        return False
    message = _standing(inbound, inbound.sender, kind, now)
    if message is None:
        return False
    bucket, _new = HoursBucket.objects.get_or_create(time_zone=settings.TIME_ZONE, holiday_region="")
    Delivery.objects.bulk_create(
        [
            Delivery(
                message=message,
                person=person,
                contact_point_id=inbound.contact_point_id,
                key=key,
                bucket=bucket,
                state=DeliveryState.PENDING,
                body=words,
            )
        ],
        ignore_conflicts=True,
    )
    Message.objects.filter(pk=message.pk).update(status=MessageStatus.SENDING, finished_at=None)
    return True


def _standing(inbound: Inbound, sender: Sender, kind: MessageKind, now: datetime) -> Message | None:
    """The message that all such answers of this sender belong to; None while there is no campaign at all."""
    Sender.objects.select_for_update(of=("self",)).get(pk=sender.pk)  # so that two make one
    found = Message.objects.filter(sender=sender, kind=kind, segment__isnull=True).order_by("pk").first()
    if found is not None:
        return found
    campaign = inbound.answers.message.campaign if inbound.answers else Campaign.objects.order_by("-pk").first()
    if campaign is None:
        return None
    name = _("Confirmations of a stop") if kind == MessageKind.STOPPED else _("Answers to HELP")
    return Message.objects.create(
        campaign=campaign,
        kind=kind,
        channel=inbound.channel,
        name=name,
        sender=sender,
        body=name,
        status=MessageStatus.SENDING,
        prepared_at=now,
    )


def _may_send(sender: Sender) -> bool:
    return sender.verified_at is not None and sender.retired_at is None and sender.can_receive


def _organisation() -> Organisation:
    return Organisation.objects.get()
