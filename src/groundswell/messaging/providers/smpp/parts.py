"""A text as the network carries it, and back: alphabet, parts and their headers, addresses, validity. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from smpplib import consts

from groundswell.messaging.providers.contract import Outgoing
from groundswell.messaging.sms import Encoding, as_gsm, as_sent, from_gsm, parts_of, segments_of

# What a part says of itself: five bytes of header, "concatenated" in three, which message, of how many, the which.
_CONCATENATED: Final = b"\x05\x00\x03"
_UDHI: Final = consts.SMPP_GSMFEAT_UDHI
_UCS_2: Final = consts.SMPP_ENCODING_ISO10646
_LATIN_1: Final = consts.SMPP_ENCODING_ISO88591
# GSM 03.38, 8-bit user data for machines among them; any other coding is read as the default alphabet.
_BINARY: Final = frozenset({0x02, 0x04})
MOST_PARTS = 255


@dataclass(frozen=True, slots=True)
class Wire:
    """One part, as it goes into `short_message`."""

    codes: bytes
    data_coding: int
    esm_class: int


def as_wired(text: str, *, reference: int, alphabet: str = "gsm") -> list[Wire]:
    """The parts that a text goes in, each with its header if there are several.

    `reference` tells them from the parts of other texts on the same telephone. `alphabet` is what the gateway takes its
    default one for. Raises ValueError for no part at all, and for too many.
    """
    text = as_sent(text)
    encoding = segments_of(text).encoding
    if alphabet == "latin-1" and any(ord(letter) > 0xFF for letter in text):
        encoding = Encoding.UCS_2
    pieces = parts_of(text, encoding=encoding)
    if not 1 <= len(pieces) <= MOST_PARTS:
        raise ValueError(f"The text would go in {len(pieces)} parts; there must be 1 to {MOST_PARTS}.")
    coding = _UCS_2 if encoding is Encoding.UCS_2 else consts.SMPP_ENCODING_DEFAULT
    bodies = [_codes(piece, encoding, alphabet) for piece in pieces]
    if len(bodies) == 1:
        return [Wire(bodies[0], coding, consts.SMPP_MSGMODE_DEFAULT)]
    head = _CONCATENATED + bytes((reference % 256, len(bodies)))
    return [Wire(head + bytes((number,)) + body, coding, _UDHI) for number, body in enumerate(bodies, start=1)]


def _codes(text: str, encoding: Encoding, alphabet: str) -> bytes:
    if encoding is Encoding.UCS_2:
        # Not every text is whole characters; half of one must not stop the rest.
        return text.encode("utf-16-be", "surrogatepass")
    return text.encode("latin-1") if alphabet == "latin-1" else as_gsm(text)


@dataclass(frozen=True, slots=True)
class Piece:
    """What arrived: the text of one part, and which of how many it is (1 of 1: a whole)."""

    text: str
    number: int = 1
    total: int = 1
    reference: int = 0


def as_read(codes: bytes, *, data_coding: int, has_header: bool, alphabet: str = "gsm") -> Piece:
    """What a part says. Never raises: what makes no sense is read as best it can be, and nothing is left out."""
    number = total = 1
    reference = 0
    if has_header and codes and codes[0] < len(codes):
        head, codes = codes[1 : codes[0] + 1], codes[codes[0] + 1 :]
        reference, total, number = _place_in(head)
    return Piece(_text(codes, data_coding, alphabet), number, total, reference)


def _place_in(head: bytes) -> tuple[int, int, int]:
    """Reference, total and number from the header's elements: 0x00 with one byte of reference, 0x08 with two."""
    at = 0
    while at + 2 <= len(head):
        kind, size = head[at], head[at + 1]
        value = head[at + 2 : at + 2 + size]
        if (kind, len(value)) in ((0x00, 3), (0x08, 4)):
            reference, total, number = int.from_bytes(value[:-2], "big"), value[-2], value[-1]
            if 1 <= number <= total:
                return reference, total, number
        at += 2 + size
    return 0, 1, 1


def _text(codes: bytes, data_coding: int, alphabet: str) -> str:
    if data_coding == _UCS_2:
        return codes.decode("utf-16-be", "replace")
    if data_coding == _LATIN_1:
        return codes.decode("latin-1")
    if data_coding in _BINARY:
        return codes.hex(" ")
    return codes.decode("latin-1") if alphabet == "latin-1" else from_gsm(codes)


def address_fields(prefix: str, address: str) -> dict[str, int]:
    """Type and plan of a number: international for E.164, the network's own for short codes, letters for a name."""
    if address.startswith("+"):
        ton, npi = consts.SMPP_TON_INTL, consts.SMPP_NPI_ISDN
    elif address.isdigit():
        ton, npi = consts.SMPP_TON_NWSPEC, consts.SMPP_NPI_UNK
    else:
        ton, npi = consts.SMPP_TON_ALNUM, consts.SMPP_NPI_UNK
    return {f"{prefix}_addr_ton": ton, f"{prefix}_addr_npi": npi}


def as_address(given: bytes | str | None, ton: int | None) -> str:
    """An address of theirs as we write it: E.164 with its plus where it is international, or looks it."""
    text = (given.decode("latin-1") if isinstance(given, bytes) else given or "").replace("\0", "").strip()
    is_international = ton == consts.SMPP_TON_INTL or len(text) > 9
    return f"+{text}" if text.isdigit() and is_international and not text.startswith("0") else text


def validity(seconds: int) -> str:
    """So many seconds from now, as SMPP writes it: YYMMDDhhmmss000R (rule M9)."""
    minutes, second = divmod(seconds, 60)
    hours, minute = divmod(minutes, 60)
    days, hour = divmod(hours, 24)
    return f"0000{days:02}{hour:02}{minute:02}{second:02}000R"


def reference_in(outgoing: Outgoing) -> int:
    """Tells the parts of this text from those of the one before: the same however often it is tried."""
    return outgoing.delivery_id % 256
