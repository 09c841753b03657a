"""Typing the code that came by text, by the signed link of a sign-up. Works without JavaScript; looking changes nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from allauth.core.internal import ratelimit
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from groundswell.joining.enums import CodeAnswer
from groundswell.joining.links import sign_up_of
from groundswell.joining.models import NumberCode, SignUp
from groundswell.joining.operations.numbers import confirm_number, send_number_code, waiting_number
from groundswell.messaging.preference_queries import masked

if TYPE_CHECKING:
    from django.http import HttpRequest

# A union office shares one address; a program that tries codes or has telephones rung does not stop at these.
RATES = {"number_try": "60/h/ip", "number_code": "20/h/ip"}


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def number(request: HttpRequest, token: str) -> HttpResponseBase:
    """The code is typed here; it is right, wrong, or of no use any more."""
    found = _sign_up(token)
    now = timezone.now()
    problem = ""
    if request.method == "POST":
        if not ratelimit.consume(request, app="joining", action="number_try", config=RATES):
            problem = _("Very many codes were typed from here. Wait a while and press again.")
        else:
            answer, problem = _try(found, request.POST.get("code", ""))
            if answer == CodeAnswer.RIGHT:
                messages.success(request, CodeAnswer.RIGHT.label)
                return redirect("joining:confirm", token)
    box = waiting_number(found, now=now)
    if box is None:
        return redirect("joining:confirm", token)
    context = {
        "sign_up": found,
        "page": found.page,
        "token": token,
        "number": masked(box.contact_point),
        "wording": box.wording,
        "is_sent": NumberCode.objects.filter(
            sign_up=found, contact_point=box.contact_point, expires_at__gt=now
        ).exists(),
        "problem": problem,
    }
    return render(request, "joining/number.html", context, status=422 if problem else 200)


@require_POST
def another(request: HttpRequest, token: str) -> HttpResponse:
    """A code, or another one."""
    found = _sign_up(token)
    if not ratelimit.consume(request, app="joining", action="number_code", config=RATES):
        messages.error(request, CodeAnswer.ENOUGH.label)
        return redirect("joining:number", token)
    answer = send_number_code(sign_up=found, now=timezone.now(), by=None)
    (messages.success if answer == CodeAnswer.SENT else messages.info)(request, answer.label)
    return redirect("joining:number", token)


def _try(found: SignUp, typed: str) -> tuple[CodeAnswer, str]:
    try:
        answer = confirm_number(sign_up=found, typed=typed[:40], now=timezone.now(), by=None)
    except ValidationError as error:
        return CodeAnswer.DEAD, " ".join(error.messages)
    return answer, "" if answer == CodeAnswer.RIGHT else str(answer.label)


def _sign_up(token: str) -> SignUp:
    found = sign_up_of(token)
    if found is None:
        raise Http404("no such sign-up")
    return found
