"""An organiser has a letter sent again that failed, or of which nobody knows whether it arrived."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from groundswell.campaigns.views.refusals import user_of
from groundswell.events.models import Notice
from groundswell.events.operations.notices import send_again
from groundswell.events.views.organiser import event_of

if TYPE_CHECKING:
    from django.http import HttpRequest


@require_POST
def again(request: HttpRequest, slug: str, pk: int, notice_id: int) -> HttpResponseBase:
    """One letter, once more; never by itself."""
    _campaign, event = event_of(request, slug, pk)
    found = Notice.objects.select_related("attendance__person")
    notice = get_object_or_404(found, attendance__event=event, pk=notice_id)
    if send_again(notice, by=user_of(request), now=timezone.now()):
        messages.success(request, _("The letter is on its way again."))
    else:
        messages.info(request, _("Nothing to do: this letter has gone out, or is about to."))
    return redirect("events:sign_ups", slug, pk)
