"""From the cells of a phone file to numbers with somebody to give them to, or the reason why not."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from groundswell.people import rules
from groundswell.people.addresses import (
    AddressError,
    address_hash,
    fold,
    is_home_number,
    name_key,
    normalise_phone,
    normalise_postcode,
)
from groundswell.people.entry_batch import Reject
from groundswell.people.enums import ContactKind
from groundswell.people.files.cells import parse_number, split_full_number
from groundswell.people.files.rows import Block
from groundswell.people.layouts.layout import Field

MOST_NUMBERS = 10


@dataclass(slots=True)
class PhoneBatch:
    """What one block of a phone file became."""

    rows: list[str] = field(default_factory=list)
    rejects: list[Reject] = field(default_factory=list)
    seen: int = 0


class PhoneReader:
    """Reads the rows of one phone file."""

    def __init__(self, columns: list[str]) -> None:
        self.width = len(columns)
        self.phones = [i for i, column in enumerate(columns) if column == Field.PHONE]
        self._at = {column: i for i, column in enumerate(columns) if column and column != Field.PHONE}

    def read(self, block: Block) -> PhoneBatch:
        """The numbers of one block of rows; a row may give several, and lose some of them with a reason."""
        batch = PhoneBatch(seen=len(block.troubles))
        batch.rejects += [Reject(trouble.line, [trouble.text], trouble.reason) for trouble in block.troubles]
        for line, cells in zip(block.lines, block.cells, strict=True):
            batch.seen += 1
            row = cells + [""] * (self.width - len(cells))
            problem = self._problem(row)
            if problem:
                batch.rejects.append(Reject(line, cells, problem))
                continue
            whose = self._whose(row)
            found, problems = self._numbers(row)
            for position, number in enumerate(found):
                digest = address_hash(ContactKind.PHONE, number).hex()
                batch.rows.append(f"{line}\t{whose}\t{number}\t\\\\x{digest}\t{position}\n")
            if problems:
                batch.rejects.append(Reject(line, cells, " ".join(problems)))
        return batch

    def _cell(self, row: list[str], column: Field) -> str:
        place = self._at.get(column, -1)
        return " ".join(row[place].split()) if 0 <= place < len(row) else ""

    def _problem(self, row: list[str]) -> str:
        if any("\0" in cell for cell in row):
            return _("The row holds a NUL character.")
        if not self._number_key(row) and not (self._name_key(row)[0] and self._postcode(row)):
            return _("The row does not say whose the number is: no elector number, and no name with a postcode.")
        return ""

    def _whose(self, row: list[str]) -> str:
        """Elector number, folded name, folded family name and postcode, as COPY text."""
        key, family = self._name_key(row)
        return f"{self._number_key(row)}\t{key}\t{family}\t{self._postcode(row)}".replace("\\", "\\\\")

    def _number_key(self, row: list[str]) -> str:
        """Prefix, number and suffix run together as registers print them, however the file writes them."""
        whole = self._cell(row, Field.FULL_NUMBER)
        if whole:
            parts = split_full_number(whole)
            if parts is None:
                return whole.removesuffix("/0")
            prefix, number, suffix = parts
        else:
            prefix = self._cell(row, Field.PREFIX)
            parsed = parse_number(self._cell(row, Field.NUMBER), decimal=True)
            if parsed is None:
                return ""
            number, suffix = parsed
            suffix = self._cell(row, Field.SUFFIX) or suffix
        return f"{prefix}{number}" + (f"/{suffix}" if suffix not in {"", "0"} else "")

    def _name_key(self, row: list[str]) -> tuple[str, str]:
        if name := self._cell(row, Field.NAME):
            # Phone files write names as people say them, unlike registers: the last word is the family's.
            family, given = rules.split_name(name) if "," in name else (name.split()[-1], " ".join(name.split()[:-1]))
        else:
            family = self._cell(row, Field.SURNAME)
            given = f"{self._cell(row, Field.FORENAME)} {self._cell(row, Field.MIDDLE)}".strip()
        return name_key(given, family)[:300], fold(family)[:150] if family else ""

    def _postcode(self, row: list[str]) -> str:
        return normalise_postcode(self._cell(row, Field.POSTCODE)) or ""

    def _numbers(self, row: list[str]) -> tuple[list[str], list[str]]:
        """The usable numbers of a row in their order, each once, and what is wrong with the others."""
        found: list[str] = []
        problems: list[str] = []
        for place in self.phones[:MOST_NUMBERS]:
            cell = row[place].strip()
            if not cell:
                continue
            try:
                number = normalise_phone(cell)
            except AddressError as problem:
                problems.append(str(problem))
                continue
            if not is_home_number(number):
                problems.append(_("“%(number)s” is a number abroad.") % {"number": cell[:40]})
            elif number not in found:
                found.append(number)
        if not found and not problems:
            problems.append(_("The row has no number."))
        return found, problems
