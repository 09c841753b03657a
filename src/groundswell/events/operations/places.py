"""Who has a place and who waits for one. Every function here is called with the event's row locked."""

from __future__ import annotations

from datetime import datetime

from groundswell.accounts.audit import record
from groundswell.accounts.models import User
from groundswell.events.enums import EventStatus
from groundswell.events.models import Attendance, Event
from groundswell.events.rules import free_places
from groundswell.events.signals import place_came_free


def locked(event: Event) -> Event:
    """The event as it is now, for this transaction alone: sign-ups, withdrawals and changes come one by one."""
    return Event.objects.select_for_update(of=("self",)).select_related("ask", "campaign", "area").get(pk=event.pk)


def has_room(event: Event) -> bool:
    """Whether one more may come: a place is free and nobody waits for it."""
    standing = Attendance.objects.filter(event=event)
    if standing.waiting().exists():
        return False
    return free_places(event.capacity, standing.coming().count()) != 0


def fill_places(event: Event, *, by: User | None, now: datetime) -> list[Attendance]:
    """Give the free places to those who have waited longest; who got one."""
    if event.status != EventStatus.PUBLISHED or now >= event.ends_at:
        return []
    standing = Attendance.objects.filter(event=event)
    free = free_places(event.capacity, standing.coming().count())
    lucky = list(standing.waiting().select_related("person", "action").order_by("signed_up_at", "pk")[:free])
    for attendance in lucky:
        attendance.is_waiting = False
        attendance.save(update_fields=["is_waiting"])
        record("give_place", by=by, subject=attendance.person, campaign_id=event.campaign_id, event_id=event.pk)
        place_came_free.send(sender=Attendance, attendance=attendance, now=now)
    return lucky
