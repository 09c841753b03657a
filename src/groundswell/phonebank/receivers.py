"""What phone banks do when something happens below: a revoked member's household goes back, a walk-in is in the session."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from typing import Any

from django.dispatch import receiver

from groundswell.accounts.models import Invitation, Membership
from groundswell.accounts.signals import invitation_accepted, membership_revoked
from groundswell.events.models import Event
from groundswell.events.signals import event_cancelled, event_moved
from groundswell.phonebank.models import Session
from groundswell.phonebank.operations import give_back_of, sessions
from groundswell.phonebank.session_rules import SessionError


@receiver(membership_revoked)
def give_back_household(membership: Membership, **_: Any) -> None:
    """In the transaction that revokes, so that both happen or neither."""
    give_back_of(membership.user_id, campaign_id=membership.campaign_id)


@receiver(invitation_accepted)
def join_tonight(membership: Membership, invitation: Invitation, now: datetime, **_: Any) -> None:
    """Whoever comes by a session's own link is in that session. One that is over keeps nobody from joining the team."""
    for session_id in Session.objects.filter(invitation=invitation).values_list("pk", flat=True):
        with suppress(SessionError):
            sessions.join_session(session_id=session_id, by=membership.user, now=now)


@receiver([event_moved, event_cancelled])
def follow_the_event(event: Event, now: datetime, **_: Any) -> None:
    """The link for walk-ins goes with the event."""
    sessions.follow_event(event=event, by=None, now=now)
