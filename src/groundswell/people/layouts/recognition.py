"""Which layout a file has: by its headers, with a confidence, and by the shape of its first row where it has none."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from groundswell.people.addresses import normalise_postcode
from groundswell.people.files.refusal import ImportRefusedError
from groundswell.people.layouts.canvass import CANVASS
from groundswell.people.layouts.eros import EROS
from groundswell.people.layouts.layout import ADDRESS_FIELDS, NAME_FIELDS, NUMBER_FIELDS, Field, Layout, header_key
from groundswell.people.layouts.pdcode import PDCODE
from groundswell.people.layouts.positional import POSITIONAL
from groundswell.people.layouts.xpress import XPRESS
from groundswell.people.layouts.xpress_changes import XPRESS_CHANGES

LAYOUTS: dict[str, Layout] = {
    layout.name: layout for layout in (XPRESS, XPRESS_CHANGES, EROS, PDCODE, CANVASS, POSITIONAL)
}
# Not a supplier's: every column is named by hand.
OTHER = Layout(name="other", title=_lazy("Another layout: columns named by hand"), columns={})
# Fewer of a header's columns than this known, and it is a guess.
SURE = 0.5
# A title or a date of printing may stand above the header.
SEARCHED_ROWS = 5
# These may be named by several columns; of all others the first counts.
REPEATABLE = frozenset({str(Field.ADDRESS), str(Field.ATTAINMENT), str(Field.IGNORE)})


@dataclass(slots=True)
class Recognition:
    """The layout found, how surely, and the field of every column, which the data manager may correct."""

    layout: Layout
    confidence: float
    columns: list[str]
    has_header: bool
    header: list[str] = field(default_factory=list)
    # How many rows stand above the header: a title, a date of printing.
    header_row: int = 0


def recognise(
    first_rows: list[list[str]], *, name: str = "auto", columns: list[str] | None = None, has_header: bool = True
) -> Recognition:
    """The layout of a register whose first non-blank rows are given.

    `name` fixes the layout instead of looking for it; `columns` is a corrected mapping; `has_header` counts for OTHER,
    which does not say itself whether its first row is a heading. Raises ImportRefusedError when
    nothing fits or the mapping lacks what a register must have.
    """
    if not first_rows:
        raise ImportRefusedError(_("The file holds no rows."))
    found = _named(name, first_rows, has_header=has_header) if name != "auto" else _found(first_rows)
    if columns is not None:
        found.columns = [column if column in Field.values else "" for column in columns]
    found.columns = _without_repeats(found.columns)
    check_columns(found.columns)
    return found


def check_columns(columns: list[str]) -> None:
    """Raises ImportRefusedError unless number, name and some address can be read from these columns."""
    present = set(columns)
    missing = []
    if not present & NUMBER_FIELDS:
        missing.append(_("the elector number"))
    if not present & NAME_FIELDS:
        missing.append(_("the surname"))
    if not present & (ADDRESS_FIELDS | {Field.POSTCODE}):
        missing.append(_("the address"))
    if missing:
        raise ImportRefusedError(
            _("No column holds %(missing)s. An electoral register has them; is this the right file?")
            % {"missing": ", ".join(missing)}
        )


def guess_columns(header: list[str]) -> list[str]:
    """The field that any known layout gives each of these headings: a start for naming columns by hand."""
    known = {key: field for layout in reversed(LAYOUTS.values()) for key, field in layout.by_key.items() if field}
    return _without_repeats([str(known.get(header_key(cell), Field.IGNORE)) for cell in header])


def _named(name: str, first_rows: list[list[str]], *, has_header: bool) -> Recognition:
    header = first_rows[0]
    if name == OTHER.name:
        columns = guess_columns(header) if has_header else [""] * len(header)
        return Recognition(OTHER, 0.0, columns, has_header, header if has_header else [])
    layout = LAYOUTS.get(name)
    if layout is None:
        raise ImportRefusedError(
            _("There is no layout “%(name)s”. Known are: %(known)s.") % {"name": name[:40], "known": ", ".join(LAYOUTS)}
        )
    if layout.positions:
        return _positional(header, 1.0)
    # A title may stand above the header of a named layout too.
    place = max(range(min(SEARCHED_ROWS, len(first_rows))), key=lambda row: (layout.confidence(first_rows[row]), -row))
    header = first_rows[place]
    return Recognition(layout, layout.confidence(header), layout.map_header(header), True, header, place)


def _found(first_rows: list[list[str]]) -> Recognition:
    header = first_rows[0]
    guesses = [
        (layout.confidence(row), -place, layout)
        for place, row in enumerate(first_rows[:SEARCHED_ROWS])
        for layout in LAYOUTS.values()
    ]
    confidence, place, layout = max(guesses, key=lambda guess: guess[:2])
    if confidence >= SURE:
        header = first_rows[-place]
        return Recognition(layout, confidence, layout.map_header(header), True, header, -place)
    if _looks_positional(first_rows):
        return _positional(header, 0.8)
    raise ImportRefusedError(
        _(
            "These columns are not those of an electoral register that Groundswell knows: %(columns)s. Expected are an "
            "elector number, a surname and an address. If it is a register all the same, name its layout or its columns."
        )
        % {"columns": ", ".join(cell.strip()[:30] for cell in header[:8]) or _("none")}
    )


def _looks_positional(rows: list[list[str]]) -> bool:
    """22 columns, a number in the second, a postcode in the last: the layout without a header."""
    width = len(POSITIONAL.positions)
    wide = [row for row in rows if len(row) == width]
    fits = [row for row in wide if re.fullmatch(r"\s*\d+(/\d+)?\s*", row[1]) and row[4].strip()]
    return bool(wide) and len(fits) * 2 > len(rows) and any(normalise_postcode(row[width - 1]) for row in fits)


def _positional(row: list[str], confidence: float) -> Recognition:
    columns = [str(field) for field in POSITIONAL.positions]
    columns += [""] * (len(row) - len(columns))
    return Recognition(POSITIONAL, confidence, columns, has_header=False)


def _without_repeats(columns: list[str]) -> list[str]:
    seen: set[str] = set()
    kept = []
    for column in columns:
        kept.append("" if column in seen and column not in REPEATABLE else column)
        seen.add(column)
    return kept
