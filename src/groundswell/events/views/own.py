"""A sign-up's own page, reached by the signed link in its letters. Opening it changes nothing; buttons do (rule M6)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from groundswell.accounts.models import User
from groundswell.accounts.operations import TeamError
from groundswell.accounts.views.join import let_in
from groundswell.campaigns.consent_boxes import boxes, unconfirmed
from groundswell.campaigns.enums import ActionState
from groundswell.campaigns.views.refusals import told
from groundswell.events.extensions import way_in_of
from groundswell.events.forms import OwnDetailsForm
from groundswell.events.forms.organiser import COMMON_ZONES
from groundswell.events.models import Attendance
from groundswell.events.operations import answer_box, change_own_details, withdraw
from groundswell.events.operations.arrivals import SignInFirstError, come_in
from groundswell.events.operations.attendance import own_number
from groundswell.events.operations.consents import address_for, holds_consent
from groundswell.events.own_links import attendance_of
from groundswell.events.queries import next_events
from groundswell.events.rules import EventRuleError
from groundswell.events.views.public import organisation_name
from groundswell.events.wall_clock import own_clock, shown, shown_in

if TYPE_CHECKING:
    from django.http import HttpRequest


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def mine(request: HttpRequest, token: str) -> HttpResponseBase:
    """See what one signed up for; change the number and the clock."""
    attendance = _attendance(token)
    initial = {"phone": own_number(attendance), "time_zone": attendance.time_zone}
    form = OwnDetailsForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        change_own_details(attendance=attendance, phone=data["phone"], time_zone=data["time_zone"], now=timezone.now())
        messages.success(request, _("Saved."))
        return redirect("events:mine", token)
    return render(request, "events/mine.html", _context(attendance, token, form), status=422 if form.errors else 200)


@require_POST
def consent(request: HttpRequest, token: str, channel: str) -> HttpResponseBase:
    """Say yes or no to one box."""
    attendance = _attendance(token)
    box = next((box for box in boxes(organisation_name()) if box.channel == channel), None)
    if box is None:
        raise Http404("no such box")
    agreed = request.POST.get("agreed") == "yes"
    try:
        answer_box(attendance=attendance, box=box, agreed=agreed, now=timezone.now())
    except EventRuleError as error:
        messages.error(request, str(error))
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(
            request,
            _("Thank you. You can take it back here at any time.")
            if agreed
            else _("Understood: we shall not. Letters about this event still come."),
        )
    return redirect("events:mine", token)


@require_POST
def withdrawal(request: HttpRequest, token: str) -> HttpResponseBase:
    """Not coming after all."""
    attendance = _attendance(token)
    with told(request, _("You are off the list. Thank you for telling us!")):
        withdraw(attendance=attendance, now=timezone.now())
    return redirect("events:mine", token)


@require_POST
def coming_in(request: HttpRequest, token: str) -> HttpResponseBase:
    """Into the event itself: the letter that brought them here says who they are."""
    attendance = _attendance(token)
    now = timezone.now()
    way_in = way_in_of(attendance.event, now=now)
    own_page = redirect("events:mine", token)
    if way_in is None or not way_in.is_open:
        messages.info(request, _("The way in is not open just now. This page says when it is."))
        return own_page
    by = request.user if isinstance(request.user, User) else None
    try:
        membership = come_in(attendance=attendance, invitation=way_in.invitation, by=by, now=now)
    except SignInFirstError as error:
        messages.info(request, str(error))
        return redirect_to_login(own_page["Location"])
    except (EventRuleError, TeamError) as error:
        messages.error(request, str(error))
        return own_page
    let_in(request, membership, email=attendance.email.value)
    return redirect(way_in.address)


def _attendance(token: str) -> Attendance:
    attendance = attendance_of(token)
    if attendance is None:
        raise Http404("no such sign-up")
    return attendance


def _context(attendance: Attendance, token: str, form: OwnDetailsForm) -> dict[str, object]:
    event, now = attendance.event, timezone.now()
    is_standing = attendance.action.state == ActionState.CONFIRMED
    has_place = is_standing and not attendance.is_waiting
    way_in = way_in_of(event, now=now) if has_place else None
    waiting = {pending.channel for pending in unconfirmed(attendance.action)}
    return {
        "attendance": attendance,
        "event": event,
        "token": token,
        "form": form,
        "zones": COMMON_ZONES,
        "when": shown(event),
        "own_when": own_clock(event, attendance.time_zone),
        "is_standing": is_standing,
        "is_over": event.ends_at <= now,
        "boxes": [
            (box, holds_consent(attendance, box.channel), box.channel in waiting)
            for box in boxes(organisation_name())
            if address_for(attendance, box.channel) is not None
        ],
        "way_in": way_in,
        "opens": shown_in(attendance.time_zone, way_in.opens_at, event.starts_at) if way_in else None,
        "next_events": [(other, shown(other)) for other in next_events(event, now=now)[:3]],
    }
