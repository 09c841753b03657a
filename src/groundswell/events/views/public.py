"""The public page of an event, and signing up on it. Works without JavaScript."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from allauth.core.internal import ratelimit
from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from groundswell.accounts.models import Organisation
from groundswell.campaigns.consent_boxes import boxes
from groundswell.campaigns.markdown import markup
from groundswell.campaigns.views.links import source_of
from groundswell.events.enums import EventKind, EventStatus
from groundswell.events.forms import LetterForm, SignUpForm
from groundswell.events.models import Event
from groundswell.events.operations import sign_up
from groundswell.events.operations.attendance import SignUpClosedError
from groundswell.events.operations.notices import send_confirmation_again
from groundswell.events.queries import door_of, next_events, public_events
from groundswell.events.rules import Door
from groundswell.events.wall_clock import shown
from groundswell.places.queries import seat_facts
from groundswell.places.seats import SeatFacts

if TYPE_CHECKING:
    from django.http import HttpRequest

# A household or a union office shares one address; a program does not stop at sixty. One email is typed by a few at most.
RATES = {"sign_up": "60/h/ip,6/h/key", "letter": "30/h/ip,4/h/key"}


def public_event(slug: str) -> Event:
    """The event at this public address; drafts are not there. Raises Http404."""
    found = Event.objects.select_related("campaign", "area", "candidate", "ask", "host")
    event = found.filter(ask__slug=slug).exclude(status=EventStatus.DRAFT).first()
    if event is None:
        raise Http404("no such event")
    return event


@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """What is coming, for everybody."""
    rows = [(event, shown(event)) for event in public_events(now=timezone.now())[:50]]
    return render(request, "events/index.html", {"events": rows})


@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest, slug: str) -> HttpResponseBase:
    """What, when, where and why it matters; and the form to sign up."""
    event = public_event(slug)
    form = SignUpForm(request.POST or None, boxes=boxes(organisation_name()))
    if request.method == "POST" and form.is_valid():
        response = _sign_up(request, event, form)
        if response is not None:
            return response
    return render(request, "events/page.html", page_context(event, form), status=422 if form.errors else 200)


@require_GET
def thanks(request: HttpRequest, slug: str) -> HttpResponse:
    """After signing up. It says the same to everybody: who is known here is told by letter, and nowhere else."""
    event = public_event(slug)
    now = timezone.now()
    context = {
        "event": event,
        "when": shown(event),
        "is_full": door_of(event, now=now) is Door.WAITING_LIST,
        "next_events": [(other, shown(other)) for other in next_events(event, now=now)[:3]],
    }
    return render(request, "events/thanks.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def letter(request: HttpRequest, slug: str) -> HttpResponseBase:
    """The letter once more, for whoever lost it. It says the same to everybody, signed up or not."""
    event = public_event(slug)
    if door_of(event, now=timezone.now()) not in {Door.OPEN, Door.WAITING_LIST}:
        return redirect("events:page", slug)
    form = LetterForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        email = form.cleaned_data["email"]
        if ratelimit.consume(request, app="events", action="letter", config=RATES, key=f"{event.pk}:{email}"):
            send_confirmation_again(event=event, email=email, now=timezone.now())
            said = _("If %(email)s is on the list, its letter is on the way. Look among the unwanted mail, too.")
            messages.success(request, said % {"email": email})
            return redirect("events:letter", slug)
        form.add_error(None, _("That was asked for often just now. Wait an hour and press again."))
    context = {"event": event, "when": shown(event), "form": form}
    return render(request, "events/letter_again.html", context, status=422 if form.errors else 200)


def page_context(event: Event, form: SignUpForm | None) -> dict[str, Any]:
    """What the public page shows."""
    now = timezone.now()
    door = door_of(event, now=now)
    facts = _facts(event)
    return {
        "event": event,
        "form": form,
        "door": door.value,
        "when": shown(event),
        "about": markup(event.about) if event.about else "",
        "facts": facts,
        "is_phone_bank": event.kind == EventKind.PHONE_BANK,
        "next_events": [(other, shown(other)) for other in next_events(event, now=now)[:3]]
        if door in {Door.OVER, Door.CANCELLED}
        else [],
    }


def _facts(event: Event) -> SeatFacts | None:
    """How the seat stands; None where nothing is known. A party that did not stand there is told the runner-up's swing."""
    if event.area is None:
        return None
    facts = seat_facts(event.area, own_party=event.campaign.own_party)
    if facts.latest is None or facts.majority is None:
        return None
    return facts if facts.own is not None else replace(facts, own_party="")


def organisation_name() -> str:
    """Who asks for consent, as the boxes name them."""
    return Organisation.objects.values_list("name", flat=True).first() or "Groundswell"


def _sign_up(request: HttpRequest, event: Event, form: SignUpForm) -> HttpResponseBase | None:
    """Take the sign-up; None with the reason on the form where that is not possible now."""
    data = form.cleaned_data
    done = redirect("events:thanks", event.ask.slug)
    if form.is_a_program:
        return done
    if not ratelimit.consume(request, app="events", action="sign_up", config=RATES, key=f"{event.pk}:{data['email']}"):
        form.add_error(None, _("Many people have signed up from here just now. Wait a while and press again."))
        return None
    try:
        sign_up(
            event=event,
            name=data["name"],
            email=data["email"],
            phone=data["phone"],
            time_zone=data["time_zone"],
            ticked=form.ticked(),
            source=source_of(request, event.ask),
            now=timezone.now(),
        )
    except SignUpClosedError as error:
        form.add_error(None, str(error))
        return None
    return done
