"""Newcomers' rows as COPY text straight for their tables, where a seat has no register and no household yet.

Nobody in such a file can be anyone known, so nobody need be staged and compared, as long as two things hold that only a
database can be sure of: every number stands once, and every address is one household. The reader sees to the first; for
the second it keeps a few bits of each address's hash. Whoever lives at an address that *may* stand further up is staged
like everyone else, and the database looks.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import chain

# 16 MB: of a million homes' addresses, three in a thousand are held for met though they were not.
ADDRESS_BITS = 27
# Stands for the area's id, which only the importing process knows. Rows that hold a NUL are rejected.
AREA = b"\0"
_AREA_COLUMN = "\0\t"
# COPY's word for nothing. Cells are parted at it like at a blank, so no column can hold it.
NULL = "\x1f"

HOUSEHOLD_COLUMNS = "area_id, id, postcode, address_key, address_lines, uprn, constituency_id, batch_id"
PERSON_COLUMNS = "id, household_id, title, given_names, family_name, name_key, source_id, batch_id"
ELECTOR_COLUMNS = (
    "area_id, person_id, prefix, number, suffix, markers, franchise, attainment_date, anonymous, "
    "opted_out_of_open_register, register_id, register_date, batch_id"
)


@dataclass(frozen=True, slots=True)
class Belongings:
    """What all newcomers of one file have in common, and the ids that are reserved for them."""

    constituency: int
    register: int
    source: int
    batch: int
    register_date: dt.date
    people: list[range]
    households: list[range]


@dataclass(slots=True)
class Arrivals:
    """The newcomers of one block, as COPY text. `placed`: households and electors by the number of their spot."""

    people: bytes = b""
    placed: list[tuple[int, bytes, bytes]] = field(default_factory=list)
    count: int = 0
    households: int = 0


class Newcomers:
    """Writes newcomers' lines block by block; the caller has checked what stands in them."""

    def __init__(self, belongings: Belongings) -> None:
        given = belongings
        self._household_tail = f"\t{given.constituency}\t{given.batch}\n"
        self._person_tail = f"\t{given.source}\t{given.batch}\n"
        self._elector_tail = f"\t{given.register}\t{given.register_date.isoformat()}\t{given.batch}\n"
        self._person_ids: Iterator[int] = chain.from_iterable(given.people)
        self._household_ids: Iterator[int] = chain.from_iterable(given.households)
        # How many rows may still take ids, were each a household of its own.
        self._left = min(sum(map(len, given.people)), sum(map(len, given.households)))
        self._met = bytearray(1 << ADDRESS_BITS - 3)
        self._people: list[str] = []
        self._spot = -1
        self._households: list[str] = []
        self._electors: list[str] = []
        self._placed: list[tuple[int, list[str], list[str]]] = []

    def have_ids(self, rows: int) -> bool:
        """Whether ids are left for a block of so many rows, which takes them."""
        self._left -= rows
        return self._left >= 0

    def household_at(self, home: str) -> int:
        """An id for the household at an address that stands nowhere further up; 0 if it may stand there.

        `home`: postcode, folded address, address lines and property number, parted by tabs.
        """
        address = home.rsplit("\t", 2)[0]
        number = hash(address) & (1 << ADDRESS_BITS) - 1
        place, bit = number >> 3, 1 << (number & 7)
        if self._met[place] & bit:
            return 0
        self._met[place] |= bit
        return next(self._household_ids)

    def household(self, household: int, home: str) -> str:
        """The line of a household."""
        return f"{household}\t{home}{self._household_tail}"

    def entry(self, household: int, named: str, entered: str) -> str:
        """The lines of a person and of the elector she is, one after the other. `household` 0: of no household."""
        person = next(self._person_ids)
        return f"{person}\t{household or NULL}\t{named}{self._person_tail}{person}\t{entered}{self._elector_tail}"

    def add(self, spot: int, household: str | None, entry: str) -> None:
        """One accepted entry: what `entry` made, and the household's line if it is new."""
        if spot != self._spot:
            self._spot, self._households, self._electors = spot, [], []
            self._placed.append((spot, self._households, self._electors))
        if household is not None:
            self._households.append(household)
        cut = entry.index("\n") + 1
        self._people.append(entry[:cut])
        self._electors.append(entry[cut:])

    def arrivals(self) -> Arrivals:
        """Those added since the last time."""
        placed = self._placed
        block = Arrivals(
            people="".join(self._people).encode(),
            placed=[(spot, _placed_text(homes), _placed_text(electors)) for spot, homes, electors in placed],
            count=len(self._people),
            households=sum(len(homes) for _spot, homes, _electors in placed),
        )
        self._people, self._placed, self._spot = [], [], -1
        return block


def _placed_text(lines: list[str]) -> bytes:
    """Lines, each with a place for its area's id before it."""
    return (_AREA_COLUMN + _AREA_COLUMN.join(lines)).encode() if lines else b""
