"""Who must have a second factor, and who has one (rule X1)."""

from __future__ import annotations

from typing import Any, cast

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.db.models import Exists, OuterRef

from groundswell.accounts.models import Membership, User

SECOND_FACTORS = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]


def live_memberships(user: User) -> list[Membership]:
    """The user's live memberships, each with whether a second factor is behind it and areas limit it; one query."""
    has_one = Exists(Authenticator.objects.filter(user_id=OuterRef("user_id"), type__in=SECOND_FACTORS))
    has_areas = Exists(Membership.areas.through._default_manager.filter(membership_id=OuterRef("pk")))
    found = Membership.objects.live().filter(user=user)
    return list(found.annotate(has_second_factor=has_one, has_areas=has_areas))


def lacks_second_factor(membership: Membership, user: User) -> bool:
    """Whether a membership of `live_memberships` may not be used yet. The demo's own users are let off, in the demo only."""
    if not membership.is_staff_role() or (settings.DEMO and user.is_demo):
        return False
    return not cast(Any, membership).has_second_factor


def is_nothing_but_a_caller(user: User) -> bool:
    """Whether proof of their mailbox is all that this account asks for: no staff role, no password, no second factor."""
    return (
        user.is_active
        and not user.has_usable_password()
        and not any(membership.is_staff_role() for membership in live_memberships(user))
        and not Authenticator.objects.filter(user=user, type__in=SECOND_FACTORS).exists()
    )
