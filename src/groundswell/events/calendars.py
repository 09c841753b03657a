"""An event as a calendar file (RFC 5545), which a calendar replaces by whichever has the higher SEQUENCE."""

from __future__ import annotations

from datetime import datetime, timedelta
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import icalendar
from django.conf import settings
from django.utils.translation import gettext as _

from groundswell.events.enums import EventStatus, Venue
from groundswell.events.models import Event

# How often a calendar that subscribed to the address asks again (RFC 7986, section 5.7).
REFRESH = timedelta(hours=1)


def calendar_of(event: Event, *, address: str, now: datetime) -> bytes:
    """The event as a file; `address` is its page. Times are by the clock on its wall, with the rules of its zone.

    The UID never changes, so that a moved or cancelled event takes the place of what is in the calendar already.
    """
    calendar = icalendar.Calendar()
    is_cancelled = event.status == EventStatus.CANCELLED
    calendar.add("prodid", "-//Groundswell//Events//EN")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "CANCEL" if is_cancelled else "PUBLISH")
    calendar.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
    calendar.add_component(_entry(event, address, is_cancelled=is_cancelled, now=now))
    # The zone's rules for the years in question, for calendars that know zones by no name.
    calendar.add_missing_timezones(
        first_date=event.starts_at.date() - timedelta(days=366), last_date=event.ends_at.date() + timedelta(days=366)
    )
    file: bytes = calendar.to_ical()
    return file


def _entry(event: Event, address: str, *, is_cancelled: bool, now: datetime) -> icalendar.Event:
    zone = ZoneInfo(event.time_zone)
    entry = icalendar.Event()
    entry.add("uid", f"event-{event.pk}@{urlsplit(settings.PUBLIC_URL).hostname}")
    entry.add("sequence", event.sequence)
    entry.add("dtstamp", now)
    entry.add("dtstart", event.starts_at.astimezone(zone))
    entry.add("dtend", event.ends_at.astimezone(zone))
    entry.add("summary", event.title)
    entry.add("location", address if event.venue == Venue.ONLINE else event.place)
    entry.add("url", address)
    words = [
        event.cancelled_reason if is_cancelled else "",
        _("Everything about it: %(address)s") % {"address": address},
    ]
    entry.add("description", "\n\n".join(word for word in words if word))
    entry.add("status", "CANCELLED" if is_cancelled else "CONFIRMED")
    return entry
