"""Times of an evening by the clock of the event, not of whoever's server it is."""

from __future__ import annotations

from datetime import datetime

from django import template

from groundswell.phonebank.boards import clock

register = template.Library()


@register.filter
def clock_in(moment: datetime, zone: str) -> str:
    """A time of day in a named zone: `{{ moment|clock_in:facts.time_zone }}`."""
    return clock(moment, zone)
