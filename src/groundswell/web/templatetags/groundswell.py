"""Template tags every room may use: icons, charts and QR codes as inline SVG, without an inline style."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any, TypedDict

import segno
from django import template
from django.template.base import NodeList, Parser, Token, VariableNode
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
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


@register.tag
def unchanging(parser: Parser, token: Token) -> Unchanging:  # noqa: ARG001 - the signature of a tag
    """`{% unchanging %} ... {% endunchanging %}`: words and icons that are the same on every page of a language.

    Rendered once for each language and kept, which a page that is drawn many times a second notices. A variable inside
    is refused when the template is loaded; whatever else depends on the page finds an empty context.
    """
    nodes = parser.parse(("endunchanging",))
    parser.delete_first_token()
    if nodes.get_nodes_by_type(VariableNode):
        raise template.TemplateSyntaxError("A variable may change from page to page: put it outside {% unchanging %}.")
    return Unchanging(nodes)


class Unchanging(template.Node):
    """See `unchanging`."""

    def __init__(self, nodelist: NodeList) -> None:
        self.nodelist = nodelist
        self._kept: dict[str | None, SafeString] = {}

    def render(self, context: template.Context) -> SafeString:
        """The markup in the language of the request."""
        language = get_language()
        if language not in self._kept:
            self._kept[language] = self.nodelist.render(template.Context(autoescape=context.autoescape))
        return self._kept[language]


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
