"""The host's evening: who needs somebody, what is flagged, a word to all, more time, another list, the end."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from groundswell.accounts.rules import LinkState, link_state
from groundswell.config.numbers import read_whole_number
from groundswell.phonebank.dashboards import bank_progress, forget_progress
from groundswell.phonebank.enums import PhoneBankStatus
from groundswell.phonebank.models import Flag, QueueBuild
from groundswell.phonebank.operations import are_many, sessions, solve_flag
from groundswell.phonebank.queries import open_flags
from groundswell.phonebank.session_numbers import live_numbers
from groundswell.phonebank.session_queries import (
    KEPT_SECONDS,
    bank_of,
    callers_now,
    forget_session,
    next_evening,
)
from groundswell.phonebank.session_rules import (
    LONGEST_EXTENSION,
    Phase,
    SessionError,
    Standing,
    can_start,
    clock,
    ends_at,
    minutes_until,
    on_its_clock,
    phase_of,
)
from groundswell.phonebank.views.organiser.building import with_queue
from groundswell.phonebank.views.organiser.forms import SolveFlagForm
from groundswell.phonebank.views.organiser.frame import banks_for, note_flags_seen, told, user_of
from groundswell.phonebank.views.organiser.live import live_part
from groundswell.phonebank.views.session.frame import session_page, session_to_host

if TYPE_CHECKING:
    from django.http import HttpRequest

    from groundswell.phonebank.dashboards import BankProgress
    from groundswell.phonebank.models import PhoneBank, Session

MORE_MINUTES = (15, 30, 60)
MESSAGES_SHOWN = 5
FLAGS_SHOWN = 50
# A host looks after so many at most; those who need one come first. Two thousand names are a megabyte every few seconds.
CALLERS_SHOWN = 100
# With fewer households to ring than this for each caller, the host should think of another list.
RUNS_DRY = 3


@require_safe
@never_cache
def host(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The host's page: a part that is drawn again every few seconds, and what they can do."""
    session = session_to_host(request, pk)
    now = timezone.now()
    bank = bank_of(session)
    waiting = list(open_flags(_bank_ids(session))[:FLAGS_SHOWN])
    note_flags_seen(request, session.event.campaign_id, waiting)
    others = [one for one in _lists(request, session) if one.id != bank.pk]
    end = ends_at(session)
    context = session_page(
        request,
        session,
        page="sessions",
        others=others,
        flags=waiting,
        messages_said=list(session.messages.select_related("by").order_by("-at", "-pk")[:MESSAGES_SHOWN]),
        ends=end,
        later=_later(session, now),
        can_begin=can_start(session, as_host=True, now=now),
        next=next_evening(session.event, now=now),
    )
    context |= _live(session, now)
    return render(request, "phonebank/session/host.html", context)


@require_safe
def live(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Numbers and callers, for htmx."""
    session = session_to_host(request, pk)
    return live_part(
        request,
        template="phonebank/session/host_live.html",
        key=str(pk),
        seconds=KEPT_SECONDS,
        context=lambda: _live(session, timezone.now()),
    )


@require_POST
def begin(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Open the calls, also before the hour."""
    session = session_to_host(request, pk)
    now = timezone.now()
    if can_start(session, as_host=True, now=now) and _is_being_built(request, bank_of(session)):
        return _back(session)
    with told(request, _("You have begun. Everybody in the lobby can ring now.")):
        sessions.start(session_id=pk, by=user_of(request), now=now, as_host=True)
    return _back(session)


@require_POST
def message(request: HttpRequest, pk: int) -> HttpResponseBase:
    """A word to all."""
    session = session_to_host(request, pk)
    with told(request, _("Sent. It is on everybody's screen within a few seconds.")):
        sessions.say(session_id=pk, text=request.POST.get("text", ""), by=user_of(request), now=timezone.now())
    return _back(session)


@require_POST
def end(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Go on for longer; the form says until when."""
    session = session_to_host(request, pk)
    until = _moment(request.POST.get("until", ""))
    with told(request):
        if until is None:
            raise SessionError(_("Choose until when to go on."))
        session = sessions.extend(session_id=pk, until=until, by=user_of(request), now=timezone.now())
        messages.success(request, _("We go on until %(when)s.") % {"when": clock(ends_at(session), session)})
    return _back(session)


@require_POST
def move(request: HttpRequest, pk: int) -> HttpResponseBase:
    """On to another list."""
    session = session_to_host(request, pk)
    mine = banks_for(request, session.event.campaign)
    chosen, was = (read_whole_number(request.POST.get(name)) for name in ("to", "from"))
    if chosen is None or was is None:
        with told(request):
            raise SessionError(_("Choose the list to go on with."))
        return _back(session)
    to_bank, from_bank = get_object_or_404(mine, pk=chosen), get_object_or_404(mine, pk=was)
    if phase_of(session, now=timezone.now()) == Phase.LIVE and _is_being_built(request, to_bank):
        return _back(session)
    with told(request, _("Everybody goes on with “%(name)s” after their present call.") % {"name": to_bank}):
        sessions.move_to_bank(
            session_id=pk, from_bank=from_bank, to_bank=to_bank, by=user_of(request), now=timezone.now()
        )
    forget_progress(session.event.campaign_id)
    return _back(session)


@require_POST
def close(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The end."""
    session = session_to_host(request, pk)
    with told(request, _("That was it. Whoever is in a call may finish it; then they see what you did together.")):
        sessions.close(
            session_id=pk, by=user_of(request), now=timezone.now(), keep_open=request.POST.get("keep_open") == "1"
        )
    forget_progress(session.event.campaign_id)
    return _back(session)


@require_POST
def link(request: HttpRequest, pk: int) -> HttpResponseBase:
    """A fresh link for walk-ins."""
    session_to_host(request, pk)
    with told(request, _("Here is a fresh code. The old one admits nobody any more.")):
        sessions.renew_walk_in_link(session_id=pk, by=user_of(request), now=timezone.now())
    return redirect("phonebank:session_room", pk)


@require_POST
def flag(request: HttpRequest, pk: int, flag_id: int) -> HttpResponseBase:
    """Solve a flag without leaving the evening."""
    session = session_to_host(request, pk)
    found = get_object_or_404(Flag, pk=flag_id, phone_bank__in=_bank_ids(session))
    form = SolveFlagForm(request.POST)
    back = request.POST.get("do") != "out"
    done = _("Solved. The household is rung again.") if back else _("Solved. The household is not rung again here.")
    with told(request, done):
        if not form.is_valid():
            raise SessionError(_("That is too long. Say in a sentence what you did."))
        solve_flag(
            flag_id=found.pk,
            solution=form.cleaned_data["solution"],
            back_in_queue=back,
            by=user_of(request),
            now=timezone.now(),
        )
    forget_progress(session.event.campaign_id)
    return _back(session)


@require_safe
@never_cache
def room(request: HttpRequest, pk: int) -> HttpResponseBase:
    """For the wall or the table: the code by which walk-ins join."""
    session = session_to_host(request, pk)
    invitation = session.invitation
    works = invitation is not None and link_state(invitation, now=timezone.now()) is LinkState.OPEN
    url = ""
    if invitation is not None and works:
        url = request.build_absolute_uri(reverse("accounts:join", args=[invitation.token]))
    return render(request, "phonebank/session/room.html", session_page(request, session, url=url))


def _is_being_built(request: HttpRequest, bank: PhoneBank) -> bool:
    """Whether this list has to be built by the worker first; asks for it, and tells the host how far it is."""
    if bank.status == PhoneBankStatus.OPEN or not are_many():
        return False
    with told(request):
        with_queue(request, bank, opens=True, now=timezone.now())
        build = QueueBuild.objects.filter(pk=bank.pk).first()
        if build is not None and build.total is not None:
            words = _("“%(name)s” is being built: %(done)s of %(total)s households. Press again in a moment.")
            counts = {"done": f"{build.done:,}", "total": f"{build.total:,}"}
        else:
            words, counts = _("“%(name)s” is long and is being built now. Press again in a moment."), {}
        messages.info(request, words % {"name": bank, **counts})
    return True


def _live(session: Session, now: datetime) -> dict[str, Any]:
    """What changes by itself: the same for every host of this session."""
    bank = bank_of(session)
    progress = next((one for one in bank_progress(session.event.campaign_id) if one.id == bank.pk), None)
    callers = callers_now(session, now=now)
    calling = [one for one in callers if one.standing != Standing.LEFT]
    end = ends_at(session)
    return {
        "session": session,
        "event": session.event,
        "campaign": session.event.campaign,
        "phase": phase_of(session, now=now),
        "bank": bank,
        "progress": progress,
        "runs_dry": progress is not None and progress.ready < RUNS_DRY * max(1, len(calling)),
        "team": live_numbers(session.pk).work,
        "callers": callers[:CALLERS_SHOWN],
        "more_callers": max(0, len(callers) - CALLERS_SHOWN),
        "need_host": sum(one.needs_host for one in callers),
        "open_flags": Flag.objects.filter(phone_bank__in=_bank_ids(session), solved_at__isnull=True).count(),
        "minutes_left": minutes_until(end, on_its_clock(now, started_at=session.started_at, speed=session.speed)),
        "minutes_to_start": minutes_until(session.event.starts_at, now),
        "ends_clock": clock(end, session),
        "begins_clock": clock(session.event.starts_at, session),
    }


def _later(session: Session, now: datetime) -> list[dict[str, Any]]:
    """The ends a host may choose: by the clock, so that two who press at once mean the same."""
    if phase_of(session, now=now) != Phase.LIVE:
        return []
    end = ends_at(session)
    latest = session.event.ends_at + LONGEST_EXTENSION
    ends = (end + timedelta(minutes=minutes) for minutes in MORE_MINUTES)
    return [
        {
            "value": until.isoformat(),
            "label": clock(until, session),
            "minutes": int((until - end).total_seconds() // 60),
        }
        for until in ends
        if now < until <= latest
    ]


def _lists(request: HttpRequest, session: Session) -> list[BankProgress]:
    """The lists this host may move to, with what is left to ring in each."""
    mine = set(
        banks_for(request, session.event.campaign).exclude(status=PhoneBankStatus.CLOSED).values_list("pk", flat=True)
    )
    return [one for one in bank_progress(session.event.campaign_id) if one.id in mine]


def _bank_ids(session: Session) -> list[int]:
    return list(session.banks.order_by().values_list("phone_bank", flat=True).distinct())


def _moment(value: str) -> datetime | None:
    try:
        at = parse_datetime(value)
    except ValueError:
        return None
    return at if at is not None and timezone.is_aware(at) else None


def _back(session: Session) -> HttpResponseBase:
    forget_session(session.pk, _bank_ids(session))
    return redirect("phonebank:session_host", session.pk)
