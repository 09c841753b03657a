"""SQL kept in files, one statement under each `-- name:`, and run by name."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

from django.db import connection

FOLDER = Path(__file__).resolve().parent.parent / "sql"
_NAME = re.compile(r"^-- name: (\w+)$", re.MULTILINE)


@cache
def statements(file: str) -> dict[str, str]:
    """The statements of `people/sql/<file>.sql` by name."""
    parts = _NAME.split((FOLDER / f"{file}.sql").read_text(encoding="utf-8"))
    return dict(zip(parts[1::2], (body.strip() for body in parts[2::2]), strict=True))


class Script:
    """The statements of one file, run with the same parameters; each takes those it names."""

    def __init__(self, file: str, **parameters: Any) -> None:
        self._statements = statements(file)
        self.parameters = parameters

    def run(self, name: str, **more: Any) -> int:
        """Run one statement; how many rows it touched."""
        with connection.cursor() as cursor:
            cursor.execute(*self._filled(name, more))
            return int(cursor.rowcount)

    def fetch(self, name: str, **more: Any) -> list[tuple[Any, ...]]:
        """Run one query; its rows."""
        with connection.cursor() as cursor:
            cursor.execute(*self._filled(name, more))
            return list(cursor.fetchall())

    def copy(self, table: str, columns: str, text: list[str] | bytes, *, null: str = "\\N") -> None:
        """COPY lines of PostgreSQL's text format into a table; `null` stands for nothing in them."""
        if not text:
            return
        sql = f"COPY {table} ({columns}) FROM STDIN WITH (NULL '{null}')"
        with connection.cursor() as cursor, cursor.copy(sql) as copy:
            copy.write(text if isinstance(text, bytes) else "".join(text).encode())

    def _filled(self, name: str, more: dict[str, Any]) -> tuple[str, dict[str, Any] | None]:
        sql = self._statements[name]
        wanted = set(re.findall(r"%\((\w+)\)s", sql))
        values = {key: value for key, value in {**self.parameters, **more}.items() if key in wanted}
        return sql, values or None
