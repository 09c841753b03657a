"""The campaign's map with its table, a seat, and the finder of the seat to ring next."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.paginator import Paginator
from django.http import Http404, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET

from groundswell.accounts.access import accessible_campaigns, require_role
from groundswell.campaigns.models import Campaign
from groundswell.insight.counting import Figures, figures_of
from groundswell.insight.drawing import draw
from groundswell.insight.evenings import evenings_of, gap_of, next_evenings
from groundswell.insight.listing import A_PAGE, SeatFilter, headings, ordered
from groundswell.insight.queries import Seat, seat_of, seats_of, targets
from groundswell.insight.rules import LEGENDS, NEAR_KM
from groundswell.insight.trend import trend_of
from groundswell.phonebank.views.organiser.frame import (
    TEAM,
    campaign_for,
    limited_to_areas,
    may_lead,
    membership_of,
    page,
)

if TYPE_CHECKING:
    from django.http import HttpRequest

# So many seats the finder proposes: beyond them nobody reads.
PROPOSED = 20


@require_GET
@require_role(*TEAM)
def index(request: HttpRequest) -> HttpResponseBase:
    """The maps of the user's campaigns; with one campaign, its map."""
    campaigns = list(accessible_campaigns(request, *TEAM).filter(archived_at__isnull=True))
    if len(campaigns) == 1:
        return redirect("insight:map", campaigns[0].slug)
    return render(request, "insight/index.html", {"campaigns": campaigns})


@require_GET
def campaign_map(request: HttpRequest, slug: str) -> HttpResponseBase:
    """Every seat as a hexagon, and the same in a table."""
    campaign = campaign_for(request, slug, *TEAM)
    figures = figures_of(campaign.pk, now=timezone.now())
    seats = _seats(request, campaign, figures)
    form = SeatFilter(request.GET, seats=seats)
    listed, order = ordered([seat for seat in seats if seat.is_ours and form.takes(seat)], request.GET.get("sort", ""))
    colouring = form.colouring
    context = {
        "form": form,
        "colouring": colouring,
        "legend": LEGENDS[colouring],
        "drawing": draw(seats, level=lambda seat: seat.level(colouring), is_shown=form.takes),
        "seats": Paginator(listed, A_PAGE).get_page(request.GET.get("page")),
        "total": sum(1 for seat in seats if seat.is_ours),
        "headings": headings(order),
        "order": order,
        "counted": figures,
    }
    return render(request, "insight/map.html", page(campaign, "map", **context))


@require_GET
def seat(request: HttpRequest, slug: str, area_id: int) -> HttpResponseBase:
    """One seat: how it voted, what was done, what is planned, what is missing."""
    campaign = campaign_for(request, slug, *TEAM)
    now = timezone.now()
    figures = figures_of(campaign.pk, now=now)
    found = seat_of(campaign, figures, area_id, membership_id=limited_to_areas(membership_of(request)))
    if found is None or found.facts is None:
        raise Http404("no such seat in this campaign")
    evenings = evenings_of(campaign, area_id)
    context = {
        "seat": found,
        "facts": found.facts,
        "trend": trend_of(found.facts),
        "evenings": evenings,
        "gap": gap_of(evenings),
        "counted": figures,
        "now": now,
        "may_lead": may_lead(request),
    }
    return render(request, "insight/seat.html", page(campaign, "map", **context))


@require_GET
def finder(request: HttpRequest, slug: str) -> HttpResponseBase:
    """Which seat should next Monday take? Marginals first, each with what speaks for it."""
    campaign = campaign_for(request, slug, *TEAM)
    now = timezone.now()
    figures = figures_of(campaign.pk, now=now)
    seats = _seats(request, campaign, figures)
    found = targets(seats, next_evenings(campaign, now=now), now=now)
    context = {
        "targets": found[:PROPOSED],
        "left": max(0, len(found) - PROPOSED),
        "unknown": sum(1 for each in seats if each.is_ours and each.gap is None),
        "counted": figures,
        "near_km": round(NEAR_KM),
        "may_lead": may_lead(request),
    }
    return render(request, "insight/finder.html", page(campaign, "map", **context))


def _seats(request: HttpRequest, campaign: Campaign, figures: Figures) -> list[Seat]:
    return seats_of(campaign, figures, membership_id=limited_to_areas(membership_of(request)))
