"""A message on its way: whom it would reach, who agrees, how far it is, and who did not get it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.cache import cache
from django.core.paginator import Paginator
from django.http import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from groundswell.accounts.audit import record
from groundswell.accounts.enums import AuditAction, Role
from groundswell.accounts.exports import csv_response
from groundswell.campaigns.views.refusals import STAFF, user_of
from groundswell.messaging.counting import counted
from groundswell.messaging.enums import MessageStatus
from groundswell.messaging.estimate import estimate_of
from groundswell.messaging.leading import lead_of
from groundswell.messaging.models import Message
from groundswell.messaging.operations.approving import problems_before
from groundswell.messaging.operations.trials import ends_at, is_under_way, trial_of
from groundswell.messaging.progress import (
    name_of,
    progress_of,
    reason_rows,
    unreached,
    unreached_by_reason,
    unreached_from,
    unreached_rows,
)
from groundswell.messaging.rules import needs_second_person
from groundswell.messaging.views.frame import REFUSALS, count_later, membership_of, message_for, most_alone, page

if TYPE_CHECKING:
    from datetime import datetime

    from django.http import HttpRequest

ROWS_A_PAGE = 100
# What is shown of one on its way may be so old.
KEPT_SECONDS = 4
KEEPERS = (Role.OWNER, Role.DATA_MANAGER)
# While these hold, the page asks again every few seconds.
MOVING = (MessageStatus.PREPARING, MessageStatus.SENDING)


@require_GET
def message(request: HttpRequest, slug: str, pk: int) -> HttpResponseBase:
    """One message: before it goes, whom it would reach and what is left to do; after, how far it is."""
    campaign, found = message_for(request, slug, pk)
    context = page(campaign, message=found, may_export=membership_of(request).role in KEEPERS, lead=lead_of(found))
    if found.status in {MessageStatus.DRAFT, MessageStatus.WAITING}:
        context |= _before(found, request, timezone.now())
    else:
        context |= _standing(found)
    return render(request, "messaging/organiser/message.html", context)


@require_GET
def message_live(request: HttpRequest, slug: str, pk: int) -> HttpResponseBase:
    """The part of its page that moves while it goes out."""
    campaign, found = message_for(request, slug, pk)
    context = {"campaign": campaign, "message": found, **_standing(found)}
    response = render(request, "messaging/organiser/progress.html", context)
    if not context["is_moving"]:
        # Over: the whole page once more, with other buttons, and then it is left alone.
        response["HX-Refresh"] = "true"
    return response


@require_GET
def not_reached(request: HttpRequest, slug: str, pk: int) -> HttpResponseBase:
    """Who did not get it, and why: names and addresses, so each look is logged."""
    campaign, found = message_for(request, slug, pk, *STAFF, with_letters=True)
    by_reason = unreached_by_reason(found)
    places = Paginator(range(sum(by_reason.values())), ROWS_A_PAGE).get_page(request.GET.get("page"))
    rows = unreached_from(found, (places.number - 1) * ROWS_A_PAGE, ROWS_A_PAGE)
    for row in rows:
        row.name = name_of(row)  # type: ignore[attr-defined]
    record(
        "view_not_reached",
        by=user_of(request),
        action=AuditAction.VIEW,
        subject=found,
        campaign_id=campaign.pk,
        rows=len(rows),
    )
    context = page(campaign, message=found, rows=rows, pages=places, reasons=reason_rows(by_reason))
    context["may_export"] = membership_of(request).role in KEEPERS
    return render(request, "messaging/organiser/not_reached.html", context)


@require_POST
def not_reached_export(request: HttpRequest, slug: str, pk: int) -> HttpResponseBase:
    """The same as a CSV, for those who may hand out records."""
    campaign, found = message_for(request, slug, pk, *KEEPERS, with_letters=True)
    record(
        "export_not_reached",
        by=user_of(request),
        action=AuditAction.EXPORT,
        subject=found,
        campaign_id=campaign.pk,
        rows=unreached(found).count(),
    )
    return csv_response(unreached_rows(found), f"{campaign.slug}-message-{found.pk}-not-reached.csv")


def _standing(found: Message) -> dict[str, Any]:
    """How far it is; the same for whoever looks within some seconds, however many they are."""
    key = f"messaging:standing:{found.pk}:{found.status}"
    context: dict[str, Any] | None = cache.get(key)
    if context is None:
        now = timezone.now()
        context = {"progress": progress_of(found, now=now), "trial": trial_of(found), "at": now}
        context |= {"trial_open": is_under_way(found)}
        context["trial_ends"] = ends_at(found) if context["trial_open"] else None
        cache.set(key, context, KEPT_SECONDS)
    return {**context, "is_moving": found.status in MOVING}


def _before(found: Message, request: HttpRequest, now: datetime) -> dict[str, Any]:
    """What is known of it before it goes."""
    assert found.segment is not None
    context: dict[str, Any] = {"problems": problems_before(found, now=now), "is_own": False}
    context |= {"alone": most_alone(now.date()), "needs_second": True, "again": request.path}
    context["is_own"] = found.submitted_by_id == user_of(request).pk
    try:
        known = counted(found.segment.expression, channel=found.channel, now=now, enqueue=count_later)
        context |= {"reach": known.reach, "counted_at": known.at, "is_long": known.reach is None}
        if known.reach is not None:
            people = known.reach.people
            context["needs_second"] = needs_second_person(people, most_alone=context["alone"])
            if not context["problems"]:
                context["estimate"] = estimate_of(found, people=people, now=now)
    except REFUSALS as error:
        context["problems"] = [*context["problems"], str(error)]
    return context
