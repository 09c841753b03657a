"""Who signed up for an event, who waits, who has arrived. Each person shown is logged as looked at (rule D13)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from groundswell.accounts.audit import record_each
from groundswell.accounts.enums import AuditAction
from groundswell.campaigns.views.refusals import told, user_of
from groundswell.events.models import Attendance
from groundswell.events.notice_queries import undelivered
from groundswell.events.operations import mark_arrived, take_back_arrival, withdraw
from groundswell.events.queries import turnout
from groundswell.events.views.organiser import event_of
from groundswell.events.wall_clock import shown
from groundswell.people.addresses import fold

if TYPE_CHECKING:
    from django.http import HttpRequest

PAGE = 50


@require_GET
def sign_ups(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """The list, those with a place first, by name; `q` finds one at the door."""
    campaign, event = event_of(request, slug, pk)
    rows = Attendance.objects.filter(event=event).standing().select_related("person", "email", "phone")
    words = request.GET.get("q", "")[:80].strip()
    for word in fold(words).split():
        rows = rows.filter(person__name_key__contains=word)
    page = Paginator(rows.order_by("is_waiting", "signed_up_at", "pk"), PAGE).get_page(request.GET.get("page"))
    missed = undelivered(event, now=timezone.now())
    record_each(
        "view_sign_up",
        {*(attendance.person for attendance in page.object_list), *(row.person for row in missed)},
        by=user_of(request),
        action=AuditAction.VIEW,
        campaign_id=campaign.pk,
        event_id=event.pk,
    )
    context = {
        "campaign": campaign,
        "event": event,
        "when": shown(event),
        "turnout": turnout(event),
        "people": page,
        "words": words,
        "missed": missed,
        "page": "events",
    }
    return render(request, "events/organiser/sign_ups.html", context)


@require_POST
def arrival(request: HttpRequest, slug: str, pk: int, attendance_id: int) -> HttpResponseBase:
    """Here, or not here after all."""
    _campaign, event = event_of(request, slug, pk)
    attendance = get_object_or_404(Attendance.objects.select_related("person"), event=event, pk=attendance_id)
    now, name = timezone.now(), {"name": attendance.person}
    if request.POST.get("here") == "no":
        with told(request, _("%(name)s is not here after all.") % name):
            take_back_arrival(attendance=attendance, by=user_of(request), now=now)
    else:
        with told(request, _("%(name)s is here.") % name):
            mark_arrived(attendance=attendance, by=user_of(request), now=now)
    return redirect("events:sign_ups", slug, pk)


@require_POST
def removal(request: HttpRequest, slug: str, pk: int, attendance_id: int) -> HttpResponseBase:
    """They rang to say that they cannot come."""
    _campaign, event = event_of(request, slug, pk)
    attendance = get_object_or_404(Attendance.objects.select_related("person"), event=event, pk=attendance_id)
    with told(request):
        withdraw(attendance=attendance, by=user_of(request), now=timezone.now())
        messages.success(request, _("%(name)s is off the list.") % {"name": attendance.person})
    return redirect("events:sign_ups", slug, pk)
