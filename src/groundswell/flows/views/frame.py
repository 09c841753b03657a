"""What the pages of flows share: who may see them, and refusals told."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.shortcuts import get_object_or_404

from groundswell.accounts.access import access_campaign
from groundswell.campaigns.models import Campaign
from groundswell.campaigns.rules import CampaignRuleError
from groundswell.campaigns.views.refusals import LEADERS
from groundswell.flows.models import Flow
from groundswell.flows.rules import FlowRuleError
from groundswell.messaging.rules import MessagingRuleError

if TYPE_CHECKING:
    from django.http import HttpRequest

REFUSALS = (FlowRuleError, CampaignRuleError, MessagingRuleError)


def flow_for(request: HttpRequest, slug: str, pk: int) -> tuple[Campaign, Flow]:
    """The campaign and its flow, for whoever leads it."""
    campaign = access_campaign(request, slug, *LEADERS)
    found = Flow.objects.filter(campaign=campaign).select_related(
        "campaign", "sender", "ask", "message__link", "replaces", "created_by"
    )
    return campaign, get_object_or_404(found, pk=pk)


def page(campaign: Campaign, **context: Any) -> dict[str, Any]:
    """The context of a page with the campaign's tabs."""
    return {"campaign": campaign, "page": "flows", **context}


@contextmanager
def told(request: HttpRequest, done: str = "") -> Iterator[None]:
    """Do it and say so, or say why not."""
    try:
        yield
    except REFUSALS as error:
        messages.error(request, str(error))
    else:
        if done:
            messages.success(request, done)
