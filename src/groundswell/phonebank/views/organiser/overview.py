"""The organiser's home: how the campaign's phone banks do now."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import Exists, OuterRef
from django.http import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from groundswell.accounts.access import accessible_campaigns, memberships_of, require_role
from groundswell.accounts.enums import Role
from groundswell.campaigns.models import Campaign, Candidate, Script
from groundswell.people.models import PersonContact
from groundswell.phonebank.dashboards import LOOK_BACK, attention, attention_in, bank_progress, callers_here, pace
from groundswell.phonebank.models import PhoneBank
from groundswell.phonebank.said import FEW_ANSWERS, where_voters_stand
from groundswell.phonebank.views.organiser.frame import (
    LEADERS,
    TEAM,
    campaign_for,
    limited_to_areas,
    may_lead,
    membership_of,
    page,
    role_of,
)
from groundswell.phonebank.views.organiser.live import live_part

if TYPE_CHECKING:
    from django.http import HttpRequest

    from groundswell.accounts.models import Membership


@require_GET
@require_role(*LEADERS)
def index(request: HttpRequest) -> HttpResponseBase:
    """Every phone bank the user leads, campaign by campaign."""
    campaigns = accessible_campaigns(request, *LEADERS).filter(archived_at__isnull=True)
    leading = [membership for membership in memberships_of(request) if membership.role in LEADERS]
    banks = (
        PhoneBank.objects.filter(campaign__in=campaigns)
        .of_memberships(leading)
        .select_related("campaign", "script")
        .order_by("campaign__name", "-created_at")
    )
    return render(request, "phonebank/organiser/index.html", {"banks": banks, "campaigns": campaigns})


@require_GET
def overview(request: HttpRequest, slug: str) -> HttpResponseBase:
    """Phone banks with their progress, today and in total, callers now, flags; and what to do next."""
    campaign = campaign_for(request, slug, *TEAM)
    context = _standing_of(campaign, membership_of(request))
    if not context["banks"]:
        context |= _first_steps(campaign)
    context |= {"may_lead": may_lead(request), "may_import": role_of(request) != Role.ORGANISER}
    return render(request, "phonebank/organiser/overview.html", page(campaign, "overview", **context))


@require_GET
def overview_live(request: HttpRequest, slug: str) -> HttpResponseBase:
    """The part of the overview that moves while people call."""
    campaign = campaign_for(request, slug, *TEAM)
    membership, leads = membership_of(request), may_lead(request)
    return live_part(
        request,
        template="phonebank/organiser/overview_live.html",
        key=f"{campaign.pk}.{limited_to_areas(membership)}.{leads}",
        context=lambda: {"campaign": campaign, "may_lead": leads, **_standing_of(campaign, membership)},
    )


def _standing_of(campaign: Campaign, membership: Membership) -> dict[str, Any]:
    now = timezone.now()
    limited = limited_to_areas(membership)
    since = now - LOOK_BACK
    theirs = PhoneBank.objects.filter(campaign=campaign).for_member(membership).values_list("pk", flat=True)
    banks = bank_progress(campaign.pk, only=list(theirs) if limited else None)
    ids = [bank.id for bank in banks]
    waiting = attention(ids, since=since) if limited else attention_in(campaign.pk, ids, since=since)
    return {
        "banks": banks,
        "pace": pace(ids, now=now),
        "callers": callers_here(ids, now=now),
        "open_flags": waiting.flags,
        "odd_callers": waiting.odd_callers,
        **_voters(campaign, limited, waiting.answers_bytes),
    }


def _voters(campaign: Campaign, limited: int | None, answers_bytes: int) -> dict[str, Any]:
    """Where voters stand. Of one who sees some areas, many answers are left to the results, which the worker counts."""
    if limited and answers_bytes >= FEW_ANSWERS:
        return {"see_results": True}
    return {"standing": where_voters_stand(campaign.pk, membership_id=limited)}


def _first_steps(campaign: Campaign) -> dict[str, Any]:
    """What a campaign without a phone bank has of what the first call needs; one query."""
    found = Campaign.objects.filter(pk=campaign.pk).values(
        has_numbers=Exists(PersonContact.objects.all()),
        has_candidate=Exists(Candidate.objects.filter(campaign=OuterRef("pk"))),
        has_script=Exists(Script.objects.filter(campaign=OuterRef("pk"))),
    )
    return {**found.get()}
