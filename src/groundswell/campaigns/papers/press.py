"""Puts what has been set on the page."""

from __future__ import annotations

from typing import TypeAlias

from fpdf import FPDF

from groundswell.campaigns.papers.blocks import (
    HEIGHT,
    LEADING,
    MARGIN,
    POINT,
    WIDTH,
    Drawing,
    Heading,
    Paper,
    Run,
    Table,
    Words,
)
from groundswell.campaigns.papers.fonts import FAMILY, Style, Typeface, writable
from groundswell.campaigns.papers.setting import Line, SetBlock, indent_of, wrapped

Colour: TypeAlias = tuple[int, int, int]
INK: Colour = (37, 26, 34)
SOFT_INK: Colour = (85, 72, 81)
ACCENT: Colour = (107, 33, 89)
RULE: Colour = (196, 182, 190)
GROUND: Colour = (248, 240, 246)
IMPRINT_SIZE = 7.0


class Press:
    """The page being drawn, and its letters."""

    def __init__(self, pdf: FPDF) -> None:
        self.pdf = pdf
        self.face = Typeface(pdf)

    def text(self, x: float, baseline: float, text: str, *, size: float, style: Style = "", ink: Colour = INK) -> None:
        self.pdf.set_font(FAMILY, style, size)
        self.pdf.set_text_color(*ink)
        self.pdf.text(x, baseline, text)

    def line(self, x: float, baseline: float, line: Line, *, size: float, ink: Colour = INK) -> None:
        for run in line.runs:
            self.text(x, baseline, run.text, size=size, style=run.style, ink=ink)
            x += self.face.width(run.text, run.style, size)

    def rule(self, y: float, *, x: float = MARGIN, width: float = WIDTH - 2 * MARGIN, ink: Colour = RULE) -> None:
        self.pdf.set_draw_color(*ink)
        self.pdf.set_line_width(0.2)
        self.pdf.line(x, y, x + width, y)


def draw_head(press: Press, paper: Paper) -> float:
    """Kicker, title and figures; returns where the columns begin."""
    y = MARGIN
    if kicker := writable(paper.kicker):
        y += 9 * POINT
        press.text(MARGIN, y, kicker, size=9, style="B", ink=ACCENT)
        y += 1.2
    size, lines = _title(press.face, writable(paper.title))
    for line in lines:
        y += size * POINT * 1.12
        press.line(MARGIN, y, line, size=size)
    y += size * POINT * 0.34
    if paper.figures:
        y = _draw_figures(press, paper.figures, y + 1.5)
    press.rule(y + 2, ink=ACCENT)
    return y + 6.5


def _title(face: Typeface, title: str) -> tuple[float, tuple[Line, ...]]:
    for size in (24.0, 21.0, 18.0, 16.0, 14.0):
        lines = wrapped(face, (Run(title, "B"),), size, WIDTH - 2 * MARGIN)
        if len(lines) == 1:
            break
    return size, lines


def _draw_figures(press: Press, figures: tuple[tuple[str, str], ...], y: float) -> float:
    width = (WIDTH - 2 * MARGIN - 4 * (len(figures) - 1)) / len(figures)
    height = 16.0
    for index, (number, label) in enumerate(figures):
        x = MARGIN + index * (width + 4)
        press.pdf.set_fill_color(*GROUND)
        press.pdf.rect(x, y, width, height, style="F")
        number, label = writable(number), writable(label)
        size = next((s for s in (16, 14, 12, 10, 9) if press.face.width(number, "B", s) <= width - 6), 8)
        press.text(x + 3, y + 7.8, number, size=size, style="B", ink=ACCENT)
        small = next((s for s in (8.5, 8, 7.5, 7) if press.face.width(label, "", s) <= width - 6), 6.5)
        press.text(x + 3, y + 12.6, label, size=small, ink=SOFT_INK)
    return y + height


def draw_foot(press: Press, paper: Paper) -> float:
    """The note and the imprint at the foot; returns where the columns end. The imprint is never cut."""
    leading = IMPRINT_SIZE * POINT * 1.35
    lines = wrapped(press.face, (Run(paper.imprint),), IMPRINT_SIZE, WIDTH - 2 * MARGIN)
    if note := writable(paper.note):
        lines = (*wrapped(press.face, (Run(note),), IMPRINT_SIZE, WIDTH - 2 * MARGIN), *lines)
    top = HEIGHT - MARGIN + 3 - len(lines) * leading
    press.rule(top - 1)
    for number, line in enumerate(lines, 1):
        press.line(MARGIN, top + number * leading - leading * 0.25, line, size=IMPRINT_SIZE, ink=SOFT_INK)
    return top - 4


def draw_block(press: Press, placed: SetBlock, *, x: float, y: float, width: float) -> None:
    block = placed.block
    leading = placed.size * POINT * LEADING
    if isinstance(block, Drawing):
        block.draw(press.pdf, x, y, width, placed.height)
        return
    if isinstance(block, Table):
        _draw_table(press, placed, x=x, y=y, width=width)
        return
    left = x
    if isinstance(block, Words):
        left += indent_of(block, placed.size)
        if block.marker:
            wide = press.face.width(f"{block.marker} ", "", placed.size)
            press.text(left - wide, y + leading * 0.76, block.marker, size=placed.size, ink=ACCENT)
    ink = ACCENT if isinstance(block, Heading) else INK
    for number, line in enumerate(placed.lines):
        press.line(left, y + (number + 0.76) * leading, line, size=placed.size, ink=ink)


def _draw_table(press: Press, placed: SetBlock, *, x: float, y: float, width: float) -> None:
    leading = placed.size * POINT * LEADING
    for row in placed.cells:
        left = x
        for number, (cell, wide) in enumerate(zip(row, placed.widths, strict=True)):
            for index, line in enumerate(cell):
                shift = 0.0 if number == 0 else wide - line.width
                press.line(left + shift, y + (index + 0.8) * leading, line, size=placed.size)
            left += wide
        y += max(len(cell) for cell in row) * leading + leading * 0.25
        press.rule(y - leading * 0.08, x=x, width=width)
