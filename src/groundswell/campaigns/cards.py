"""Cards for social networks, drawn here: 1200 by 630 pixels, with the imprint in the image itself (rule I2).

A link in the post is not enough where the picture can carry the words; so no card is drawn without an imprint.
"""

from __future__ import annotations

import hashlib
import io
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

import fontpkg_noto_sans
from django.utils.translation import gettext as _
from PIL import Image, ImageDraw, ImageFont

from groundswell.accounts.models import Organisation

WIDTH, HEIGHT = 1200, 630  # what X, Facebook, WhatsApp and Bluesky show whole
FONT_FILE = Path(fontpkg_noto_sans.ROOT) / "files" / "NotoSans[wdth,wght].ttf"
MARGIN = 64
STRIP_LEAST = 76  # the imprint's strip at the foot grows with it
PANEL = 370  # the big number's, at the right

# The tokens of css/tokens.css; every pair of ink and ground that is used has a contrast of 7:1 or more (a test measures).
GROUND = (59, 19, 50)
PANEL_GROUND = (77, 18, 62)
INK = (255, 255, 255)
SOFT_INK = (240, 222, 235)
BRIGHT = (242, 197, 127)
STRIP_GROUND = (250, 246, 241)
STRIP_INK = (59, 19, 50)

Font = ImageFont.FreeTypeFont
Colour = tuple[int, int, int]
REGULAR, BOLD, BLACK = 400, 700, 800


class NoImprintError(ValueError):
    """Nothing is published without saying who publishes it; the message says what to do."""


@dataclass(frozen=True)
class Card:
    """What a card says. `number` with `number_label` stands big at the right: "297", "calls"."""

    title: str
    imprint: str
    kicker: str = ""
    lines: tuple[str, ...] = ()
    number: str = ""
    number_label: str = ""

    @property
    def digest(self) -> str:
        """A name by its content: another for each other picture."""
        return hashlib.sha256(repr(self).encode()).hexdigest()[:32]


def imprint_of(organisation: Organisation | None) -> str:
    """The imprint in one line: as entered, or who promotes it and where, from name and postal address (rule I1).

    Raises NoImprintError where neither is known.
    """
    if organisation is not None and organisation.imprint.strip():
        return " ".join(organisation.imprint.split())
    if organisation is not None and organisation.contact_address.strip():
        address = ", ".join(
            line.strip().rstrip(",") for line in organisation.contact_address.splitlines() if line.strip()
        )
        return _("Promoted by %(name)s, %(address)s") % {"name": organisation.name, "address": address}
    raise NoImprintError(_("Enter the imprint on the organisation’s page first: no picture is published without one."))


def draw_card(card: Card) -> bytes:
    """The card as a PNG. Long words are shrunk, then broken; what the font cannot write is left out.

    Raises NoImprintError for a card without an imprint.
    """
    if not card.imprint.strip():
        raise NoImprintError(_("A card needs an imprint."))
    image = Image.new("RGB", (WIDTH, HEIGHT), GROUND)
    draw = ImageDraw.Draw(image)
    strip = _imprint_strip(draw, _writable(card.imprint))
    if number := _writable(card.number):
        draw.rectangle((WIDTH - PANEL, 0, WIDTH, strip), fill=PANEL_GROUND)
        _number(draw, number, _writable(card.number_label), bottom=strip)
    else:
        _wave(image, bottom=strip)
    right = WIDTH - PANEL - MARGIN // 2 if number else WIDTH - MARGIN
    _words(draw, card, width=right - MARGIN, bottom=strip)
    file = io.BytesIO()
    image.save(file, "PNG", optimize=True)
    return file.getvalue()


@lru_cache(maxsize=64)
def font(size: int, weight: int) -> Font:
    """Noto Sans of this size in pixels and weight."""
    found = ImageFont.truetype(str(FONT_FILE), size)
    # In the order in which the file has its axes, which its name does not tell.
    values = {b"Weight": weight, b"Width": 100}
    found.set_variation_by_axes(
        [values.get(axis["name"] or b"", axis["default"] or 0) for axis in found.get_variation_axes()]
    )
    return found


@cache
def _has_glyph(character: str) -> bool:
    probe = font(32, REGULAR)
    return character.isspace() or bytes(probe.getmask(character)) != bytes(probe.getmask("\uffff"))


def _writable(text: str) -> str:
    """`text` in single spaces without what the font has no letter for, so that no empty boxes are published."""
    return " ".join("".join(character for character in text if _has_glyph(character)).split())


def wrapped(text: str, face: Font, width: int) -> list[str]:
    """`text` in lines of at most `width` pixels; a word that is longer by itself is broken."""
    lines: list[str] = []
    for word in text.split():
        joined = f"{lines[-1]} {word}" if lines else word
        if lines and face.getlength(joined) <= width:
            lines[-1] = joined
            continue
        while face.getlength(word) > width:
            length = max(1, next(n for n in range(len(word), 0, -1) if n == 1 or face.getlength(word[:n]) <= width))
            lines.append(word[:length])
            word = word[length:]
        if word:
            lines.append(word)
    return lines


def fitted(text: str, *, sizes: range, weight: int, width: int, height: int) -> tuple[Font, list[str]]:
    """The largest of `sizes` (falling) at which the whole text fits without a broken word, or else with broken ones.

    What fits at none is cut at the smallest and ends in an ellipsis, so that nobody takes it for the whole.
    """
    for may_break in (False, True):
        for size in sizes:
            face = font(size, weight)
            if not may_break and any(face.getlength(word) > width for word in text.split()):
                continue
            lines = wrapped(text, face, width)
            if len(lines) * _line_height(face) <= height:
                return face, lines
    face = font(sizes[-1], weight)
    lines = wrapped(text, face, width)[: max(1, height // _line_height(face))]
    while lines[-1] and face.getlength(f"{lines[-1]}…") > width:
        lines[-1] = lines[-1][:-1]
    return face, [*lines[:-1], f"{lines[-1].rstrip()}…"]


def _line_height(face: Font) -> int:
    return round(face.size * 1.22)


def _imprint_strip(draw: ImageDraw.ImageDraw, imprint: str) -> int:
    """Draws the strip at the foot; returns its upper edge. The imprint is never cut: it shrinks, and the strip grows."""
    width = WIDTH - 2 * MARGIN
    face, lines = fitted(imprint, sizes=range(26, 21, -1), weight=REGULAR, width=width, height=2 * 32)
    if " ".join(lines) != imprint:
        face = font(18, REGULAR)
        lines = wrapped(imprint, face, width)
    height = max(STRIP_LEAST, len(lines) * _line_height(face) + 32)
    top = HEIGHT - height
    draw.rectangle((0, top, WIDTH, HEIGHT), fill=STRIP_GROUND)
    _lines(draw, lines, face, STRIP_INK, x=MARGIN, y=top + (height - len(lines) * _line_height(face)) // 2)
    return top


def _words(draw: ImageDraw.ImageDraw, card: Card, *, width: int, bottom: int) -> None:
    """Kicker, title and lines, in the middle of the height; the title takes the room that the others leave."""
    room = bottom - 2 * MARGIN
    blocks: list[tuple[Font, list[str], Colour, int]] = []
    if kicker := _writable(card.kicker):
        blocks.append((*fitted(kicker, sizes=range(36, 25, -2), weight=BOLD, width=width, height=48), BRIGHT, 12))
    below: list[tuple[Font, list[str], Colour, int]] = [
        (*fitted(line, sizes=range(40, 29, -2), weight=REGULAR, width=width, height=100), SOFT_INK, 6)
        for line in map(_writable, card.lines)
        if line
    ]
    # The title is never crowded out: what does not fit below it is left away.
    while below and _height([*blocks, *below]) > room - 120:
        below.pop()
    height = max(room - _height([*blocks, *below]) - 16, 60)
    title = fitted(_writable(card.title), sizes=range(112, 39, -4), weight=BLACK, width=width, height=height)
    blocks += [(*title, INK, 16), *below]
    y = max((bottom - _height(blocks)) // 2, 24)
    for face, lines, ink, gap in blocks:
        y = _lines(draw, lines, face, ink, x=MARGIN, y=y) + gap


def _height(blocks: list[tuple[Font, list[str], Colour, int]]) -> int:
    return sum(len(lines) * _line_height(face) + gap for face, lines, _ink, gap in blocks)


def _lines(draw: ImageDraw.ImageDraw, lines: list[str], face: Font, ink: Colour, *, x: int, y: int) -> int:
    for line in lines:
        draw.text((x, y), line, font=face, fill=ink)
        y += _line_height(face)
    return y


def _number(draw: ImageDraw.ImageDraw, number: str, label: str, *, bottom: int) -> None:
    width = PANEL - 48
    middle = WIDTH - PANEL // 2
    face, [number, *_rest] = fitted(number, sizes=range(210, 59, -6), weight=BLACK, width=width, height=260)
    small, lines = fitted(label, sizes=range(44, 27, -2), weight=BOLD, width=width, height=110)
    height = face.size + len(lines) * _line_height(small)
    y = (bottom - height) / 2 + face.size * 0.42
    draw.text((middle, y), number, font=face, fill=BRIGHT, anchor="mm")
    y += face.size * 0.55
    for line in lines:
        draw.text((middle, y), line, font=small, fill=INK, anchor="ma")
        y += _line_height(small)


def _wave(image: Image.Image, *, bottom: int) -> None:
    """A groundswell at the right, quiet enough to be written over."""
    scale = 2
    layer = Image.new("RGB", (WIDTH * scale, bottom * scale), GROUND)
    draw = ImageDraw.Draw(layer)
    x, y = WIDTH - 40, bottom + 40
    for radius in (440, 340, 240, 140):
        box = [(x - radius) * scale, (y - radius) * scale, (x + radius) * scale, (y + radius) * scale]
        draw.ellipse(box, outline=PANEL_GROUND, width=36 * scale)
    image.paste(layer.resize((WIDTH, bottom), Image.Resampling.LANCZOS), (0, 0))
