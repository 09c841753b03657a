"""Answering a survey. By one's own link, without an account and without JavaScript."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from groundswell.accounts.models import Organisation
from groundswell.campaigns.asks_pages import page_of
from groundswell.campaigns.enums import ActionState, AskKind
from groundswell.campaigns.markdown import markup
from groundswell.campaigns.models import Ask
from groundswell.campaigns.operations.asks import is_open, record_visit
from groundswell.campaigns.rules import CampaignRuleError
from groundswell.campaigns.scripts import plan_for
from groundswell.campaigns.visits import is_automatic
from groundswell.messaging.preferences import preference_address
from groundswell.surveys.forms import ReplyForm
from groundswell.surveys.links import Invited, invited_by
from groundswell.surveys.models import Reply, Survey
from groundswell.surveys.operations.replies import answer_survey
from groundswell.surveys.rules import opinion_wording

if TYPE_CHECKING:
    from django.http import HttpRequest


@require_safe
def page(request: HttpRequest, slug: str) -> HttpResponse:
    """What the survey is about, for whoever comes without a link of their own: who they are is not known here."""
    found = Survey.objects.select_related("ask__campaign").filter(ask__slug=slug, ask__published_at__isnull=False)
    survey = found.first()
    if survey is None:
        raise Http404("no such survey")
    context = {
        "survey": survey,
        "about": markup(survey.about) if survey.about else "",
        "is_open": is_open(survey.ask),
        "others": _to_join(survey),
    }
    return render(request, "surveys/page.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def own(request: HttpRequest, token: str) -> HttpResponseBase:
    """The questions, for the person whose link it is; looking changes nothing (mail scanners look at everything)."""
    invited = invited_by(token)
    if invited is None:
        raise Http404("no such link")
    if isinstance(invited, Survey):  # of nobody we still know, or out of a preview
        return redirect("surveys:page", invited.ask.slug)
    survey = invited.survey
    if request.method != "POST" and invited.link is not None:
        automatic = request.method == "HEAD" or is_automatic(request.headers)
        record_visit(link=invited.link, now=timezone.now(), is_automatic=automatic)
    plan = plan_for(survey.script_id, survey.script.version)
    form = ReplyForm(request.POST or None, steps=plan.steps, wording=opinion_wording(_organisation()))
    has_more = False
    if request.method == "POST" and is_open(survey.ask) and form.is_valid():
        has_more = form.has_more
        if not has_more and _answer(invited, form):
            return redirect("surveys:thanks", token)
    context = {
        **_common(invited, token),
        "form": form,
        "has_more": has_more,
        "about": markup(survey.about) if survey.about else "",
        "is_open": is_open(survey.ask),
        "is_empty": not plan.steps,
        "has_answered": _reply_of(invited) is not None,
    }
    return render(request, "surveys/own.html", context, status=422 if form.errors else 200)


@never_cache
@require_safe
def thanks(request: HttpRequest, token: str) -> HttpResponse:
    """After answering: what was kept, and what they can do next."""
    invited = invited_by(token)
    if not isinstance(invited, Invited) or _reply_of(invited) is None:
        raise Http404("nothing answered")
    context = {
        **_common(invited, token),
        "thanks": markup(invited.survey.thanks) if invited.survey.thanks else "",
        "others": _to_join(invited.survey),
        "is_open": is_open(invited.survey.ask),
    }
    return render(request, "surveys/thanks.html", context)


def _answer(invited: Invited, form: ReplyForm) -> bool:
    """Keep what was said; False with the reason on the form where that is not possible."""
    try:
        answer_survey(
            survey=invited.survey,
            person=invited.person,
            answers=form.given(invited.person.pk),
            source_uuid=form.source_uuid,
            source=invited.link,
            agreed_wording=form.wording if form.cleaned_data.get("agrees") else "",
            now=timezone.now(),
        )
    except CampaignRuleError as error:
        form.add_error(None, str(error))
        return False
    return True


def _common(invited: Invited, token: str) -> dict[str, Any]:
    return {
        "survey": invited.survey,
        "person": invited.person,
        "token": token,
        "has_objected": invited.person.objected_at is not None,
        "preferences": preference_address(person_id=invited.person.pk, contact_point_id=invited.contact_point.pk),
    }


def _reply_of(invited: Invited) -> Reply | None:
    found = Reply.objects.filter(survey=invited.survey, person=invited.person)
    return found.exclude(action__state=ActionState.WITHDRAWN).first()


def _to_join(survey: Survey) -> list[dict[str, str]]:
    """The campaign's open pages on which somebody signs up or volunteers: what there is to do next."""
    kinds = (AskKind.SIGN_UP, AskKind.VOLUNTEER)
    found = Ask.objects.filter(
        campaign=survey.ask.campaign_id, kind__in=kinds, published_at__isnull=False, closed_at__isnull=True
    ).order_by("-published_at")[:3]
    pages = [(ask.title, page_of(ask)) for ask in found]
    return [{"title": title, "address": address} for title, address in pages if address]


def _organisation() -> str:
    return Organisation.objects.values_list("name", flat=True).first() or "Groundswell"
