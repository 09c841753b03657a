"""Signing up, and confirming it. Works without JavaScript; says the same to everybody, whoever is known here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from allauth.core.internal import ratelimit
from csp.constants import NONE
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from groundswell.accounts.models import Organisation
from groundswell.campaigns.consent_boxes import soft_opt_in_words, unconfirmed
from groundswell.campaigns.enums import ActionState
from groundswell.campaigns.markdown import markup
from groundswell.campaigns.operations.asks import is_open
from groundswell.campaigns.rules import CampaignRuleError
from groundswell.campaigns.views.links import source_of
from groundswell.compliance.figures import soft_opt_in_from, texts_need_code
from groundswell.joining.forms import SignUpForm
from groundswell.joining.links import sign_up_of
from groundswell.joining.models import SignUpPage
from groundswell.joining.operations.numbers import boxes_offered, send_number_code, waiting_number
from groundswell.joining.operations.sign_ups import confirm_sign_up, sign_up
from groundswell.joining.proofs import is_proven, new_challenge
from groundswell.messaging.preferences import preference_address

if TYPE_CHECKING:
    from django.http import HttpRequest

# A household or a union office shares one address; a program does not stop at sixty. One email is typed by a few at most.
RATES = {"sign_up": "60/h/ip,6/h/key"}
# Above this, from one address or on one page, the visitor's device proves with each that it is no program.
USUAL = {"usual": "12/h/ip,400/h/key"}


def public_page(slug: str) -> SignUpPage:
    """The page at this public address; drafts are not there. Raises Http404."""
    found = SignUpPage.objects.select_related("ask__campaign", "question")
    page = found.filter(ask__slug=slug, ask__published_at__isnull=False).first()
    if page is None:
        raise Http404("no such page")
    return page


@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest, slug: str) -> HttpResponseBase:
    """Why, and the form."""
    return _page(request, public_page(slug), "joining/page.html", "joining:thanks")


@csrf_exempt  # a form for everybody, in a frame of another site, where browsers keep our cookie back
@xframe_options_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def embedded(request: HttpRequest, slug: str) -> HttpResponseBase:
    """The same form without our frame, to be shown on the sites that the organiser named."""
    found = public_page(slug)
    return _framed(_page(request, found, "joining/embedded.html", "joining:embedded_thanks"), found)


@require_safe
def thanks(request: HttpRequest, slug: str) -> HttpResponse:
    """After signing up: what was typed counts once they confirm it from their own address."""
    return render(request, "joining/thanks.html", {"page": public_page(slug)})


@xframe_options_exempt
@require_safe
def embedded_thanks(request: HttpRequest, slug: str) -> HttpResponseBase:
    """The same in the frame of another site."""
    found = public_page(slug)
    return _framed(render(request, "joining/embedded_thanks.html", {"page": found}), found)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: HttpRequest, token: str) -> HttpResponseBase:
    """What there is to confirm; the button confirms it, and may be pressed again. Mail scanners only look."""
    found = sign_up_of(token)
    if found is None:
        raise Http404("no such sign-up")
    now = timezone.now()
    if request.method == "POST":
        try:
            confirm_sign_up(sign_up=found, now=now)
            found.action.refresh_from_db()
            if waiting_number(found, now=now) is not None:
                messages.info(request, send_number_code(sign_up=found, now=now, by=None).label)
                return redirect("joining:number", token)
        except (ValidationError, CampaignRuleError) as error:
            messages.error(request, " ".join(error.messages) if isinstance(error, ValidationError) else str(error))
        return redirect("joining:confirm", token)
    is_confirmed = found.action.state == ActionState.CONFIRMED
    number = waiting_number(found, now=now)
    context = {
        "sign_up": found,
        "page": found.page,
        "token": token,
        "is_confirmed": is_confirmed,
        "waiting": [box for box in unconfirmed(found.action) if box != number],
        "number": number,
        "options": list(found.options.all()),
        "thanks": markup(found.page.thanks) if found.page.thanks else "",
        "preferences": preference_address(person_id=found.person_id, contact_point_id=found.email_id),
    }
    return render(request, "joining/confirm.html", context)


def _page(request: HttpRequest, page: SignUpPage, template: str, done: str) -> HttpResponseBase:
    now = timezone.now()
    is_soft = page.soft_opt_in and soft_opt_in_from(on=now.date()) is not None
    form = SignUpForm(
        request.POST or None,
        page=page,
        boxes=boxes_offered(_organisation(), now=now),
        soft_wording=soft_opt_in_words(_organisation()) if is_soft else "",
    )
    if request.method == "POST" and is_open(page.ask) and form.is_valid():
        answer = _sign_up(request, page, form, done)
        if answer is not None:
            return answer
    context = {
        "page": page,
        "form": form,
        "about": markup(page.about) if page.about else "",
        "needs_code": "agree_sms" in form.fields and texts_need_code(on=timezone.now().date()),
        "is_open": is_open(page.ask),
    }
    return render(request, template, context, status=422 if form.errors else 200)


def _sign_up(request: HttpRequest, page: SignUpPage, form: SignUpForm, done: str) -> HttpResponseBase | None:
    """Take the sign-up; None with the reason on the form where that is not possible now."""
    if not form.is_a_program:
        email = form.cleaned_data["email"]
        is_usual = ratelimit.consume(request, app="joining", action="usual", config=USUAL, key=str(page.pk))
        if not is_usual and not is_proven(request.POST.get("proof", "")):
            form.challenge = new_challenge(now=timezone.now())
            form.add_error(
                None,
                _(
                    "Very many sign-ups come just now. Your device shows that it is no program, which takes a "
                    "moment: then press “Sign me up” once more. What you typed is still here."
                ),
            )
            return None
        if not ratelimit.consume(request, app="joining", action="sign_up", config=RATES, key=f"{page.pk}:{email}"):
            form.add_error(None, _("Many people have signed up from here just now. Wait a while and press again."))
            return None
        try:
            sign_up(page=page, typed=form.typed(), source=source_of(request, page.ask), now=timezone.now())
        except CampaignRuleError as error:
            form.add_error(None, str(error))
            return None
    return redirect(done, page.ask.slug)


def _framed(response: HttpResponseBase, page: SignUpPage) -> HttpResponseBase:
    """Only the sites that were named may show it in a frame; none named: nobody."""
    response._csp_replace = {"frame-ancestors": page.embedded_on or [NONE]}  # type: ignore[attr-defined]
    return response


def _organisation() -> str:
    return Organisation.objects.values_list("name", flat=True).first() or "Groundswell"
