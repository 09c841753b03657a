"""What a paper is made of, and its measures."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from fpdf import FPDF

from groundswell.campaigns.papers.fonts import Style

# Millimetres, unless a name says otherwise.
WIDTH, HEIGHT = 210.0, 297.0
MARGIN = 14.0
GUTTER = 8.0
POINT = 25.4 / 72
LARGEST, SMALLEST, STEP = 11.0, 8.0, 0.25  # the body's size in points
LEADING = 1.36


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of text in one style."""

    text: str
    style: Style = ""


@dataclass(frozen=True, slots=True)
class Words:
    """A paragraph, or an item of a list with its `marker` ("•", "1."), so many levels in.

    `belongs`: a note on what stands above it, in the same column.
    """

    runs: tuple[Run, ...]
    marker: str = ""
    level: int = 0
    belongs: bool = False


@dataclass(frozen=True, slots=True)
class Heading:
    """The title of a part; stays with what follows it."""

    text: str


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under a head; the first column is words, the others are set to the right."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Drawing:
    """Something drawn: `draw(pdf, x, y, width, height)` in millimetres. `ratio` is height by width."""

    ratio: float
    draw: Callable[[FPDF, float, float, float, float], None]


Block: TypeAlias = Words | Heading | Table | Drawing


@dataclass(frozen=True)
class Paper:
    """One page. `figures` are numbers with what they count, large under the title: ("6,944", "majority")."""

    title: str
    imprint: str
    blocks: tuple[Block, ...]
    kicker: str = ""
    note: str = ""
    figures: tuple[tuple[str, str], ...] = ()
    columns: int = 2
