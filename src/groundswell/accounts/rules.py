"""Who may give whom which role, and what an invitation still allows. Pure: `now` is passed in."""

from __future__ import annotations

from datetime import datetime
from enum import Enum

from groundswell.accounts.enums import Role
from groundswell.accounts.models import Invitation, Membership

# Least privilege (rule X1): nobody gives more than they hold, and who answers for the law gives no roles.
GRANTABLE: dict[Role, tuple[Role, ...]] = {
    Role.OWNER: (Role.CALLER, Role.ORGANISER, Role.DATA_MANAGER, Role.OWNER),
    Role.ORGANISER: (Role.CALLER, Role.ORGANISER),
    Role.DATA_MANAGER: (),
    Role.CALLER: (),
}
MANAGEABLE: dict[Role, tuple[Role, ...]] = {
    Role.OWNER: tuple(Role),
    Role.ORGANISER: (Role.CALLER,),
    Role.DATA_MANAGER: (),
    Role.CALLER: (),
}


class LinkState(Enum):
    """What can be said of an invitation link to whoever opens it."""

    OPEN = "open"
    EXPIRED = "expired"
    REVOKED = "revoked"
    USED_UP = "used_up"


def link_state(invitation: Invitation, *, now: datetime) -> LinkState:
    """Whether the link still works, and if not, why: what its maker did counts before what befell it."""
    if invitation.revoked_at is not None:
        return LinkState.REVOKED
    if invitation.expires_at <= now:
        return LinkState.EXPIRED
    if invitation.uses >= invitation.max_uses:
        return LinkState.USED_UP
    return LinkState.OPEN


def covers_campaign(membership: Membership, campaign_id: int | None) -> bool:
    """Whether the membership reaches this campaign; only one for every campaign reaches "every campaign"."""
    return membership.campaign_id is None or membership.campaign_id == campaign_id


def can_grant(membership: Membership, role: Role, campaign_id: int | None) -> bool:
    """Whether this member may make others members with `role` in that campaign."""
    return role in GRANTABLE[Role(membership.role)] and covers_campaign(membership, campaign_id)


def can_manage(membership: Membership, target: Membership) -> bool:
    """Whether this member may change or revoke the other: never themselves, so that no team loses its last owner."""
    return (
        membership.user_id != target.user_id
        and Role(target.role) in MANAGEABLE[Role(membership.role)]
        and covers_campaign(membership, target.campaign_id)
    )
