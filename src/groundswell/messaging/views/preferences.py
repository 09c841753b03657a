"""The preference page, reached by the signed link in every message. Opening it changes nothing; buttons do (rule M6)."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from groundswell.accounts.models import Organisation
from groundswell.campaigns.consent_boxes import EVERY_CHANNEL, boxes
from groundswell.compliance.enums import Channel, DataRequestKind
from groundswell.compliance.operations import ask_for_data, end_pause, object_to_marketing, pause_messages
from groundswell.config.numbers import read_whole_number
from groundswell.messaging.operations.preferences import (
    SOURCE,
    PreferenceError,
    say_no,
    say_yes,
    stop_messages,
)
from groundswell.messaging.preference_queries import choices_of, held_on_recipient, open_requests, pause_of
from groundswell.messaging.preferences import Recipient, recipient_of
from groundswell.messaging.topics import choose_topics, topics_of

if TYPE_CHECKING:
    from django.http import HttpRequest

PAUSES = frozenset({"7", "30", "90"})


@never_cache
@require_safe
def page(request: HttpRequest, token: str) -> HttpResponse:
    """What they hear from us, what is held on them, and the buttons to change it."""
    recipient = _recipient(token)
    organisation = _organisation()
    addresses = choices_of(recipient, organisation=organisation, now=timezone.now())
    asked = open_requests(recipient)
    context = {
        "recipient": recipient,
        "no_signal": _("No signal. Nothing was changed: press again in a moment."),
        "token": token,
        "addresses": addresses,
        "anything_on": any(choice.is_on for address in addresses for choice in address.choices),
        "objected": recipient.person.objected_at is not None,
        "paused_until": pause_of(recipient, now=timezone.now()),
        "pauses": {"7": _("A week"), "30": _("A month"), "90": _("Three months")},
        "topics": topics_of(recipient.person),
        "shares": held_on_recipient(recipient),
        "copy_asked": DataRequestKind.COPY in asked,
        "erasure_asked": DataRequestKind.ERASURE in asked,
    }
    return render(request, "messaging/preferences/page.html", context)


@csrf_exempt  # a mailbox posts, with nothing but the signed address (RFC 8058)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def one_click(request: HttpRequest, token: str) -> HttpResponseBase:
    """The mailbox's own button: a POST that says so stops messages to this address; anything else shows the page."""
    recipient = recipient_of(token)
    if request.method != "POST" or request.POST.get("List-Unsubscribe", "").lower() != "one-click":
        if recipient is None:
            raise Http404("no such address")
        return redirect("preferences:page", token)
    if recipient is not None:
        stop_messages(recipient=recipient, by=None, source="one-click unsubscribe", one_address=True)
    # Erased since: closed for good already, and no reason to tell a mailbox that it failed.
    return HttpResponse(_("Done: nothing more is sent to this address."), content_type="text/plain; charset=utf-8")


@require_POST
def consent(request: HttpRequest, token: str, point: int, channel: str) -> HttpResponseBase:
    """Yes or no to one channel at one address."""
    recipient = _recipient(token)
    contact_point = get_object_or_404(recipient.person.contact_points, pk=point)
    box = next((box for box in boxes(_organisation(), EVERY_CHANNEL) if box.channel == channel), None)
    if box is None:
        raise Http404("no such channel")
    try:
        if request.POST.get("agreed") == "yes":
            say_yes(recipient=recipient, point=contact_point, box=box, now=timezone.now(), by=None)
            messages.success(request, _("Thank you. You can take it back here at any time."))
        else:
            say_no(recipient=recipient, point=contact_point, channel=Channel(channel), by=None)
            messages.success(request, _("Understood: we shall not."))
    except PreferenceError as error:
        messages.error(request, str(error))
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    return redirect("preferences:page", token)


@require_POST
def topics(request: HttpRequest, token: str, question: int) -> HttpResponseBase:
    """What matters to them."""
    recipient = _recipient(token)
    topic = next((one for one in topics_of(recipient.person) if one.question.pk == question), None)
    if topic is None:
        raise Http404("no such question")
    ticked = {number for value in request.POST.getlist("options") if (number := read_whole_number(value)) is not None}
    if topic.is_one_of and len(ticked) > 1:
        messages.error(request, _("Choose one."))
    else:
        choose_topics(person=recipient.person, question=topic.question, options=ticked, now=timezone.now(), by=None)
        messages.success(request, _("Thank you. We write to you about what matters to you."))
    return redirect("preferences:page", token)


@require_POST
def pause(request: HttpRequest, token: str) -> HttpResponseBase:
    """A break of some days, or its end."""
    recipient = _recipient(token)
    days = request.POST.get("days", "")
    if days == "0":
        end_pause(person=recipient.person, by=None, source=SOURCE)
        messages.success(request, _("Welcome back. What you agreed to holds again."))
    elif days in PAUSES:
        now = timezone.now()
        until = now + timedelta(days=int(days))
        pause_messages(person=recipient.person, until=until, now=now, by=None, source=SOURCE)
        said = {"day": date_format(timezone.localtime(until))}
        messages.success(request, _("No message until %(day)s. Enjoy the quiet.") % said)
    else:
        messages.error(request, _("Say how long the break is to be."))
    return redirect("preferences:page", token)


@require_POST
def stop(request: HttpRequest, token: str) -> HttpResponseBase:
    """No email and no text any more, at any address."""
    stop_messages(recipient=_recipient(token), by=None)
    messages.success(request, _("Done. No email and no text from us any more."))
    return redirect("preferences:page", token)


@require_POST
def objection(request: HttpRequest, token: str) -> HttpResponseBase:
    """Objecting to marketing: no message, no call, and nothing is reckoned about them for it (rule D4)."""
    object_to_marketing(person=_recipient(token).person, by=None, source=SOURCE)
    messages.success(request, _("Understood. You will not hear from us again, by any way."))
    return redirect("preferences:page", token)


@require_POST
def data_request(request: HttpRequest, token: str) -> HttpResponseBase:
    """Asking for a copy of what is held, or to be forgotten (rules D5, D6)."""
    recipient = _recipient(token)
    kind = request.POST.get("kind", "")
    if kind not in DataRequestKind.values:
        messages.error(request, _("Say what you ask for: a copy, or erasure."))
        return redirect("preferences:page", token)
    ask_for_data(person=recipient.person, kind=DataRequestKind(kind), source=SOURCE, now=timezone.now(), by=None)
    messages.success(request, _("We have it, and answer within a month."))
    return redirect("preferences:page", token)


def _recipient(token: str) -> Recipient:
    recipient = recipient_of(token)
    if recipient is None:
        raise Http404("no such link")
    return recipient


def _organisation() -> str:
    return Organisation.objects.values_list("name", flat=True).first() or "Groundswell"
