"""Counts for each phone bank, caller and hour: reckoned anew from the ledger, never counted up on a shared row."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

from django.db import connection, transaction

from groundswell.phonebank.models import Tally
from groundswell.phonebank.rules import ODDITY_CALLS, ODDITY_WINDOW

STATEMENT = Path(__file__).resolve().parent.parent / "sql" / "tallies.sql"
# A result counts in the hour it was recorded in, and can be undone for half a minute: older hours stand still.
OVERLAP = timedelta(hours=1)


@transaction.atomic
def roll_up_tallies() -> int:
    """Reckon the hours since the last roll-up anew; how many rows changed. Run as often as you like."""
    _one_at_a_time()
    newest = Tally.objects.order_by("-hour").values_list("hour", flat=True).first()
    return _reckon(newest - OVERLAP if newest else None)


@transaction.atomic
def rebuild_tallies() -> int:
    """Every tally anew from the ledger; how many rows changed."""
    _one_at_a_time()
    return _reckon(None)


def _one_at_a_time() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('groundswell.tallies'))")


def _reckon(since: datetime | None) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            STATEMENT.read_text(encoding="utf-8"),
            {"since": since, "odd": ODDITY_CALLS, "seconds": ODDITY_WINDOW.total_seconds()},
        )
        row = cursor.fetchone()
    return int(row[0]) if row else 0
