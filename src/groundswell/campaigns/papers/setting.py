"""How high each block is at a size of letter, and where it goes: pure measuring, nothing is drawn."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from django.utils.translation import gettext as _

from groundswell.campaigns.papers.blocks import (
    LARGEST,
    LEADING,
    POINT,
    SMALLEST,
    STEP,
    Block,
    Drawing,
    Heading,
    Paper,
    Run,
    Table,
    Words,
)
from groundswell.campaigns.papers.fonts import Typeface, writable
from groundswell.campaigns.rules import CampaignRuleError


class TooLongError(CampaignRuleError):
    """It does not fit on one page; the message says what to shorten."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of runs that fit beside each other; `width` in millimetres."""

    runs: tuple[Run, ...]
    width: float


@dataclass(frozen=True)
class SetBlock:
    """A block at one size of letter: its lines, its height, and the space above it unless it begins a column."""

    block: Block
    size: float
    height: float
    above: float
    lines: tuple[Line, ...] = ()
    cells: tuple[tuple[tuple[Line, ...], ...], ...] = ()
    widths: tuple[float, ...] = ()
    column: int = field(default=0)
    y: float = field(default=0.0)


def fitted(face: Typeface, paper: Paper, width: float, height: float) -> list[SetBlock]:
    """Every block in its place, in the largest letters in which all fit, in columns of about the same height."""
    steps = round((LARGEST - SMALLEST) / STEP)
    for step in range(steps + 1):
        blocks = [_set(face, block, LARGEST - step * STEP, width) for block in paper.blocks]
        if _flowed(blocks, paper.columns, height) is not None:
            return _balanced(blocks, paper.columns, height)
    raise TooLongError(_too_long(blocks, paper.columns * height))


def _balanced(blocks: list[SetBlock], columns: int, height: float) -> list[SetBlock]:
    low, high = 0.0, height
    while high - low > 1:
        middle = (low + high) / 2
        low, high = (low, middle) if _flowed(blocks, columns, middle) is not None else (middle, high)
    placed = _flowed(blocks, columns, high)
    assert placed is not None  # `height` fits, and `high` only ever moved to what fits
    return placed


def _flowed(blocks: list[SetBlock], columns: int, height: float) -> list[SetBlock] | None:
    """The blocks one below the other, column after column; None if they do not all fit. A heading is never last."""
    placed: list[SetBlock] = []
    column, y = 0, 0.0
    for index, block in enumerate(blocks):
        above = block.above if y else 0.0
        needed = above + block.height
        following = index
        while following + 1 < len(blocks) and _stay_together(blocks[following].block, blocks[following + 1].block):
            following += 1
            needed += blocks[following].above + blocks[following].height
        if y + needed > height and y:
            column, y, above = column + 1, 0.0, 0.0
        if column >= columns or y + above + block.height > height:
            return None
        placed.append(replace(block, column=column, y=y + above))
        y += above + block.height
    return placed


def _stay_together(above: Block, below: Block) -> bool:
    return isinstance(above, Heading) or (isinstance(below, Words) and below.belongs)


def _too_long(blocks: list[SetBlock], room: float) -> str:
    total = sum(block.above + block.height for block in blocks)
    parts: dict[str, float] = {}
    title = ""
    for block in blocks:
        if isinstance(block.block, Heading):
            title = block.block.text
        parts[title] = parts.get(title, 0.0) + block.height
    longest = max(parts, key=lambda name: parts[name], default="")
    # Columns never fill to the last millimetre, and only words can be taken out, not the space between paragraphs.
    words = sum(block.height for block in blocks if isinstance(block.block, Words)) or total
    share = min(95, math.ceil((total - room * 0.93) / words * 20) * 5)
    said = _(
        "This does not fit on one A4 page in letters that can be read. Take out about %(share)s in a hundred words."
    )
    if not longest:
        return said % {"share": share}
    return (said + " " + _("The longest part is “%(part)s”: shorten it first.")) % {"share": share, "part": longest}


def _set(face: Typeface, block: Block, size: float, width: float) -> SetBlock:
    leading = size * POINT * LEADING
    if isinstance(block, Heading):
        lines = wrapped(face, (Run(block.text, "B"),), size * 1.18, width)
        return SetBlock(block, size * 1.18, len(lines) * leading * 1.18 + 0.4, leading * 0.75, lines)
    if isinstance(block, Words):
        lines = wrapped(face, block.runs, size, width - indent_of(block, size))
        above = leading * (0.22 if block.marker else 0.42)
        return SetBlock(block, size, len(lines) * leading, above, lines)
    if isinstance(block, Drawing):
        return SetBlock(block, size, width * block.ratio, leading * 0.5)
    return _set_table(face, block, size * 0.92, width)


def indent_of(block: Words, size: float) -> float:
    return (block.level + (1 if block.marker else 0)) * size * POINT * 1.25


def _set_table(face: Typeface, table: Table, size: float, width: float) -> SetBlock:
    gap = size * POINT * 0.7
    everything = (table.head, *table.rows)
    natural = [
        max(face.width(row[i], "B" if row is table.head else "", size) for row in everything) + gap
        for i in range(len(table.head))
    ]
    widths = list(natural)
    # The widest give way until all fit; what is then wider than its column is wrapped (but not for a rounding error).
    while sum(widths) > width + 0.01:
        widest = max(range(len(widths)), key=lambda i: widths[i])
        widths[widest] = max(widths[widest] - 0.5, 4.0)
    widths[0] += width - sum(widths)
    cells = tuple(
        tuple(
            wrapped(face, (Run(text, "B" if row is table.head else ""),), size, widths[i] - gap + 0.01)
            for i, text in enumerate(row)
        )
        for row in everything
    )
    leading = size * POINT * LEADING
    height = sum(max(len(cell) for cell in row) * leading + leading * 0.25 for row in cells)
    return SetBlock(table, size, height, leading * 0.5, cells=cells, widths=tuple(widths))


def wrapped(face: Typeface, runs: Sequence[Run], size: float, width: float) -> tuple[Line, ...]:
    """The runs in lines of at most `width`; a word that is longer by itself is broken. At least one line."""
    lines: list[Line] = []
    kept: list[Run] = []
    used = 0.0
    for word in _words(face, runs, size, width):
        is_break = word[-1].text == "\n"
        wide = sum(face.width(run.text.rstrip(" "), run.style, size) for run in word)
        if is_break or (kept and used + wide > width):
            lines.append(Line(_joined(kept), used))
            kept, used = [], 0.0
        if not is_break:
            kept += word
            used += sum(face.width(run.text, run.style, size) for run in word)
    return (*lines, Line(_joined(kept), used)) if kept or not lines else tuple(lines)


def _words(face: Typeface, runs: Sequence[Run], size: float, width: float) -> Iterator[list[Run]]:
    """What may not be parted: a word with the comma behind it, though one be bold and the other not. "\\n": new line."""
    word: list[Run] = []
    for run in runs:
        for piece in _PIECE.findall(writable(run.text)):
            if piece == "\n":
                yield from ([word] if word else [])
                yield [Run(piece)]
                word = []
                continue
            *whole, rest = _broken(face, Run(piece, run.style), size, width)
            for part in whole:
                yield [*word, part]
                word = []
            word.append(rest)
            if piece.endswith(" "):
                yield word
                word = []
    if word:
        yield word


_PIECE = re.compile(r"\n|[^ \n]+ *| +")


def _broken(face: Typeface, word: Run, size: float, width: float) -> list[Run]:
    """The word, or its parts where it is longer than a whole line."""
    parts: list[Run] = []
    text = word.text
    while face.width(text.rstrip(), word.style, size) > width:
        fits = (n for n in range(len(text) - 1, 1, -1) if face.width(text[:n], word.style, size) <= width)
        length = next(fits, 1)
        parts.append(Run(text[:length], word.style))
        text = text[length:]
    return [*parts, Run(text, word.style)]


def _joined(runs: list[Run]) -> tuple[Run, ...]:
    """Neighbours of one style as one run, so that whoever copies from the page copies whole lines."""
    joined: list[Run] = []
    for run in runs:
        if joined and joined[-1].style == run.style:
            joined[-1] = Run(joined[-1].text + run.text, run.style)
        else:
            joined.append(run)
    return tuple(joined)
