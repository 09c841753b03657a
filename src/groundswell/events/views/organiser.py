"""The organiser's pages: a campaign's events, one of them, and what becomes of it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from groundswell.accounts.access import access_campaign
from groundswell.campaigns.models import Campaign
from groundswell.campaigns.views.refusals import LEADERS, told, user_of
from groundswell.events.enums import EventKind, EventStatus
from groundswell.events.extensions import EventExtension, extension_of
from groundswell.events.forms import CancelForm, EventForm, MoveForm, WeeksForm
from groundswell.events.models import Event
from groundswell.events.operations import (
    cancel_event,
    change_event,
    create_event,
    discard_draft,
    move_event,
    publish_event,
    repeat_weekly,
)
from groundswell.events.queries import events_with_counts, turnout
from groundswell.events.rules import EventRuleError
from groundswell.events.views.public import page_context
from groundswell.events.wall_clock import shown

if TYPE_CHECKING:
    from datetime import datetime

    from django import forms
    from django.http import HttpRequest


def event_of(request: HttpRequest, slug: str, pk: int) -> tuple[Campaign, Event]:
    """The campaign and its event for somebody who may run it; see `access_campaign` for what is raised."""
    campaign: Campaign = access_campaign(request, slug, *LEADERS)
    found = Event.objects.select_related("campaign", "area", "candidate", "ask", "host", "series")
    return campaign, get_object_or_404(found, campaign=campaign, pk=pk)


@require_GET
def events(request: HttpRequest, slug: str) -> HttpResponse:
    """The campaign's events: those to come, the next one first, and those gone by."""
    campaign = access_campaign(request, slug, *LEADERS)
    now = timezone.now()
    rows = events_with_counts(campaign)
    context = {
        "campaign": campaign,
        "coming": _shown(rows.filter(ends_at__gt=now).order_by("starts_at", "pk")),
        "past": _shown(rows.filter(ends_at__lte=now).order_by("-starts_at", "pk")[:50]),
        "page": "events",
    }
    return render(request, "events/organiser/index.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest, slug: str) -> HttpResponseBase:
    """Write down an event; nobody else sees it until it is published."""
    campaign = access_campaign(request, slug, *LEADERS)
    # From a seat's page or the finder: that seat is what the evening is for.
    seat = request.GET.get("seat", "")
    form = EventForm(request.POST or None, campaign=campaign, initial={"area": seat} if seat.isdecimal() else None)
    parts = {kind: extension for kind in EventKind if (extension := extension_of(kind)) is not None}
    extras = {
        kind: extension.form(campaign=campaign, event=None, data=request.POST or None)
        for kind, extension in parts.items()
    }
    if request.method == "POST" and form.is_valid():
        kind = form.cleaned_data["kind"]
        event = _save(request, campaign, None, form, parts.get(kind), extras.get(kind), timezone.now())
        if event is not None:
            messages.success(request, _("Kept as a draft. Look it over, then publish it."))
            return redirect("events:manage", slug, event.pk)
    return _form_page(request, campaign, None, form, extras)


@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, slug: str, pk: int) -> HttpResponseBase:
    """Change what an event is."""
    campaign, event = event_of(request, slug, pk)
    extension = extension_of(event.kind)
    form = EventForm(request.POST or None, campaign=campaign, event=event)
    extra = extension.form(campaign=campaign, event=event, data=request.POST or None) if extension else None
    if request.method == "POST" and form.is_valid():
        sequence = event.sequence
        saved = _save(request, campaign, event, form, extension, extra, timezone.now())
        if saved is not None:
            told_them = saved.sequence > sequence
            messages.success(
                request,
                _("Saved. Everybody who signed up is told of the change.") if told_them else _("Saved."),
            )
            return redirect("events:manage", slug, pk)
    return _form_page(request, campaign, event, form, {EventKind(event.kind): extra} if extra is not None else {})


@require_GET
def manage(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """One event: when and where, how many come, and what can be done with it."""
    campaign, event = event_of(request, slug, pk)
    now = timezone.now()
    extension = extension_of(event.kind)
    context: dict[str, Any] = {
        **(extension.panel_context(event) if extension else {}),
        "campaign": campaign,
        "event": event,
        "when": shown(event),
        "turnout": turnout(event),
        "is_over": event.ends_at <= now,
        "may_change_time": event.ends_at > now and not (extension and extension.has_begun(event)),
        "public_url": settings.PUBLIC_URL + reverse("events:page", args=[event.ask.slug]),
        "siblings": _shown(event.series.events.exclude(pk=event.pk).order_by("starts_at")) if event.series else [],
        "missing": extension.missing(event) if extension and event.status == EventStatus.DRAFT else "",
        "panel": extension.panel_template if extension else "",
        "page": "events",
    }
    return render(request, "events/organiser/manage.html", context)


@require_GET
def preview(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """A draft's page as everybody will see it."""
    _campaign, event = event_of(request, slug, pk)
    return render(request, "events/page.html", page_context(event, None))


@require_POST
def publication(request: HttpRequest, slug: str, pk: int) -> HttpResponseBase:
    """Open the public page."""
    _campaign, event = event_of(request, slug, pk)
    with told(request, _("Published. Its page is open: pass the link on.")):
        publish_event(event=event, by=user_of(request), now=timezone.now())
    return redirect("events:manage", slug, pk)


@require_http_methods(["GET", "HEAD", "POST"])
def move(request: HttpRequest, slug: str, pk: int) -> HttpResponseBase:
    """Another time; whoever signed up is told."""
    campaign, event = event_of(request, slug, pk)
    initial = MoveForm.initial_when(event.starts_at, event.ends_at, event.time_zone)
    form = MoveForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            moved = move_event(event=event, window=form.cleaned_data["window"], by=user_of(request), now=timezone.now())
        except EventRuleError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _moved_message(event, moved))
            return redirect("events:manage", slug, pk)
    context = {
        "campaign": campaign,
        "event": event,
        "when": shown(event),
        "turnout": turnout(event),
        "form": form,
        "page": "events",
    }
    return render(request, "events/organiser/move.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def cancellation(request: HttpRequest, slug: str, pk: int) -> HttpResponseBase:
    """Call it off, with a reason."""
    campaign, event = event_of(request, slug, pk)
    form = CancelForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            cancel_event(event=event, reason=form.cleaned_data["reason"], by=user_of(request), now=timezone.now())
        except EventRuleError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Cancelled. Everybody who signed up is told, with your reason."))
            return redirect("events:manage", slug, pk)
    context = {
        "campaign": campaign,
        "event": event,
        "when": shown(event),
        "turnout": turnout(event),
        "form": form,
        "page": "events",
    }
    return render(request, "events/organiser/cancel.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def weeks(request: HttpRequest, slug: str, pk: int) -> HttpResponseBase:
    """The same evening in the following weeks, each in its own seat."""
    campaign, event = event_of(request, slug, pk)
    form = WeeksForm(request.POST if request.method == "POST" else None, event=event)
    if request.method == "POST" and form.is_valid():
        try:
            made = repeat_weekly(event=event, weeks=form.weeks(), by=user_of(request), now=timezone.now())
        except EventRuleError as error:
            form.add_error(None, str(error))
        else:
            said = ngettext(
                "%(count)s week is written down as a draft. Look it over, then publish it.",
                "%(count)s weeks are written down as drafts. Look each over, then publish it.",
                len(made),
            )
            messages.success(request, said % {"count": len(made)})
            return redirect("events:list", slug)
    context = {"campaign": campaign, "event": event, "when": shown(event), "form": form, "page": "events"}
    return render(request, "events/organiser/weeks.html", context, status=422 if form.errors else 200)


@require_POST
def discarding(request: HttpRequest, slug: str, pk: int) -> HttpResponseBase:
    """Throw a draft away."""
    _campaign, event = event_of(request, slug, pk)
    with told(request, _("The draft is gone.")):
        discard_draft(event=event, by=user_of(request))
        return redirect("events:list", slug)
    return redirect("events:manage", slug, pk)


def _save(
    request: HttpRequest,
    campaign: Campaign,
    event: Event | None,
    form: EventForm,
    extension: EventExtension | None,
    extra: forms.Form | None,
    now: datetime,
) -> Event | None:
    """The event with what its kind needs besides, or neither; None and the reasons on the form."""
    if extra is not None and not extra.is_valid():
        return None
    user = user_of(request)
    details = form.details()
    if event is not None:
        details = replace(details, kind=event.kind)
    try:
        with transaction.atomic():
            saved = (
                create_event(campaign=campaign, details=details, by=user, now=now)
                if event is None
                else change_event(event=event, details=details, by=user, now=now)
            )
            if extension is not None and extra is not None:
                extension.save(event=saved, form=extra, by=user)
    except EventRuleError as error:
        form.add_error(None, str(error))
        return None
    return saved


def _form_page(
    request: HttpRequest,
    campaign: Campaign,
    event: Event | None,
    form: EventForm,
    extras: dict[EventKind, Any],
) -> HttpResponse:
    context = {
        "campaign": campaign,
        "event": event,
        "form": form,
        "extras": [(kind.value, kind.label, extra) for kind, extra in extras.items()],
        "page": "events",
    }
    has_errors = bool(form.errors) or any(extra.errors for extra in extras.values())
    return render(request, "events/organiser/form.html", context, status=422 if has_errors else 200)


def _shown(rows: Any) -> list[tuple[Event, Any]]:
    """Each event with its time as people say it."""
    return [(event, shown(event)) for event in rows]


def _moved_message(before: Event, after: Event) -> str:
    if after.sequence > before.sequence:
        return _("Moved. Everybody who signed up is told the new time.")
    if after.starts_at == before.starts_at and after.ends_at == before.ends_at:
        return _("That is the time it had. Nothing was changed.")
    return _("Moved. It is a draft, so nobody had to be told.")
