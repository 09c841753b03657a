"""The list of campaigns, their settings and candidates."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.db.models import Count, Prefetch
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from groundswell.accounts.access import access_campaign, accessible_campaigns, membership_for, require_role
from groundswell.campaigns.forms import CampaignForm, CandidateForm
from groundswell.campaigns.models import Candidate
from groundswell.campaigns.operations.campaigns import (
    change_campaign,
    create_campaign,
    remove_candidate,
    save_candidate,
)
from groundswell.campaigns.rules import CampaignRuleError
from groundswell.campaigns.views.refusals import LEADERS, STAFF, user_of
from groundswell.places.models import Area

if TYPE_CHECKING:
    from django.http import HttpRequest


@require_GET
@require_role(*STAFF)
def index(request: HttpRequest) -> HttpResponse:
    """Every campaign the user may see."""
    campaigns = (
        accessible_campaigns(request, *STAFF)
        .filter(archived_at__isnull=True)
        .annotate(bank_count=Count("phone_banks", distinct=True))
        .prefetch_related(Prefetch("areas", queryset=Area.objects.order_by("name")))
    )
    may_create = membership_for(request, None, *LEADERS) is not None
    return render(request, "campaigns/index.html", {"campaigns": campaigns, "may_create": may_create})


@require_role(*LEADERS)
def new(request: HttpRequest) -> HttpResponseBase:
    """Begin a campaign."""
    form = CampaignForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        areas = data.pop("seats")
        try:
            campaign = create_campaign(by=user_of(request), areas=areas, **data)
        except CampaignRuleError as error:
            form.add_error("name", str(error))
        else:
            messages.success(
                request, _("“%(name)s” is begun. Here is what the first call needs.") % {"name": campaign.name}
            )
            return redirect("campaigns:campaign", campaign.slug)
    return render(request, "campaigns/new.html", {"form": form}, status=422 if form.errors else 200)


@require_GET
def campaign(request: HttpRequest, slug: str) -> HttpResponseBase:
    """A campaign's short address leads to its overview."""
    access_campaign(request, slug, *STAFF)
    return redirect("phonebank:overview", slug)


def settings(request: HttpRequest, slug: str) -> HttpResponseBase:
    """Name, seats, parties; and the candidates."""
    campaign = access_campaign(request, slug, *LEADERS)
    form = CampaignForm(request.POST or None, initial=CampaignForm.initial_for(campaign))
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        areas = data.pop("seats")
        try:
            change_campaign(campaign=campaign, by=user_of(request), areas=areas, **data)
        except CampaignRuleError as error:
            form.add_error("name", str(error))
        else:
            messages.success(request, _("Saved."))
            return redirect("campaigns:settings", slug)
    candidates = campaign.candidates.select_related("area").order_by("area__name", "name")
    context = {
        "campaign": campaign,
        "form": form,
        "candidates": candidates,
        "has_seats": bool(form.initial["seats"]),
        "page": "settings",
    }
    return render(request, "campaigns/settings.html", context, status=422 if form.errors else 200)


def candidate(request: HttpRequest, slug: str, pk: int | None = None) -> HttpResponseBase:
    """Name a candidate, or change what is said of one."""
    campaign = access_campaign(request, slug, *LEADERS)
    existing = get_object_or_404(Candidate, campaign=campaign, pk=pk) if pk else None
    initial = (
        {"area": existing.area_id, "name": existing.name, "party": existing.party, "about": existing.about}
        if existing
        else {"party": campaign.own_party}
    )
    form = CandidateForm(request.POST or None, campaign=campaign, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            saved = save_candidate(campaign=campaign, by=user_of(request), candidate=existing, **form.cleaned_data)
        except CampaignRuleError as error:
            form.add_error("name", str(error))
        else:
            messages.success(request, _("%(name)s is saved.") % {"name": saved.name})
            # Whoever is still setting the campaign up goes back to what is left to do.
            return redirect("campaigns:settings" if campaign.scripts.exists() else "campaigns:campaign", slug)
    context = {"campaign": campaign, "form": form, "candidate": existing, "page": "settings"}
    return render(request, "campaigns/candidate.html", context, status=422 if form.errors else 200)


@require_POST
def candidate_removal(request: HttpRequest, slug: str, pk: int) -> HttpResponseBase:
    """Take a candidate off the campaign."""
    campaign = access_campaign(request, slug, *LEADERS)
    found = get_object_or_404(Candidate, campaign=campaign, pk=pk)
    remove_candidate(candidate=found, by=user_of(request))
    messages.success(request, _("%(name)s is no longer a candidate here.") % {"name": found.name})
    return redirect("campaigns:settings", slug)
