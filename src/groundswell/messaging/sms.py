"""How a text travels: in which alphabet, and in how many parts. Pure; counted as the networks count and bill it.

GSM 03.38: 160 characters of the seven-bit alphabet, or 153 in each of several parts, whose headers take the rest; the
characters of the extension table take two. One character outside both, and the whole text goes as UCS-2: 70, or 67 in
each part, an emoji taking two or more. Neither pair is ever torn between two parts. Welsh â ê î ô û ŵ ŷ are outside:
they are kept, never written without their accents, and what they cost is shown.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

BASIC: Final = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
# Two each: an escape before them.
EXTENSION: Final = frozenset("\f^{}\\[~]|€")


class Encoding(StrEnum):
    """The alphabet that a text travels in."""

    GSM_7 = "GSM-7"
    UCS_2 = "UCS-2"


# In one text on its own, and in each part of a longer one.
ROOM: Final = {Encoding.GSM_7: (160, 153), Encoding.UCS_2: (70, 67)}


@dataclass(frozen=True, slots=True)
class Segments:
    """What a text costs: `count` parts are paid for. `characters` as the alphabet counts them (an extended one is two),
    `left` how many more fit before it costs another part. `outside`: each character that made it UCS-2, once, in order.
    """

    encoding: Encoding
    count: int
    characters: int
    left: int
    outside: tuple[str, ...] = ()


def as_sent(text: str) -> str:
    """The text as it leaves: lines end in one character, and a letter with its accent is one. Nothing else changes."""
    return unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))


def segments_of(text: str) -> Segments:
    """In what alphabet and how many parts `text` (as `as_sent` leaves it) travels. An empty one is no part at all."""
    text = as_sent(text)
    outside = tuple(dict.fromkeys(letter for letter in text if letter not in BASIC and letter not in EXTENSION))
    encoding = Encoding.UCS_2 if outside else Encoding.GSM_7
    alone, in_part = ROOM[encoding]
    widths = [_width(letter, encoding) for letter in text]
    characters = sum(widths)
    if characters <= alone:
        return Segments(encoding, 1 if text else 0, characters, alone - characters, outside)
    filled = [end - start for start, end in _parts(widths, in_part)]
    return Segments(encoding, len(filled), characters, in_part - filled[-1], outside)


def parts_of(text: str) -> list[str]:
    """The parts that `text` travels in, each as a handset gets it before it joins them."""
    text = as_sent(text)
    sized = segments_of(text)
    if sized.count <= 1:
        return [text] if text else []
    widths = [_width(letter, sized.encoding) for letter in text]
    parts, letters = [], iter(text)
    for size in (end - start for start, end in _parts(widths, ROOM[sized.encoding][1])):
        part, filled = "", 0
        while filled < size:
            letter = next(letters)
            part += letter
            filled += _width(letter, sized.encoding)
        parts.append(part)
    return parts


def _width(letter: str, encoding: Encoding) -> int:
    if encoding is Encoding.GSM_7:
        return 2 if letter in EXTENSION else 1
    return 2 if ord(letter) > 0xFFFF else 1


def _parts(widths: list[int], room: int) -> Iterator[tuple[int, int]]:
    """Where each part starts and ends, counted in the alphabet's characters: full but for a pair that would be torn."""
    start = end = 0
    for width in widths:
        if end + width - start > room:
            yield start, end
            start = end
        end += width
    yield start, end
