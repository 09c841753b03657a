"""An evening to test with: a published phone-bank event with its list, a host, and callers as wanted."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from groundswell.accounts.enums import Role
from groundswell.accounts.models import Membership, User
from groundswell.accounts.tests.builders import make_member
from groundswell.campaigns.models import Ask, Campaign
from groundswell.events.enums import EventKind, EventStatus
from groundswell.events.models import Event
from groundswell.phonebank.models import PhoneBank, Session
from groundswell.phonebank.operations import sessions

TWO_HOURS = timedelta(hours=2)


def make_event(campaign: Campaign, *, starts_at: datetime, **fields: Any) -> Event:
    """A published phone bank of two hours."""
    title = fields.pop("title", "Ring Walthamstow")
    ask = Ask.objects.create(campaign=campaign, kind="attend", slug=f"ring-{uuid4().hex[:8]}", title=title)
    fields.setdefault("ends_at", starts_at + TWO_HOURS)
    fields = {"kind": EventKind.PHONE_BANK, "status": EventStatus.PUBLISHED, "target": 300, **fields}
    return Event.objects.create(campaign=campaign, ask=ask, title=title, starts_at=starts_at, **fields)


def make_host(campaign: Campaign, name: str = "Olu Host") -> User:
    """An organiser of this campaign."""
    user = make_member(Role.ORGANISER, campaign).user
    User.objects.filter(pk=user.pk).update(name=name)
    user.refresh_from_db()
    return user


class Evening:
    """Its session, not begun unless asked for."""

    def __init__(self, campaign: Campaign, bank: PhoneBank, *, now: datetime, live: bool = False, **event: Any) -> None:
        self.campaign, self.bank, self.now = campaign, bank, now
        self.host = make_host(campaign)
        self.event = make_event(campaign, starts_at=event.pop("starts_at", now), **event)
        self.session: Session = sessions.open_session(event=self.event, phone_bank=bank, by=self.host, now=now)
        if live:
            self.start()

    def start(self) -> None:
        """The host begins."""
        self.session = sessions.start(session_id=self.session.pk, by=self.host, now=self.now, as_host=True)

    def user(self, name: str = "Cai Caller") -> User:
        """A volunteer of the campaign, who has not joined."""
        user = User.objects.create(name=name, email=f"{uuid4().hex}@example.org")
        Membership.objects.create(user=user, role="caller", campaign=self.campaign)
        return user

    def joined(self, name: str = "Cai Caller") -> User:
        """A volunteer who is here."""
        user = self.user(name)
        sessions.join_session(session_id=self.session.pk, by=user, now=self.now)
        return user

    def refresh(self) -> Session:
        """The session as the database has it."""
        self.session = Session.objects.select_related("event", "invitation").get(pk=self.session.pk)
        return self.session
