"""Messages, replies and what came of them, in an organiser's world."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from groundswell.accounts.tests.builders import make_organisation
from groundswell.campaigns.enums import ActionState, AskKind, ShareChannel
from groundswell.campaigns.models import Action, Ask, ShareLink
from groundswell.campaigns.operations.asks import create_ask, new_code, publish_ask
from groundswell.compliance.models import HoursBucket
from groundswell.events.enums import EventKind
from groundswell.events.models import Attendance, Event
from groundswell.messaging.models import Delivery, Inbound, Message
from groundswell.people.models import ContactPoint, Person
from groundswell.phonebank.tests.world import World


def ask_for(live: World, kind: AskKind, now: datetime) -> Ask:
    """A published page that asks this."""
    make_organisation()
    made = create_ask(campaign=live.campaign, kind=kind, title=f"Please {kind}", by=None)
    return publish_ask(ask=made, by=None, now=now - timedelta(days=60))


def message(live: World, ask: Ask | None, **fields: Any) -> Message:
    """One that has gone out, with a tracked link of its own."""
    link = ShareLink.objects.create(ask=ask, channel=ShareChannel.MESSAGE, code=new_code()) if ask else None
    return Message.objects.create(
        **{"campaign": live.campaign, "channel": "sms", "name": "Come on Monday", "ask": ask, "link": link, **fields}
    )


def deliver(to: Person, of: Message, at: datetime, state: str = "delivered", **fields: Any) -> Delivery:
    """It reached them at this time."""
    bucket, _new = HoursBucket.objects.get_or_create(time_zone="Europe/London", holiday_region="")
    point = ContactPoint.objects.filter(people=to).first()
    reason = "undelivered" if state == "failed" else ""
    return Delivery.objects.create(
        message=of, person=to, contact_point=point, bucket=bucket, state=state, sent_at=at, reason=reason, **fields
    )


def reply(to: Delivery, route: str = "inbox") -> Inbound:
    """They answered it."""
    return Inbound.objects.create(
        channel="sms",
        provider="console",
        provider_id=str(uuid4()),
        our_address="+447700900001",
        their_address=f"+4477009{to.pk:05d}",
        text="Yes",
        at=to.sent_at,
        route=route,
        answers=to,
    )


def act(person: Person, ask: Ask, at: datetime, *, source: ShareLink | None = None, state: str = "confirmed") -> Action:
    """They did what was asked."""
    return Action.objects.create(
        ask=ask,
        person=person,
        state=ActionState(state),
        dedupe_key=f"person:{person.pk}",
        source=source,
        happened_at=at,
        state_at=at,
    )


def coming(action: Action, **fields: Any) -> Attendance:
    """The sign-up behind an action on an event's page."""
    event, _new = Event.objects.get_or_create(
        ask=action.ask,
        defaults={
            "campaign": action.ask.campaign,
            "kind": EventKind.PHONE_BANK,
            "title": action.ask.title,
            "starts_at": action.happened_at,
            "ends_at": action.happened_at + timedelta(hours=2),
        },
    )
    email = ContactPoint.objects.filter(people=action.person).first()
    return Attendance.objects.create(action=action, event=event, person=action.person, email=email, **fields)
