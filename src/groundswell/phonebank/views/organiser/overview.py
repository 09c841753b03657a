"""The organiser's home: how the campaign's phone banks do now."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from groundswell.accounts.access import accessible_campaigns, require_role
from groundswell.accounts.enums import Role
from groundswell.campaigns.models import Candidate, Script
from groundswell.people.models import PersonContact
from groundswell.phonebank.dashboards import LOOK_BACK, attention, bank_progress, callers_here, pace
from groundswell.phonebank.models import PhoneBank
from groundswell.phonebank.said import where_voters_stand
from groundswell.phonebank.views.organiser.frame import (
    LEADERS,
    TEAM,
    campaign_for,
    limited_membership,
    may_lead,
    page,
    role_of,
)
from groundswell.phonebank.views.organiser.live import live_part

if TYPE_CHECKING:
    from django.http import HttpRequest

    from groundswell.campaigns.models import Campaign


@require_GET
@require_role(*LEADERS)
def index(request: HttpRequest) -> HttpResponseBase:
    """Every phone bank the user leads, campaign by campaign."""
    campaigns = accessible_campaigns(request, *LEADERS).filter(archived_at__isnull=True)
    banks = (
        PhoneBank.objects.filter(campaign__in=campaigns)
        .select_related("campaign", "script")
        .order_by("campaign__name", "-created_at")
    )
    return render(request, "phonebank/organiser/index.html", {"banks": banks, "campaigns": campaigns})


@require_GET
def overview(request: HttpRequest, slug: str) -> HttpResponseBase:
    """Phone banks with their progress, today and in total, callers now, flags; and what to do next."""
    campaign = campaign_for(request, slug, *TEAM)
    context = _standing_of(campaign, limited_membership(request))
    if not context["banks"]:
        context |= _first_steps(campaign)
    context |= {"may_lead": may_lead(request), "may_import": role_of(request) != Role.ORGANISER}
    return render(request, "phonebank/organiser/overview.html", page(campaign, "overview", **context))


@require_GET
def overview_live(request: HttpRequest, slug: str) -> HttpResponseBase:
    """The part of the overview that moves while people call."""
    campaign = campaign_for(request, slug, *TEAM)
    membership, leads = limited_membership(request), may_lead(request)
    return live_part(
        request,
        template="phonebank/organiser/overview_live.html",
        key=f"{campaign.pk}.{membership}.{leads}",
        context=lambda: {"campaign": campaign, "may_lead": leads, **_standing_of(campaign, membership)},
    )


def _standing_of(campaign: Campaign, membership: int | None) -> dict[str, Any]:
    now = timezone.now()
    banks = bank_progress(campaign.pk)
    ids = [bank.id for bank in banks]
    waiting = attention(campaign.pk, since=now - LOOK_BACK)
    return {
        "banks": banks,
        "pace": pace(ids, now=now),
        "callers": callers_here(ids, now=now),
        "open_flags": waiting.flags,
        "odd_callers": waiting.odd_callers,
        "standing": where_voters_stand(campaign.pk, membership_id=membership),
    }


def _first_steps(campaign: Campaign) -> dict[str, Any]:
    """What a campaign without a phone bank has of what the first call needs."""
    return {
        "has_numbers": PersonContact.objects.exists(),
        "has_candidate": Candidate.objects.filter(campaign=campaign).exists(),
        "has_script": Script.objects.filter(campaign=campaign).exists(),
    }
