"""From a segment to deliveries: everybody meant is written down once, with an address or with the reason against."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.utils.translation import gettext as _

from groundswell.accounts.audit import record
from groundswell.accounts.models import User
from groundswell.campaigns.segments import SegmentError
from groundswell.compliance.hours import HOLIDAY_REGIONS
from groundswell.compliance.operations.consent import CAMPAIGNING
from groundswell.messaging.enums import ASKED_FOR_KINDS, DeliveryState, MessageStatus
from groundswell.messaging.fields import FieldError
from groundswell.messaging.meant import list_people_meant, written
from groundswell.messaging.models import Message
from groundswell.messaging.recipients import lacking_prepared, lacking_said

SQL = Path(__file__).parent.parent / "sql"
PROBLEM_LENGTH = 300


class PreparingError(Exception):
    """The deliveries cannot be made; the message says why. Nothing was."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """What was written down: how many go, and how many of those meant do not, by reason."""

    going: int
    left_out: dict[str, int]

    @property
    def rows(self) -> int:
        return self.going + sum(self.left_out.values())


@transaction.atomic
def prepare(message: Message, *, by: User | None, now: datetime, enqueue: Callable[[], Any] | None = None) -> Prepared:
    """Make the deliveries of a message that is to be prepared, and let them go; `enqueue` tells the worker.

    Suppressed and skipped people are among them, each with the reason. Raises PreparingError, and SegmentError.
    """
    locked = Message.objects.select_for_update(of=("self",), no_key=True).select_related("segment").get(pk=message.pk)
    if locked.status != MessageStatus.PREPARING or locked.prepared_at is not None:
        raise PreparingError(_("This message is not waiting to be prepared."))
    if locked.segment is None:
        raise PreparingError(_("Say first to whom the message goes."))
    with connection.cursor() as cursor:
        list_people(cursor, locked, now=now)
        cursor.execute(_sql("prepare").replace("THE_WAVE", _wave(locked)), _place(locked))
    prepared = _counts(locked)
    locked.prepared_at, locked.status, locked.problem = now, MessageStatus.SENDING, ""
    locked.save(update_fields=["prepared_at", "status", "problem"])
    record(
        "prepare_message",
        by=by,
        subject=locked,
        campaign_id=locked.campaign_id,
        going=prepared.going,
        left_out=prepared.left_out,
    )
    message.prepared_at, message.status = locked.prepared_at, locked.status
    if enqueue is not None:
        enqueue()
    return prepared


def prepare_asked(message_id: int, *, by: User | None, now: datetime, enqueue: Callable[[], Any]) -> bool:
    """As a job: whether deliveries were made. Safe to repeat: after a crash nothing of them is there.

    A reason for which they cannot be is kept for the page, and the message is a draft again.
    """
    message = Message.objects.filter(pk=message_id, status=MessageStatus.PREPARING).first()
    if message is None:
        return False
    try:
        with transaction.atomic():
            prepare(message, by=by, now=now, enqueue=enqueue)
            count, fields = lacking_prepared(message)
            if count:
                raise PreparingError(lacking_said(count, fields))
    except (PreparingError, SegmentError, FieldError) as error:
        Message.objects.filter(pk=message_id, status=MessageStatus.PREPARING).update(
            status=MessageStatus.DRAFT, problem=str(error)[:PROBLEM_LENGTH]
        )
        return False
    return True


def list_people(cursor: Any, message: Message, *, now: datetime) -> None:
    """The temporary tables of everybody asked and of their seats, and the hours of those, in the transaction that is open.

    Raises SegmentError.
    """
    assert message.segment is not None
    # Before the first look: whoever deletes people meanwhile waits, and what they had deleted before is gone.
    cursor.execute("SELECT pg_advisory_xact_lock_shared(messaging_references_lock())")
    list_people_meant(message.segment.expression, now=now)
    # Of another list in the same transaction.
    cursor.execute("DROP TABLE IF EXISTS pg_temp.messaging_asked, pg_temp.messaging_seats")
    asked = {
        "at": now,
        "channel": message.channel,
        "purpose": CAMPAIGNING,
        "is_asked_for": message.kind in ASKED_FOR_KINDS,
    }
    cursor.execute(written(_sql("asked"), asked))
    cursor.execute("ANALYZE messaging_asked")
    cursor.execute(written(_sql("seats"), {"zone": settings.TIME_ZONE}))
    cursor.execute(_sql("hours_buckets"), {"regions": json.dumps(dict(HOLIDAY_REGIONS))})


def _place(message: Message) -> dict[str, Any]:
    return {
        "message": message.pk,
        "regions": json.dumps(dict(HOLIDAY_REGIONS)),
        "test_share": message.test_share,
    }


def _wave(message: Message) -> str:
    """Which wave somebody is in who takes no part in a test: numbers of ours alone, so it may stand in the text."""
    first = 1 if message.test_share else 0
    if not message.wave_size:
        return str(first)
    among = "row_number() OVER (PARTITION BY j.reason IS NULL AND NOT j.is_test ORDER BY j.place)"
    return f"{first} + ({among} - 1) / {int(message.wave_size)}"


def _counts(message: Message) -> Prepared:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT state, reason, count(*) FROM messaging_delivery WHERE message_id = %s GROUP BY 1, 2", [message.pk]
        )
        found = cursor.fetchall()
    return Prepared(
        going=sum(count for state, _reason, count in found if state == DeliveryState.PENDING),
        left_out={reason: count for state, reason, count in found if state != DeliveryState.PENDING},
    )


def _sql(name: str) -> str:
    return (SQL / f"{name}.sql").read_text(encoding="utf-8")
