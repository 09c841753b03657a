"""Reading somebody's CSV: whatever encoding and separator it came in, with a plain word where it is none."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

# More postcodes than any country has fit into this.
LARGEST_FILE = 300 * 1024 * 1024
_SEPARATORS = ",;\t"


class ImportRefusedError(ValueError):
    """The file as a whole cannot be imported, and nothing was changed. The message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Line:
    """One row of a file: its line number as an editor counts, and its cells by column."""

    number: int
    cells: dict[str, str]


def read(content: bytes, required: tuple[str, ...], known: tuple[str, ...]) -> Iterator[Line]:
    """The rows of a CSV file with a header. Raises ImportRefusedError before the first row if it is not one of ours."""
    text = _decode(content)
    first = text.split("\n", 1)[0]
    separator = max(_SEPARATORS, key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    try:
        header = [_column(cell) for cell in next(reader, [])]
    except csv.Error as error:
        raise ImportRefusedError(_("This is not a CSV file: its first line cannot be read.")) from error
    missing = [column for column in required if column not in header]
    if missing:
        raise ImportRefusedError(
            _("The file needs the columns %(required)s; it lacks %(missing)s. Columns we understand: %(known)s.")
            % {"required": ", ".join(required), "missing": ", ".join(missing), "known": ", ".join(known)}
        )
    return _rows(reader, header)


def _rows(reader: Iterator[list[str]], header: list[str]) -> Iterator[Line]:
    while True:
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise ImportRefusedError(
                _("Line %(line)s cannot be read as CSV (is a quotation mark left open?). Nothing was changed.")
                % {"line": reader.line_num}  # type: ignore[attr-defined]
            ) from error
        if not any(cell.strip() for cell in row):
            continue
        # Cells beyond the header have no name; they are kept so that the row can be refused, not shifted.
        cells = dict(zip(header, (cell.strip() for cell in row), strict=False))
        if len(row) > len(header) and any(cell.strip() for cell in row[len(header) :]):
            cells["*"] = " ".join(row[len(header) :]).strip()
        yield Line(reader.line_num, cells)  # type: ignore[attr-defined]


def _decode(content: bytes) -> str:
    if not content.strip():
        raise ImportRefusedError(_("The file is empty."))
    if len(content) > LARGEST_FILE:
        raise ImportRefusedError(_("The file is larger than 300 MB. Please split it."))
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        encoding = "utf-16"
    elif b"\x00" in content:
        raise ImportRefusedError(_("This is not a text file. Please save the sheet as CSV and try again."))
    else:
        encoding = "utf-8-sig"
    try:
        return content.decode(encoding)
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")


def _column(cell: str) -> str:
    return "_".join(cell.strip().lower().replace("-", " ").split())


def neutralised(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return "'" + cell if cell.startswith(("=", "+", "-", "@", "\t", "\r")) else cell
