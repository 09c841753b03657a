"""Single cells: dates as councils write them, numbers of electors, spreadsheet formulas."""

from __future__ import annotations

import datetime as dt
import re

# A cell that a spreadsheet would run instead of show.
FORMULA_START = ("=", "+", "-", "@", "\t", "\r", "\n")
# Leading blanks do not hide a formula from a spreadsheet, and the full-width signs are signs to some.
FORMULA_MARKS = frozenset("=+-@＝＋－＠")
_PLAIN_NUMBER = re.compile(r"[+-]?[0-9][0-9 .,]*")
_FORMATS = ("%d/%m/%Y", "%Y-%m-%d", "%d-%m-%Y", "%d.%m.%Y", "%d %b %Y", "%d-%b-%Y", "%d %B %Y", "%d/%m/%y", "%d-%b-%y")
_ELECTOR_NUMBER = re.compile(r"([0-9]{1,12})(?:([/.])([0-9A-Za-z]{1,8}))?")


def neutralise(cell: str) -> str:
    """`cell` so that no spreadsheet runs it: an apostrophe before what would be a formula. Phone numbers stay."""
    if (cell.startswith(FORMULA_START) or cell.lstrip()[:1] in FORMULA_MARKS) and not _PLAIN_NUMBER.fullmatch(cell):
        return "'" + cell
    return cell


def is_formula(cell: str) -> bool:
    """Whether a cell that should be a name or an address begins as a formula does."""
    return cell.startswith(("=", "@")) or (cell[:1] in "+-" and len(cell) > 1 and ("(" in cell or "|" in cell))


def parse_date(cell: str) -> dt.date | None:
    """A date as councils write it, day first; None if it is not one. A time after it is left out."""
    text = cell.strip()
    day = text.split(" ")[0] if ":" in text else text
    for format_ in _FORMATS:
        try:
            return dt.datetime.strptime(day, format_).date()  # noqa: DTZ007 - a day, not a moment
        except ValueError:
            continue
    return None


def parse_number(cell: str, *, decimal: bool = False) -> tuple[str, str] | None:
    """Number and suffix of an elector: `124`, `0124/1`, and with `decimal` `3.5`; None if it is neither.

    Leading zeros are kept. A fraction of zeros is suffix 0 in any column, for spreadsheets write 124 as 124.0.
    """
    match = _ELECTOR_NUMBER.fullmatch(cell.strip())
    if match is None:
        return None
    number, separator, suffix = match.groups()
    if separator is None:
        return number, "0"
    if separator == ".":
        suffix = suffix.rstrip("0") or "0"
        if suffix != "0" and not decimal:
            return None
    return number, suffix


def split_full_number(cell: str) -> tuple[str, str, str] | None:
    """Prefix, number and suffix of `KD-2/2-289/1`: the prefix may itself hold - and /."""
    prefix, dash, rest = cell.strip().rpartition("-")
    parsed = parse_number(rest)
    if not dash or parsed is None:
        return None
    return prefix, *parsed
