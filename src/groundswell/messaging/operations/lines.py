"""Who looks after a standing way in: one worker at a time, and another as soon as that one falls silent."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import connection
from django.db.models.functions import Now

from groundswell.messaging.models import Line

HOLD = timedelta(seconds=20)
PROBLEM_LENGTH = 300
_HOLD = """
    INSERT INTO messaging_line AS line (name, held_by, held_until)
    VALUES (%(name)s, %(holder)s, now() + make_interval(secs => %(hold)s))
    ON CONFLICT (name) DO UPDATE SET held_by = excluded.held_by, held_until = excluded.held_until
     WHERE line.held_by IN ('', excluded.held_by) OR line.held_until < now()
"""


def hold_line(name: str, *, holder: str, hold: timedelta = HOLD) -> bool:
    """Have a line, or go on having it, for so long; whether it is ours. By the database's clock, which all share."""
    with connection.cursor() as cursor:
        cursor.execute(_HOLD, {"name": name, "holder": holder, "hold": hold.total_seconds()})
        return bool(cursor.rowcount)


def let_go(name: str, *, holder: str) -> None:
    """Somebody else may have it at once."""
    Line.objects.filter(name=name, held_by=holder).update(held_by="", held_until=None)


def note_line(name: str, *, problem: str = "") -> None:
    """How it is: it works (no problem), or what is wrong."""
    if problem:
        Line.objects.filter(name=name).update(problem=problem[:PROBLEM_LENGTH])
    else:
        Line.objects.filter(name=name).update(problem="", heard_at=Now())


def mark_answered(name: str) -> None:
    """The other side has our answer to what was kept last."""
    Line.objects.filter(name=name).exclude(unanswered="").update(unanswered="")


def silent_since(name: str) -> datetime | None:
    """When the line last worked; None: never."""
    return Line.objects.filter(name=name).values_list("heard_at", flat=True).first()
