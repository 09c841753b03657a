"""Who may see and do what: the signed-in user's memberships from the database, asked once in a request.

Three ways, from plain to particular: `@require_role(...)` before a view, `access_campaign(request, slug, ...)` inside it,
`limit_to_areas(queryset, membership)` on what it lists. All refuse by exceptions that `middleware.AccessMiddleware`
turns into a way forward: to sign in, to set up the second factor (rule X1), or a plain 403 or 404.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar, cast

from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.db.models.expressions import RawSQL
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils import timezone

from groundswell.accounts import identity
from groundswell.accounts.above import campaigns
from groundswell.accounts.enums import Role
from groundswell.accounts.models import Membership, User
from groundswell.accounts.second_factor import lacks_second_factor, live_memberships

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponseBase

P = ParamSpec("P")
M = TypeVar("M", bound=Model)
View = Callable[Concatenate["HttpRequest", P], "HttpResponseBase"]

ORDER = [Role.OWNER, Role.ORGANISER, Role.DATA_MANAGER, Role.CALLER]
# Staff sign in anew after a working day; a passkey makes that one touch.
STAFF_SESSION_SECONDS = 12 * 3600
SEEN_EVERY = timedelta(minutes=5)


class SignInRequired(Exception):  # noqa: N818 - says what is asked of the visitor
    """Nobody is signed in, or staff signed in too long ago."""


class SecondFactorRequired(Exception):  # noqa: N818 - says what is asked of the visitor
    """The role is staff's and the account has neither passkey nor authenticator app yet (rule X1)."""


def memberships_of(request: HttpRequest) -> list[Membership]:
    """The user's live memberships, highest role first; two queries (with the user), kept for the request.

    Raises SignInRequired when nobody is signed in or a staff session is older than STAFF_SESSION_SECONDS.
    """
    kept: list[Membership] | None = getattr(request, "_groundswell_memberships", None)
    if kept is not None:
        return kept
    user = request.user
    if not isinstance(user, User):
        raise SignInRequired
    found = live_memberships(user)
    for membership in found:
        membership.user = user
    found.sort(key=lambda m: (ORDER.index(Role(m.role)), -m.pk))
    if any(m.is_staff_role() for m in found) and not _is_fresh(request):
        raise SignInRequired
    identity.remember_identity(request, user, sorted(found, key=lambda m: -m.pk))
    _note_seen(user)
    request._groundswell_memberships = found  # type: ignore[attr-defined]
    return found


def roles_of(request: HttpRequest) -> frozenset[Role]:
    """Every role the signed-in user holds somewhere; empty for visitors. For menus, not for decisions on data."""
    try:
        return frozenset(Role(m.role) for m in memberships_of(request))
    except SignInRequired:
        return frozenset()


def membership_for(request: HttpRequest, campaign: Model | None = None, *roles: Role) -> Membership | None:
    """The user's highest live membership, in `campaign` if one is named (their own there, or one for every campaign).

    With `roles`, the highest among these. None when there is none. Raises SignInRequired and SecondFactorRequired.
    """
    found = next(
        (
            m
            for m in memberships_of(request)
            if (campaign is None or m.campaign_id in (None, campaign.pk)) and (not roles or m.role in roles)
        ),
        None,
    )
    if found is not None and found.is_staff_role():
        check_second_factor(request, found)
    return found


def check_second_factor(request: HttpRequest, membership: Membership) -> None:
    """Raise SecondFactorRequired for staff without one (rule X1)."""
    if lacks_second_factor(membership, cast(User, request.user)):
        raise SecondFactorRequired


def access_campaign(request: HttpRequest, slug: str, *roles: Role) -> Any:
    """The campaign of this slug for a user with one of `roles` in it (any role, if none is named).

    Sets `request.membership`. Raises Http404 for a campaign the user has no part in, so that its name stays unknown;
    PermissionDenied when their role there is another; SignInRequired and SecondFactorRequired.
    """
    memberships = memberships_of(request)
    if not memberships:
        raise Http404("no such campaign")
    campaign = get_object_or_404(campaigns(), slug=slug)
    membership = membership_for(request, campaign, *roles)
    if membership is None:
        if any(m.campaign_id in (None, campaign.pk) for m in memberships):
            raise PermissionDenied
        raise Http404("no such campaign")
    request.membership = membership  # type: ignore[attr-defined]
    return campaign


def accessible_campaigns(request: HttpRequest, *roles: Role) -> QuerySet[Any]:
    """The campaigns in which the user has one of `roles` (any, if none is named), archived ones included."""
    held = [m for m in memberships_of(request) if not roles or m.role in roles]
    for membership in held:
        if membership.is_staff_role():
            check_second_factor(request, membership)
    if any(m.campaign_id is None for m in held):
        return campaigns().order_by("name")
    return campaigns().filter(pk__in=[m.campaign_id for m in held]).order_by("name")


def require_role(*roles: Role) -> Callable[[View[P]], View[P]]:
    """Let a view be reached only by users with one of `roles` in some campaign; sets `request.membership`.

    The membership is the highest of these, for every campaign if the user has one such. A view of one campaign's data
    must ask `access_campaign` as well: a role in one campaign says nothing about another.
    """

    def decorate(view: View[P]) -> View[P]:
        @wraps(view)
        def checked(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            membership = membership_for(request, None, *roles)
            if membership is None:
                raise PermissionDenied
            request.membership = membership  # type: ignore[attr-defined]
            return view(request, *args, **kwargs)

        return checked

    return decorate


def limit_to_areas(queryset: QuerySet[M], membership: Membership, field: str = "area") -> QuerySet[M]:
    """Only the rows of the membership's areas and everything below them; all rows when it is limited to none.

    `field` is the path from the model to its area ("household__area"), or "pk" for areas themselves.
    """
    if not membership.is_limited():
        return queryset
    allowed = RawSQL("SELECT accounts_areas_of(%s)", [membership.pk])
    return queryset.filter(**{f"{field}__in": allowed})


def refresh_identity(request: HttpRequest, campaign_id: int | None = None) -> identity.CallerIdentity | None:
    """The caller's identity after asking the database: for when the session knows none, or the claim refused it.

    Raises SignInRequired when nobody is signed in (any more), SecondFactorRequired when that is what is missing.
    """
    memberships = memberships_of(request)
    found = identity.caller_identity(request, campaign_id)
    if found is None:
        for membership in memberships:
            if campaign_id is None or membership.campaign_id in (None, campaign_id):
                check_second_factor(request, membership)
    return found


def _is_fresh(request: HttpRequest) -> bool:
    return time.time() - identity.signed_in_at(request) < STAFF_SESSION_SECONDS


def _note_seen(user: User) -> None:
    now = timezone.now()
    if user.last_seen_at is None or now - user.last_seen_at > SEEN_EVERY:
        User.objects.filter(pk=user.pk).update(last_seen_at=now)
