"""Confirming a yes to email that was texted. Works without JavaScript and without an account; looking changes nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from groundswell.flows.operations.emails import confirm_email, yes_of
from groundswell.messaging.preferences import preference_address

if TYPE_CHECKING:
    from django.http import HttpRequest


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: HttpRequest, token: str) -> HttpResponseBase:
    """What was agreed to, and the button, which may be pressed again. Mail scanners only look."""
    yes = yes_of(token)
    if yes is None or yes.run.person_id is None:
        raise Http404("no such yes")
    if request.method == "POST":
        try:
            confirm_email(yes=yes, now=timezone.now(), by=None)
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
        return redirect("flows:confirm", token)
    context = {
        "yes": yes,
        "preferences": preference_address(person_id=yes.run.person_id, contact_point_id=yes.contact_point_id),
    }
    return render(request, "flows/confirm.html", context)
