"""A phone bank of the campaign, and an evening of it."""

from __future__ import annotations

from datetime import timedelta
from functools import cached_property
from uuid import uuid4

from django.utils import timezone

from groundswell.accounts.models import User
from groundswell.campaigns.models import Ask
from groundswell.compliance.models import HoursBucket
from groundswell.events.models import Event
from groundswell.phonebank.models import CallerStatus, Flag, Outcome, PhoneBank, QueueEntry, Session
from permissions.worlds.electors import ElectorsWorld


class CallingWorld(ElectorsWorld):
    """One of everything that a phone bank has."""

    @cached_property
    def bank(self) -> PhoneBank:
        """A phone bank of the campaign that is open."""
        return PhoneBank.objects.create(campaign=self.campaign, name="Monday", script=self.script, status="open")

    @cached_property
    def session(self) -> Session:
        """An evening of it that has begun, with one caller in it."""
        now = timezone.now()
        ask = Ask.objects.create(campaign=self.campaign, kind="attend", slug="monday", title="Monday")
        event = Event.objects.create(
            campaign=self.campaign,
            ask=ask,
            title="Monday",
            status="published",
            starts_at=now,
            ends_at=now + timedelta(hours=2),
        )
        session = Session.objects.create(event=event, board_key=uuid4().hex, started_at=now)
        session.banks.create(phone_bank=self.bank)
        session.callers.create(user=self.caller)
        return session

    @cached_property
    def flag(self) -> Flag:
        """A household of it that waits for an organiser."""
        bucket = HoursBucket.objects.get_or_create(time_zone="Europe/London", holiday_region="")[0]
        entry = QueueEntry.objects.create(
            campaign_id=self.campaign.pk, phone_bank=self.bank, household=self.household, bucket=bucket
        )
        return Flag.objects.create(entry=entry, phone_bank=self.bank, raised_by=self.member.user, note="Is rude")

    @cached_property
    def caller(self) -> User:
        """Somebody who has called in it."""
        return CallerStatus.objects.create(phone_bank=self.bank, caller=self.member.user).caller

    @cached_property
    def outcome(self) -> Outcome:
        """One of the outcomes that every installation has."""
        return Outcome.objects.get(code="no_answer")
