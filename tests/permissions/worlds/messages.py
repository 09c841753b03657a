"""A message of the campaign, a text bank, and what comes back."""

from __future__ import annotations

from datetime import timedelta
from functools import cached_property

from django.utils import timezone

from groundswell.compliance.models import Consent, HoursBucket
from groundswell.messaging.models import Delivery, Inbound, Message, Sender
from groundswell.people.addresses import address_hash
from groundswell.people.models import (
    ContactPoint,
    PersonContact,
    Segment,
)
from groundswell.textbank.models import CannedReply, Conversation, TextBank
from permissions.worlds.electors import ElectorsWorld


class MessagesWorld(ElectorsWorld):
    """One of everything that is sent and answered."""

    @cached_property
    def sender(self) -> Sender:
        """A name to write under, proven."""
        return Sender.objects.create(
            channel="email",
            name="The party",
            address="news@example.org",
            provider="smtp",
            verified_at=timezone.now(),
            verified_how="a code",
        )

    @cached_property
    def message(self) -> Message:
        """A draft of an email that this person would get."""
        value = "vera@example.org"
        point = ContactPoint.objects.create(kind="email", value=value, address_hash=address_hash("email", value))
        PersonContact.objects.create(person=self.person, contact_point=point, source=self.source)
        Consent.objects.create(
            person=self.person,
            address_hash=point.address_hash,
            channel="email",
            state="given",
            wording="Yes",
            wording_version="1",
            source="stall",
            evidence="paper",
            given_at=timezone.now() - timedelta(days=1),
        )
        return self._message("draft")

    @cached_property
    def sent_message(self) -> Message:
        """One that is done."""
        return self._message("done")

    def _message(self, status: str) -> Message:
        everybody = Segment.objects.create(name=status, campaign=self.campaign, expression={"everybody": True})
        return Message.objects.create(
            campaign=self.campaign,
            channel="email",
            name="News",
            subject="News",
            body="Hello.",
            sender=self.sender,
            segment=everybody,
            status=status,
        )

    @cached_property
    def inbound(self) -> Inbound:
        """Their answer to a text of the campaign."""
        sender = Sender.objects.create(channel="sms", name="Us", address="+447700900999", provider="console")
        message = Message.objects.create(
            campaign=self.campaign, channel="sms", name="Monday", body="Come?", sender=sender, status="sending"
        )
        bucket, _new = HoursBucket.objects.get_or_create(time_zone="Europe/London", holiday_region="")
        delivery = Delivery.objects.create(
            message=message, person=self.person, contact_point=self.number, bucket=bucket, state="pending"
        )
        return Inbound.objects.create(
            channel="sms",
            provider="console",
            provider_id="1",
            sender=sender,
            our_address=sender.address,
            their_address=self.number.value,
            contact_point=self.number,
            text="Please stop",
            at=timezone.now(),
            answers=delivery,
        )

    @cached_property
    def text_bank(self) -> TextBank:
        """A text bank of the campaign that is open."""
        message = Message.objects.create(
            campaign=self.campaign, kind="text_bank", channel="sms", name="Texts", body="Come?", status="draft"
        )
        return TextBank.objects.create(campaign=self.campaign, name="Texts", message=message, status="open")

    @cached_property
    def canned(self) -> CannedReply:
        """Words for its volunteers."""
        return CannedReply.objects.create(text_bank=self.text_bank, title="Yes", body="Lovely.")

    @cached_property
    def conversation(self) -> Conversation:
        """One that a volunteer has who is not among the viewers."""
        bucket, _new = HoursBucket.objects.get_or_create(time_zone="Europe/London", holiday_region="")
        return Conversation.objects.create(
            campaign_id=self.campaign.pk,
            text_bank=self.text_bank,
            person=self.person,
            contact_point=self.number,
            bucket=bucket,
            texter=self.member.user,
            started_at=timezone.now(),
            last_out_at=timezone.now(),
        )
