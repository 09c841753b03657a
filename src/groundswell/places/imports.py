"""The four kinds of CSV that places can be brought in by: their columns, and what makes a row acceptable.

Pure: no database. What the rows do to the tables is in `sql/import_*.sql`.
"""

from __future__ import annotations

import zoneinfo
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from groundswell.config.numbers import read_whole_number
from groundswell.places.enums import AreaKind
from groundswell.places.postcodes import compact

SQL = Path(__file__).parent / "sql"
_LARGEST_COUNT = 100_000_000
Cells = dict[str, str]


class RowError(Exception):
    """One row cannot be imported; the message is what its author should read."""


@dataclass(frozen=True, slots=True)
class Layout:
    """One kind of file. `staging` are the columns of the temporary table, in the order in which `parse` answers.

    Rows that share `group` stand and fall together: half the candidates of an election would be a wrong result.
    """

    name: str
    title: Any
    required: tuple[str, ...]
    optional: tuple[str, ...]
    staging: str
    parse: Callable[[Cells], tuple[Any, ...]]
    group: tuple[str, ...] = ()

    @property
    def columns(self) -> tuple[str, ...]:
        """Every column the file may have."""
        return self.required + self.optional

    def statements(self) -> list[str]:
        """The SQL of this kind: checks that fill `import_reject`, then the change, which answers (created, updated)."""
        return (SQL / f"import_{self.name}.sql").read_text(encoding="utf-8").split("-- --------\n")


def _text(cells: Cells, column: str, longest: int, default: str = "") -> str:
    value = cells.get(column, "") or default
    if len(value) > longest:
        raise RowError(_("%(column)s is longer than %(longest)s letters.") % {"column": column, "longest": longest})
    if any(ord(letter) < 32 for letter in value):
        raise RowError(_("%(column)s holds control characters.") % {"column": column})
    return value


def _needed(cells: Cells, column: str, longest: int) -> str:
    value = _text(cells, column, longest)
    if not value:
        raise RowError(_("%(column)s is empty.") % {"column": column})
    return value


def _count(cells: Cells, column: str, *, needed: bool = False) -> int | None:
    text = cells.get(column, "").replace(",", "").replace(" ", "")
    if not text and not needed:
        return None
    count = read_whole_number(text)
    if count is None or count > _LARGEST_COUNT:
        raise RowError(_("%(column)s is not a whole number.") % {"column": column})
    return count


def _degrees(cells: Cells, column: str, limit: int) -> float | None:
    text = cells.get(column, "")
    if not text:
        return None
    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    if not -limit <= value <= limit:
        raise RowError(
            _("%(column)s must be degrees between -%(limit)s and %(limit)s.") % {"column": column, "limit": limit}
        )
    return value


def _day(cells: Cells, column: str) -> date | None:
    text = cells.get(column, "")
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise RowError(_("%(column)s must be a date like 2026-05-07.") % {"column": column}) from error


def _truth(cells: Cells, column: str) -> bool:
    return cells.get(column, "").lower() in {"yes", "y", "true", "t", "1"}


def _area(cells: Cells) -> tuple[Any, ...]:
    kind = cells.get("kind", "").lower().replace(" ", "_") or None
    if kind is not None and kind not in AreaKind.values:
        raise RowError(_("kind must be one of %(kinds)s.") % {"kinds": ", ".join(AreaKind.values)})
    zone = cells.get("time_zone", "")
    if zone and zone not in zoneinfo.available_timezones():
        raise RowError(_("time_zone must be a name like Europe/London."))
    latitude, longitude = _degrees(cells, "latitude", 90), _degrees(cells, "longitude", 180)
    if (latitude is None) != (longitude is None):
        raise RowError(_("latitude and longitude come together or not at all."))
    code, parent = _needed(cells, "code", 60), _text(cells, "parent_code", 60)
    if code == parent:
        raise RowError(_("An area cannot be its own parent."))
    return (
        *(code, _needed(cells, "name", 200), kind, parent, _text(cells, "parent_set", 60)),
        *(_text(cells, "nation", 100), _text(cells, "region", 100), latitude, longitude, zone or None),
    )


def _holder(cells: Cells) -> tuple[Any, ...]:
    email = _text(cells, "email", 254)
    if email:
        try:
            validate_email(email)
        except ValidationError as error:
            raise RowError(_("email is not an email address.")) from error
    starts_on, ends_on = _day(cells, "starts_on"), _day(cells, "ends_on")
    if starts_on and ends_on and ends_on < starts_on:
        raise RowError(_("ends_on lies before starts_on."))
    name = _text(cells, "name", 200)
    if ends_on and not name:
        raise RowError(_("name is empty. (A row without a name says that the office is vacant now.)"))
    return (
        *(_needed(cells, "area_code", 60), _text(cells, "office", 60, "MP"), name),
        *(_text(cells, "party", 200), email, starts_on, ends_on),
    )


def _postcode(cells: Cells) -> tuple[Any, ...]:
    postcode = compact(_needed(cells, "postcode", 40))
    if not (postcode.isascii() and postcode.isalnum()) or len(postcode) > 16:
        raise RowError(_("postcode may hold only letters and digits, at most 16."))
    return postcode, _needed(cells, "area_code", 60)


def _result(cells: Cells) -> tuple[Any, ...]:
    return (
        *(_needed(cells, "area_code", 60), _needed(cells, "election", 60), _needed(cells, "party", 200)),
        *(_text(cells, "party_abbreviation", 40), _text(cells, "candidate", 200), _count(cells, "votes", needed=True)),
        *(_truth(cells, "sitting"), _day(cells, "held_on"), _count(cells, "electorate"), _text(cells, "result", 100)),
    )


AREAS = Layout(
    "areas",
    gettext_lazy("Areas"),
    ("code", "name"),
    ("kind", "parent_code", "parent_set", "nation", "region", "latitude", "longitude", "time_zone"),
    "code text, name text, kind text, parent_code text, parent_set text, nation text, region text,"
    " latitude double precision, longitude double precision, time_zone text",
    _area,
)
OFFICE_HOLDERS = Layout(
    "office_holders",
    gettext_lazy("Office-holders"),
    ("area_code", "name"),
    ("office", "party", "email", "starts_on", "ends_on"),
    "area_code text, office text, name text, party text, email text, starts_on date, ends_on date",
    _holder,
)
POSTCODES = Layout(
    "postcodes",
    gettext_lazy("Postcodes"),
    ("postcode", "area_code"),
    (),
    "postcode text, area_code text",
    _postcode,
)
RESULTS = Layout(
    "results",
    gettext_lazy("Election results"),
    ("area_code", "election", "party", "votes"),
    ("party_abbreviation", "candidate", "sitting", "held_on", "electorate", "result"),
    "area_code text, election text, party text, party_abbreviation text, candidate text, votes integer,"
    " sitting boolean, held_on date, electorate integer, result text",
    _result,
    group=("area_code", "election"),
)
LAYOUTS = {layout.name: layout for layout in (AREAS, OFFICE_HOLDERS, POSTCODES, RESULTS)}
