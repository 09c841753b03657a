"""What tests of the outbox do: prepare, send by a clock of their own, look."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from time import monotonic

from groundswell.messaging.models import Delivery, Message
from groundswell.messaging.operations.outbox import AT_ONCE, send_some
from groundswell.messaging.operations.preparing import prepare
from groundswell.messaging.tests.ways import Way
from groundswell.messaging.tests.world import NOON, World


class Clock:
    """Says when it is, and is moved on by hand, or by whoever waits."""

    def __init__(self, at: datetime = NOON) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at

    def wait(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)


class Ticking:
    """Starts at a moment and goes on by itself, so that whoever waits for a sender's pace comes to an end."""

    def __init__(self, at: datetime) -> None:
        self._at, self._begun = at, monotonic()

    def __call__(self) -> datetime:
        return self._at + timedelta(seconds=monotonic() - self._begun)


def sending(world: World, **fields: object) -> Message:
    message = world.message(**fields)
    prepare(message, by=None, now=NOON)
    return message


def send(way: Way, clock: Clock, **how: int) -> bool:
    return send_some(clock=clock, open_way=lambda _name: way, **how)


def drain(way: Way, clock: Clock) -> None:
    """Job after job, a second apart, for as long as there is something to do."""
    while send(way, clock, most=AT_ONCE):
        clock.at += timedelta(seconds=1)


def states(message: Message) -> dict[str, int]:
    return dict(Counter(Delivery.objects.filter(message=message).values_list("state", flat=True)))
