"""What a register entry means, by law and custom. Pure: no database, no clock."""

from __future__ import annotations

import datetime as dt
import re

from groundswell.config.numbers import read_whole_number
from groundswell.people.enums import Franchise

# Where the date of attainment is the 16th birthday (rule R5); elsewhere it is the 18th.
VOTE_AT_16 = frozenset({"Scotland", "Wales"})
YOUNGEST = 16
# A full register this much smaller than the one before is more likely cut off than right.
SHRUNK = 0.8
# A file of which more than this share cannot be read is the wrong file or wrongly mapped.
MOSTLY_REJECTED = 0.5
FEW_ROWS = 20

_MARKERS: dict[str, Franchise] = {
    "F": Franchise.OVERSEAS,
    "G": Franchise.EU,
    "B": Franchise.EU_RETAINED,
    "L": Franchise.PEER,
    "M": Franchise.FOREIGN,
}
_ANONYMOUS = re.compile(r"\b(other electors?|anonymous( elector| entry)?)\b", re.IGNORECASE)
_NO = frozenset({"", "n", "no", "0", "f", "false", "in", "-"})


def franchise_of(*markers: str) -> Franchise:
    """The franchise that the first known letter of the markers means; all elections without one.

    Councils write one letter, several, or a word that begins with none of ours ("Absent voter"): only groups of
    capitals of up to three letters count.
    """
    for marker in markers:
        for group in re.findall(r"\b[A-Z]{1,3}\b", marker.upper() if len(marker.strip()) <= 3 else marker):
            for letter in group:
                if letter in _MARKERS:
                    return _MARKERS[letter]
    return Franchise.FULL


def is_under_16(attainment: dt.date, *, nation: str, on: dt.date) -> bool:
    """Whether somebody who attains voting age on that date is under 16 on the day `on` (rule R6)."""
    if nation in VOTE_AT_16:
        return attainment > on
    # The 18th birthday; 29 February comes to 1 March in the years between, which errs to the safe side.
    try:
        sixteenth = attainment.replace(year=attainment.year - 2)
    except ValueError:
        sixteenth = attainment.replace(year=attainment.year - 2, month=3, day=1)
    return sixteenth > on


def is_anonymous(name: str, address: str) -> bool:
    """Whether an entry is one of the register's "Other electors": no name, or that phrase instead (rule R7)."""
    if name:
        return bool(_ANONYMOUS.search(name))
    return not address or bool(_ANONYMOUS.search(address))


def is_opted_out(cell: str) -> bool:
    """What an `Opt Out` column says; whatever is not plainly a no counts as a yes."""
    return cell.strip().lower() not in _NO


def split_name(name: str) -> tuple[str, str]:
    """Surname and forenames of one column that puts the surname first.

    A comma parts them; else leading words in capitals before others are the surname; else it is the first word.
    """
    if "," in name:
        surname, _, forenames = name.partition(",")
        return surname.strip(), forenames.strip()
    words = name.split()
    capitals = 0
    while capitals < len(words) and words[capitals].isupper() and len(words[capitals]) > 1:
        capitals += 1
    if not 0 < capitals < len(words):
        capitals = 1
    return " ".join(words[:capitals]), " ".join(words[capitals:])


def change_of(created: str, deleted: str) -> str:
    """What a monthly change file says of an entry: `add`, `amend`, `delete` or `ignore` (rule R9).

    Each is a month number, over 0 where it happened. Delete wins; created in the month it is deleted means that there
    is nothing to do. Neither means amend, whether or not the file names a month of change.
    """
    month_created, month_deleted = _month(created), _month(deleted)
    if month_deleted and month_created == month_deleted:
        return "ignore"
    if month_deleted:
        return "delete"
    if month_created:
        return "add"
    return "amend"


def _month(cell: str) -> int:
    digits = cell.strip().split(".")[0]
    return read_whole_number(digits) or 0


def has_shrunk(rows: int, before: int) -> bool:
    """Whether a full register of `rows` entries is suspiciously small beside the `before` entries held now."""
    return before >= FEW_ROWS and rows < before * SHRUNK


def is_mostly_rejected(rejected: int, rows: int) -> bool:
    """Whether so many of a file's rows cannot be read that it is the wrong file."""
    return rows >= FEW_ROWS and rejected > rows * MOSTLY_REJECTED
