"""On which line of a file each elector number stands first, in bounded memory.

Numbers are dense: within a district they run from one to a few thousand. So lines are kept in pages of neighbouring
numbers, four bytes each, where a dictionary of a million numbers would need a hundred.
"""

from __future__ import annotations

from array import array

PAGE_BITS = 8
PAGE = 1 << PAGE_BITS
# Some 90 MB at most. A file whose numbers are strewn as widely as that has its last ones compared by the database.
MOST_PAGES = 65_536
_EMPTY = array("I", bytes(4 * PAGE))


class NumbersMet:
    """Which numbers a file has named. A change file may delete a number and give it to somebody else."""

    def __init__(self) -> None:
        self.is_full = False
        self._pages: dict[tuple[str, str, bool, int, int], array[int]] = {}

    def look(self) -> bool:
        """Whether all numbers of the next block will be kept; once not, never again. Asked once a block."""
        self.is_full = self.is_full or len(self._pages) >= MOST_PAGES
        return not self.is_full

    def line_of(self, line: int, prefix: str, number: str, suffix: str, *, gone: bool) -> int:
        """The earlier line with this very number; 0 if there is none, and then it is kept for `line`.

        0 as well, when full, for numbers that are not kept: all rows of such a number come after that. `number` has
        digits only; leading zeros make it another one.
        """
        value = int(number)
        key = (prefix, suffix, gone, len(number), value >> PAGE_BITS)
        page = self._pages.get(key)
        if page is None:
            if self.is_full:
                return 0
            page = self._pages[key] = _EMPTY[:]
        place = value & PAGE - 1
        first = page[place]
        if not first:
            page[place] = line
        return first
