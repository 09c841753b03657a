"""What is kept for how long (rule D10): categories, each knowing its old rows and how they go.

A room registers its category in its `personal_data.py`. Nothing goes without a dry run that anyone may look at first.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final, TypedDict

from django.db import connection
from django.db.models import Model, QuerySet
from django.utils.functional import Promise

# Batches of this many rows at a time, each its own transaction: a long delete would hold up the callers.
BATCH: Final = 5_000


@dataclass(frozen=True)
class Category:
    """`older(before)` are the rows to go; `delete(before, limit)` deletes at most so many of them, says how many.

    `is_always`: goes every night, whatever the owner says of the others.
    """

    key: str
    label: str | Promise
    figure: str
    older: Callable[[datetime], QuerySet[Any, Any]]
    delete: Callable[[datetime, int], int]
    is_always: bool = False


_CATEGORIES: dict[str, Category] = {}


def register_category(
    key: str,
    *,
    label: str | Promise,
    figure: str,
    older: Callable[[datetime], QuerySet[Any, Any]],
    delete: Callable[[datetime, int], int],
    is_always: bool = False,
) -> None:
    """Keep rows of this category for as many months as the dated figure says."""
    _CATEGORIES[key] = Category(key, label, figure, older, delete, is_always)


class OlderAndDelete(TypedDict):
    """Which rows of a category are old, and how they are deleted."""

    older: Callable[[datetime], QuerySet[Any, Any]]
    delete: Callable[[datetime, int], int]


def older_rows(model: type[Model], moment: str) -> OlderAndDelete:
    """Of a model whose rows go by the age of one field, the oldest first, with what hangs on them."""

    def older(before: datetime) -> QuerySet[Any]:
        return model._default_manager.filter(**{f"{moment}__lt": before})

    def delete(before: datetime, limit: int) -> int:
        oldest = list(older(before).order_by(moment, "pk").values_list("pk", flat=True)[:limit])
        model._default_manager.filter(pk__in=oldest).delete()
        return len(oldest)

    return {"older": older, "delete": delete}


def categories() -> list[Category]:
    """All categories, by key."""
    return [_CATEGORIES[key] for key in sorted(_CATEGORIES)]


def how_many(olds: Sequence[QuerySet[Any, Any]]) -> list[int]:
    """How many rows each of these is, in one query for all of them."""
    if not olds:
        return []
    counts: list[str] = []
    values: list[Any] = []
    for old in olds:
        sql, parameters = old.order_by().query.sql_with_params()
        counts.append(f"(SELECT count(*) FROM ({sql}) old)")  # noqa: S608 - Django's own SQL, its values apart
        values += parameters
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(counts)}", values)
        return list(cursor.fetchone())


def months_before(day: date, months: int) -> date:
    """The same day so many months earlier; the last of a shorter month."""
    month = day.month - 1 - months
    year, month = day.year + month // 12, month % 12 + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))
