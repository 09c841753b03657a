"""Crib sheets: written and looked at beside each other, read as a page, printed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from groundswell.accounts.access import access_campaign, membership_for
from groundswell.campaigns.cards import NoImprintError
from groundswell.campaigns.cribs.facts import BLOCK_FACTS, LINE_FACTS, CribFacts, facts_for
from groundswell.campaigns.cribs.markup import check_crib, crib_markup
from groundswell.campaigns.cribs.printing import crib_pdf
from groundswell.campaigns.cribs.ready import ready_sheet
from groundswell.campaigns.forms import CribForm
from groundswell.campaigns.models import Campaign, CribSheet
from groundswell.campaigns.operations.cribs import CRIB_LIMIT, bring_back_crib_sheet, save_crib_sheet
from groundswell.campaigns.papers import TooLongError
from groundswell.campaigns.queries import crib_of_seat, published_crib
from groundswell.campaigns.rules import CampaignRuleError
from groundswell.campaigns.views.refusals import LEADERS, told, user_of
from groundswell.places.models import Area

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest

VERSIONS_LISTED = 10


@require_GET
def cribs(request: HttpRequest, slug: str) -> HttpResponseBase:
    """The crib sheets: one for the whole campaign, one for each seat."""
    campaign = access_campaign(request, slug, *LEADERS)
    newest = {
        sheet.area_id: sheet
        for sheet in CribSheet.objects.filter(campaign=campaign)
        .select_related("created_by")
        .order_by("area_id", "-version")
        .distinct("area_id")
    }
    rows = [(None, newest.get(None)), *((area, newest.get(area.pk)) for area in campaign.areas.all())]
    return render(request, "campaigns/cribs.html", {"campaign": campaign, "rows": rows, "page": "cribs"})


def crib(request: HttpRequest, slug: str, area_id: int) -> HttpResponseBase:
    """Write the crib sheet of a seat (0: of the whole campaign), see it as a caller does, look at what it was."""
    campaign, area = _place(request, slug, area_id)
    versions = _versions(campaign, area)
    newest = versions.first()
    shown = versions.filter(version=_version(request)).first() or newest
    body = shown.body if shown else ready_sheet(campaign, area)
    form = CribForm(request.POST or None, initial={"body": body, "seen": newest.version if newest else 0})
    if request.method == "POST" and form.is_valid():
        published = request.POST.get("do") != "draft"
        try:
            sheet = save_crib_sheet(
                campaign=campaign, area=area, body=form.cleaned_data["body"], by=user_of(request), published=published
            )
        except CampaignRuleError as error:
            form.add_error("body", str(error))
        else:
            _say_saved(request, sheet, seen=form.cleaned_data["seen"])
            return redirect("campaigns:crib", slug, area_id)
    if request.method == "POST":
        body = request.POST.get("body", "")
    example = area or campaign.areas.first()
    facts = facts_for(campaign, example)
    context = {
        "campaign": campaign,
        "area": area,
        "area_id": area_id,
        "form": form,
        "shown": shown,
        "is_newest": shown == newest,
        "versions": versions[: None if "all" in request.GET else VERSIONS_LISTED],
        "more": "all" not in request.GET and versions[VERSIONS_LISTED : VERSIONS_LISTED + 1].exists(),
        "is_published": versions.filter(published=True).exists(),
        "example": None if area else example,
        "fillable": _fillable(facts),
        "preview": crib_markup(body, facts),
        "page": "cribs",
    }
    return render(request, "campaigns/crib.html", context, status=422 if form.errors else 200)


@require_POST
def crib_version(request: HttpRequest, slug: str, area_id: int, version: int) -> HttpResponseBase:
    """Go back to an earlier version, or publish a draft: what it said becomes the newest version."""
    campaign, area = _place(request, slug, area_id)
    sheet = get_object_or_404(_versions(campaign, area), version=version)
    with told(request):
        back = bring_back_crib_sheet(sheet=sheet, by=user_of(request))
        messages.success(
            request,
            _("What version %(old)s said is published again, as version %(new)s. Nothing is lost.")
            % {"old": sheet.version, "new": back.version},
        )
    return redirect("campaigns:crib", slug, area_id)


@require_POST
def crib_preview(request: HttpRequest, slug: str, area_id: int) -> HttpResponseBase:
    """The Markdown as it will look, with its facts, and what is wrong with it; saves nothing."""
    campaign, area = _place(request, slug, area_id)
    body = request.POST.get("body", "")[:CRIB_LIMIT]
    wrong = ""
    try:
        check_crib(body, published=False)
    except CampaignRuleError as error:
        wrong = str(error)
    context = {"wrong": wrong, "preview": crib_markup(body, facts_for(campaign, area or campaign.areas.first()))}
    return render(request, "campaigns/cribs/preview.html", context)


@require_GET
def crib_page(request: HttpRequest, slug: str, area_id: int) -> HttpResponseBase:
    """The published sheet as a page, for everybody in the campaign."""
    campaign = access_campaign(request, slug)
    area = get_object_or_404(campaign.areas, pk=area_id) if area_id else None
    sheet = published_crib(campaign.pk, area_id or None)
    context = {
        "campaign": campaign,
        "area": area,
        "area_id": area_id,
        "sheet": sheet,
        "crib": crib_of_seat(campaign.pk, area_id or None, sheet.body) if sheet else "",
        "may_write": membership_for(request, campaign, *LEADERS) is not None,
    }
    return render(request, "campaigns/cribs/page.html", context)


@require_GET
def crib_paper(request: HttpRequest, slug: str, area_id: int) -> HttpResponseBase:
    """The published sheet as one A4 page; back to the page with the reason where that cannot be."""
    campaign = access_campaign(request, slug)
    area = get_object_or_404(campaign.areas, pk=area_id) if area_id else None
    sheet = published_crib(campaign.pk, area_id or None)
    if sheet is None:
        messages.error(request, _("There is no crib sheet to print yet."))
        return redirect("campaigns:crib_page", slug, area_id)
    try:
        pdf = crib_pdf(sheet, area)
    except (TooLongError, NoImprintError) as error:
        messages.error(request, str(error))
        return redirect("campaigns:crib_page", slug, area_id)
    name = slugify(f"{_('crib sheet')} {area or campaign}") or "crib-sheet"
    headers = {"Content-Disposition": f'inline; filename="{name}.pdf"'}
    return HttpResponse(pdf, content_type="application/pdf", headers=headers)


def _place(request: HttpRequest, slug: str, area_id: int) -> tuple[Campaign, Area | None]:
    campaign: Campaign = access_campaign(request, slug, *LEADERS)
    return campaign, get_object_or_404(campaign.areas, pk=area_id) if area_id else None


def _versions(campaign: Campaign, area: Area | None) -> QuerySet[CribSheet]:
    found = CribSheet.objects.filter(campaign=campaign, area=area)
    return found.select_related("campaign", "area", "created_by").order_by("-version")


def _fillable(facts: CribFacts) -> list[dict[str, Any]]:
    """What can be filled in, with what it is now."""
    return [
        *({"name": name, "label": label, "now": facts.line(name)} for name, label in LINE_FACTS.items()),
        *({"name": name, "label": label, "now": ""} for name, label in BLOCK_FACTS.items()),
    ]


def _say_saved(request: HttpRequest, sheet: CribSheet, *, seen: int | None) -> None:
    said = (
        _("Published as version %(version)s. Callers see it from their next household on.")
        if sheet.published
        else _("Kept as version %(version)s, not published. Callers still see the one before.")
    )
    messages.success(request, said % {"version": sheet.version})
    if seen is not None and sheet.version > seen + 1:
        messages.warning(
            request,
            _("Version %(version)s was saved while you were writing. It is kept: look whether yours has all of it.")
            % {"version": sheet.version - 1},
        )


def _version(request: HttpRequest) -> int:
    try:
        return int(request.GET.get("version", ""))
    except ValueError:
        return 0
