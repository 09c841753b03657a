"""What text banks do when something happens below: a reply comes in, contact is closed, somebody leaves the team."""

from __future__ import annotations

from typing import Any

from django.dispatch import receiver
from django.utils import timezone

from groundswell.accounts.models import Membership
from groundswell.accounts.signals import membership_revoked
from groundswell.compliance.signals import contact_closed
from groundswell.messaging.answering import register
from groundswell.messaging.enums import InboundRoute
from groundswell.messaging.models import Inbound
from groundswell.textbank.operations.replies import close_for, open_since, take_reply
from groundswell.textbank.operations.sweeping import release_of


def take(inbound: Inbound) -> bool:
    """In the transaction that routes."""
    return take_reply(inbound, now=inbound.routed_at or timezone.now())


register(InboundRoute.CONVERSATION, take, since=open_since)


@receiver(contact_closed)
def let_them_be(contact_point_ids: list[int], person_ids: list[int], **_: Any) -> None:
    """In the transaction that closes."""
    close_for(contact_point_ids, person_ids, now=timezone.now())


@receiver(membership_revoked)
def free_what_they_had(membership: Membership, **_: Any) -> None:
    """In the transaction that revokes."""
    release_of(membership.user_id, campaign_id=membership.campaign_id, by=None, now=timezone.now())
