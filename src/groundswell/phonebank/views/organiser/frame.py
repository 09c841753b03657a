"""What all of the organiser's pages share: who may see them, and what their tabs say."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from django.contrib import messages

from groundswell.accounts.access import access_campaign
from groundswell.accounts.audit import record_each
from groundswell.accounts.enums import AuditAction, Role
from groundswell.accounts.models import Membership, User
from groundswell.campaigns.models import Campaign
from groundswell.campaigns.segments import SegmentError
from groundswell.phonebank.models import Flag, PhoneBank, QueueEntry
from groundswell.phonebank.rules import PhoneBankError

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest

LEADERS = (Role.OWNER, Role.ORGANISER)
# Tallies of intention are for the authorised team only, until the poll closes and after (rule E1).
TEAM = (*LEADERS, Role.DATA_MANAGER)


def campaign_for(request: HttpRequest, slug: str, *roles: Role) -> Campaign:
    """The campaign, for a member with one of `roles` (leaders, if none is named)."""
    found: Campaign = access_campaign(request, slug, *(roles or LEADERS))
    return found


def banks_for(request: HttpRequest, campaign: Campaign) -> QuerySet[PhoneBank]:
    """The campaign's phone banks that the member may see: all, or those within their areas."""
    return PhoneBank.objects.filter(campaign=campaign).for_member(membership_of(request))


def bank_ids_for(request: HttpRequest, campaign: Campaign) -> list[int]:
    """Their ids; one query."""
    return list(banks_for(request, campaign).order_by("pk").values_list("pk", flat=True))


def membership_of(request: HttpRequest) -> Membership:
    """By which the user is here; access has been checked before."""
    found: Membership = request.membership  # type: ignore[attr-defined]
    return found


def limited_to_areas(membership: Membership) -> int | None:
    """The membership's id if it is limited to some areas, else None."""
    return membership.pk if membership.is_limited() else None


def role_of(request: HttpRequest) -> str:
    """The user's role in the campaign; access has been checked before."""
    return membership_of(request).role


def may_lead(request: HttpRequest) -> bool:
    """Whether the user builds and watches phone banks here; others see numbers, and no way to what they may not open."""
    return role_of(request) in LEADERS


def user_of(request: HttpRequest) -> User:
    """The signed-in user; access has been checked before."""
    assert isinstance(request.user, User)
    return request.user


def note_flags_seen(request: HttpRequest, campaign_id: int, flags: Iterable[Flag]) -> None:
    """Log that these were shown: addresses, and what was written of who lives there; found again on their pages (D13)."""
    shown = {flag.entry_id: QueueEntry(pk=flag.entry_id) for flag in flags}
    record_each("view_flag", shown.values(), by=user_of(request), action=AuditAction.VIEW, campaign_id=campaign_id)


@contextmanager
def told(request: HttpRequest, done: str = "") -> Iterator[None]:
    """Do it and say so, or say why not."""
    try:
        yield
    except (PhoneBankError, SegmentError) as error:
        messages.error(request, str(error))
    else:
        if done:
            messages.success(request, done)


def page(campaign: Campaign, name: str, **context: Any) -> dict[str, Any]:
    """The context of a page with the campaign's tabs."""
    return {"campaign": campaign, "page": name, **context}
