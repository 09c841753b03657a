"""Who did not get a letter, and why: for the organiser, who may ring them instead."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q

from groundswell.events.enums import REASONS_AS_MEANT, NoticeState
from groundswell.events.models import Event, Notice
from groundswell.people.models import Person

# A letter that has been due for this long should be gone.
OVERDUE = timedelta(minutes=10)
MOST = 200
AGAIN = frozenset({NoticeState.FAILED, NoticeState.UNKNOWN})


@dataclass(frozen=True)
class Undelivered:
    """One letter that did not go out, or of which nobody knows."""

    notice_id: int
    person: Person
    address: str
    letter: str
    due_at: datetime
    why: str
    problem: str
    may_go_again: bool


def undelivered(event: Event, *, now: datetime) -> list[Undelivered]:
    """The letters that somebody misses, the newest first; what was not meant to go any more is left out. One query."""
    refused = Q(state__in=[NoticeState.FAILED, NoticeState.UNKNOWN, NoticeState.DROPPED])
    late = Q(state=NoticeState.WAITING) & (Q(due_at__lt=now - OVERDUE) | ~Q(problem=""))
    rows = (
        Notice.objects.filter(refused | late, attendance__event=event)
        .exclude(reason__in=REASONS_AS_MEANT)
        .select_related("attendance__person", "attendance__email")
        .order_by("-due_at", "pk")[:MOST]
    )
    return [
        Undelivered(
            notice_id=row.pk,
            person=row.attendance.person,
            address=row.attendance.email.value,
            letter=str(row.get_kind_display()),
            due_at=row.due_at,
            why=str(row.get_reason_display()) if row.reason else str(row.get_state_display()),
            problem=row.problem,
            may_go_again=row.state in AGAIN,
        )
        for row in rows
    ]
