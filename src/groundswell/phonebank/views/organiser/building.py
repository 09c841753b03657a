"""Queues for pages: few are built at once, many by the worker, and the page says how far it is."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from groundswell.phonebank.models import PhoneBank, QueueBuild
from groundswell.phonebank.operations import QueueChange, are_many, ask_for_queue, open_phone_bank, refresh_queue
from groundswell.phonebank.tasks import build_phone_bank_queue
from groundswell.phonebank.views.organiser.frame import user_of

if TYPE_CHECKING:
    from django.http import HttpRequest

# What the worker has not begun by then is held up by another job, or there is no worker.
WAITS_LONG = timedelta(seconds=20)


def building(build: QueueBuild | None) -> dict[str, Any]:
    """What a page says of a queue that the worker builds, or of one that came to nothing."""
    return {
        "build": build,
        "is_building": build is not None and not build.problem,
        "no_worker": build is not None and build.told_at is None and timezone.now() - build.asked_at > WAITS_LONG,
    }


def with_queue(request: HttpRequest, bank: PhoneBank, *, opens: bool, now: datetime) -> QueueChange | None:
    """The queue as it should be now, and the phone bank open if it `opens`; None: the worker does it, for many.

    Raises PhoneBankError.
    """
    by = user_of(request)
    if are_many():
        ask_for_queue(bank, by=by, now=now, opens=opens, enqueue=_enqueue_build)
        return None
    return open_phone_bank(bank, by=by, now=now) if opens else refresh_queue(bank, by=by, now=now)


def _enqueue_build(phone_bank_id: int) -> None:
    build_phone_bank_queue.defer(phone_bank_id=phone_bank_id)
