"""Whole numbers as they come from outside: ids in addresses and forms, counts in files."""

from __future__ import annotations

LARGEST = 2**63 - 1
_DIGITS = len(str(LARGEST))


def read_whole_number(text: str | None) -> int | None:
    """The number that the text is; None for anything but plain digits, and for more than the database counts."""
    if not text or len(text) > _DIGITS or not (text.isascii() and text.isdigit()):
        return None
    number = int(text)
    return number if number <= LARGEST else None
