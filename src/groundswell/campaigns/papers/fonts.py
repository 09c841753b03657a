"""The letters of papers: Noto Sans in the three styles a page needs, cut from the variable fonts once in a process."""

from __future__ import annotations

import atexit
import tempfile
import unicodedata
from functools import cache
from pathlib import Path
from typing import Literal, TypeAlias

import fontpkg_noto_sans
from fontTools import subset
from fontTools.ttLib import TTFont
from fontTools.varLib import instancer
from fpdf import FPDF

Style: TypeAlias = Literal["", "B", "I"]

FAMILY = "Noto"
FILES = Path(fontpkg_noto_sans.ROOT) / "files"
UPRIGHT, SLANTED = "NotoSans[wdth,wght].ttf", "NotoSans-Italic[wdth,wght].ttf"
SOURCES: dict[Style, tuple[str, int]] = {"": (UPRIGHT, 400), "B": (UPRIGHT, 700), "I": (SLANTED, 400)}
# Latin with every accent, Greek, Cyrillic, punctuation, currencies, arrows, mathematics, shapes: the whole font would
# take two seconds a style to cut, these take half of one.
RANGES = (
    *((0x20, 0x17F), (0x180, 0x24F), (0x2B0, 0x36F), (0x370, 0x3FF), (0x400, 0x52F), (0x1E00, 0x1EFF)),
    *((0x2000, 0x206F), (0x20A0, 0x20C0), (0x2100, 0x214F), (0x2190, 0x21FF), (0x2200, 0x22FF), (0x25A0, 0x25FF)),
)
UNIT = 1000.0  # words are measured once at this size, in points, and scaled


def add_fonts(pdf: FPDF) -> None:
    """Make the three styles of `FAMILY` known to a page."""
    for style, path in _cut_fonts().items():
        pdf.add_font(FAMILY, style, path)


def writable(text: str) -> str:
    """`text` composed, without what the font has no letter for: no empty boxes are printed. Keeps line breaks."""
    composed = unicodedata.normalize("NFC", text)
    known = _letters()
    return "".join(character for character in composed if character == "\n" or ord(character) in known)


class Typeface:
    """Widths of words, each measured once."""

    def __init__(self, pdf: FPDF) -> None:
        self._pdf = pdf
        self._widths: dict[tuple[str, Style], float] = {}

    def width(self, text: str, style: Style, size: float) -> float:
        """How wide the text is in millimetres at this size in points."""
        key = (text, style)
        if key not in self._widths:
            self._pdf.set_font(FAMILY, style, UNIT)
            self._widths[key] = self._pdf.get_string_width(text)
        return self._widths[key] * size / UNIT


@cache
def _letters() -> frozenset[int]:
    """What the upright font can write."""
    with TTFont(_cut_fonts()[""]) as font:
        return frozenset(font.getBestCmap())


@cache
def _cut_fonts() -> dict[Style, Path]:
    """The three styles as files of this process, removed when it ends."""
    folder = tempfile.TemporaryDirectory(prefix="groundswell-fonts-")
    atexit.register(folder.cleanup)
    return {style: _cut(Path(folder.name), source, weight) for style, (source, weight) in SOURCES.items()}


def _cut(folder: Path, source: str, weight: int) -> Path:
    with TTFont(FILES / source, lazy=True) as font:
        options = subset.Options(layout_features=[], hinting=False, notdef_outline=True)
        cutter = subset.Subsetter(options)
        cutter.populate(unicodes=[code for first, last in RANGES for code in range(first, last + 1)])
        cutter.subset(font)
        instancer.instantiateVariableFont(font, {"wght": weight, "wdth": 100}, inplace=True)
        path = folder / f"{Path(source).stem.partition('[')[0]}-{weight}.ttf"
        font.save(path)
    return path
