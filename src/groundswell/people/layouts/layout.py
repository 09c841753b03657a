"""What a layout of a register file is: which header names which field, declared and not programmed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from django.db.models import TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Field(TextChoices):
    """What a column can hold. The mapping page offers exactly these."""

    PREFIX = "prefix", _("polling district (number prefix)")
    NUMBER = "number", _("elector number")
    SUFFIX = "suffix", _("number suffix")
    FULL_NUMBER = "full_number", _("whole elector number (PREFIX-NUMBER/SUFFIX)")
    ROLL_NUMBER = "roll_number", _("roll number with a decimal suffix (3.5)")
    TITLE = "title", _("title")
    SURNAME = "surname", _("surname")
    FORENAME = "forename", _("first names")
    MIDDLE = "middle", _("middle names")
    NAME = "name", _("whole name, surname first")
    MARKERS = "markers", _("markers")
    FRANCHISE = "franchise", _("franchise marker")
    ATTAINMENT = "attainment", _("date of attainment")
    POSTCODE = "postcode", _("postcode")
    ADDRESS = "address", _("address line")
    HOUSE_NUMBER = "house_number", _("house number")
    HOUSE_NAME = "house_name", _("house or flat name")
    STREET = "street", _("street")
    WARD = "ward", _("ward")
    OPT_OUT = "opt_out", _("opted out of the open register")
    UPRN = "uprn", _("unique property reference number")
    CREATED = "created", _("month created (changes)")
    CHANGED = "changed", _("month changed (changes)")
    DELETED = "deleted", _("month deleted (changes)")
    RECORD_TOTAL = "record_total", _("number of records in the file")
    PHONE = "phone", _("telephone number")
    IGNORE = "", _("not used")


NUMBER_FIELDS = frozenset({Field.NUMBER, Field.FULL_NUMBER, Field.ROLL_NUMBER})
NAME_FIELDS = frozenset({Field.SURNAME, Field.NAME})
ADDRESS_FIELDS = frozenset({Field.ADDRESS, Field.STREET, Field.HOUSE_NUMBER, Field.HOUSE_NAME})

_NOT_IN_HEADERS = re.compile(r"[^a-z0-9]+")


def header_key(text: str) -> str:
    """A header without case, spaces and punctuation: `Elector No. Prefix` and `ElectorNoPrefix` are one."""
    return _NOT_IN_HEADERS.sub("", text.lower())


@dataclass(frozen=True)
class Layout:
    """One supplier's file.

    `columns` names each known header's field; `positions` takes their place where a file has no header. `changes`
    marks a file that holds what changed instead of everybody.
    """

    name: str
    title: str | Promise
    columns: Mapping[str, Field]
    essential: frozenset[str] = frozenset()
    positions: tuple[Field, ...] = ()
    changes: bool = False

    @cached_property
    def by_key(self) -> dict[str, Field]:
        return {header_key(name): field for name, field in self.columns.items()}

    def map_header(self, header: list[str]) -> list[str]:
        """The field of each column; empty for columns the layout does not know or use."""
        return [str(self.by_key.get(header_key(cell), Field.IGNORE)) for cell in header]

    def confidence(self, header: list[str]) -> float:
        """0 to 1: how much of the header this layout knows, and nothing without its essential columns."""
        keys = {header_key(cell) for cell in header if cell.strip()}
        if not keys or not {header_key(name) for name in self.essential} <= keys:
            return 0.0
        known = len(keys & self.by_key.keys())
        return known / max(len(keys), 1)


def numbered(name: str, last: int, field: Field = Field.ADDRESS) -> dict[str, Field]:
    """`Address1` to `Address6`, and so on."""
    return {f"{name}{number}": field for number in range(1, last + 1)}
