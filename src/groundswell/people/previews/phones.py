"""The first rows of a phone file, and whose the numbers are."""

from __future__ import annotations

from pathlib import Path

from django.db import transaction

from groundswell.people.files.inspection import inspect_file
from groundswell.people.files.refusal import ImportRefusedError
from groundswell.people.files.rows import Block, read_blocks
from groundswell.people.layouts.layout import Field
from groundswell.people.layouts.phones import check_phone_columns, guess_phone_columns, has_heading
from groundswell.people.operations.phones import whose_numbers
from groundswell.people.phone_rows import PhoneReader
from groundswell.people.previews.preview import SHOWN_ROWS, Preview, PreviewRow, columns_of, shown
from groundswell.people.previews.register import Mapping, first_block

FIELDS = (
    Field.PHONE,
    Field.FULL_NUMBER,
    Field.PREFIX,
    Field.NUMBER,
    Field.SUFFIX,
    Field.NAME,
    Field.SURNAME,
    Field.FORENAME,
    Field.MIDDLE,
    Field.POSTCODE,
    Field.IGNORE,
)


def map_phones(path: Path, *, columns: list[str] | None = None) -> Mapping:
    """What each column of a phone file holds, by its heading, or as corrected."""
    first = first_block(path)
    header = first.cells[0] if has_heading(first.cells[0]) else []
    fields = columns or guess_phone_columns(header or [""] * len(first.cells[0]))
    refusal = ""
    try:
        check_phone_columns(fields)
    except ImportRefusedError as problem:
        refusal = str(problem)
    return Mapping("phones", "", 1.0, bool(header), columns_of(header, first.cells[bool(header) : 51], fields), refusal)


@transaction.atomic
def preview_phones(path: Path, *, columns: list[str], constituency_id: int | None) -> Preview:
    """The first rows with whom each would be given to, or why to nobody; further down, what cannot be read."""
    check_phone_columns(columns)
    first = next(read_blocks(path, inspect_file(path)))
    reader, preview = PhoneReader(columns), Preview()
    texts: list[str] = []
    for trouble in first.troubles:
        preview.add(PreviewRow(trouble.line, trouble.reason, cells=shown([trouble.text])))
    past = int(bool(first.cells) and has_heading(first.cells[0]))
    for line, cells in zip(first.lines[past:], first.cells[past:], strict=True):
        found = reader.read(Block(lines=[line], cells=[list(cells)]))
        problem = " ".join(reject.reason for reject in found.rejects)
        numbers = ", ".join(text.split("\t")[5] for text in found.rows)
        preview.add(PreviewRow(line, problem, number=numbers, cells=shown(cells) if problem else []))
        if len(preview.rows) <= SHOWN_ROWS:
            texts += found.rows
    whose = whose_numbers(texts, constituency_id=constituency_id)
    cells_of = dict(zip(first.lines, first.cells, strict=True))
    for row in preview.rows:
        name, problem = whose.get(row.line, ("", ""))
        row.whose = name
        if problem:
            preview.problems += not row.problem
            row.problem, row.cells = f"{row.problem} {problem}".strip(), shown(cells_of[row.line])
    preview.rows.sort(key=lambda row: row.line)
    return preview
