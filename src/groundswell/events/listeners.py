"""The letters and the links to pass on follow what happens to an event (`signals.py`); imported when Django starts."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.dispatch import receiver

from groundswell.campaigns.operations.links import make_links
from groundswell.events import signals
from groundswell.events.models import Attendance, Event
from groundswell.events.operations import notices


@receiver(signals.signed_up)
def _signed_up(*, attendance: Attendance, now: datetime, **_more: Any) -> None:
    notices.plan_notices(attendance, now=now)
    make_links(attendance.event.ask, person=attendance.person, by=None)


@receiver(signals.signed_up_again)
def _signed_up_again(*, attendance: Attendance, now: datetime, **_more: Any) -> None:
    # Most likely they never saw the letter that says so.
    notices.send_confirmation_again(event=attendance.event, email=attendance.email.value, now=now)


@receiver(signals.place_came_free)
def _place_came_free(*, attendance: Attendance, now: datetime, **_more: Any) -> None:
    notices.plan_place(attendance, now=now)


@receiver(signals.withdrew)
def _withdrew(*, attendance: Attendance, now: datetime, **_more: Any) -> None:
    notices.drop_notices(attendance, now=now)


@receiver(signals.event_published)
def _event_published(*, event: Event, **_more: Any) -> None:
    make_links(event.ask, by=None)


@receiver(signals.event_moved)
def _event_moved(*, event: Event, now: datetime, **_more: Any) -> None:
    notices.replan_notices(event, now=now)


@receiver(signals.event_cancelled)
def _event_cancelled(*, event: Event, now: datetime, **_more: Any) -> None:
    notices.cancel_notices(event, now=now)
