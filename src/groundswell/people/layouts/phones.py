"""Phone files: no supplier has a fixed form, so headers are known by the words in them."""

from __future__ import annotations

import re

from django.utils.translation import gettext as _

from groundswell.people.files.refusal import ImportRefusedError
from groundswell.people.layouts.layout import Field, header_key

_PHONE = re.compile(r"phone|mobile|landline|^tel|cell|^number\d*$")
_KNOWN: dict[str, Field] = {
    **dict.fromkeys(("electornumberprefix", "electornoprefix", "prefix", "pd", "pdcode", "district"), Field.PREFIX),
    **dict.fromkeys(("electornumbersuffix", "electornosuffix", "numbersuffix"), Field.SUFFIX),
    **dict.fromkeys(("eno", "rollno", "electoralnumber", "electoralrollnumber"), Field.NUMBER),
    **dict.fromkeys(("fullelectorno", "fullelectornumber", "elector", "electorid"), Field.FULL_NUMBER),
    **dict.fromkeys(("surname", "lastname", "familyname", "electorsurname"), Field.SURNAME),
    **dict.fromkeys(
        ("forename", "firstname", "firstnames", "givenname", "givennames", "electorforename"), Field.FORENAME
    ),
    **dict.fromkeys(("middlename", "middlenames"), Field.MIDDLE),
    **dict.fromkeys(("name", "fullname", "electorname"), Field.NAME),
    **dict.fromkeys(("postcode", "zip", "propertypostcode"), Field.POSTCODE),
}


def map_phone_header(header: list[str]) -> list[str]:
    """The field of each column. Raises ImportRefusedError unless there are numbers and somebody to give them to."""
    columns = guess_phone_columns(header)
    check_phone_columns(columns)
    return columns


def guess_phone_columns(header: list[str]) -> list[str]:
    """The field of each column as far as its heading tells."""
    keys = [header_key(cell) for cell in header]
    # Alone, "Elector Number" is the whole number; beside a prefix it is a part of one.
    parts = any(_KNOWN.get(key) == Field.PREFIX for key in keys)
    columns: list[str] = []
    for key in keys:
        field: str = _KNOWN.get(key, Field.IGNORE)
        if key in {"electornumber", "electorno"}:
            field = Field.NUMBER if parts else Field.FULL_NUMBER
        elif not field and _PHONE.search(key):
            field = Field.PHONE
        columns.append("" if field in columns and field != Field.PHONE else str(field))
    return columns


def has_heading(row: list[str]) -> bool:
    """Whether the first row of a phone file names its columns: it holds no telephone number."""
    return not any(sum(letter.isdigit() for letter in cell) >= 9 for cell in row)


def check_phone_columns(columns: list[str]) -> None:
    """Raises ImportRefusedError unless numbers, and an elector number or a name with a postcode, can be read."""
    present = set(columns)
    if Field.PHONE not in present:
        raise ImportRefusedError(
            _("No column holds telephone numbers. Name it “Phone”, “Mobile” or “Telephone” in the first line.")
        )
    by_number = Field.FULL_NUMBER in present or Field.NUMBER in present
    by_name = bool({Field.SURNAME, Field.NAME} & present) and Field.POSTCODE in present
    if not (by_number or by_name):
        raise ImportRefusedError(
            _("The file does not say whose the numbers are: it needs an elector number, or a name and a postcode.")
        )
