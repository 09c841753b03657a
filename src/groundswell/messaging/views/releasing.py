"""Letting it go: asked for, agreed to by somebody else, paused, gone on with, cancelled."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from groundswell.campaigns.views.refusals import user_of
from groundswell.messaging.enums import MessageStatus
from groundswell.messaging.operations.approving import approve_message, submit_message, take_back_message
from groundswell.messaging.operations.steering import cancel_message, choose_subject, pause_message, resume_message
from groundswell.messaging.tasks import prepare_message, send_soon
from groundswell.messaging.views.frame import message_for, most_alone, told

if TYPE_CHECKING:
    from django.http import HttpRequest

    from groundswell.accounts.models import User
    from groundswell.messaging.operations.approving import Enqueue


SUBJECTS = {"subject_0": 0, "subject_1": 1}


@require_POST
def submission(request: HttpRequest, slug: str, pk: int) -> HttpResponseBase:
    """Ask for it to be sent."""
    _campaign, found = message_for(request, slug, pk)
    user, now = user_of(request), timezone.now()
    with told(request):
        sent = submit_message(
            found, by=user, now=now, most_alone=most_alone(timezone.localdate(now)), enqueue=_preparing(user)
        )
        if sent.status == MessageStatus.WAITING:
            messages.success(request, _("It waits for somebody else to agree."))
        else:
            messages.success(request, _("It is on its way."))
    return redirect("messaging:message", slug, pk)


@require_POST
def approval(request: HttpRequest, slug: str, pk: int) -> HttpResponseBase:
    """Agree to what a colleague asked for, or make it a draft again."""
    _campaign, found = message_for(request, slug, pk)
    user = user_of(request)
    if request.POST.get("do") == "take_back":
        with told(request, _("It is a draft again.")):
            take_back_message(found, by=user)
    else:
        with told(request, _("Agreed. It is on its way.")):
            approve_message(found, by=user, now=timezone.now(), enqueue=_preparing(user))
    return redirect("messaging:message", slug, pk)


@require_POST
def steering(request: HttpRequest, slug: str, pk: int) -> HttpResponseBase:
    """Pause it, let it go on, or cancel what has not left."""
    _campaign, found = message_for(request, slug, pk)
    user, what = user_of(request), request.POST.get("do")
    if what == "pause":
        with told(request, _("Paused. Nothing more leaves but what a mail server has in its hands.")):
            pause_message(found, by=user)
    elif what == "resume":
        with told(request, _("It goes on where it stopped.")):
            resume_message(found, by=user, enqueue=send_soon)
    elif what in SUBJECTS:
        with told(request, _("Chosen. The rest of the list gets this subject.")):
            choose_subject(found, winner=SUBJECTS[what], by=user, now=timezone.now(), enqueue=send_soon)
    elif what == "cancel":
        with told(request):
            kept = cancel_message(found, by=user, now=timezone.now())
            said = ngettext(
                "Cancelled: %(count)s person does not get it.", "Cancelled: %(count)s people do not get it.", kept
            )
            messages.success(request, said % {"count": f"{kept:,}"})
    return redirect("messaging:message", slug, pk)


def _preparing(user: User) -> Enqueue:
    def enqueue(message_id: int) -> None:
        prepare_message.defer(message_id=message_id, by_id=user.pk)

    return enqueue
