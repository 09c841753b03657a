"""Under which names we write: seen by whoever writes, added and retired by owners (rule M7)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from groundswell.accounts.access import require_role, roles_of
from groundswell.accounts.enums import Role
from groundswell.campaigns.views.refusals import LEADERS, user_of
from groundswell.compliance.enums import Channel
from groundswell.messaging.forms import CodeForm, PaceForm, SenderForm, TextSenderForm
from groundswell.messaging.models import Sender
from groundswell.messaging.operations.senders import (
    add_sender,
    change_pace,
    retire_sender,
    send_sender_code,
    verify_sender,
    vouch_for_sender,
)
from groundswell.messaging.providers.registry import ready_for
from groundswell.messaging.rules import MessagingRuleError
from groundswell.messaging.views.frame import told

if TYPE_CHECKING:
    from django.http import HttpRequest

# The one way out for email: the mail server of the settings.
EMAIL_PROVIDER = "smtp"


@require_GET
@require_role(*LEADERS)
def senders(request: HttpRequest) -> HttpResponseBase:
    """All of them, the retired ones last."""
    found = Sender.objects.select_related("verified_by").order_by("retired_at", "channel", "name")
    context = {"senders": found, "may_change": Role.OWNER in roles_of(request)}
    return render(request, "messaging/organiser/senders.html", context)


@require_role(Role.OWNER)
def new_sender(request: HttpRequest) -> HttpResponseBase:
    """Add an email address to write from; the code goes there at once."""
    form = SenderForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            sender = add_sender(channel=Channel.EMAIL, provider=EMAIL_PROVIDER, by=user_of(request), **data)
        except MessagingRuleError as error:
            form.add_error("address", str(error))
        else:
            with told(request, _("A code went to %(address)s.") % {"address": sender.address}):
                send_sender_code(sender, by=user_of(request), now=timezone.now())
            return redirect("messaging:sender", sender.pk)
    return render(request, "messaging/organiser/new_sender.html", {"form": form}, status=422 if form.errors else 200)


@require_role(Role.OWNER)
def new_text_sender(request: HttpRequest) -> HttpResponseBase:
    """Add a number or name for texts, and say how it is known to be ours."""
    form = TextSenderForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        data, user = form.cleaned_data, user_of(request)
        how = data.pop("how")
        try:
            with transaction.atomic():
                added = add_sender(channel=Channel.SMS, by=user, **data)
                vouch_for_sender(added, how=how, by=user, now=timezone.now())
        except MessagingRuleError as error:
            form.add_error("address", str(error))
        else:
            messages.success(
                request, _("%(address)s is added. You can write from it now.") % {"address": added.address}
            )
            return redirect("messaging:senders")
    context = {"form": form, "is_text": True, "has_provider": bool(ready_for(Channel.SMS))}
    return render(request, "messaging/organiser/new_sender.html", context, status=422 if form.errors else 200)


@require_role(Role.OWNER)
def sender(request: HttpRequest, pk: int) -> HttpResponseBase:
    """One of them: type the code that came there."""
    found = get_object_or_404(Sender.objects.select_related("verified_by"), pk=pk)
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            verify_sender(found, code=form.cleaned_data["code"], by=user_of(request), now=timezone.now())
        except MessagingRuleError as error:
            form.add_error("code", str(error))
        else:
            messages.success(
                request, _("%(address)s is yours. You can write from it now.") % {"address": found.address}
            )
            return redirect("messaging:senders")
    pace = PaceForm(initial={"rate": found.rate, "price": found.price})
    context = {"sender": found, "form": form, "pace": pace}
    return render(request, "messaging/organiser/sender.html", context, status=422 if form.errors else 200)


@require_POST
@require_role(Role.OWNER)
def sender_pace(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Another pace or price."""
    found = get_object_or_404(Sender.objects.select_related("verified_by"), pk=pk)
    form = PaceForm(request.POST)
    if form.is_valid():
        with told(request, _("Saved.")):
            change_pace(found, by=user_of(request), **form.cleaned_data)
        return redirect("messaging:senders")
    return render(request, "messaging/organiser/sender.html", {"sender": found, "pace": form}, status=422)


@require_POST
@require_role(Role.OWNER)
def sender_letter(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Send the code once more."""
    found = get_object_or_404(Sender, pk=pk)
    with told(request, _("A code went to %(address)s.") % {"address": found.address}):
        send_sender_code(found, by=user_of(request), now=timezone.now())
    return redirect("messaging:sender", pk)


@require_POST
@require_role(Role.OWNER)
def sender_retirement(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Write under it no longer."""
    found = get_object_or_404(Sender, pk=pk)
    with told(request, _("%(address)s is retired. Nothing leaves from it any more.") % {"address": found.address}):
        retire_sender(found, by=user_of(request), now=timezone.now())
    return redirect("messaging:senders")
