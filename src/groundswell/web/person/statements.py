"""The person pages' own SQL, read once."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from django.db import connection

SQL = Path(__file__).resolve().parent / "sql"


def ask(name: str, parameters: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """The rows of `sql/<name>.sql` with these parameters."""
    with connection.cursor() as cursor:
        cursor.execute(_text(name), parameters)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows


@cache
def _text(name: str) -> str:
    return (SQL / f"{name}.sql").read_text(encoding="utf-8")
