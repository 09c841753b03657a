"""The table beside the map: which seats, in which order."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _

from groundswell.insight.queries import Seat
from groundswell.insight.rules import Colouring

A_PAGE = 50


@dataclass(frozen=True, slots=True)
class Column:
    """A column that can be sorted by: its key in the address, its heading, and the value that counts."""

    key: str
    label: str | Promise
    value: Callable[[Seat], Any]
    is_number: bool = True
    # Most people want the smallest majority and the most calls first.
    descends_first: bool = False


COLUMNS = (
    Column("name", _("Seat"), lambda seat: seat.area.name, is_number=False),
    Column("majority", _("Majority"), lambda seat: seat.facts.majority_share if seat.facts else None),
    Column("swing", _("Swing needed"), lambda seat: seat.facts.swing_needed if seat.facts else None),
    Column("calls", _("Calls"), lambda seat: seat.tally.calls, descends_first=True),
    Column("identified", _("Identified"), lambda seat: seat.tally.identified, descends_first=True),
    Column("electors", _("With a number"), lambda seat: seat.tally.electors, descends_first=True),
    Column("coverage", _("Share identified"), lambda seat: seat.coverage, descends_first=True),
)


@dataclass(frozen=True, slots=True)
class Heading:
    """A column's heading as a template shows it; `to` sorts by it, or the other way round."""

    column: Column
    to: str
    order: str


class SeatFilter(forms.Form):
    """What is shown on the map and in the table. Anything that is not understood is left out, not refused."""

    colour = forms.ChoiceField(label=_("The map shows"), choices=Colouring.choices, required=False)
    q = forms.CharField(label=_("Name"), required=False, max_length=100)
    region = forms.ChoiceField(label=_("Region"), required=False)

    def __init__(self, data: Any, *, seats: Sequence[Seat]) -> None:
        super().__init__(data)
        groups = sorted({seat.group for seat in seats if seat.is_ours and seat.group})
        field = self.fields["region"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", _("All")), *((group, group) for group in groups)]
        self.is_valid()

    @property
    def colouring(self) -> Colouring:
        """What the map is coloured by."""
        return Colouring(self.cleaned_data.get("colour") or Colouring.MARGINALITY)

    @property
    def is_narrowed(self) -> bool:
        """Whether some seats are left out."""
        return bool(self.cleaned_data.get("q") or self.cleaned_data.get("region"))

    def takes(self, seat: Seat) -> bool:
        """Whether a seat is among those asked for."""
        text, region = self.cleaned_data.get("q") or "", self.cleaned_data.get("region") or ""
        if region and seat.group != region:
            return False
        return _plain(text) in _plain(seat.area.name)


def _plain(text: str) -> str:
    """For comparing what somebody types with a name: in small letters and without accents (Ynys Mon is Ynys Môn)."""
    parts = unicodedata.normalize("NFD", text.casefold().strip())
    return "".join(part for part in parts if not unicodedata.combining(part))


def ordered(seats: Sequence[Seat], wanted: str) -> tuple[list[Seat], str]:
    """The seats in the order of an address's `sort` ("calls", "-calls"), what is not known last; and that order."""
    key = Truncator(wanted).chars(20).lstrip("-")
    column = next((column for column in COLUMNS if column.key == key), COLUMNS[0])
    descending = wanted.startswith("-")
    known = [seat for seat in seats if column.value(seat) is not None]
    unknown = [seat for seat in seats if column.value(seat) is None]
    known.sort(key=lambda seat: seat.area.name)
    known.sort(key=column.value, reverse=descending)
    return [*known, *unknown], ("-" if descending else "") + column.key


def headings(order: str) -> list[Heading]:
    """The headings of the table for this order."""
    found = []
    for column in COLUMNS:
        first = ("-" if column.descends_first else "") + column.key
        turned = column.key if order.startswith("-") else f"-{column.key}"
        is_current = order.lstrip("-") == column.key
        aria = ("descending" if order.startswith("-") else "ascending") if is_current else ""
        found.append(Heading(column, turned if is_current else first, aria))
    return found
