"""A moment as people say it: the day, the hours, and by whose clock."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from groundswell.events.enums import Venue
from groundswell.events.models import Event


@dataclass(frozen=True)
class Shown:
    """ "Monday 30 November 2026", "18:00", "20:00", "London time (GMT)"; and the moments for scripts."""

    day: str
    begins: str
    ends: str
    zone: str
    starts_at: datetime
    ends_at: datetime

    @property
    def hours(self) -> str:
        """From when to when."""
        return f"{self.begins}–{self.ends}"


def shown_in(zone: str, starts_at: datetime, ends_at: datetime) -> Shown:
    """The two moments by the clock of `zone`, in the reader's language. An end on another day says which."""
    begins, ends = starts_at.astimezone(ZoneInfo(zone)), ends_at.astimezone(ZoneInfo(zone))
    later_day = "" if begins.date() == ends.date() else date_format(ends, "D j M") + " "
    return Shown(
        day=date_format(begins, "l j F Y"),
        begins=f"{begins:%H:%M}",
        ends=f"{later_day}{ends:%H:%M}",
        zone=zone_name(zone, starts_at),
        starts_at=begins,
        ends_at=ends,
    )


def shown(event: Event) -> Shown:
    """When the event is, by its own clock."""
    return shown_in(event.time_zone, event.starts_at, event.ends_at)


def own_clock(event: Event, time_zone: str) -> Shown | None:
    """When the event is by the reader's clock; None where that shows the same, or it is held in a room."""
    there, here = shown(event), shown_in(time_zone, event.starts_at, event.ends_at)
    same = event.venue == Venue.ROOM or (here.day, here.hours) == (there.day, there.hours)
    return None if same else here


def zone_name(zone: str, at: datetime) -> str:
    """`Europe/London` as "London time (GMT)"; a zone that is no place by its letters."""
    place = zone.rpartition("/")[2].replace("_", " ")
    letters = at.astimezone(ZoneInfo(zone)).tzname() or ""
    if place == letters:
        return place
    said = _("%(place)s time") % {"place": place}
    return f"{said} ({letters})" if letters.isalpha() else said
