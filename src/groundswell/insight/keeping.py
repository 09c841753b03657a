"""Counts over whole ledgers: in a small installation made with the page, in a large one by the worker and kept."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.core.cache import cache
from django.db import connection, transaction

from groundswell.insight.models import KeptCount

KEPT_SECONDS = 15
FRESH = timedelta(minutes=5)
# A job that has not counted within this time is asked for again.
LOST = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Kept:
    """Counted figures, from when they are (None: never counted), and whether newer ones are on their way."""

    figures: Any
    at: datetime | None
    is_coming: bool = False


def kept_count(
    campaign_id: int,
    subject: str,
    *,
    table: str,
    few_bytes: int,
    count: Callable[[], Any],
    ask: Callable[[], object],
    now: datetime,
) -> Kept:
    """The figures of a campaign on `subject`, never waiting for a long count; three queries at most beside a short one.

    While `table` is smaller than `few_bytes` they are counted here and kept for a moment; else read as the worker counted
    them last, and asked for anew (`ask` enqueues the job) when old.
    """
    key = f"insight.{subject}.{campaign_id}"
    known: Kept | None = cache.get(key)
    return known or _kept_count(campaign_id, subject, key, table, few_bytes, count, ask, now)


def _kept_count(
    campaign_id: int,
    subject: str,
    key: str,
    table: str,
    few_bytes: int,
    count: Callable[[], Any],
    ask: Callable[[], object],
    now: datetime,
) -> Kept:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_relation_size(%s::regclass) < %s, known.figures, known.counted_at, known.queued_at"
            " FROM (VALUES (1)) one"
            " LEFT JOIN insight_keptcount known ON known.campaign_id = %s AND known.subject = %s",
            [table, few_bytes, campaign_id, subject],
        )
        are_few, figures, counted_at, queued_at = cursor.fetchone()
    if are_few:
        found = Kept(count(), now)
        cache.set(key, found, KEPT_SECONDS)
        return found
    is_old = counted_at is None or now - counted_at > FRESH
    if is_old and (queued_at is None or now - queued_at > LOST):
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO insight_keptcount (campaign_id, subject, queued_at) VALUES (%s, %s, %s)"
                " ON CONFLICT (campaign_id, subject) DO UPDATE SET queued_at = excluded.queued_at",
                [campaign_id, subject, now],
            )
            ask()
    return Kept(json.loads(figures) if isinstance(figures, str) else figures, counted_at, is_coming=is_old)


@transaction.atomic
def keep_count(campaign_id: int, subject: str, *, count: Callable[[], Any], now: datetime) -> None:
    """Count and keep. Two that count at once do it one after the other."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtext('groundswell.insight' || %s), %s)", [subject, campaign_id]
        )
    KeptCount.objects.update_or_create(
        campaign_id=campaign_id,
        subject=subject,
        defaults={"figures": count(), "counted_at": now, "queued_at": None},
    )
