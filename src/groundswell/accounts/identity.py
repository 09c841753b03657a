"""What the signed session says about who is asking: the roles a person had when they signed in, without a query.

The session is a signed cookie without a row (see `config.settings`), so what it says may be out of date: a revoked
membership stays in it. Whoever acts on it must ask `accounts_membership_live(membership_id, session_epoch)` in the
same SQL statement that acts (docs: sql/install/10_membership.sql). Everything else uses `access`, which asks the database.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.contrib.auth import SESSION_KEY

from groundswell.accounts.models import Membership, User
from groundswell.accounts.second_factor import lacks_second_factor, live_memberships

if TYPE_CHECKING:
    from django.http import HttpRequest

KEY = "_groundswell"
# A cookie holds 4,096 bytes; a membership takes about fifteen of them.
MOST_MEMBERSHIPS = 40


@dataclass(frozen=True)
class CallerIdentity:
    """A signed-in person in one campaign, as the session has it. `session_epoch` rises when they sign out everywhere."""

    user_id: int
    membership_id: int
    campaign_id: int
    session_epoch: int


def begin_session(request: HttpRequest, user: User) -> None:
    """A new sign-in: the session's age counts from now, whoever used this browser before."""
    request.session.pop(KEY, None)
    remember_identity(request, user)


def remember_identity(request: HttpRequest, user: User, memberships: list[Membership] | None = None) -> None:
    """Write the user's live memberships into the session: at sign-in, and whenever they are found to have changed.

    A staff membership that lacks its second factor stays out, so that nobody calls by it either (rule X1).
    """
    if memberships is None:
        memberships = sorted(live_memberships(user), key=lambda m: -m.pk)
    memberships = [m for m in memberships if not lacks_second_factor(m, user)]
    kept = request.session.get(KEY, {})
    found = [[m.pk, m.campaign_id] for m in memberships[:MOST_MEMBERSHIPS]]
    wanted = {
        "m": found,
        "c": kept.get("c"),
        "e": user.session_epoch,
        "t": kept.get("t") or int(time.time()),
    }
    if wanted != kept:
        request.session[KEY] = wanted


def choose_campaign(request: HttpRequest, campaign_id: int) -> None:
    """Make this the campaign that `caller_identity` answers for when none is named."""
    kept = request.session.get(KEY)
    if kept and kept.get("c") != campaign_id:
        request.session[KEY] = {**kept, "c": campaign_id}


def signed_in_at(request: HttpRequest) -> float:
    """When this session began, in seconds of the epoch; 0 when it does not say."""
    return float(request.session.get(KEY, {}).get("t") or 0)


def caller_identity(request: HttpRequest, campaign_id: int | None = None) -> CallerIdentity | None:
    """Who is calling, in which campaign, from the signed session: no query, and so no promise that it still holds.

    Without `campaign_id` it answers for the campaign chosen last, else for the one joined last. None when nobody is
    signed in or the session knows no membership there; `access.refresh_identity` then asks the database.
    """
    user_id = request.session.get(SESSION_KEY)
    kept: dict[str, Any] | None = request.session.get(KEY)
    if user_id is None or not kept:
        return None
    wanted = campaign_id if campaign_id is not None else kept.get("c")
    memberships: list[list[int | None]] = kept["m"]
    in_campaign = [m for m in memberships if m[1] is not None and (wanted is None or m[1] == wanted)]
    everywhere = [m for m in memberships if m[1] is None]
    for membership_id, of_campaign in [*in_campaign, *everywhere]:
        campaign = of_campaign or wanted
        if membership_id is not None and campaign is not None:
            return CallerIdentity(int(user_id), membership_id, campaign, kept["e"])
    return None
