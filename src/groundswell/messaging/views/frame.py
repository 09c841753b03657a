"""What the organiser's pages of messages share: who may see them, and refusals told to whoever is in front of them."""

from __future__ import annotations

import smtplib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib import messages
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from groundswell.accounts.access import access_campaign
from groundswell.accounts.models import Membership
from groundswell.campaigns.cards import NoImprintError
from groundswell.campaigns.models import Campaign
from groundswell.campaigns.segments import SegmentError
from groundswell.campaigns.views.refusals import LEADERS
from groundswell.compliance.figures import FigureMissingError, figure
from groundswell.messaging.enums import MessageKind
from groundswell.messaging.fields import FieldError
from groundswell.messaging.models import Message
from groundswell.messaging.operations.steering import SteeringError
from groundswell.messaging.providers.registry import UnknownProviderError
from groundswell.messaging.reach import TooManyToCountError
from groundswell.messaging.rules import MessagingRuleError
from groundswell.messaging.tasks import count_reach

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest

    from groundswell.accounts.enums import Role

REFUSALS = (MessagingRuleError, SteeringError, SegmentError, FieldError, NoImprintError, UnknownProviderError)


def campaign_for(request: HttpRequest, slug: str, *roles: Role) -> Campaign:
    """The campaign, for a member with one of `roles` (leaders, if none is named)."""
    found: Campaign = access_campaign(request, slug, *(roles or LEADERS))
    return found


def membership_of(request: HttpRequest) -> Membership:
    """By which the user is here; access has been checked before."""
    found: Membership = request.membership  # type: ignore[attr-defined]
    return found


def messages_for(request: HttpRequest, campaign: Campaign, *, with_letters: bool = False) -> QuerySet[Message]:
    """The campaign's broadcasts; of whoever is limited to areas their own, whose lists lie within these."""
    kinds = [MessageKind.BROADCAST, *([MessageKind.LETTER] if with_letters else [])]
    found = Message.objects.filter(campaign=campaign, kind__in=kinds)
    membership = membership_of(request)
    return found.filter(created_by=membership.user_id) if membership.is_limited() else found


def message_for(
    request: HttpRequest, slug: str, pk: int, *roles: Role, with_letters: bool = False
) -> tuple[Campaign, Message]:
    """The campaign and its message, for whoever may see both."""
    campaign = campaign_for(request, slug, *roles)
    found = messages_for(request, campaign, with_letters=with_letters).select_related(
        "sender", "ask", "segment", "link", "link_b", "campaign"
    )
    return campaign, get_object_or_404(found, pk=pk)


def most_alone(day: date) -> int:
    """To how many people one person may have a message sent; none where no figure is in force."""
    try:
        return int(figure("two_person_messages", on=day))
    except FigureMissingError:
        return 0


@contextmanager
def told(request: HttpRequest, done: str = "") -> Iterator[None]:
    """Do it and say so, or say why not."""
    try:
        yield
    except REFUSALS as error:
        messages.error(request, str(error))
    except TooManyToCountError:
        messages.error(request, _("Counting them took too long. Try again, or choose fewer people."))
    except (smtplib.SMTPException, OSError) as problem:
        messages.error(request, _("The mail server did not take it: %(problem)s") % {"problem": problem})
    else:
        if done:
            messages.success(request, done)


def count_later(key: str, expression: dict[str, Any], channel: str) -> None:
    """Have the worker count whom a list reaches."""
    count_reach.defer(key=key, expression=expression, channel=channel)


def page(campaign: Campaign, **context: Any) -> dict[str, Any]:
    """The context of a page with the campaign's tabs. `has_telephone`: the demo's, on which one sees what is sent."""
    return {"campaign": campaign, "page": "messages", "has_telephone": settings.DEMO, **context}
