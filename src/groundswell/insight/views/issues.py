"""The membership picture as a page and as a table."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from django.core.paginator import Paginator
from django.http import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from groundswell.accounts.audit import record
from groundswell.accounts.enums import AuditAction
from groundswell.accounts.exports import csv_response
from groundswell.campaigns.rules import FEW
from groundswell.config.numbers import read_whole_number
from groundswell.insight.drawing import draw
from groundswell.insight.issues import (
    A_PAGE,
    AreaRow,
    IssueSeat,
    Picture,
    PictureFilter,
    areas_of,
    picture_of,
    seats_of,
)
from groundswell.insight.queries import Seat
from groundswell.insight.rules import ISSUE_LEGEND, level_of_issue
from groundswell.phonebank.views.organiser.frame import (
    TEAM,
    campaign_for,
    limited_to_areas,
    membership_of,
    page,
    user_of,
)

if TYPE_CHECKING:
    from django.http import HttpRequest

MOST_PAGES = 10_000


@require_GET
def picture(request: HttpRequest, slug: str) -> HttpResponseBase:
    """Issues by count and trend, by seat on the map, by ward and polling district in the table."""
    campaign = campaign_for(request, slug, *TEAM)
    now, member = timezone.now(), limited_to_areas(membership_of(request))
    form = PictureFilter(request.GET)
    choice = form.chosen()
    found, kept = picture_of(campaign, choice, membership_id=member, now=now)
    context = {"form": form, "choice": choice, "found": found, "counted": kept, "few": FEW}
    if found is not None and found.looked_at is not None and not found.too_few:
        at = found.looked_at
        number = min(max(read_whole_number(request.GET.get("page")) or 1, 1), MOST_PAGES)
        rows, count = areas_of(
            campaign, replace(choice, issue=at.key), kept, membership_id=member, page=number, now=now
        )
        seats = seats_of(campaign, found, membership_id=member)
        context |= {
            "rows": rows,
            "areas": Paginator(range(count), A_PAGE).get_page(number),
            "drawing": draw(seats, level=_level, is_shown=lambda seat: seat.is_ours),
            "seats": _told_of(seats),
            "legend": ISSUE_LEGEND,
            "colouring": {"label": at.label},
        }
    return render(request, "insight/issues.html", page(campaign, "issues", **context))


@require_POST
def export(request: HttpRequest, slug: str) -> HttpResponseBase:
    """The same as a CSV: numbers of people, none of fewer than a few; logged (D13)."""
    campaign = campaign_for(request, slug, *TEAM)
    now, member = timezone.now(), limited_to_areas(membership_of(request))
    choice = PictureFilter(request.POST).chosen()
    found, kept = picture_of(campaign, choice, membership_id=member, now=now)
    areas: list[AreaRow] = []
    if found is not None and found.looked_at is not None and not found.too_few:
        number, count = 1, 1
        while len(areas) < count and number < MOST_PAGES:
            more, count = areas_of(
                campaign,
                replace(choice, issue=found.looked_at.key),
                kept,
                membership_id=member,
                page=number,
                now=now,
            )
            areas += more
            number += 1
    lines = list(_lines(found, areas))
    record(
        "export_issues",
        by=user_of(request),
        action=AuditAction.EXPORT,
        subject=campaign,
        campaign_id=campaign.pk,
        rows=len(lines) - 1,
    )
    return csv_response(lines, f"{campaign.slug}-issues.csv")


def _lines(found: Picture | None, areas: list[AreaRow]) -> Iterator[list[str]]:
    yield [_("Of"), _("Which"), _("Issue"), _("People who answered"), _("Named it")]
    if found is None or found.too_few:
        return
    few = _("fewer than %(few)s") % {"few": FEW}
    for issue in found.issues:
        yield [_("campaign"), "", issue.label, str(found.people), few if issue.people is None else str(issue.people)]
    label = found.looked_at.label if found.looked_at else ""
    for column in found.columns:
        people, named = column["values"]
        yield [_("week"), column["label"], label, str(people), str(named) if named == 0 or named >= FEW else few]
    for row in areas:
        told = [few if number is None else str(number) for number in (row.people, row.named)]
        yield [_("area"), row.name if not row.within else f"{row.name}, {row.within}", label, *told]


def _told_of(seats: list[IssueSeat]) -> list[IssueSeat]:
    """The seats with answers, those that name the issue most first: the map's twin."""
    answered = [seat for seat in seats if seat.is_ours and seat.people != 0]
    return sorted(answered, key=lambda seat: (-(seat.share or 0.0), seat.area.name))[:A_PAGE]


def _level(seat: Seat) -> int:
    return level_of_issue(seat.share) if isinstance(seat, IssueSeat) else 0
