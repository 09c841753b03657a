"""What phone banks do when something happens below: a revoked member's household goes back at once."""

from __future__ import annotations

from typing import Any

from django.dispatch import receiver

from groundswell.accounts.models import Membership
from groundswell.accounts.signals import membership_revoked
from groundswell.phonebank.operations import give_back_of


@receiver(membership_revoked)
def give_back_household(membership: Membership, **_: Any) -> None:
    """In the transaction that revokes, so that both happen or neither."""
    give_back_of(membership.user_id, campaign_id=membership.campaign_id)
