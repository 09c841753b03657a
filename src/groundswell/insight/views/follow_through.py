"""What came of messages: the campaign's funnel and each message's, as pages and as tables."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.http import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from groundswell.accounts.audit import record
from groundswell.accounts.enums import AuditAction
from groundswell.accounts.exports import csv_response
from groundswell.campaigns.models import Campaign
from groundswell.insight.follow_through import FollowThrough, Funnel, Origin, follow_through
from groundswell.messaging.enums import MessageKind
from groundswell.messaging.models import Message
from groundswell.phonebank.views.organiser.frame import campaign_for, limited_to_areas, membership_of, page, user_of

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest

KINDS = (MessageKind.BROADCAST, MessageKind.FLOW, MessageKind.TEXT_BANK)
LISTED = 50


@dataclass(frozen=True, slots=True)
class Spoken:
    """A message and what came of it."""

    message: Message
    funnel: Funnel


@require_GET
def campaign_funnel(request: HttpRequest, slug: str) -> HttpResponseBase:
    """Everything the campaign said: reached, replied, acted, by action, by week, by message."""
    campaign = campaign_for(request, slug)
    found, kept = follow_through(_all_of(request, campaign), now=timezone.now())
    context = {"found": found, "counted": kept, "rows": _by_message(request, campaign, found)}
    return render(request, "insight/follow_through.html", page(campaign, "messages", **context))


@require_GET
def message_funnel(request: HttpRequest, slug: str, pk: int) -> HttpResponseBase:
    """One message, flow or text bank."""
    campaign = campaign_for(request, slug)
    message = get_object_or_404(_messages(request, campaign).select_related("ask"), pk=pk)
    found, kept = follow_through(Origin(campaign.pk, message_id=pk), now=timezone.now())
    context = {"found": found, "counted": kept, "message": message}
    return render(request, "insight/follow_through.html", page(campaign, "messages", **context))


@require_POST
def export(request: HttpRequest, slug: str) -> HttpResponseBase:
    """The same as a CSV: a line for each message, each week and each action. Numbers, no names; logged (D13)."""
    campaign = campaign_for(request, slug)
    found, _kept = follow_through(_all_of(request, campaign), now=timezone.now())
    lines = list(_lines(found, _by_message(request, campaign, found, listed=None)))
    record(
        "export_follow_through",
        by=user_of(request),
        action=AuditAction.EXPORT,
        subject=campaign,
        campaign_id=campaign.pk,
        rows=len(lines) - 1,
    )
    return csv_response(lines, f"{campaign.slug}-follow-through.csv")


def _lines(found: FollowThrough | None, rows: list[Spoken]) -> Iterator[list[str]]:
    yield [_("Of"), _("What"), _("Reached"), _("Replied"), _("Acted"), _("Share that acted")]
    if found is None:
        return
    kinds = [(_("campaign"), "", found.total)]
    kinds += [(_("volunteers"), "", found.volunteers)]
    kinds += [(_("week"), week.isoformat(), funnel) for week, funnel in found.by_week]
    kinds += [(_("message"), row.message.name, row.funnel) for row in rows]
    for name, what, funnel in kinds:
        share = f"{funnel.share:.4f}" if funnel.share is not None else ""
        yield [name, what, str(funnel.reached), str(funnel.replied), str(funnel.acted), share]
    for name, people, share_of in found.by_action:
        yield [_("action"), name, "", "", str(people), f"{share_of:.4f}" if share_of is not None else ""]


def _all_of(request: HttpRequest, campaign: Campaign) -> Origin:
    """Everything; of whoever is limited to areas their own messages, whose lists lie within these."""
    limited = limited_to_areas(membership_of(request)) is not None
    return Origin(campaign.pk, author_id=user_of(request).pk if limited else None)


def _messages(request: HttpRequest, campaign: Campaign) -> QuerySet[Message]:
    found = Message.objects.filter(campaign=campaign, kind__in=KINDS)
    return found.filter(created_by=user_of(request)) if limited_to_areas(membership_of(request)) else found


def _by_message(
    request: HttpRequest, campaign: Campaign, found: FollowThrough | None, *, listed: int | None = LISTED
) -> list[Spoken]:
    """The newest messages that reached somebody."""
    if found is None:
        return []
    rows = _messages(request, campaign).filter(pk__in=found.by_message).select_related("ask").order_by("-pk")[:listed]
    return [Spoken(row, found.by_message[row.pk]) for row in rows]
