"""Template tags every room may use: icons, charts and QR codes as inline SVG, without an inline style."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any, TypedDict

import segno
from django import template
from django.utils.safestring import SafeString, mark_safe
from lucide import _render_icon

register = template.Library()


@register.simple_tag
def icon(name: str, size: int = 24) -> SafeString:
    """The Lucide icon as inline SVG, hidden from screen readers: the words beside it say what it means.

    Raises `lucide.IconDoesNotExist` for an unknown name.
    """
    return _icon(str(name) + "", size)


@cache
def _icon(name: str, size: int) -> SafeString:
    svg = _render_icon(name, size, **{"aria-hidden": "true", "class": "icon", "focusable": "false"})
    return mark_safe(svg)  # noqa: S308 - from the package's own files, by name


class Bar(TypedDict, total=False):
    """One bar as a room's query gives it: `soft` paints it grey (no answer, others)."""

    label: str
    value: int
    soft: bool


@register.inclusion_tag("components/bar_chart.html")
def bar_chart(rows: Iterable[Bar], title: str = "", shares: bool = True) -> dict[str, Any]:
    """Horizontal bars, longest value full width; every value also stands in words.

    `rows` are mappings with `label`, `value` and optionally `soft`.
    """
    data = list(rows)
    largest = max((row["value"] for row in data), default=0) or 1
    total = sum(row["value"] for row in data) or 1
    bars = [
        {
            "label": row["label"],
            "value": row["value"],
            "soft": row.get("soft", False),
            "width": _decimal(100 * row["value"] / largest),
            "share": round(100 * row["value"] / total),
        }
        for row in data
    ]
    return {"bars": bars, "title": title, "shares": shares}


_STEP, _COLUMN, _BASELINE, _HEIGHT, _LABELS = 40, 28, 126, 110, 15


@register.inclusion_tag("components/column_chart.html")
def column_chart(rows: Iterable[Bar], title: str = "") -> dict[str, Any]:
    """Upright columns for a run of days or hours, in the order given, with the same as a table beneath."""
    data = list(rows)
    largest = max((row["value"] for row in data), default=0) or 1
    every = -(-len(data) // _LABELS) or 1
    columns = []
    for index, row in enumerate(data):
        height = _HEIGHT * row["value"] / largest
        columns.append(
            {
                "label": row["label"],
                "value": row["value"],
                "x": index * _STEP + (_STEP - _COLUMN) // 2,
                "middle": index * _STEP + _STEP // 2,
                "width": _COLUMN,
                "height": _decimal(height),
                "y": _decimal(_BASELINE - height),
                "text_y": _decimal(_BASELINE - height - 5),
                "show_label": index % every == 0,
                "show_value": len(data) <= _LABELS,
            }
        )
    return {"columns": columns, "title": title, "width": max(len(data), 4) * _STEP}


@register.inclusion_tag("components/qr.html")
def qr(text: str, label: str) -> dict[str, Any]:
    """A QR code for `text` (a link). `label` says to screen readers what it opens."""
    svg = segno.make(text, error="m").svg_inline(border=2, omitsize=True)
    return {"svg": mark_safe(svg), "label": label}  # noqa: S308 - segno's own SVG of modules


def _decimal(number: float) -> str:
    """Two decimals with a point, whatever the language: SVG knows no comma."""
    return f"{number:.2f}"
