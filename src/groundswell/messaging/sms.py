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

# In the alphabet's own order: what stands at place n is sent as n. Place 27 is the escape, which is no letter.
ALPHABET: Final = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
ESCAPE: Final = 0x1B
BASIC: Final = frozenset(ALPHABET) - {chr(ESCAPE)}
# Two each: an escape before them.
ESCAPED: Final = {
    "\f": 0x0A,
    "^": 0x14,
    "{": 0x28,
    "}": 0x29,
    "\\": 0x2F,
    "[": 0x3C,
    "~": 0x3D,
    "]": 0x3E,
    "|": 0x40,
    "€": 0x65,
}
EXTENSION: Final = frozenset(ESCAPED)
_KNOWN: Final = EXTENSION.union(BASIC)


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
    outside = () if _KNOWN.issuperset(text) else tuple(dict.fromkeys(letter for letter in text if letter not in _KNOWN))
    encoding = Encoding.UCS_2 if outside else Encoding.GSM_7
    alone, in_part = ROOM[encoding]
    # Each text that leaves is counted: not letter by letter, where it fits into one.
    characters = (
        len(text) + sum(map(text.count, EXTENSION))
        if not outside
        else len(text.encode("utf-16-le", "surrogatepass")) // 2
    )
    if characters <= alone:
        return Segments(encoding, 1 if text else 0, characters, alone - characters, outside)
    widths = [_width(letter, encoding) for letter in text]
    filled = [end - start for start, end in _parts(widths, in_part)]
    return Segments(encoding, len(filled), characters, in_part - filled[-1], outside)


def parts_of(text: str, *, encoding: Encoding | None = None) -> list[str]:
    """The parts that `text` travels in, each as a handset gets it before it joins them; in an alphabet that is given, or
    the one that it needs.
    """
    text = as_sent(text)
    encoding = encoding or segments_of(text).encoding
    alone, in_part = ROOM[encoding]
    widths = [_width(letter, encoding) for letter in text]
    if sum(widths) <= alone:
        return [text] if text else []
    parts, letters = [], iter(text)
    for size in (end - start for start, end in _parts(widths, in_part)):
        part, filled = "", 0
        while filled < size:
            letter = next(letters)
            part += letter
            filled += _width(letter, encoding)
        parts.append(part)
    return parts


def as_gsm(text: str) -> bytes:
    """Text in GSM 03.38, a character a byte (two from the extension table). Raises UnicodeError for what is outside."""
    codes = bytearray()
    for place, letter in enumerate(text):
        if letter in ESCAPED:
            codes += bytes((ESCAPE, ESCAPED[letter]))
        elif letter in BASIC:
            codes.append(ALPHABET.index(letter))
        else:
            raise UnicodeEncodeError("gsm-7", text, place, place + 1, "outside GSM 03.38")
    return bytes(codes)


def from_gsm(codes: bytes) -> str:
    """What GSM 03.38 says, a character a byte. What no table knows is a replacement character: nothing is left out."""
    text, is_escaped = "", False
    for code in codes:
        if is_escaped:
            # An extension that a telephone does not know reads as the basic letter (GSM 03.38, 6.2.1.1).
            text += _UNESCAPED.get(code) or (ALPHABET[code] if code < 128 else "\ufffd")
            is_escaped = False
        elif code == ESCAPE:
            is_escaped = True
        else:
            text += ALPHABET[code] if code < 128 else "\ufffd"
    return text


_UNESCAPED: Final = {code: letter for letter, code in ESCAPED.items()}


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
