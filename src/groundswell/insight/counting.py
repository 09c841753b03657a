"""Counts what a campaign did in each of its areas. In a small installation with the page, in a large one by the worker."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from django.db import connection, transaction

from groundswell.campaigns.enums import VOTER_ID_MEANINGS
from groundswell.campaigns.ready_questions import ReadyQuestion
from groundswell.insight.models import CampaignCount

SQL = Path(__file__).resolve().parent / "sql"
# With a table of people smaller than this (some 30,000 of them) the count takes no longer than the page.
FEW_BYTES = 4 * 1024 * 1024
FRESH_OF_FEW = timedelta(seconds=20)
FRESH = timedelta(minutes=5)
# A job that has not counted within this time is asked for again.
LOST = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class CountedAt:
    """From when the figures are (None: never counted), and whether newer ones are on their way."""

    at: datetime | None
    is_coming: bool = False


def counted(campaign_id: int, *, now: datetime) -> CountedAt:
    """Sees to it that the figures are fresh, and says from when they are. Never waits for a long count."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT known.counted_at, known.queued_at, pg_relation_size('people_person') < %s"
            " FROM (VALUES (1)) one LEFT JOIN insight_campaigncount known ON known.campaign_id = %s",
            [FEW_BYTES, campaign_id],
        )
        counted_at, queued_at, are_few = cursor.fetchone()
    if counted_at is not None and now - counted_at < (FRESH_OF_FEW if are_few else FRESH):
        return CountedAt(counted_at)
    if are_few:
        count_areas(campaign_id, now=now)
        return CountedAt(now)
    if queued_at is None or now - queued_at > LOST:
        _have_counted(campaign_id, now)
    return CountedAt(counted_at, is_coming=True)


@transaction.atomic
def count_areas(campaign_id: int, *, now: datetime) -> None:
    """Every area of the campaign anew, from the ledgers. Two that count at once do it one after the other."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('groundswell.insight'), %s::int)", [campaign_id])
        cursor.execute(
            (SQL / "count_areas.sql").read_text(encoding="utf-8"),
            {
                "campaign": campaign_id,
                "identified": sorted(meaning.value for meaning in VOTER_ID_MEANINGS),
                "volunteer": ReadyQuestion.VOLUNTEER.value,
            },
        )
    CampaignCount.objects.update_or_create(campaign_id=campaign_id, defaults={"counted_at": now, "queued_at": None})


@transaction.atomic
def _have_counted(campaign_id: int, now: datetime) -> None:
    from groundswell.insight.tasks import count_areas_of  # the job calls this module

    CampaignCount.objects.update_or_create(campaign_id=campaign_id, defaults={"queued_at": now})
    count_areas_of.defer(campaign_id=campaign_id)
