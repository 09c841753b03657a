"""What waits in the inbox, and whose it is to see."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Q, QuerySet

from groundswell.accounts.access import limit_to_areas
from groundswell.accounts.enums import Role
from groundswell.accounts.models import Membership
from groundswell.messaging.enums import InboundRoute
from groundswell.messaging.models import Inbound
from groundswell.people.models import Person, PersonContact

MAY_READ = frozenset({Role.OWNER, Role.ORGANISER})


def readable(memberships: Iterable[Membership]) -> QuerySet[Inbound]:
    """The texts that these memberships show: of one campaign, what answers its messages; of some areas, what people
    there write; what answers nothing, to whoever leads everywhere.
    """
    leading = [each for each in memberships if each.role in MAY_READ]
    if any(each.campaign_id is None and not each.is_limited() for each in leading):
        return Inbound.objects.all()
    mine = Q(pk__in=[])
    for membership in leading:
        theirs = Inbound.objects.all()
        if membership.campaign_id is not None:
            theirs = theirs.filter(answers__message__campaign_id=membership.campaign_id)
        if membership.is_limited():
            theirs = limit_to_areas(theirs, membership, "contact_point__people__household__area")
        mine |= Q(pk__in=theirs.values("pk"))
    return Inbound.objects.filter(mine)


def waiting(inbounds: QuerySet[Inbound]) -> QuerySet[Inbound]:
    """What nobody has seen to, the longest waiting first."""
    return inbounds.filter(route=InboundRoute.INBOX, handled_at__isnull=True).order_by("received_at", "pk")


def seen_to(inbounds: QuerySet[Inbound]) -> QuerySet[Inbound]:
    """What somebody has seen to, the latest first."""
    return inbounds.filter(handled_at__isnull=False).order_by("-handled_at", "-pk")


def writers(inbounds: Iterable[Inbound]) -> dict[int, list[Person]]:
    """The people who have each text's number, by text; several may share one."""
    by_point: dict[int, list[Person]] = {}
    points = {inbound.contact_point_id for inbound in inbounds if inbound.contact_point_id}
    contacts = PersonContact.objects.filter(contact_point__in=points).select_related("person").order_by("person_id")
    for contact in contacts:
        by_point.setdefault(contact.contact_point_id, []).append(contact.person)
    return {inbound.pk: by_point.get(inbound.contact_point_id or 0, []) for inbound in inbounds}
