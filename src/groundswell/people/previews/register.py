"""The first rows of a register as the import itself would read them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from groundswell.people.entries import EntryReader
from groundswell.people.entry_batch import Batch
from groundswell.people.enums import Franchise
from groundswell.people.files.inspection import inspect_file
from groundswell.people.files.refusal import ImportRefusedError
from groundswell.people.files.rows import Block, read_blocks
from groundswell.people.layouts.layout import Field
from groundswell.people.layouts.recognition import LAYOUTS, OTHER, Recognition, guess_columns, recognise
from groundswell.people.previews.preview import Column, Preview, PreviewRow, columns_of, shown

FIRST_ROWS = 50
CHANGES = {"add": _lazy("new"), "amend": _lazy("changed"), "delete": _lazy("to be taken off")}


@dataclass(slots=True)
class Mapping:
    """What was recognised in a file, for the page on which it is corrected. `refusal`: why it cannot be imported so."""

    layout: str
    title: str
    confidence: float
    has_header: bool
    columns: list[Column]
    refusal: str = ""

    @property
    def percent(self) -> int:
        """How much of the header the layout knows."""
        return round(self.confidence * 100)


def map_register(
    path: Path, *, layout: str = "auto", columns: list[str] | None = None, has_header: bool = True
) -> Mapping:
    """The layout of a register, and what each column holds. A layout nobody knows is one to be named by hand."""
    first = first_block(path)
    head = first.cells[:FIRST_ROWS]
    refusal = ""
    try:
        found = recognise(head, name=layout, columns=columns, has_header=has_header)
    except ImportRefusedError as problem:
        refusal = str(problem)
        header = head[0] if has_header else []
        fields = columns or guess_columns(head[0])
        found = Recognition(LAYOUTS.get(layout, OTHER), 0.0, fields, has_header, header)
    rows = head[found.header_row + 1 :] if found.has_header else head
    return Mapping(
        found.layout.name,
        str(found.layout.title),
        found.confidence,
        found.has_header,
        columns_of(found.header, rows, found.columns),
        refusal,
    )


def preview_register(
    path: Path,
    *,
    layout: str,
    columns: list[str] | None,
    has_header: bool,
    nation: str,
    today: dt.date,
) -> Preview:
    """The first rows, each as it would be taken or with what is wrong with it. Raises ImportRefusedError."""
    first = first_block(path)
    found = recognise(first.cells[:FIRST_ROWS], name=layout, columns=columns, has_header=has_header)
    past = found.header_row + 1 if found.has_header else 0
    reader = EntryReader(found, nation=nation, today=today)
    preview, homes, lines_of = Preview(), dict[int, str](), dict[str, int]()
    for trouble in first.troubles:
        preview.add(PreviewRow(trouble.line, trouble.reason, cells=shown([trouble.text])))
    for line, cells in zip(first.lines[past:], first.cells[past:], strict=True):
        batch = reader.read(Block(lines=[line], cells=[list(cells)]))
        row = _row(batch, line, homes, changes=reader.changes)
        if row is None:
            continue
        if row.number and (before := lines_of.setdefault(row.number, line)) != line and not reader.changes:
            row.problem = _("Elector number %(number)s stands on line %(line)d already.") % {
                "number": row.number,
                "line": before,
            }
            row.cells = shown(cells)
        preview.add(row)
    preview.rows.sort(key=lambda row: row.line)
    return preview


def first_block(path: Path) -> Block:
    """The first megabyte of a file in rows. Raises ImportRefusedError if there is none in it."""
    first = next(read_blocks(path, inspect_file(path)))
    if not first.cells:
        raise ImportRefusedError(
            first.troubles[0].reason if first.troubles else _("The file holds no rows."),
        )
    return first


def _row(batch: Batch, line: int, homes: dict[int, str], *, changes: bool) -> PreviewRow | None:
    """What one row became; None for a line of totals."""
    for home in batch.homes:
        number, postcode, _key, address, *_rest = home.rstrip("\n").split("\t")
        homes[int(number)] = ", ".join(part for part in (_plain(address).replace("\\n", ", "), postcode) if part)
    if batch.rejects:
        reject = batch.rejects[0]
        return PreviewRow(line, reject.reason, cells=shown(reject.cells))
    if batch.ignored:
        return PreviewRow(line, note=_("Made and deleted in the same month: nothing to do."))
    if not batch.rows:
        return None
    cells = [_plain(cell) for cell in batch.rows[0].rstrip("\n").split("\t")]
    change, prefix, number, suffix, title, given, family = cells[1:8]
    tail = "" if suffix == "0" else f"/{suffix}"
    whose = " ".join(part for part in (title, given, family) if part)
    return PreviewRow(
        line,
        note=", ".join(_notes(cells, change if changes else "")),
        whose=whose or _("Anonymous entry: never matched, never rung"),
        number=f"{prefix}{number}{tail}",
        address=homes.get(int(cells[9]), ""),
    )


def _notes(cells: list[str], change: str) -> list[str]:
    franchise, attainment, opted_out = cells[12], cells[13], cells[15] == "t"
    notes = [str(CHANGES[change])] if change in CHANGES else []
    if franchise != Franchise.FULL:
        notes.append(str(Franchise(franchise).label))
    if attainment:
        day = date_format(dt.date.fromisoformat(attainment))
        notes.append(_("attains voting age on %(day)s") % {"day": day})
    if opted_out:
        notes.append(_("opted out of the open register"))
    return notes


def _plain(text: str) -> str:
    """A cell of COPY's text format as it will stand in the database; line ends stay escaped."""
    return text.replace("\\\\", "\\")


def field_choices() -> list[tuple[str, str]]:
    """What a register's column can hold, the usual first."""
    return [(str(field.value), str(field.label)) for field in Field if field != Field.PHONE]
