"""What is kept for how long (rule D10): categories, each with its own counter and deleter.

A room registers its category in its `personal_data.py`. Nothing goes without a dry run that anyone may look at first.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final, TypedDict

from django.db.models import Model, QuerySet
from django.utils.functional import Promise

# Batches of this many rows at a time, each its own transaction: a long delete would hold up the callers.
BATCH: Final = 5_000


@dataclass(frozen=True)
class Category:
    """`count(before)` answers how many rows are older; `delete(before, limit)` deletes at most so many, says how many."""

    key: str
    label: str | Promise
    figure: str
    count: Callable[[datetime], int]
    delete: Callable[[datetime, int], int]


_CATEGORIES: dict[str, Category] = {}


def register_category(
    key: str,
    *,
    label: str | Promise,
    figure: str,
    count: Callable[[datetime], int],
    delete: Callable[[datetime, int], int],
) -> None:
    """Keep rows of this category for as many months as the dated figure says."""
    _CATEGORIES[key] = Category(key, label, figure, count, delete)


class CountAndDelete(TypedDict):
    """How a category counts its old rows, and deletes them."""

    count: Callable[[datetime], int]
    delete: Callable[[datetime, int], int]


def older_rows(model: type[Model], moment: str) -> CountAndDelete:
    """Of a model whose rows go by the age of one field, the oldest first, with what hangs on them."""

    def older(before: datetime) -> QuerySet[Any]:
        return model._default_manager.filter(**{f"{moment}__lt": before})

    def delete(before: datetime, limit: int) -> int:
        oldest = list(older(before).order_by(moment, "pk").values_list("pk", flat=True)[:limit])
        model._default_manager.filter(pk__in=oldest).delete()
        return len(oldest)

    return {"count": lambda before: older(before).count(), "delete": delete}


def categories() -> list[Category]:
    """All categories, by key."""
    return [_CATEGORIES[key] for key in sorted(_CATEGORIES)]


def months_before(day: date, months: int) -> date:
    """The same day so many months earlier; the last of a shorter month."""
    month = day.month - 1 - months
    year, month = day.year + month // 12, month % 12 + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))
