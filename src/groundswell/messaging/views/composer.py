"""Writing a message: its list, the form with what it costs and whom it reaches beside it, and how it looks to somebody."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_GET, require_POST

from groundswell.accounts.audit import record
from groundswell.accounts.enums import AuditAction
from groundswell.campaigns.views.refusals import user_of
from groundswell.compliance.enums import Channel
from groundswell.config.numbers import read_whole_number
from groundswell.messaging.composed import as_sent, problems_with, same_for_all, shown_to_organisers, writing_of
from groundswell.messaging.counting import counted
from groundswell.messaging.enums import CHANNELS, MessageStatus
from groundswell.messaging.forms import MessageForm
from groundswell.messaging.models import Message
from groundswell.messaging.operations.composing import change_message, compose_message, discard_message
from groundswell.messaging.operations.trying import send_test
from groundswell.messaging.progress import letters_of
from groundswell.messaging.recipients import some_reached, values_of
from groundswell.messaging.rules import MessagingRuleError
from groundswell.messaging.sms import segments_of
from groundswell.messaging.views.frame import (
    REFUSALS,
    campaign_for,
    count_later,
    membership_of,
    message_for,
    messages_for,
    page,
    told,
)
from groundswell.messaging.writing import Written

if TYPE_CHECKING:
    from django.http import HttpRequest

    from groundswell.campaigns.models import Campaign

# So many people can be leafed through in the preview.
LOOKED_AT = 50


@require_GET
def index(request: HttpRequest, slug: str) -> HttpResponseBase:
    """The campaign's messages, the newest first."""
    campaign = campaign_for(request, slug)
    found = messages_for(request, campaign).select_related("sender", "ask", "created_by").order_by("-created_at")
    letters = [] if membership_of(request).is_limited() else letters_of(campaign, now=timezone.now())
    return render(request, "messaging/organiser/index.html", page(campaign, rows=found[:200], letters=letters))


def new_message(request: HttpRequest, slug: str, channel: str) -> HttpResponseBase:
    """Begin an email or a text."""
    campaign = campaign_for(request, slug)
    form = _form(request, campaign, _channel(channel))
    if request.method == "POST" and form.is_valid():
        try:
            message = compose_message(
                campaign=campaign,
                channel=form.channel,
                draft=form.draft(),
                by=user_of(request),
                press=form.cleaned_data["press"],
            )
        except REFUSALS as error:
            form.add_error("name", str(error))
        else:
            messages.success(request, _("Saved as a draft. Look at it as somebody would get it, then send it."))
            return redirect("messaging:message", slug, message.pk)
    return _composer(request, campaign, form)


def edit_message(request: HttpRequest, slug: str, pk: int) -> HttpResponseBase:
    """Change a draft."""
    campaign, message = message_for(request, slug, pk)
    if message.status != MessageStatus.DRAFT:
        messages.error(request, _("Only drafts can be changed. Take it back first."))
        return redirect("messaging:message", slug, pk)
    form = _form(request, campaign, Channel(message.channel), message)
    if request.method == "POST" and form.is_valid():
        try:
            change_message(message, draft=form.draft(), by=user_of(request))
        except REFUSALS as error:
            form.add_error("name", str(error))
        else:
            messages.success(request, _("Saved."))
            return redirect("messaging:message", slug, pk)
    return _composer(request, campaign, form, message)


@require_POST
def look(request: HttpRequest, slug: str, channel: str) -> HttpResponseBase:
    """What the form means as it stands: what is wrong, how it reads, what it costs. Saves nothing."""
    campaign = campaign_for(request, slug)
    form = _form(request, campaign, _channel(channel))
    form.is_valid()
    data = form.cleaned_data
    message = Message(campaign=campaign, channel=form.channel, subject=data.get("subject", ""))
    message.body, message.ask, message.sender = data.get("body", ""), data.get("ask"), data.get("sender")
    message.no_ask_because, message.subject_b = data.get("no_ask_because", ""), data.get("subject_b", "")
    context: dict[str, Any] = {"problems": problems_with(message)}
    if form.channel == Channel.SMS and not context["problems"]:
        # As long as it gets for somebody with an ordinary name.
        values = {"first_name": "Alexandra", "family_name": "Richardson", "seat": "Exampleshire North"}
        values |= {"full_name": "Alexandra Richardson", **same_for_all(as_sent(message))}
        context["text"] = writing_of(message).for_one(values).text
        context["segments"] = segments_of(context["text"])
        context["price"] = message.sender.price if message.sender is not None else None
    return render(request, "messaging/organiser/look.html", context)


@require_POST
def reach(request: HttpRequest, slug: str, channel: str) -> HttpResponseBase:
    """Whom the form would reach as it stands, and by reason whom not. Saves nothing."""
    campaign = campaign_for(request, slug)
    form = _form(request, campaign, _channel(channel))
    form.is_valid()
    whom = {"areas", "not_asked", "answered", "tag", "age_from", "age_to"}
    if wrong := [error for name in whom for error in form.errors.get(name, [])]:
        return render(request, "messaging/organiser/reach.html", {"problems": wrong})
    context: dict[str, Any] = {"again": reverse("messaging:reach", args=[slug, form.channel])}
    try:
        found = counted(form.expression(), channel=form.channel, now=timezone.now(), enqueue=count_later)
    except REFUSALS as error:
        context["problems"] = [str(error)]
    else:
        context |= {"reach": found.reach, "counted_at": found.at, "is_long": found.reach is None}
    return render(request, "messaging/organiser/reach.html", context)


@require_GET
def preview(request: HttpRequest, slug: str, pk: int) -> HttpResponseBase:
    """The message as one of those who would get it, whom one can leaf through. Each look at somebody is logged (D13)."""
    campaign, message = message_for(request, slug, pk)
    place, named = _whom(request.GET)
    context = page(campaign, message=message, place=place, named=named, **_as_seen(request, message, place, named))
    return render(request, "messaging/organiser/preview.html", context)


@require_GET
@xframe_options_sameorigin
def preview_html(request: HttpRequest, slug: str, pk: int) -> HttpResponseBase:
    """The HTML of an email alone, for the frame of the preview: a mail program's page, with a policy of its own."""
    _campaign, message = message_for(request, slug, pk)
    written = _as_seen(request, message, *_whom(request.GET), is_logged=False).get("written")
    if not isinstance(written, Written) or not written.html:
        raise Http404("nothing to look at")
    response = HttpResponse(written.html)
    # An email brings its styles with it, and neither scripts nor anything from elsewhere; its links open nothing here.
    response["Content-Security-Policy"] = (
        "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'; sandbox"
    )
    response["Cache-Control"] = "private, no-store"
    return response


@require_POST
def test(request: HttpRequest, slug: str, pk: int) -> HttpResponseBase:
    """Send it to oneself, as the person of the preview would get it."""
    _campaign, message = message_for(request, slug, pk)
    user = user_of(request)
    with told(request):
        person = _person_at(message, *_whom(request.POST))
        if person is None:
            raise MessagingRuleError(_("Nobody would get it. The count says why."))
        try:
            address = send_test(message, values=values_of([person])[person], by=user, to=request.POST.get("to", ""))
        except KeyError as missing:
            raise MessagingRuleError(
                _("This person lacks {{ %(field)s }}. Write other words after a bar.") % {"field": missing.args[0]}
            ) from missing
        messages.success(request, _("Sent to %(address)s, and to nobody else.") % {"address": address})
    return redirect("messaging:preview", slug, pk)


@require_POST
def discard(request: HttpRequest, slug: str, pk: int) -> HttpResponseBase:
    """Throw a draft away."""
    _campaign, message = message_for(request, slug, pk)
    with told(request, _("The draft is gone.")):
        discard_message(message, by=user_of(request))
        return redirect("messaging:index", slug)
    return redirect("messaging:message", slug, pk)


def _whom(said: QueryDict) -> tuple[int, str]:
    """The place on the list of somebody to look at, and by which name the list is narrowed; empty: by none."""
    return min(read_whole_number(said.get("place")) or 0, LOOKED_AT - 1), said.get("named", "").strip()[:100]


def _as_seen(
    request: HttpRequest, message: Message, place: int, named: str, *, is_logged: bool = True
) -> dict[str, Any]:
    """The message as the person at this place of the list gets it; or why it cannot be shown."""
    try:
        writing = writing_of(message)
    except REFUSALS as error:
        return {"problem": str(error)}
    person = _person_at(message, place, named)
    if person is None:
        return {"is_nobody": True}
    values = values_of([person])[person]
    if is_logged:
        record(
            "preview_message",
            by=user_of(request),
            action=AuditAction.VIEW,
            subject=message,
            campaign_id=message.campaign_id,
            person_id=person,
        )
    known = values | shown_to_organisers(message)
    missing = list(dict.fromkeys(name for variant in (0, 1) for name in writing.missing(known, variant=variant)))
    written = None if missing else writing.for_one(known)
    is_text = message.channel == Channel.SMS
    as_it_goes = writing.for_one(known | same_for_all(as_sent(message))).text if written and is_text else ""
    return {
        "written": written,
        "other_subject": writing.for_one(known, variant=1).subject if written and message.subject_b else "",
        "missing": missing,
        "whom": values["full_name"] or _("somebody without a name"),
        "has_next": place + 1 < LOOKED_AT and _person_at(message, place + 1, named) is not None,
        "segments": segments_of(as_it_goes) if as_it_goes else None,
    }


def _person_at(message: Message, place: int, named: str) -> int | None:
    """One of those who would get it, in the order in which we know them; None behind the last."""
    people = some_reached(message, now=timezone.now(), most=place + 1, named=named)
    return people[place] if len(people) > place else None


def _channel(name: str) -> Channel:
    if name not in CHANNELS:
        raise Http404("no such channel")
    return Channel(name)


def _form(request: HttpRequest, campaign: Campaign, channel: Channel, message: Message | None = None) -> MessageForm:
    initial = MessageForm.initial_for(message) if message is not None else {}
    return MessageForm(
        request.POST if request.method == "POST" else None,
        campaign=campaign,
        membership=membership_of(request),
        channel=channel,
        initial=initial,
    )


def _composer(
    request: HttpRequest, campaign: Campaign, form: MessageForm, message: Message | None = None
) -> HttpResponseBase:
    context = page(campaign, form=form, message=message, channel=form.channel)
    return render(request, "messaging/organiser/compose.html", context, status=422 if form.errors else 200)
