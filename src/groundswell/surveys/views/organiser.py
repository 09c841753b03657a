"""The organiser's pages: a campaign's surveys, one of them, and what came of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from groundswell.accounts.access import access_campaign
from groundswell.campaigns.models import Campaign
from groundswell.campaigns.operations.asks import close_ask, is_open
from groundswell.campaigns.rules import FEW, CampaignRuleError
from groundswell.campaigns.scripts import plan_for
from groundswell.campaigns.views.refusals import LEADERS, told, user_of
from groundswell.surveys.forms import ReplyForm, SurveyForm
from groundswell.surveys.models import Survey
from groundswell.surveys.operations.surveys import change_survey, create_survey, publish_survey
from groundswell.surveys.queries import figures_of, surveys_with_counts
from groundswell.surveys.rules import opinion_wording

if TYPE_CHECKING:
    from django.http import HttpRequest


@require_GET
def surveys(request: HttpRequest, slug: str) -> HttpResponse:
    """The campaign's surveys."""
    campaign = access_campaign(request, slug, *LEADERS)
    context = {
        "campaign": campaign,
        "page": "surveys",
        "rows": surveys_with_counts(campaign),
        "has_script": campaign.scripts.filter(steps__isnull=False).exists(),
    }
    return render(request, "surveys/organiser/index.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest, slug: str) -> HttpResponseBase:
    """Begin one; nobody can answer before it is published."""
    campaign = access_campaign(request, slug, *LEADERS)
    form = SurveyForm(request.POST or None, campaign=campaign)
    if request.method == "POST" and form.is_valid():
        try:
            press = form.cleaned_data["press"]
            made = create_survey(campaign=campaign, details=form.details(), by=user_of(request), press=press)
        except CampaignRuleError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Kept as a draft. Look it over, then publish it."))
            return redirect("surveys:manage", slug, made.pk)
    return _written(request, campaign, form, None)


@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, slug: str, pk: int) -> HttpResponseBase:
    """Change the words, or the script."""
    campaign, survey = _survey_of(request, slug, pk)
    form = SurveyForm(request.POST or None, campaign=campaign, survey=survey)
    if request.method == "POST" and form.is_valid():
        try:
            change_survey(survey=survey, details=form.details(), by=user_of(request))
        except CampaignRuleError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Saved."))
            return redirect("surveys:manage", slug, pk)
    return _written(request, campaign, form, survey)


@require_GET
def manage(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """One survey: what it asks, and what came of it."""
    campaign, survey = _survey_of(request, slug, pk)
    plan = plan_for(survey.script_id, survey.script.version)
    context = {
        "campaign": campaign,
        "page": "surveys",
        "survey": survey,
        "is_open": is_open(survey.ask),
        "figures": figures_of(survey),
        "few": FEW,
        "form": ReplyForm(steps=plan.steps, wording=opinion_wording(plan.identification.organisation)),
        "branches": sum(1 for step in plan.steps if step.show_if),
        "address": settings.PUBLIC_URL + reverse("surveys:page", args=[survey.ask.slug]),
    }
    return render(request, "surveys/organiser/manage.html", context)


@require_POST
def publication(request: HttpRequest, slug: str, pk: int) -> HttpResponseBase:
    """Open it."""
    _campaign, survey = _survey_of(request, slug, pk)
    with told(request, _("Published. Now write a message that leads on to it.")):
        publish_survey(survey=survey, by=user_of(request), now=timezone.now())
    return redirect("surveys:manage", slug, pk)


@require_POST
def closing(request: HttpRequest, slug: str, pk: int) -> HttpResponseBase:
    """Nobody answers from now on."""
    _campaign, survey = _survey_of(request, slug, pk)
    with told(request, _("Closed. What was answered stays.")):
        close_ask(ask=survey.ask, by=user_of(request), now=timezone.now())
    return redirect("surveys:manage", slug, pk)


def _survey_of(request: HttpRequest, slug: str, pk: int) -> tuple[Campaign, Survey]:
    campaign: Campaign = access_campaign(request, slug, *LEADERS)
    found = Survey.objects.select_related("ask__campaign", "script")
    return campaign, get_object_or_404(found, ask__campaign=campaign, pk=pk)


def _written(request: HttpRequest, campaign: Campaign, form: SurveyForm, survey: Survey | None) -> HttpResponse:
    context = {"campaign": campaign, "page": "surveys", "form": form, "survey": survey}
    return render(request, "surveys/organiser/form.html", context, status=422 if form.errors else 200)
