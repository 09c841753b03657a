"""The few things this room must know of the rooms above it, which it may not import: looked up here and nowhere else."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.db.models import QuerySet
from django.db.models.expressions import RawSQL

AREAS_OF_CAMPAIGNS = """
    WITH RECURSIVE below (id) AS (
        SELECT area_id FROM campaigns_campaign_areas WHERE campaign_id = ANY(%s)
        UNION
        SELECT child.id FROM places_area child JOIN below ON child.parent_id = below.id
    )
    SELECT id FROM below
"""


# What lies in the areas of a membership, by kind of what an event of the log is about.
WITHIN_AREAS = {
    "places.area": "SELECT accounts_areas_of(%s)",
    "people.household": """
        SELECT id FROM people_household
         WHERE area_id IN (SELECT accounts_areas_of(%s)) OR constituency_id IN (SELECT accounts_areas_of(%s))""",
    "people.person": """
        SELECT person.id FROM people_person person JOIN people_household home ON home.id = person.household_id
         WHERE home.area_id IN (SELECT accounts_areas_of(%s)) OR home.constituency_id IN (SELECT accounts_areas_of(%s))""",
    "people.importbatch": "SELECT id FROM people_importbatch WHERE constituency_id IN (SELECT accounts_areas_of(%s))",
    "phonebank.queueentry": """
        SELECT entry.id FROM phonebank_queueentry entry JOIN people_household home ON home.id = entry.household_id
         WHERE home.area_id IN (SELECT accounts_areas_of(%s)) OR home.constituency_id IN (SELECT accounts_areas_of(%s))""",
    # A phone bank that rings nowhere else.
    "phonebank.phonebank": """
        SELECT phonebank_id FROM phonebank_phonebank_areas GROUP BY phonebank_id
        HAVING bool_and(area_id IN (SELECT accounts_areas_of(%s)))""",
}


def campaigns() -> QuerySet[Any]:
    """Every campaign of the installation."""
    found: QuerySet[Any] = apps.get_model("campaigns", "Campaign")._default_manager.all()
    return found


def areas_of_campaigns(campaign_ids: list[int]) -> QuerySet[Any]:
    """The areas these campaigns are about, and all below them."""
    areas: QuerySet[Any] = apps.get_model("places", "Area")._default_manager.all()
    return areas.filter(pk__in=RawSQL(AREAS_OF_CAMPAIGNS, [campaign_ids]))  # noqa: S611 - constant, bound
