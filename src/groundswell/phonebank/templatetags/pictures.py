"""Pictures of numbers, drawn by the server as SVG.

Widths are per cent and heights pixels, with no view box, so that lettering keeps its size whatever the width of the
page. Each picture has the same numbers in words beside it or in a table beneath it: nobody needs to see it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, TypedDict

from django import template

register = template.Library()

PLOT, TOP, FOOT = 132, 18, 22
# So few columns stand side by side at their full width at least: three days do not fill a page.
SLOTS = 7
# So many labels have room beside each other on a page, and on a phone.
WIDE_LABELS, NARROW_LABELS = 16, 6


class Part(TypedDict, total=False):
    """A share of a whole: what it is, how many, and in which of the stylesheet's tones (`own`, `rest`, ...)."""

    label: Any
    value: int
    tone: str


class Column(TypedDict):
    """A day or an hour: its label, and numbers each of which is part of the one before."""

    label: str
    values: Sequence[int]


@register.inclusion_tag("phonebank/pictures/parted_bar.html")
def parted_bar(parts: Iterable[Part], title: str, shares: bool = True, legend: bool = True) -> dict[str, Any]:
    """One bar of several parts, and what each is. Parts of nothing are left out of the bar, not of the legend."""
    data = list(parts)
    total = sum(part["value"] for part in data)
    at, drawn = 0.0, []
    for part in data:
        width = 100 * part["value"] / total if total else 0.0
        drawn.append({**part, "x": _decimal(at), "width": _decimal(width), "share": round(width)})
        at += width
    return {"parts": drawn, "title": title, "total": total, "shares": shares, "legend": legend}


@register.inclusion_tag("phonebank/pictures/columns.html")
def nested_columns(rows: Iterable[Column], names: str, title: str) -> dict[str, Any]:
    """Columns with columns within them: of the dials the conversations, of these the identified.

    `names` are the names of the numbers, with | between them.
    """
    data = list(rows)
    series = names.split("|")
    # A number alone needs no shades, and no key to them.
    tones = [f"inner-{depth}" for depth in range(len(series))] if len(series) > 1 else ["own"]
    largest = max((row["values"][0] for row in data), default=0) or 1
    slot = 100 / max(len(data), SLOTS)
    return {
        "title": title,
        "series": [{"name": name, "tone": tone} for name, tone in zip(series, tones, strict=True)],
        "columns": [_column(index, len(data), row, slot, largest, tones) for index, row in enumerate(data)],
        "baseline": TOP + PLOT,
        "height": TOP + PLOT + FOOT,
        "text_y": TOP + PLOT + 16,
    }


def _column(index: int, count: int, row: Column, slot: float, largest: int, tones: list[str]) -> dict[str, Any]:
    left, last = index * slot, count - 1 - index
    bars = []
    for tone, value in zip(tones, row["values"], strict=True):
        height = PLOT * value / largest
        # A number that is there at all can be seen.
        height = max(height, 2.0) if value else 0.0
        bars.append(
            {
                "tone": tone,
                "x": _decimal(left + slot * 0.14),
                "width": _decimal(slot * 0.72),
                "y": _decimal(TOP + PLOT - height),
                "height": _decimal(height),
            }
        )
    return {
        "label": row["label"],
        "values": row["values"],
        "top": row["values"][0],
        "middle": _decimal(left + slot / 2),
        "value_y": _decimal(TOP + PLOT - PLOT * row["values"][0] / largest - 5),
        "bars": bars,
        # Counted from the right: the newest day always has its label.
        "labelled": last % (-(-count // WIDE_LABELS)) == 0,
        "spare": last % (-(-count // NARROW_LABELS)) != 0,
    }


@register.inclusion_tag("phonebank/pictures/sparkline.html")
def sparkline(rows: Iterable[Column], depth: int = 0) -> dict[str, Any]:
    """How one number went, without words: it stands beside the number itself."""
    values = [row["values"][depth] for row in rows]
    largest = max(values, default=0) or 1
    slot = 100 / max(len(values), SLOTS)
    bars = []
    for index, value in enumerate(values):
        height = max(28 * value / largest, 2.0)
        bars.append(
            {
                "x": _decimal(index * slot),
                "width": _decimal(slot * 0.75),
                "y": _decimal(28 - height),
                "height": _decimal(height),
                "last": index == len(values) - 1,
            }
        )
    return {"bars": bars if len(values) > 1 else []}


@register.inclusion_tag("phonebank/pictures/strip.html")
def strip(moments: Sequence[datetime], title: str) -> dict[str, Any]:
    """Moments as dots on a line, from the first to the last: a machine's beat, or a person's."""
    first = moments[0]
    length = (moments[-1] - first).total_seconds() or 1.0
    dots = [_decimal(2 + 96 * (moment - first).total_seconds() / length) for moment in moments]
    return {"dots": dots, "first": first, "last": moments[-1], "title": title}


def _decimal(number: float) -> str:
    """Two decimals with a point, whatever the language: SVG knows no comma."""
    return f"{number:.2f}"
