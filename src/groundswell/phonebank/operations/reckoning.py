"""Figures that may take longer than a page: asked for by pages, counted at once where people are few, else by the worker.

A page never waits. It shows what was counted last, with the time, and that it is being counted again; the worker's job
puts the new figures beside that time. A question that no page has repeated for a while is not counted.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

from django.db import OperationalError, connection, transaction

from groundswell.phonebank.enums import ReckoningKind
from groundswell.phonebank.models import Reckoning

STATEMENT = Path(__file__).resolve().parent.parent / "sql" / "ask_reckoning.sql"
# Bytes of a table that a page counts through itself: some fifty thousand people, a seventh of a second.
FEW_PEOPLE = 6_000_000
# ... and what it takes at the very most before it leaves the count to the worker after all.
WITHIN = timedelta(milliseconds=200)
# Figures this old are counted again when somebody looks; they are shown meanwhile, with their time.
FRESH = timedelta(seconds=15)
SHOWN = timedelta(hours=1)
# A job that has not come back by then is put in the queue once more.
LOST = timedelta(minutes=2)
# Pages ask every second while they wait: without a question for so long, nobody waits.
NOBODY_WAITS = timedelta(seconds=10)
FORGOTTEN = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Question:
    """What is to be counted: of which kind and with what content, and the areas that a count at once needs."""

    campaign_id: int
    kind: ReckoningKind
    asked: Mapping[str, Any]
    areas: Sequence[int] = ()

    @property
    def key(self) -> str:
        """The same for whoever asks the same."""
        return sha256(json.dumps([self.kind, self.asked], sort_keys=True).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Reckoned:
    """What is known: figures and when they were counted, or none yet; since when a new count is awaited, if one is."""

    figures: Any
    counted_at: datetime | None
    awaited_since: datetime | None


Enqueue = Callable[[int], Any]
Count = Callable[[Any, list[int]], Any]


def ask_for(
    question: Question, *, now: datetime, enqueue: Enqueue, count: Count | None = None, after: datetime | None = None
) -> Reckoned:
    """What is known of the question, at once.

    Figures from `after` on are good enough (a page that waits asks again with the moment it waits since: however long
    the count took, it is the one awaited); without it, those that are FRESH.
    `enqueue` puts the job for a reckoning's id into the queue, in the same transaction as the row. `count` counts where
    people are few, by a cursor and the areas with all below them; without it the worker always does.
    """
    try:
        return _ask(question, now, after, enqueue, count)
    except OperationalError:
        if count is None:
            raise
        # Few, and yet it took too long.
        return _ask(question, now, after, enqueue, None)


@transaction.atomic
def _ask(question: Question, now: datetime, after: datetime | None, enqueue: Enqueue, count: Count | None) -> Reckoned:
    good_from = min(after, now) if after else now - FRESH
    with connection.cursor() as cursor:
        cursor.execute(
            STATEMENT.read_text(encoding="utf-8"), _parameters(question, now, good_from, FEW_PEOPLE if count else 0)
        )
        areas, _timeout, pk, figures, counted_at, queued_at, is_due = cursor.fetchone()
        if pk is None and count is not None:
            return Reckoned(count(cursor, areas), now, None)
    if is_due:
        enqueue(pk)
    if counted_at is None or counted_at < now - SHOWN:
        return Reckoned(None, None, queued_at)
    return Reckoned(json.loads(figures), counted_at, queued_at)


def _parameters(question: Question, now: datetime, good_from: datetime, few: int) -> dict[str, Any]:
    return {
        "campaign": question.campaign_id,
        "kind": question.kind.value,
        "key": question.key,
        "asked": json.dumps(question.asked),
        "areas": list(question.areas),
        "few": few,
        "now": now,
        "good_from": good_from,
        "lost": LOST,
        "within": int(WITHIN.total_seconds() * 1000),
    }


def moment_of(text: str) -> datetime | None:
    """The moment that a waiting page names (seconds since 1970); None for anything else."""
    try:
        return datetime.fromtimestamp(float(text), UTC)
    except (ValueError, OverflowError, OSError):
        return None


def reckon(
    reckoning_id: int, *, counters: Mapping[str, Callable[[dict[str, Any], datetime], Any]], now: datetime
) -> bool:
    """Count what a page has asked for, unless it has been counted meanwhile or nobody waits; whether it was counted.

    The figures are those of `now`: what is committed later is not in them. Safe to repeat.
    """
    Reckoning.objects.filter(wanted_at__lt=now - FORGOTTEN).delete()
    found = Reckoning.objects.filter(pk=reckoning_id, queued_at__isnull=False).first()
    if found is None:
        return False
    if found.wanted_at < now - NOBODY_WAITS:
        # The next page that asks puts it into the queue again.
        Reckoning.objects.filter(pk=found.pk).update(queued_at=None)
        return False
    figures = counters[found.kind](found.asked, now)
    Reckoning.objects.filter(pk=found.pk).update(figures=figures, counted_at=now, queued_at=None)
    return True
