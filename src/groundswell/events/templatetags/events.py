"""Shares as people read them, and as a bar is drawn."""

from __future__ import annotations

from django import template
from django.utils.formats import number_format

register = template.Library()


@register.filter
def as_percent(share: float | None) -> str:
    """0.412 as "41.2%", in the reader's language; a dash where there is none."""
    return "–" if share is None else f"{number_format(share * 100, decimal_pos=1)}%"


@register.filter
def as_width(share: float | None) -> str:
    """0.412 as "41.20", with a point whatever the language: SVG knows no comma."""
    return f"{100 * (share or 0):.2f}"
