"""Who may see which text bank and which conversation, and refusals told to whoever is in front of them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from groundswell.accounts.access import access_campaign, accessible_campaigns, membership_for
from groundswell.accounts.models import Membership
from groundswell.campaigns.models import Campaign
from groundswell.campaigns.rules import WrongAnswer
from groundswell.campaigns.segments import SegmentError
from groundswell.campaigns.views.refusals import LEADERS
from groundswell.textbank.enums import TextBankStatus
from groundswell.textbank.models import Conversation, TextBank
from groundswell.textbank.rules import TextBankError

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest

REFUSALS = (TextBankError, SegmentError, WrongAnswer, ValidationError)
# Volunteers work with these; a draft and what is over are the organiser's.
AT_WORK = (TextBankStatus.OPEN, TextBankStatus.PAUSED)


def bank_at_work(request: HttpRequest, bank_id: int) -> tuple[TextBank, Membership]:
    """A text bank that is open or paused, for every member of its campaign. Raises Http404."""
    found = (
        TextBank.objects.filter(pk=bank_id, status__in=AT_WORK).select_related("campaign", "message__sender").first()
    )
    if found is None:
        raise Http404("no such text bank")
    membership = membership_for(request, found.campaign)
    if membership is None:
        raise Http404("no such text bank")
    return found, membership


def banks_at_work(request: HttpRequest) -> QuerySet[TextBank]:
    """Those that a volunteer may text for now."""
    found = TextBank.objects.filter(campaign__in=accessible_campaigns(request), status=TextBankStatus.OPEN)
    return found.select_related("campaign").order_by("-opened_at", "pk")


def conversation_for(request: HttpRequest, pk: int) -> tuple[Conversation, Membership, bool]:
    """A conversation, for whoever has it or leads its campaign; the last says which. Raises Http404."""
    found = (
        Conversation.objects.filter(pk=pk)
        .select_related(
            "text_bank__campaign",
            "text_bank__message__sender",
            "text_bank__message__ask",
            "text_bank__message__link",
            "text_bank__script",
            "person__household__constituency",
            "person__constituency",
            "bucket",
            "texter",
            "handed_by",
        )
        .first()
    )
    if found is None:
        raise Http404("no such conversation")
    campaign = found.text_bank.campaign
    leader = membership_for(request, campaign, *LEADERS)
    if leader is not None and banks_led(campaign, leader).filter(pk=found.text_bank_id).exists():
        return found, leader, True
    membership = membership_for(request, campaign)
    if membership is None or found.texter_id != membership.user_id:
        raise Http404("no such conversation")
    return found, membership, False


def campaign_led(request: HttpRequest, slug: str) -> tuple[Campaign, Membership]:
    """The campaign, for whoever leads it."""
    found: Campaign = access_campaign(request, slug, *LEADERS)
    return found, request.membership  # type: ignore[attr-defined]


def banks_led(campaign: Campaign, membership: Membership) -> QuerySet[TextBank]:
    """The campaign's text banks; of whoever is limited to areas their own, whose lists lie within these."""
    found = TextBank.objects.filter(campaign=campaign)
    return found.filter(created_by=membership.user_id) if membership.is_limited() else found


def bank_led(request: HttpRequest, slug: str, pk: int) -> tuple[Campaign, TextBank, Membership]:
    """The campaign and its text bank, for whoever leads both."""
    campaign, membership = campaign_led(request, slug)
    parts = ("campaign", "message__sender", "message__ask", "message__link", "message__segment", "script")
    return campaign, get_object_or_404(banks_led(campaign, membership).select_related(*parts), pk=pk), membership


def volunteers_of(campaign: Campaign) -> QuerySet[Membership]:
    """Everybody who may text for the campaign, by name."""
    live = Membership.objects.filter(Q(campaign=campaign) | Q(campaign=None), revoked_at=None, user__is_active=True)
    return live.select_related("user").order_by("user__name", "user__pk")


def key_in(request: HttpRequest) -> UUID:
    """The press that a form is. Raises TextBankError for a form without one."""
    try:
        return UUID(request.POST.get("key", ""))
    except ValueError:
        raise TextBankError(_("The form was not whole. Reload the page and try again.")) from None


def words_of(error: Exception) -> str:
    """A refusal as it is told."""
    return " ".join(error.messages) if isinstance(error, ValidationError) else str(error)


@contextmanager
def told(request: HttpRequest, done: str = "") -> Iterator[None]:
    """Do it and say so, or say why not."""
    try:
        yield
    except REFUSALS as error:
        messages.error(request, words_of(error))
    else:
        if done:
            messages.success(request, done)


def page(campaign: Campaign, **context: Any) -> dict[str, Any]:
    """The context of a page with the campaign's tabs."""
    return {"campaign": campaign, "page": "textbanks", **context}
