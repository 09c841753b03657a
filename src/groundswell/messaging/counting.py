"""Whom a message would reach, for pages: counted at once where that is quick, else by the worker while the page asks again.

A count of the worker is kept for a while, for every page that asks the same; the page says when it was made. Nothing is
decided by it: who gets a message is found out when its deliveries are made.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from django.core.cache import caches

from groundswell.messaging.reach import Reach, TooManyToCountError, reach_of

# A page waits so long, the worker so much longer.
PAGE_MS, WORKER_MS = 2_500, 600_000
KEPT = timedelta(minutes=15)
# A job that has not come back by then is asked for again.
LOST = timedelta(minutes=11)

# Takes the key, the list and the channel.
Enqueue = Callable[[str, dict[str, Any], str], Any]


@dataclass(frozen=True, slots=True)
class Counted:
    """`reach`: None while the worker counts. `at`: when it did; None: just now."""

    reach: Reach | None
    at: datetime | None = None


def counted(expression: Mapping[str, Any], *, channel: str, now: datetime, enqueue: Enqueue) -> Counted:
    """What is known of it at once; `enqueue` tells the worker to count what takes too long. Raises SegmentError."""
    shared, key = caches["shared"], _key(expression, channel)
    if kept := shared.get(key):
        return Counted(Reach(kept["people"], tuple(map(tuple, kept["left_out"]))), datetime.fromisoformat(kept["at"]))
    if not shared.get(f"{key}:long"):
        try:
            return Counted(reach_of(expression, channel=channel, now=now, longest_ms=PAGE_MS))
        except TooManyToCountError:
            pass
        # Once, however many pages ask at this moment.
        if shared.add(f"{key}:long", 1, LOST.total_seconds()):
            enqueue(key, dict(expression), channel)
    return Counted(None)


def count_for_pages(key: str, *, expression: Mapping[str, Any], channel: str, now: datetime) -> None:
    """The worker's count. Raises SegmentError, and TooManyToCountError."""
    shared = caches["shared"]
    try:
        reach = reach_of(expression, channel=channel, now=now, longest_ms=WORKER_MS)
        kept = {"people": reach.people, "left_out": reach.left_out, "at": now.isoformat()}
        shared.set(key, kept, KEPT.total_seconds())
    finally:
        shared.delete(f"{key}:long")


def _key(expression: Mapping[str, Any], channel: str) -> str:
    digest = sha256(json.dumps([expression, channel], sort_keys=True).encode()).hexdigest()
    return f"messaging:reach:{digest}"
