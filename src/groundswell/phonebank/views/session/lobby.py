"""Before the hour and after the last call: come in, see who is here, practise, begin, go home."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from groundswell.campaigns.queries import crib_html
from groundswell.phonebank.enums import PhoneBankStatus
from groundswell.phonebank.models import SessionCaller
from groundswell.phonebank.operations import sessions
from groundswell.phonebank.rules import PhoneBankError
from groundswell.phonebank.session_queries import (
    Here,
    SessionLine,
    bank_of,
    forget_callers,
    forget_session,
    next_evening,
    sessions_rung_by,
    team_and_own,
    who_is_here,
)
from groundswell.phonebank.session_rules import Phase, can_start, ends_at, first_name, phase_of
from groundswell.phonebank.views.organiser.frame import user_of
from groundswell.phonebank.views.organiser.live import Part
from groundswell.phonebank.views.session.frame import (
    line_and_identity,
    note_seen,
    session_for,
    session_page,
)

# So many are kept as drawn: a few moments of a few sessions.
MOST_DRAWN = 64

if TYPE_CHECKING:
    from datetime import datetime

    from django.http import HttpRequest

    from groundswell.accounts.models import User
    from groundswell.phonebank.models import Session


@require_safe
@never_cache
def lobby(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Where callers wait and get ready; for whoever has not come in, the door."""
    session = session_for(request, pk)
    now = timezone.now()
    caller = _caller(session, user_of(request))
    context = session_page(request, session, caller=caller)
    if context["phase"] == Phase.CLOSED and caller is not None:
        return redirect("phonebank:session_thanks", pk)
    if context["phase"] in {Phase.CLOSED, Phase.MISSED, Phase.CANCELLED}:
        context["next"] = next_evening(session.event, now=now)
        return render(request, "phonebank/session/over.html", context)
    if caller is None or caller.left_at is not None:
        return render(request, "phonebank/session/door.html", context)
    context |= {
        "line": line_and_identity(request, pk)[0],
        "bank": bank_of(session),
        "can_start": can_start(session, as_host=False, now=now),
        "crib": crib_html(session.event.campaign_id, session.event.area_id),
    }
    context["here"] = _who_is_here(context["line"], now).markup
    return render(request, "phonebank/session/lobby.html", context)


@require_safe
def here(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Who is here and what the host says: the part of the lobby that is asked for again every few seconds.

    Whoever is in it no longer (they left, or were removed) sees no names any more: their page is asked for anew.
    """
    line, by = line_and_identity(request, pk)
    now = timezone.now()
    if not note_seen(pk, by, now=now):
        return HttpResponse(headers={"HX-Refresh": "true", "Cache-Control": "private, no-store"})
    return _who_is_here(line, now).answer(request)


@require_POST
def join(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Come in."""
    session = session_for(request, pk)
    try:
        sessions.join_session(session_id=session.pk, by=user_of(request), now=timezone.now())
    except PhoneBankError as refusal:
        messages.warning(request, str(refusal))
    else:
        messages.success(
            request, _("Welcome, %(name)s. Good to have you.") % {"name": first_name(user_of(request).name)}
        )
        forget_callers(session.pk, [bank_of(session).pk])
    return redirect("phonebank:session", pk)


@require_POST
def start(request: HttpRequest, pk: int) -> HttpResponseBase:
    """To the calls: whoever presses first at the hour begins the session, later ones go along."""
    session = session_for(request, pk)
    user = user_of(request)
    caller = _caller(session, user)
    now = timezone.now()
    runs = phase_of(session, now=now) == Phase.LIVE
    try:
        if caller is None or caller.left_at is not None:
            sessions.join_session(session_id=session.pk, by=user, now=now)
        # Once it runs, nobody waits for its row, and nobody's press makes others read anew: two thousand press at the hour.
        if not runs:
            session = sessions.start(session_id=session.pk, by=user, now=now)
    except PhoneBankError as refusal:
        messages.info(request, str(refusal))
        return redirect("phonebank:session", pk)
    bank = bank_of(session)
    if not runs:
        forget_session(session.pk, [bank.pk])
    elif sessions_rung_by(bank.pk, user.pk, now=now) != session.pk:
        forget_callers(session.pk, [bank.pk])
    return redirect("phonebank:call", bank.pk)


@require_POST
def leave(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Go home; or, when it is closed and the list still open, out of the session and on with the calls."""
    session = session_for(request, pk)
    bank = bank_of(session)
    sessions.leave_session(session_id=session.pk, by=user_of(request), now=timezone.now())
    forget_callers(session.pk, [bank.pk])
    if request.POST.get("to") == "calls":
        return redirect("phonebank:call", bank.pk)
    return redirect("phonebank:session_thanks", pk)


@require_safe
@never_cache
def thanks(request: HttpRequest, pk: int) -> HttpResponseBase:
    """What you did, what the team did, and when we meet again."""
    session = session_for(request, pk)
    user = user_of(request)
    caller = _caller(session, user)
    if caller is None:
        return redirect("phonebank:session", pk)
    now = timezone.now()
    team, own = team_and_own(session, user.pk)
    target = session.event.target
    context = session_page(
        request,
        session,
        caller=caller,
        first_name=first_name(user.name),
        team=team,
        own=own,
        callers=SessionCaller.objects.filter(session=session).count(),
        reached=bool(target and team.dials >= target),
        next=next_evening(session.event, now=now),
        bank=bank_of(session),
        ends_at=ends_at(session),
    )
    context["rings_on"] = context["phase"] == Phase.CLOSED and context["bank"].status == PhoneBankStatus.OPEN
    return render(request, "phonebank/session/thanks.html", context)


def _caller(session: Session, user: User) -> SessionCaller | None:
    return SessionCaller.objects.filter(session=session, user=user).first()


def _who_is_here(line: SessionLine, now: datetime) -> Part:
    return _drawn(line, who_is_here(line.session_id, now=now), get_language())


@lru_cache(maxsize=MOST_DRAWN)
def _drawn(line: SessionLine, found: Here, language: str | None) -> Part:  # noqa: ARG001 - drawn anew for each language
    context = {"here": found.here, "many": found.many, "more": found.more, "newcomers": found.newcomers}
    return Part.drawn("phonebank/session/here.html", {"line": line, **context})
