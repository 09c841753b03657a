"""Which people a member of staff may see (rule D12: callers see none here)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.postgres.expressions import ArraySubquery
from django.db import connection
from django.db.models import BooleanField, OuterRef, Q, QuerySet
from django.db.models.expressions import RawSQL
from django.db.models.functions import JSONObject
from django.http import Http404

from groundswell.accounts.enums import Role
from groundswell.accounts.models import Membership
from groundswell.people.models import Person, PersonTag

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


# Whether there are such areas at all: a membership without any, of no campaign or one without any, sees everywhere.
_IS_LIMITED = """
    (EXISTS (SELECT 1 FROM accounts_membership_areas WHERE membership_id = %s)
     OR EXISTS (SELECT 1 FROM accounts_membership m
                  JOIN campaigns_campaign_areas ca ON ca.campaign_id = m.campaign_id WHERE m.id = %s))
"""


def is_limited(membership: Membership) -> bool:
    """Whether the membership sees some areas only: its own, or those of its campaign. One query."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {_IS_LIMITED}", [membership.pk, membership.pk])
        row = cursor.fetchone()
    return bool(row and row[0])


def visible_people(membership: Membership) -> QuerySet[Person]:
    """The people a member may see. Whoever is limited to areas does not see people without an address."""
    both = [membership.pk, membership.pk]
    return Person.objects.alias(
        is_limited=RawSQL(_IS_LIMITED, both, output_field=BooleanField()),  # noqa: S611 - a constant with parameters
    ).filter(Q(is_limited=False) | Q(household__area__in=allowed_areas(membership)))


_TAGS = ArraySubquery(
    PersonTag.objects.filter(person=OuterRef("pk"))
    .order_by("tag__name")
    .values(json=JSONObject(id="tag_id", name="tag__name"))
)
_HOUSEMATES = ArraySubquery(
    Person.objects.filter(household=OuterRef("household"), erased_at=None)
    .exclude(pk=OuterRef("pk"))
    .order_by("name_key", "pk")
    .values(json=JSONObject(id="pk", given_names="given_names", family_name="family_name"))
)


def allowed_areas(membership: Membership) -> RawSQL:
    """The ids of the areas of a membership that is limited to some, with all below them, as a subquery."""
    return RawSQL(AREAS_ALLOWED, [membership.pk, membership.pk])  # noqa: S611 - a constant of ours, with parameters


def access_person(request: HttpRequest, pk: int, *, with_relations: bool = False) -> Person:
    """The person, for a member who may see them. Raises Http404, which does not say whether there is such a person.

    With `with_relations` in the same query their `tags` and `housemates`, as lists of mappings.
    """
    membership: Membership = request.membership  # type: ignore[attr-defined]
    found = visible_people(membership).select_related("household__constituency", "constituency", "source").filter(pk=pk)
    if with_relations:
        found = found.annotate(tags=_TAGS, housemates=_HOUSEMATES)
    person = found.first()
    if person is None:
        raise Http404("no such person")
    return person


def is_keeper(request: HttpRequest) -> bool:
    """Whether the member may correct, erase and hand out records."""
    membership: Membership = request.membership  # type: ignore[attr-defined]
    return membership.role in KEEPERS
