"""The inbox: texts that wait for a person, and what was done about them."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from groundswell.accounts import audit
from groundswell.accounts.access import memberships_of, require_role
from groundswell.accounts.enums import AuditAction
from groundswell.campaigns.views.refusals import LEADERS, user_of
from groundswell.messaging.forms import ReplyForm
from groundswell.messaging.history import texts_with
from groundswell.messaging.inbox import readable, seen_to, waiting, writers
from groundswell.messaging.operations.inbound import mark_handled, stop_by_hand
from groundswell.messaging.operations.replying import reply_to_text
from groundswell.messaging.rules import MessagingRuleError
from groundswell.messaging.tasks import send_soon
from groundswell.messaging.words import mentions_stop

if TYPE_CHECKING:
    from django.http import HttpRequest

    from groundswell.messaging.models import Inbound

A_PAGE = 25


@require_GET
@require_role(*LEADERS)
def inbox(request: HttpRequest) -> HttpResponse:
    """What waits, the oldest first, and what was seen to lately. Who is shown is logged (rule D13)."""
    mine = readable(memberships_of(request))
    parts = ("contact_point", "answers__message", "handled_by")
    page = Paginator(waiting(mine).select_related(*parts), A_PAGE).get_page(request.GET.get("page"))
    done = list(seen_to(mine).select_related(*parts)[:10])
    shown = [*page.object_list, *done]
    people = writers(shown)
    subjects = {person.pk: person for found in people.values() for person in found}
    audit.record_each("view_inbox", subjects.values(), by=user_of(request), action=AuditAction.VIEW)
    context = {
        "page_of": page,
        "waiting": [(one, people[one.pk], mentions_stop(one.text)) for one in page.object_list],
        "done": [(one, people[one.pk]) for one in done],
    }
    return render(request, "messaging/inbox.html", context)


@require_POST
@require_role(*LEADERS)
def handle(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Seen to; not after all; or it means stop."""
    inbound = get_object_or_404(readable(memberships_of(request)), pk=pk)
    user, now, do = user_of(request), timezone.now(), request.POST.get("do")
    if do == "stop":
        if stop_by_hand(inbound=inbound, by=user, now=now):
            send_soon()
            messages.success(request, _("Stopped: no text goes to that number any more."))
        else:
            messages.error(request, _("That did not come from a number, so there is nothing to close."))
    elif do in {"handled", "waiting"}:
        mark_handled(inbound=inbound, by=user, now=now, is_handled=do == "handled")
        messages.success(request, _("Marked as handled.") if do == "handled" else _("It waits in the inbox again."))
    else:
        messages.error(request, _("Nothing was changed: the form did not say what to do."))
    return redirect("incoming:inbox")


@require_GET
@require_role(*LEADERS)
def thread(request: HttpRequest, pk: int) -> HttpResponse:
    """All that was texted with them, across campaigns, and somewhere to answer. The look is logged (rule D13)."""
    inbound = get_object_or_404(readable(memberships_of(request)).select_related("sender", "contact_point"), pk=pk)
    return _thread(request, inbound, ReplyForm())


@require_POST
@require_role(*LEADERS)
def reply(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Answer it; however often it is pressed, once."""
    inbound = get_object_or_404(readable(memberships_of(request)).select_related("sender", "contact_point"), pk=pk)
    form = ReplyForm(request.POST)
    if form.is_valid():
        words, press = form.cleaned_data["words"], form.cleaned_data["press"] or uuid4()
        try:
            reply_to_text(inbound, words=words, press=press, by=user_of(request), now=timezone.now())
        except MessagingRuleError as error:
            form.add_error("words", str(error))
        else:
            send_soon()
            messages.success(request, _("Your answer is on its way."))
            return redirect("incoming:thread", pk)
    return _thread(request, inbound, form)


def _thread(request: HttpRequest, inbound: Inbound, form: ReplyForm) -> HttpResponse:
    people = writers([inbound])[inbound.pk]
    audit.record_each("view_texts", people, by=user_of(request), action=AuditAction.VIEW)
    context = {"one": inbound, "people": people, "lines": texts_with(inbound), "form": form}
    return render(request, "messaging/thread.html", context, status=422 if form.errors else 200)
