"""An evening for tests of its numbers, its board and its report: an event with a session, callers, calls of any time."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from django.utils import timezone

from groundswell.accounts.enums import Role
from groundswell.accounts.models import User
from groundswell.accounts.tests.builders import make_member, make_user
from groundswell.campaigns.models import Ask
from groundswell.events.models import Event
from groundswell.phonebank.models import Call, Outcome, PhoneBank, Session, SessionBank, SessionCaller
from groundswell.phonebank.tests.world import World


class Evening:
    """A session of one phone bank that began an hour ago, and whoever is put into it."""

    def __init__(self, world: World, **fields: Any) -> None:
        self.world = world
        self.now = timezone.now()
        self.start = self.now - timedelta(hours=1)
        self.bank: PhoneBank = world.bank(build=False)
        fields = {"target": 300, "title": "Monday for Bury North", "area": world.area, **fields}
        ask = Ask.objects.create(campaign=world.campaign, kind="attend", slug=uuid4().hex, title="Come along")
        self.event = Event.objects.create(
            campaign=world.campaign,
            ask=ask,
            starts_at=self.start,
            ends_at=self.start + timedelta(hours=2),
            **fields,
        )
        self.session = Session.objects.create(event=self.event, board_key=uuid4().hex, started_at=self.start)
        SessionBank.objects.create(session=self.session, phone_bank=self.bank, since=self.start)

    def caller(self, name: str = "Ada Lovelace", *, joined: timedelta = timedelta(hours=1), **fields: Any) -> User:
        """A volunteer of the campaign who joined so long ago."""
        user = make_member(Role.CALLER, self.world.campaign, user=make_user(name)).user
        SessionCaller.objects.create(session=self.session, user=user, joined_at=self.now - joined, **fields)
        return user

    def call(
        self, caller: User, *, ago: timedelta, outcome: str = "no_answer", bank: PhoneBank | None = None, **fields: Any
    ) -> Call:
        """A call recorded so long ago, claimed a minute before."""
        ended = Outcome.objects.get(code=outcome)
        at: datetime = self.now - ago
        fields.setdefault("claimed_at", at - timedelta(minutes=1))
        return Call.objects.create(
            client_uuid=uuid4(),
            campaign_id=self.world.campaign.pk,
            phone_bank=bank or self.bank,
            caller=caller,
            outcome=ended,
            is_dial=ended.is_dial,
            is_contact=ended.is_contact,
            occurred_at=at,
            recorded_at=at,
            **fields,
        )
