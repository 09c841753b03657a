"""The organiser's home: how the campaign's phone banks do now."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from groundswell.accounts.access import accessible_campaigns, require_role
from groundswell.campaigns.models import Script
from groundswell.phonebank.dashboards import bank_progress, callers_here, flags_waiting, pace
from groundswell.phonebank.models import PhoneBank
from groundswell.phonebank.views.organiser.frame import LEADERS, TEAM, campaign_for, page

if TYPE_CHECKING:
    from django.http import HttpRequest


@require_GET
@require_role(*LEADERS)
def index(request: HttpRequest) -> HttpResponseBase:
    """Every phone bank the user leads, campaign by campaign."""
    campaigns = accessible_campaigns(request, *LEADERS).filter(archived_at__isnull=True)
    banks = (
        PhoneBank.objects.filter(campaign__in=campaigns)
        .select_related("campaign")
        .order_by("campaign__name", "-created_at")
    )
    return render(request, "phonebank/organiser/index.html", {"banks": banks, "campaigns": campaigns})


@require_GET
def overview(request: HttpRequest, slug: str) -> HttpResponseBase:
    """Phone banks with their progress, today and in total, callers now, flags; and what to do next."""
    campaign = campaign_for(request, slug, *TEAM)
    now = timezone.now()
    banks = bank_progress(campaign.pk)
    ids = [bank.id for bank in banks]
    context = page(
        campaign,
        "overview",
        banks=banks,
        pace=pace(ids, now=now),
        callers=callers_here(ids, now=now),
        open_flags=flags_waiting(ids),
        has_script=bool(banks) or Script.objects.filter(campaign=campaign).exists(),
        may_lead=request.membership.role in LEADERS,  # type: ignore[attr-defined]
    )
    template = "phonebank/organiser/overview.html"
    return render(request, template, context)
