"""Letting go of what is too old (rule D10): look first, then delete, in small steps."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time
from typing import Any

from django.db import transaction
from django.utils import timezone

from groundswell.accounts import audit
from groundswell.accounts.enums import AuditAction
from groundswell.accounts.models import User
from groundswell.compliance.figures import figure, figures_of
from groundswell.compliance.operations.erasure import allow_deletion
from groundswell.compliance.retention import BATCH, Category, categories, how_many, months_before


@dataclass(frozen=True)
class Expiry:
    """One category: what it keeps for how many months, and how many rows are older than `before`."""

    category: Category
    months: int
    before: datetime
    rows: int


def expiring(*, now: datetime) -> list[Expiry]:
    """The dry run: what would go now, category by category. Changes nothing."""
    found = categories()
    months = figures_of([category.figure for category in found], on=now.date())
    # A figure that is missing is asked for by itself, so that the refusal names it.
    bounds = [_bound(category, now, months.get(category.figure)) for category in found]
    rows = how_many([category.older(before) for category, (_, before) in zip(found, bounds, strict=True)])
    return [Expiry(category, *bound, count) for category, bound, count in zip(found, bounds, rows, strict=True)]


def delete_expired(*, category_key: str, by: User | None, now: datetime) -> int:
    """Delete what a category has kept long enough; returns how many rows went. Safe to run again, and to interrupt.

    Works in transactions of a few thousand rows, so that no caller waits for it.
    """
    category = next(c for c in categories() if c.key == category_key)
    _, before = _bound(category, now)
    gone = 0
    while True:
        with transaction.atomic():
            allow_deletion()
            deleted = category.delete(before, BATCH)
        gone += deleted
        if deleted < BATCH:
            break
    with transaction.atomic():
        audit.record(
            "delete_expired",
            by=by,
            action=AuditAction.DELETE,
            category=category.key,
            before=before.isoformat(),
            rows=gone,
        )
    return gone


def _bound(category: Category, now: datetime, in_force: Any = None) -> tuple[int, datetime]:
    """For how many months a category keeps, and since when that is."""
    months = int(figure(category.figure, on=now.date()) if in_force is None else in_force)
    day = months_before(timezone.localdate(now), months)
    return months, timezone.make_aware(datetime.combine(day, time(0)))
