"""Which people a member of staff may see (rule D12: callers see none here)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import QuerySet
from django.db.models.expressions import RawSQL
from django.http import Http404

from groundswell.accounts.enums import Role
from groundswell.accounts.models import Membership
from groundswell.people.models import Person

if TYPE_CHECKING:
    from django.http import HttpRequest

STAFF = (Role.OWNER, Role.ORGANISER, Role.DATA_MANAGER)
# What changes the record itself, or hands it out.
KEEPERS = frozenset({Role.OWNER, Role.DATA_MANAGER})

# The areas of the membership, else those of its campaign, with all below them; NULL in the answer means everywhere.
AREAS_ALLOWED = """
    WITH RECURSIVE top (id) AS (
        SELECT area_id FROM accounts_membership_areas WHERE membership_id = %s
        UNION
        SELECT ca.area_id
          FROM accounts_membership m
          JOIN campaigns_campaign_areas ca ON ca.campaign_id = m.campaign_id
         WHERE m.id = %s
           AND NOT EXISTS (SELECT 1 FROM accounts_membership_areas WHERE membership_id = m.id)
    ), below (id) AS (
        SELECT id FROM top
        UNION
        SELECT child.id FROM places_area child JOIN below ON child.parent_id = below.id
    )
    SELECT id FROM below
"""


def is_limited(membership: Membership) -> bool:
    """Whether the membership sees some areas only: its own, or those of its campaign. One query."""
    if membership.areas.exists():
        return True
    return membership.campaign is not None and membership.campaign.areas.exists()


def visible_people(membership: Membership) -> QuerySet[Person]:
    """The people a member may see. Whoever is limited to areas does not see people without an address."""
    people = Person.objects.all()
    if is_limited(membership):
        people = people.filter(household__area__in=_allowed(membership))
    return people


def _allowed(membership: Membership) -> RawSQL:
    return RawSQL(AREAS_ALLOWED, [membership.pk, membership.pk])  # noqa: S611 - a constant of ours, with parameters


def access_person(request: HttpRequest, pk: int) -> Person:
    """The person, for a member who may see them. Raises Http404, which does not say whether there is such a person."""
    membership: Membership = request.membership  # type: ignore[attr-defined]
    found = (
        visible_people(membership).select_related("household__area", "household__constituency", "source").filter(pk=pk)
    )
    person = found.first()
    if person is None:
        raise Http404("no such person")
    return person


def is_keeper(request: HttpRequest) -> bool:
    """Whether the member may correct, erase and hand out records."""
    membership: Membership = request.membership  # type: ignore[attr-defined]
    return membership.role in KEEPERS
