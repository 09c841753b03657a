"""CSV for people to open in a spreadsheet: the one place where exports are written, so that no cell becomes a formula."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from typing import Any

from django.http import StreamingHttpResponse

# What Excel, LibreOffice or Google Sheets may take for the start of a formula or a command.
DANGEROUS = frozenset("=+-@\t\r＝＋－＠")


def neutralise(value: Any) -> Any:
    """The value as a spreadsheet may hold it: text that would start a formula gets an apostrophe before it.

    Numbers stay numbers. Leading blanks do not hide a formula from a spreadsheet, and not from this either.
    """
    if not isinstance(value, str):
        return value
    value = value.replace("\x00", "")
    if value[:1] in DANGEROUS or value.lstrip()[:1] in DANGEROUS:
        return "'" + value
    return value


class _Line:
    """What csv.writer writes to: gives the line back instead of keeping it."""

    def write(self, line: str) -> str:
        return line


def csv_lines(rows: Iterable[Iterable[Any]]) -> Iterator[str]:
    """The rows as lines of CSV, neutralised, one at a time: a million rows need no more memory than one."""
    writer = csv.writer(_Line())
    yield "\ufeff"  # or Excel reads UTF-8 as Windows-1252
    for row in rows:
        yield writer.writerow([neutralise(value) for value in row])


def csv_response(rows: Iterable[Iterable[Any]], filename: str) -> StreamingHttpResponse:
    """Send `rows` (the heading among them) as a download. The caller checks permission and writes the audit event."""
    response = StreamingHttpResponse(csv_lines(rows), content_type="text/csv; charset=utf-8")
    safe = "".join(c for c in filename if c.isascii() and (c.isalnum() or c in "-_."))
    response["Content-Disposition"] = f'attachment; filename="{safe}"'
    response["Cache-Control"] = "no-store"
    return response
