"""What is answered without a person: that a stop was heard, once, and who we are; and how any one text is answered."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.translation import gettext as _

from groundswell.accounts.models import Organisation, User
from groundswell.campaigns.models import Campaign
from groundswell.compliance.enums import Channel
from groundswell.compliance.models import HoursBucket
from groundswell.messaging.enums import DeliveryState, MessageKind, MessageStatus
from groundswell.messaging.models import Delivery, Inbound, Message, Sender
from groundswell.people.addresses import AddressError, address_hash, normalise_phone
from groundswell.people.enums import ContactKind
from groundswell.people.models import ContactPoint, Person


def confirm_stop(inbound: Inbound, *, words: str = "") -> bool:
    """One confirmation for each number that they stop, ever: a second would be a message that was not wanted.

    False where there is none to send: before anybody has said who we are, nothing goes out that could be answered so.
    """
    organisation = Organisation.objects.first()
    if organisation is None:
        return False
    words = words or _("You will get no more texts from %(organisation)s.") % {"organisation": organisation.name}
    return _answer(inbound, MessageKind.STOPPED, "stop", words)


def answer_help(inbound: Inbound, *, now: datetime) -> bool:
    """Who we are, how we are reached and how to stop; once a day, for machines answer machines.

    False where it came from no number, we may not send from ours, or nobody has said who we are: a person should look.
    """
    organisation = Organisation.objects.first()
    if organisation is None:
        return False
    reached = organisation.contact_phone or organisation.contact_email
    parts = [
        _("%(organisation)s.") % {"organisation": organisation.name},
        _("Questions: %(reached)s.") % {"reached": reached} if reached else "",
        _("How we use data: %(url)s") % {"url": privacy_address(organisation)},
        _("Answer STOP to get no more texts."),
    ]
    today = now.astimezone(ZoneInfo(settings.TIME_ZONE)).date()
    words = " ".join(part for part in parts if part)
    return _answer(inbound, MessageKind.NOTICE, f"help {today.isoformat()}", words)


def privacy_address(organisation: Organisation) -> str:
    """Where it says what we do with data (rule D9)."""
    return organisation.privacy_url or settings.PUBLIC_URL + "/privacy/"


def write_answer(
    message: Message,
    *,
    person: Person | None,
    point: ContactPoint,
    key: str,
    words: str,
    pressed_by: User | None = None,
) -> None:
    """Write these words down for the outbox, once for this key and number, however often it is asked.

    Part of what answers: in its transaction. Compliance is asked when it leaves.
    """
    bucket, _new = HoursBucket.objects.get_or_create(time_zone=settings.TIME_ZONE, holiday_region="")
    Delivery.objects.bulk_create(
        [
            Delivery(
                message=message,
                person=person,
                contact_point=point,
                key=key,
                bucket=bucket,
                state=DeliveryState.PENDING,
                body=words,
                pressed_by=pressed_by,
            )
        ],
        ignore_conflicts=True,
    )


def may_send(sender: Sender) -> bool:
    """Whether this number of ours may be written from, and answered to (rule M7)."""
    return sender.verified_at is not None and sender.retired_at is None and sender.can_receive


def standing_message(*, sender: Sender, kind: MessageKind, campaign: Campaign, name: str) -> Message:
    """The message that all answers of this kind belong to, from this number in this campaign; it never ends."""
    Sender.objects.select_for_update(of=("self",)).get(pk=sender.pk)  # so that two make one
    found = Message.objects.filter(sender=sender, kind=kind, campaign=campaign, segment__isnull=True)
    message = found.order_by("pk").first()
    if message is None:
        return Message.objects.create(
            campaign=campaign,
            kind=kind,
            channel=sender.channel,
            name=name,
            sender=sender,
            subject=name if sender.channel == Channel.EMAIL else "",
            body=name,
            status=MessageStatus.SENDING,
        )
    if message.status != MessageStatus.SENDING or message.prepared_at is not None:
        # What was prepared ends by itself as soon as nothing is left of it.
        message.status, message.prepared_at, message.finished_at = MessageStatus.SENDING, None, None
        message.save(update_fields=["status", "prepared_at", "finished_at"])
    return message


def _answer(inbound: Inbound, kind: MessageKind, key: str, words: str) -> bool:
    """False where it cannot go; a stranger is answered as anybody is."""
    if inbound.sender is None or not may_send(inbound.sender):
        return False
    point = point_of(inbound)
    campaign = inbound.answers.message.campaign if inbound.answers else Campaign.objects.order_by("-pk").first()
    if point is None or campaign is None:
        return False
    name = _("Confirmations of a stop") if kind == MessageKind.STOPPED else _("Answers to HELP")
    person = Person.objects.filter(contact_points=point).order_by("pk").first()
    # One for each number, whatever the campaign: the first one's goes on.
    standing = Message.objects.filter(sender=inbound.sender, kind=kind, segment__isnull=True).order_by("pk").first()
    message = standing_message(
        sender=inbound.sender, kind=kind, campaign=standing.campaign if standing else campaign, name=name
    )
    write_answer(message, person=person, point=point, key=key, words=words)
    return True


def point_of(inbound: Inbound) -> ContactPoint | None:
    """The number that it came from, kept as such from now on; None where it is none."""
    if inbound.contact_point is not None:
        return inbound.contact_point
    try:
        number = normalise_phone(inbound.their_address)
    except AddressError:
        return None
    point, _new = ContactPoint.objects.get_or_create(
        kind=ContactKind.PHONE, value=number, defaults={"address_hash": address_hash(ContactKind.PHONE, number)}
    )
    inbound.contact_point = point
    return point
