"""Building a phone bank, opening it, and watching how far it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from groundswell.campaigns.segments import SegmentError
from groundswell.compliance.enums import Refusal
from groundswell.compliance.rule_texts import RULE_OF_REFUSAL, WHY_NOT, explanation_anchor
from groundswell.config.numbers import read_whole_number
from groundswell.phonebank.bank_settings import caller_day
from groundswell.phonebank.dashboards import callers_here, forget_progress, outcome_counts, pace, parts_of
from groundswell.phonebank.enums import DoneReason, EmptyReason, PhoneBankStatus
from groundswell.phonebank.limits import limits_in_force
from groundswell.phonebank.models import PhoneBank
from groundswell.phonebank.operations import (
    Meant,
    close_phone_bank,
    pause_phone_bank,
)
from groundswell.phonebank.operations.organising import create_phone_bank, reshape_phone_bank
from groundswell.phonebank.operations.reach import reach_of
from groundswell.phonebank.operations.reckoning import moment_of
from groundswell.phonebank.queries import queue_counts, why_empty
from groundswell.phonebank.rules import PhoneBankError
from groundswell.phonebank.tasks import reckon_figures
from groundswell.phonebank.views.organiser.builder import PhoneBankForm, RungForm
from groundswell.phonebank.views.organiser.building import WAITS_LONG, building, with_queue
from groundswell.phonebank.views.organiser.frame import banks_for, campaign_for, membership_of, page, told, user_of
from groundswell.phonebank.views.organiser.live import live_part

if TYPE_CHECKING:
    from datetime import datetime

    from django.db.models import QuerySet
    from django.http import HttpRequest

    from groundswell.campaigns.models import Campaign
    from groundswell.phonebank.claims import WhyEmpty
    from groundswell.phonebank.limits import Limits

EMPTY_RULE = {EmptyReason.OUTSIDE_HOURS: "C10", EmptyReason.COOLING_DOWN: "C11"}


def new_bank(request: HttpRequest, slug: str) -> HttpResponseBase:
    """Build a phone bank; it stays a draft until it is opened."""
    campaign = campaign_for(request, slug)
    form = PhoneBankForm(request.POST or None, campaign=campaign, membership=membership_of(request))
    if request.method == "POST" and form.is_valid():
        try:
            bank = create_phone_bank(
                campaign=campaign,
                name=form.cleaned_data["name"],
                by=user_of(request),
                areas=form.cleaned_data["areas"],
                conditions=form.conditions(),
                **form.settings(),
            )
        except (PhoneBankError, SegmentError) as error:
            form.add_error("name", str(error))
        else:
            forget_progress(campaign.pk)
            messages.success(request, _("Saved as a draft. See whom it will ring, then open it."))
            return redirect("phonebank:bank", slug, bank.pk)
    context = page(campaign, "overview", form=form, has_script=form.has_script)
    return render(request, "phonebank/organiser/edit_bank.html", context, status=422 if form.errors else 200)


def edit_bank(request: HttpRequest, slug: str, pk: int) -> HttpResponseBase:
    """Change a phone bank; an open one keeps running."""
    campaign = campaign_for(request, slug)
    bank = get_object_or_404(_with_areas(banks_for(request, campaign)), pk=pk)
    form = PhoneBankForm(
        request.POST or None,
        campaign=campaign,
        membership=membership_of(request),
        initial=PhoneBankForm.initial_for(bank),
    )
    if request.method == "POST" and form.is_valid():
        now = timezone.now()
        try:
            changed = reshape_phone_bank(
                phone_bank=bank,
                by=user_of(request),
                name=form.cleaned_data["name"],
                areas=form.cleaned_data["areas"],
                conditions=form.conditions(),
                **form.settings(),
            )
            if changed.status != PhoneBankStatus.DRAFT:
                with_queue(request, changed, opens=False, now=now)
        except (PhoneBankError, SegmentError) as error:
            form.add_error("name", str(error))
        else:
            forget_progress(campaign.pk)
            messages.success(request, _("Saved. Callers follow with their next household."))
            return redirect("phonebank:bank", slug, pk)
    context = page(campaign, "overview", form=form, bank=bank, has_script=form.has_script)
    return render(request, "phonebank/organiser/edit_bank.html", context, status=422 if form.errors else 200)


@require_GET
def bank(request: HttpRequest, slug: str, pk: int) -> HttpResponseBase:
    """One phone bank: whom it rings, how far it is, and exactly why nobody is left if nobody is."""
    campaign, found = _bank(request, slug, pk)
    build = getattr(found, "queue_build", None)
    context = page(campaign, "overview", bank=found, may_lead=True, **building(build), **_standing_of(found))
    return render(request, "phonebank/organiser/bank.html", context)


@require_GET
def bank_live(request: HttpRequest, slug: str, pk: int) -> HttpResponseBase:
    """The part of the phone bank's page that moves while people call."""
    campaign, found = _bank(request, slug, pk)
    return live_part(
        request,
        template="phonebank/organiser/bank_live.html",
        key=str(found.pk),
        context=lambda: {"campaign": campaign, "bank": found, "may_lead": True, **_standing_of(found)},
    )


@require_GET
def bank_building(request: HttpRequest, slug: str, pk: int) -> HttpResponseBase:
    """How far its queue is, for a page that asks again every second; when it is over, the page is loaded anew."""
    campaign, found = _bank(request, slug, pk)
    context = building(getattr(found, "queue_build", None))
    if not context["is_building"]:
        return HttpResponse(headers={"HX-Refresh": "true"})
    context |= {"campaign": campaign, "bank": found}
    response = render(request, "phonebank/organiser/building.html", context)
    response["Cache-Control"] = "no-store"
    return response


def _standing_of(bank: PhoneBank) -> dict[str, Any]:
    now = timezone.now()
    why = why_empty(bank.pk, now=now)
    counts = why.counts
    total = why.ready + sum(counts.values())
    return {
        "total": total,
        "to_ring": total - counts.get(EmptyReason.NOBODY_TO_CALL, 0),
        "called": counts.get(EmptyReason.ALL_CALLED, 0),
        "parts": parts_of(
            called=counts.get(EmptyReason.ALL_CALLED, 0),
            leased=counts.get(EmptyReason.IN_HANDS, 0),
            ready=why.ready + counts.get(EmptyReason.OUTSIDE_HOURS, 0),
            waiting=counts.get(EmptyReason.COOLING_DOWN, 0) + counts.get(EmptyReason.CALL_BACKS, 0),
            blocked=counts.get(EmptyReason.FLAGGED, 0),
        ),
        "flagged": counts.get(EmptyReason.FLAGGED, 0),
        "why": why,
        "waiting_rows": _waiting_rows(why),
        "not_called_rows": _refusal_rows(why.refusals),
        "pace": pace([bank.pk], now=now),
        "callers": callers_here([bank.pk], now=now),
        "outcomes": outcome_counts(bank.pk),
    }


@require_GET
def reach(request: HttpRequest, slug: str, pk: int) -> HttpResponseBase:
    """How many households it will ring if it opened now and, by reason, how many it will not."""
    campaign = campaign_for(request, slug)
    found = get_object_or_404(_with_areas(banks_for(request, campaign)), pk=pk)
    context: dict[str, Any] = {"reach_url": reverse("phonebank:reach", args=[slug, pk]), "bank": found}
    now = timezone.now()
    try:
        context |= _counted(request, campaign, Meant.by(found), limits_in_force(on=caller_day(now)), now)
    except SegmentError as error:
        context["problem"] = str(error)
    if getattr(request, "htmx", False):
        return render(request, "phonebank/organiser/reach_part.html", context)
    return render(request, "phonebank/organiser/reach.html", page(campaign, "overview", **context))


@require_POST
def bank_count(request: HttpRequest, slug: str) -> HttpResponseBase:
    """The same for a phone bank that is still being built, as its form stands. Saves nothing of it."""
    campaign = campaign_for(request, slug)
    bank_id = read_whole_number(request.GET.get("bank")) or 0
    form = RungForm(request.POST, campaign=campaign, membership=membership_of(request), bank_id=bank_id)
    if not form.is_valid():
        return render(request, "phonebank/organiser/reach_later.html", {"form": form})
    context = _counted(request, campaign, form.meant(), form.limits, timezone.now())
    context["count_url"] = f"{reverse('phonebank:bank_count', args=[slug])}?bank={bank_id}"
    return render(request, "phonebank/organiser/reach_part.html", context)


def _counted(request: HttpRequest, campaign: Campaign, meant: Meant, limits: Limits, now: datetime) -> dict[str, Any]:
    """What is known of whom it would ring; never waited for."""

    def enqueue(reckoning_id: int) -> None:
        reckon_figures.defer(reckoning_id=reckoning_id)

    after = moment_of(request.GET.get("after", ""))
    found = reach_of(campaign.pk, meant, now=now, limits=limits, enqueue=enqueue, after=after)
    context: dict[str, Any] = {"counted_at": found.counted_at, "is_counting": found.awaited_since is not None}
    if found.awaited_since is not None:
        context["waits_long"] = now - found.awaited_since > WAITS_LONG
        context["after"] = str(found.awaited_since.timestamp())
    if found.preview is None:
        return context
    counted = found.preview
    return context | {
        "preview": counted,
        "rows": _refusal_rows({reason.value: count for reason, count in counted.refused.items()}),
        "parts": [
            {"label": _("rung"), "value": counted.households, "tone": "own"},
            {"label": _("left out"), "value": counted.total - counted.households, "tone": "none"},
        ],
    }


@require_POST
def status(request: HttpRequest, slug: str, pk: int) -> HttpResponseBase:
    """Open, pause, close, or bring the list up to date."""
    campaign, found = _bank(request, slug, pk)
    user, now = user_of(request), timezone.now()
    action = request.POST.get("do")
    if action == "open":
        with told(request):
            if with_queue(request, found, opens=True, now=now) is not None:
                count = queue_counts(found.pk).ready
                messages.success(
                    request,
                    ngettext(
                        "It is open. %(count)s household is ready to be rung.",
                        "It is open. %(count)s households are ready to be rung.",
                        count,
                    )
                    % {"count": f"{count:,}"},
                )
    elif action == "pause":
        with told(request, _("Paused. Nobody gets another household; calls under way are still recorded.")):
            pause_phone_bank(found, by=user)
    elif action == "close":
        with told(request, _("Closed for good. Its results stay.")):
            close_phone_bank(found, by=user, now=now)
    elif action == "refresh":
        with told(request):
            change = with_queue(request, found, opens=False, now=now)
            if change is not None:
                messages.success(
                    request,
                    _("The list is up to date: %(added)s added, %(reopened)s back in, %(closed)s taken out.")
                    % {"added": change.added, "reopened": change.reopened, "closed": change.closed},
                )
    forget_progress(campaign.pk)
    return redirect("phonebank:bank", slug, pk)


def _with_areas(banks: QuerySet[PhoneBank]) -> QuerySet[PhoneBank]:
    """With the segment and, as `area_ids`, the areas of each: whom it means, in one query."""
    chosen = PhoneBank.areas.through._default_manager.filter(phonebank_id=OuterRef("pk")).order_by("area_id")
    return banks.select_related("segment").annotate(area_ids=ArraySubquery(chosen.values("area_id")))


def _bank(request: HttpRequest, slug: str, pk: int) -> tuple[Campaign, PhoneBank]:
    campaign = campaign_for(request, slug)
    found = get_object_or_404(banks_for(request, campaign).select_related("script", "segment", "queue_build"), pk=pk)
    return campaign, found


def _refusal_rows(refusals: Any) -> list[dict[str, Any]]:
    """Reason, count and rule, most frequent first."""
    rows = []
    for value, count in refusals.items():
        if value in Refusal.values:
            reason = Refusal(value)
            rule = RULE_OF_REFUSAL[reason]
            rows.append(
                {
                    "label": reason.label,
                    "why": WHY_NOT[reason],
                    "count": count,
                    "rule": rule.id if rule else None,
                    "anchor": explanation_anchor(reason),
                }
            )
        else:
            rows.append({"label": DoneReason(value).label, "why": "", "count": count, "rule": None})
    return sorted(rows, key=lambda row: (-row["count"], str(row["label"])))


def _waiting_rows(why: WhyEmpty) -> list[dict[str, Any]]:
    """The states a household waits in, each with its count and its rule."""
    shown = [reason for reason in EmptyReason if reason not in {EmptyReason.ALL_CALLED, EmptyReason.NOBODY_TO_CALL}]
    return [
        {"label": reason.label, "count": why.counts[reason], "rule": EMPTY_RULE.get(reason)}
        for reason in shown
        if why.counts.get(reason)
    ]
