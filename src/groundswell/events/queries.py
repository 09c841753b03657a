"""Reads for the pages of events: how many come, which events there are, why a seat matters."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q, QuerySet

from groundswell.campaigns.enums import ActionState
from groundswell.campaigns.models import Campaign
from groundswell.events.enums import EventStatus
from groundswell.events.models import Attendance, Event
from groundswell.events.rules import Door, door, free_places

STANDING = Q(attendances__action__state=ActionState.CONFIRMED)


def events_with_counts(campaign: Campaign) -> QuerySet[Event]:
    """A campaign's events with `coming`, `waiting` and `arrived`; one query."""
    return (
        Event.objects.filter(campaign=campaign)
        .select_related("area", "series", "ask", "host")
        .annotate(
            coming=Count("attendances", filter=STANDING & Q(attendances__is_waiting=False)),
            waiting=Count("attendances", filter=STANDING & Q(attendances__is_waiting=True)),
            arrived=Count("attendances", filter=STANDING & Q(attendances__arrived_at__isnull=False)),
        )
    )


@dataclass(frozen=True)
class Turnout:
    """How many come to one event, wait for a place, have arrived; `free` is None where anybody may come."""

    coming: int
    waiting: int
    arrived: int
    free: int | None


def turnout(event: Event) -> Turnout:
    """The numbers of one event, in one query."""
    counted = (
        Attendance.objects.filter(event=event)
        .standing()
        .aggregate(
            coming=Count("pk", filter=Q(is_waiting=False)),
            waiting=Count("pk", filter=Q(is_waiting=True)),
            arrived=Count("pk", filter=Q(arrived_at__isnull=False)),
        )
    )
    return Turnout(**counted, free=free_places(event.capacity, counted["coming"]))


def door_of(event: Event, *, now: datetime) -> Door:
    """What the event's public page offers now."""
    numbers = turnout(event)
    return door(
        status=event.status,
        ends_at=event.ends_at,
        capacity=event.capacity,
        taken=numbers.coming,
        waiting=numbers.waiting,
        now=now,
    )


def public_events(*, now: datetime, campaign: Campaign | None = None) -> QuerySet[Event]:
    """What is open to everybody and not over, the next one first."""
    found = Event.objects.filter(status=EventStatus.PUBLISHED, ends_at__gt=now, campaign__archived_at__isnull=True)
    if campaign is not None:
        found = found.filter(campaign=campaign)
    return found.select_related("campaign", "area", "ask").order_by("starts_at", "pk")


def next_events(event: Event, *, now: datetime) -> QuerySet[Event]:
    """Where somebody may come who missed this one."""
    return public_events(now=now, campaign=event.campaign).exclude(pk=event.pk)
