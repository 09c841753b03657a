"""Great Britain's postcodes to their constituency of 2024, from packaged data, in the process, without a query.

A look-up never guesses: an answer is `Found`, or `Unknown` with the reason. The data is 1.7 million postcodes in two
flat arrays (about 8 MB), read once, when first asked for. For somebody's own look-up see `queries.find_area`.
"""

from __future__ import annotations

import gzip
import json
import re
from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum
from functools import cache
from pathlib import Path

from django.utils.translation import gettext as _

from groundswell.places.enums import PARLIAMENT_2024

DATA = Path(__file__).parent / "data" / "postcodes-2024.gz"

# The last two letters of a postcode never hold C, I, K, M, O or V.
UNIT_LETTERS = "ABDEFGHJLNPQRSTUWXYZ"
_SHAPE = re.compile(r"([A-Z]{1,2}[0-9][A-Z0-9]?)([0-9])([A-Z]{2})")
_SEPARATORS = re.compile(r"[\s.\-]+")
_CROWN_DEPENDENCIES = frozenset({"JE", "GY", "IM"})
_LONGEST = 40


class Reason(Enum):
    """Why a postcode has no constituency here."""

    MALFORMED = "malformed"
    NORTHERN_IRELAND = "northern_ireland"
    CROWN_DEPENDENCY = "crown_dependency"
    NOT_LISTED = "not_listed"
    NO_AREA = "no_area"

    @property
    def sentence(self) -> str:
        """What to tell the person who typed it."""
        return {
            Reason.MALFORMED: _("That does not look like a UK postcode. It should look like E17 4AA."),
            Reason.NORTHERN_IRELAND: _(
                "Northern Ireland's postcodes are not in the open data we carry, so we cannot tell the constituency."
            ),
            Reason.CROWN_DEPENDENCY: _("Jersey, Guernsey and the Isle of Man elect nobody to the UK Parliament."),
            Reason.NOT_LISTED: _(
                "We do not know that postcode. Is it typed as it should be? Very new ones are not known yet."
            ),
            Reason.NO_AREA: _("That postcode is known, but not which constituency it lies in."),
        }[self]


@dataclass(frozen=True, slots=True)
class Found:
    """The postcode, written properly, and the code of its area in `boundary_set`."""

    postcode: str
    area_code: str
    boundary_set: str = PARLIAMENT_2024


@dataclass(frozen=True, slots=True)
class Unknown:
    """No answer, and why. `postcode` is as written properly, or as given where it is malformed."""

    postcode: str
    reason: Reason


Answer = Found | Unknown


@dataclass(frozen=True, slots=True)
class _Table:
    """Sector ("E174") to its slice of `units` (sorted within a sector) and of `seats` (indexes into `codes`)."""

    codes: list[str]
    slices: dict[str, tuple[int, int]]
    units: array[int]
    seats: array[int]


def compact(text: str) -> str:
    """Capitals without spaces, dots or hyphens: "e17 4aa" and "E17-4AA" are one postcode. Of any country."""
    return _SEPARATORS.sub("", text).upper()


def parse(text: str) -> tuple[str, str] | None:
    """Outward and inward part ("E17", "4AA") of a postcode of UK shape, however it was spaced; None if it is none."""
    if len(text) > _LONGEST:
        return None
    match = _SHAPE.fullmatch(compact(text))
    return (match[1], match[2] + match[3]) if match else None


def look_up(text: str) -> Answer:
    """The constituency of a postcode, or the reason why there is no answer. Some microseconds once loaded."""
    parts = parse(text)
    if parts is None:
        return Unknown(text[:_LONGEST], Reason.MALFORMED)
    outward, inward = parts
    postcode = f"{outward} {inward}"
    district = outward[:2]
    if district == "BT":
        return Unknown(postcode, Reason.NORTHERN_IRELAND)
    if district in _CROWN_DEPENDENCIES:
        return Unknown(postcode, Reason.CROWN_DEPENDENCY)
    seat = _seat(outward + inward[0], inward[1:])
    if seat is None:
        return Unknown(postcode, Reason.NOT_LISTED)
    if not seat:
        return Unknown(postcode, Reason.NO_AREA)
    return Found(postcode, seat)


def postcodes_of(area_code: str) -> Iterator[str]:
    """Every postcode of a constituency of 2024, in order. Reads the whole table: some 50 ms."""
    table = _table()
    if area_code not in table.codes:
        return
    wanted = table.codes.index(area_code)
    for sector, (start, end) in table.slices.items():
        for position in range(start, end):
            if table.seats[position] == wanted:
                yield f"{sector[:-1]} {sector[-1]}{_letters(table.units[position])}"


def _seat(sector: str, unit: str) -> str | None:
    table = _table()
    found = table.slices.get(sector)
    if found is None or unit[0] not in UNIT_LETTERS or unit[1] not in UNIT_LETTERS:
        return None
    start, end = found
    number = unit_number(unit)
    position = bisect_left(table.units, number, start, end)
    if position == end or table.units[position] != number:
        return None
    return table.codes[table.seats[position]]


def unit_number(unit: str) -> int:
    """The two last letters as a number from 0 to 399, in alphabetical order."""
    return UNIT_LETTERS.index(unit[0]) * len(UNIT_LETTERS) + UNIT_LETTERS.index(unit[1])


def _letters(number: int) -> str:
    first, second = divmod(number, len(UNIT_LETTERS))
    return UNIT_LETTERS[first] + UNIT_LETTERS[second]


@cache
def _table() -> _Table:
    """Reads the packaged file: a line of JSON, then 16-bit little-endian units, then seats (see `packing`)."""
    with gzip.open(DATA) as file:
        head = json.loads(file.readline())
        body = file.read()
    total = sum(head["counts"])
    units, seats = array("H"), array("H")
    units.frombytes(body[: 2 * total])
    seats.frombytes(body[2 * total :])
    if array("H", [1]).tobytes() != b"\x01\x00":
        units.byteswap()
        seats.byteswap()
    return _Table(head["codes"], dict(_slices(head["sectors"], head["counts"])), units, seats)


def _slices(sectors: Iterable[str], counts: Iterable[int]) -> Iterator[tuple[str, tuple[int, int]]]:
    start = 0
    for sector, count in zip(sectors, counts, strict=True):
        yield sector, (start, start + count)
        start += count
