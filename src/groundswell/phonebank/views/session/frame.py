"""What the evening's pages share: who may see them, and what is asked for every few seconds without a query of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from django.core.cache import cache
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils import timezone

from groundswell.accounts.access import access_campaign, memberships_of, refresh_identity
from groundswell.accounts.enums import Role
from groundswell.accounts.identity import CallerIdentity, caller_identity
from groundswell.phonebank.models import Session
from groundswell.phonebank.operations import sessions
from groundswell.phonebank.session_queries import SessionLine, bank_of, session_line
from groundswell.phonebank.session_rules import AWAY, phase_of
from groundswell.phonebank.views.organiser.frame import LEADERS, banks_for, membership_of

if TYPE_CHECKING:
    from datetime import datetime

    from django.http import HttpRequest

# A page asks every few seconds; that it is open is written down a few times a minute.
SEEN_EVERY = int(AWAY.total_seconds() / 6)


def session_for(request: HttpRequest, pk: int, *roles: Role) -> Session:
    """The session, for a member of its campaign with one of `roles` (any, if none is named).

    Raises as `access_campaign` does; Http404 for a session there is not.
    """
    memberships_of(request)
    session = (
        Session.objects.select_related("event__campaign", "event__area", "event__candidate", "invitation")
        .filter(pk=pk)
        .first()
    )
    if session is None:
        raise Http404("no such session")
    access_campaign(request, session.event.campaign.slug, *roles)
    return session


def session_to_host(request: HttpRequest, pk: int) -> Session:
    """The session, for somebody who leads its campaign and may see the list it rings."""
    session = session_for(request, pk, *LEADERS)
    get_object_or_404(banks_for(request, session.event.campaign), pk=bank_of(session).pk)
    return session


def line_and_identity(request: HttpRequest, pk: int) -> tuple[SessionLine, CallerIdentity]:
    """The session's line and who asks, as the signed session has it: no query once both are known. Raises Http404."""
    try:
        line = session_line(pk, now=timezone.now())
    except Session.DoesNotExist:
        memberships_of(request)
        raise Http404("no such session") from None
    by = caller_identity(request, line.campaign_id) or refresh_identity(request, line.campaign_id)
    if by is None:
        raise Http404("no such session")
    return line, by


def note_seen(session_id: int, by: CallerIdentity, *, now: datetime) -> bool:
    """Note that their page is open, once in SEEN_EVERY seconds for each process. False: they are in it no longer."""
    key = f"phonebank.seen.{session_id}.{by.user_id}.{by.membership_id}.{by.session_epoch}"
    known: bool | None = cache.get(key)
    if known is None:
        known = sessions.seen(session_id=session_id, by=by, now=now)
        cache.set(key, known, SEEN_EVERY if known else 2)
    return known


def session_page(request: HttpRequest, session: Session, **context: Any) -> dict[str, Any]:
    """The context of a page of this session; its times are those of the event's own clock."""
    now = timezone.now()
    zone = ZoneInfo(session.event.time_zone)
    return {
        "session": session,
        "event": session.event,
        "campaign": session.event.campaign,
        "zone": session.event.time_zone,
        "begins": session.event.starts_at.astimezone(zone),
        "phase": phase_of(session, now=now),
        "now": now,
        "may_host": membership_of(request).role in LEADERS,
        **context,
    }
