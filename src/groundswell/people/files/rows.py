"""The rows of a delimited file, in blocks and in bounded memory, whatever the file holds.

Python's csv module alone would let one quotation mark that is never closed swallow the rest of a register, and one
line of 50 MB fill the memory. So lines are cut first, and each row is read from as few of them as it needs.
"""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from django.utils.translation import gettext as _

from groundswell.people.files.inspection import BLOCK, Inspection

# A row of the widest layout has under 2,000 characters.
MAX_LINE = 20_000
# A quoted address may hold line breaks, but not many.
MAX_LINES_IN_ROW = 8
SHOWN_OF_LONG_LINE = 200


@dataclass(slots=True)
class Trouble:
    """A row that could not even be parted into columns, and why."""

    line: int
    text: str
    reason: str


@dataclass(slots=True)
class Block:
    """Rows read together: `cells[i]` begins on line `lines[i]`. Blank lines are left out. `position` is in bytes."""

    position: int = 0
    lines: list[int] = field(default_factory=list)
    cells: list[list[str]] = field(default_factory=list)
    troubles: list[Trouble] = field(default_factory=list)


def read_blocks(path: Path, inspection: Inspection) -> Iterator[Block]:
    """Every row of the file, header included, about a megabyte at a time."""
    waiting: list[str] = []
    for first_line, lines, block, final in _line_blocks(path, inspection):
        start = first_line - len(waiting)
        waiting = _part(waiting + lines, start, inspection.delimiter, block, final=final)
        yield block


def parse_line(line: str, delimiter: str) -> list[str]:
    """One line by the rules of CSV; a quotation mark left open ends with the line."""
    return next(csv.reader([line], delimiter=delimiter), [])


def _line_blocks(path: Path, inspection: Inspection) -> Iterator[tuple[int, list[str], Block, bool]]:
    """Whole lines, decoded. A line beyond MAX_LINE is reported by its beginning and left blank."""
    decoder = io.IncrementalNewlineDecoder(
        codecs.getincrementaldecoder(inspection.encoding)(errors="replace"), translate=True
    )
    rest, next_line, block, skipping = "", 1, Block(), False
    with path.open("rb") as file:
        final = False
        while not final:
            raw = file.read(BLOCK)
            final = not raw
            text = decoder.decode(raw, final=final)
            if block.position == 0:
                text = text.removeprefix("\ufeff")
            block = Block(position=block.position + len(raw))
            lines = (rest + text).split("\n")
            rest = "" if final else lines.pop()
            if skipping and lines:
                lines[0], skipping = "", False
            if len(text) > MAX_LINE:
                _blank_long(lines, next_line, block)
            if len(rest) > MAX_LINE or skipping:
                if not skipping:
                    block.troubles.append(_too_long(next_line + len(lines), rest))
                rest, skipping = "", True
            yield next_line, lines, block, final
            next_line += len(lines)


def _blank_long(lines: list[str], first_line: int, block: Block) -> None:
    if max(map(len, lines), default=0) <= MAX_LINE:
        return
    for index, line in enumerate(lines):
        if len(line) > MAX_LINE:
            block.troubles.append(_too_long(first_line + index, line))
            lines[index] = ""


def _too_long(line: int, text: str) -> Trouble:
    reason = _("The line is longer than %(count)d characters, which no entry is.") % {"count": MAX_LINE}
    return Trouble(line, text[:SHOWN_OF_LONG_LINE], reason)


def _part(lines: list[str], first_line: int, delimiter: str, block: Block, *, final: bool) -> list[str]:
    """Rows from lines, into `block`. Returns the last lines if a quotation in them may close in the next block."""
    if not any('"' in line for line in lines):
        for number, line in enumerate(lines, first_line):
            if line and not line.isspace():
                block.lines.append(number)
                block.cells.append(line.split(delimiter))
        return []
    if all(line.count('"') % 2 == 0 for line in lines):
        rows = list(csv.reader(lines, delimiter=delimiter))
        if len(rows) == len(lines):
            for number, row in enumerate(rows, first_line):
                if row and any(row):
                    block.lines.append(number)
                    block.cells.append(row)
            return []
    return _part_one_by_one(lines, first_line, delimiter, block, final=final)


def _part_one_by_one(lines: list[str], first_line: int, delimiter: str, block: Block, *, final: bool) -> list[str]:
    index = 0
    while index < len(lines):
        line, taken = lines[index], 1
        if line.count('"') % 2:
            closing = _closing_line(lines, index)
            if closing is None and not final and len(lines) - index < MAX_LINES_IN_ROW:
                return lines[index:]
            if closing is None:
                reason = _("A quotation mark is opened and never closed.")
                block.troubles.append(Trouble(first_line + index, line[:MAX_LINE], reason))
                index += 1
                continue
            line, taken = "\n".join(lines[index : closing + 1]), closing + 1 - index
        if line and not line.isspace():
            row = next(csv.reader(io.StringIO(line, newline=""), delimiter=delimiter), [])
            if any(row):
                block.lines.append(first_line + index)
                block.cells.append(row)
        index += taken
    return []


def _closing_line(lines: list[str], opening: int) -> int | None:
    """Which line closes the quotation that `opening` leaves open."""
    for index in range(opening + 1, min(opening + MAX_LINES_IN_ROW, len(lines))):
        if lines[index].count('"') % 2:
            return index
    return None
