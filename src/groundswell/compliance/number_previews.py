"""The first rows of a screening or do-not-call file as the import would read them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from django.utils.translation import gettext as _

from groundswell.compliance.number_files import NumberColumns, find_columns, read_row
from groundswell.people.files.inspection import inspect_file
from groundswell.people.files.refusal import ImportRefusedError
from groundswell.people.previews.preview import Column, Preview, PreviewRow, columns_of, shown
from groundswell.people.previews.register import Mapping, first_block


@dataclass(frozen=True, slots=True)
class NumberPreview:
    """The rows, and how many of the numbers in them are listed."""

    preview: Preview
    has_answers: bool


def map_numbers(
    path: Path, *, list_name: str, columns: list[str] | None = None, has_header: bool | None = None
) -> Mapping:
    """Which column holds the numbers and which a yes or no, as found or as corrected. `list_name` heads the answers."""
    first = first_block(path)
    width = max(len(row) for row in first.cells[:50])
    refusal, header = "", has_header
    try:
        if columns is not None:
            found = NumberColumns.named(columns, has_header=bool(has_header))
        else:
            found = find_columns(first, inspect_file(path), list_name)
        columns, header = found.fields(width), found.has_header
    except ImportRefusedError as problem:
        refusal = str(problem)
    heading = first.cells[0] if header or header is None else []
    rows = first.cells[bool(heading) : 51]
    described: list[Column] = columns_of(heading, rows, columns or [""] * width)
    return Mapping("numbers", "", 1.0, bool(heading), described, refusal)


def preview_numbers(path: Path, *, columns: list[str], has_header: bool) -> NumberPreview:
    """The first rows, each with its number and answer or with what is wrong with it. Raises ImportRefusedError."""
    named = NumberColumns.named(columns, has_header=has_header)
    first, preview = first_block(path), Preview()
    for trouble in first.troubles:
        preview.add(PreviewRow(trouble.line, trouble.reason, cells=shown([trouble.text])))
    past = int(has_header)
    for line, cells in zip(first.lines[past:], first.cells[past:], strict=True):
        row = read_row(line, cells, named)
        says = named.answer is not None and not row.problem
        answer = (_("listed") if row.listed else _("not listed")) if says else ""
        cells = shown(row.cells) if row.problem else []
        preview.add(PreviewRow(line, row.problem, note=answer, number=row.value, cells=cells))
    preview.rows.sort(key=lambda row: row.line)
    return NumberPreview(preview, named.answer is not None)
