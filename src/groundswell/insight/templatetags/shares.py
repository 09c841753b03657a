"""Shares and swings as people read them."""

from __future__ import annotations

from django import template
from django.utils.formats import number_format

register = template.Library()


@register.filter
def percent(share: object, places: int = 1) -> str:
    """A share from 0 to 1 in per cent ("3.2%"); a dash where it is not known."""
    return f"{number_format(100 * share, places)}%" if isinstance(share, int | float) else "–"


@register.filter
def points(swing: object) -> str:
    """A swing in points, with one decimal ("3.2"), two where it is below one; a dash where there is none."""
    if not isinstance(swing, int | float):
        return "–"
    return number_format(swing, 2 if swing < 1 else 1)
