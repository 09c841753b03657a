"""Counts what a campaign did in each of its areas. In a small installation with the page, in a large one by the worker."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.core.cache import cache
from django.db import connection, transaction

from groundswell.campaigns.enums import VOTER_ID_MEANINGS
from groundswell.campaigns.ready_questions import ReadyQuestion
from groundswell.insight.models import AreaTally, CampaignCount

SQL = Path(__file__).resolve().parent / "sql"
_STATEMENT = (SQL / "count_areas.sql").read_text(encoding="utf-8")
# With a table of people smaller than this (some 30,000 of them) the count takes no longer than the page.
FEW_BYTES = 4 * 1024 * 1024
KEPT_SECONDS = 15
FRESH = timedelta(minutes=5)
# A job that has not counted within this time is asked for again.
LOST = timedelta(minutes=10)


# The columns of the statement, which are those of the table after the campaign.
_COLUMNS = (
    *("area_id", "electors", "calls", "contacts", "identified", "ours", "undecided", "others", "callers", "helpers"),
    "last_call_at",
)


@dataclass(frozen=True, slots=True)
class Figures:
    """A campaign's totals by area, from when they are (None: never counted), and whether newer ones are on their way."""

    by_area: dict[int, AreaTally]
    at: datetime | None
    is_coming: bool = False

    def of(self, area_id: int) -> AreaTally:
        """The totals of an area: zeros where nothing was done."""
        return self.by_area.get(area_id) or AreaTally(area_id=area_id)


def figures_of(campaign_id: int, *, now: datetime) -> Figures:
    """A campaign's totals, never waiting for a long count: of few people they are counted here and kept for a moment, of
    many read as the worker counted them last, and asked for anew when old. At most three queries."""
    known: Figures | None = cache.get(_key(campaign_id))
    return known or _figures(campaign_id, now)


def _figures(campaign_id: int, now: datetime) -> Figures:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT known.counted_at, known.queued_at, pg_relation_size('people_person') < %s"
            " FROM (VALUES (1)) one LEFT JOIN insight_campaigncount known ON known.campaign_id = %s",
            [FEW_BYTES, campaign_id],
        )
        counted_at, queued_at, are_few = cursor.fetchone()
    if are_few:
        found = _counted(campaign_id, now)
        cache.set(_key(campaign_id), found, KEPT_SECONDS)
        return found
    is_old = counted_at is None or now - counted_at > FRESH
    if is_old and (queued_at is None or now - queued_at > LOST):
        _have_counted(campaign_id, now)
    rows = AreaTally.objects.filter(campaign=campaign_id)
    return Figures({row.area_id: row for row in rows}, counted_at, is_coming=is_old)


@transaction.atomic
def count_areas(campaign_id: int, *, now: datetime) -> None:
    """Every area of the campaign anew, from the ledgers. Two that count at once do it one after the other."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('groundswell.insight'), %s::int)", [campaign_id])
        # Whoever reads meanwhile sees the figures from before.
        cursor.execute("DELETE FROM insight_areatally WHERE campaign_id = %s", [campaign_id])
        cursor.execute(
            f"INSERT INTO insight_areatally (campaign_id, {', '.join(_COLUMNS)})"  # noqa: S608 - names of this module
            f" SELECT %(campaign)s::bigint, counted.* FROM ({_STATEMENT}) counted",
            _parameters(campaign_id),
        )
    CampaignCount.objects.update_or_create(campaign_id=campaign_id, defaults={"counted_at": now, "queued_at": None})


def _counted(campaign_id: int, now: datetime) -> Figures:
    with connection.cursor() as cursor:
        cursor.execute(_STATEMENT, _parameters(campaign_id))
        rows = [
            AreaTally(campaign_id=campaign_id, **dict(zip(_COLUMNS, row, strict=True))) for row in cursor.fetchall()
        ]
    return Figures({row.area_id: row for row in rows}, now)


@transaction.atomic
def _have_counted(campaign_id: int, now: datetime) -> None:
    from groundswell.insight.tasks import count_areas_of  # the job calls this module

    CampaignCount.objects.update_or_create(campaign_id=campaign_id, defaults={"queued_at": now})
    count_areas_of.defer(campaign_id=campaign_id)


def _key(campaign_id: int) -> str:
    return f"insight.figures.{campaign_id}"


def _parameters(campaign_id: int) -> dict[str, Any]:
    return {
        "campaign": campaign_id,
        "identified": sorted(meaning.value for meaning in VOTER_ID_MEANINGS),
        "volunteer": ReadyQuestion.VOLUNTEER.value,
    }
