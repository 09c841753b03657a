"""Two subjects tried on a share of the list: what came of each, and which of them the rest gets.

Clicks and actions are told apart by a tracked link for each subject, and no scanner's visit is among them. Nobody is
followed: which of the people opened it is not known.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Max

from groundswell.campaigns.enums import ActionState
from groundswell.campaigns.models import Action, Visit
from groundswell.messaging.enums import OPEN_STATES, DeliveryState, MessageStatus, WinsBy
from groundswell.messaging.models import Delivery, Message
from groundswell.messaging.operations.steering import SteeringError, choose_subject


@dataclass(frozen=True, slots=True)
class Side:
    """One subject: how many it went to, how often its link was opened by people, and how many of them acted."""

    number: int
    subject: str
    sent: int
    clicks: int
    acted: int

    def score(self, wins_by: str) -> float:
        """What decides, for each person it went to."""
        return (self.acted if wins_by == WinsBy.ACTIONS else self.clicks) / self.sent if self.sent else 0.0


def trial_of(message: Message) -> list[Side]:
    """Both sides as far as the test goes: until it was decided. Empty for a message that tries nothing."""
    if not message.test_share:
        return []
    until = {"at__lte": message.decided_at} if message.decided_at else {}
    acted_until = {"happened_at__lte": message.decided_at} if message.decided_at else {}
    went = Delivery.objects.filter(message=message, wave=0, sent_at__isnull=False)
    sides = []
    for number, subject, link in ((0, message.subject, message.link_id), (1, message.subject_b, message.link_b_id)):
        clicks = acted = 0
        if link is not None:
            clicks = Visit.objects.filter(link=link, is_automatic=False, **until).count()
            done = Action.objects.filter(source=link, state=ActionState.CONFIRMED, **acted_until)
            acted = done.values("person").distinct().count()
        sides.append(Side(number, subject, went.filter(variant=number).count(), clicks, acted))
    return sides


def ends_at(message: Message) -> datetime | None:
    """When the test is decided by itself; None: while some of it has still to leave, or by hand."""
    if not message.test_share or message.wins_by == WinsBy.HAND:
        return None
    test = Delivery.objects.filter(message=message, wave=0)
    if test.filter(state__in=OPEN_STATES).exists():
        return None
    last = test.aggregate(last=Max("sent_at"))["last"]
    return (last or message.prepared_at or message.created_at) + timedelta(minutes=message.test_minutes)


def decide_trials(*, now: datetime, enqueue: Callable[[], Any]) -> int:
    """Choose the subject of every test whose time has come; how many. Of two that did as well the first is taken."""
    waiting = Message.objects.filter(status=MessageStatus.SENDING, test_share__gt=0, decided_at__isnull=True)
    decided = 0
    for message in waiting.exclude(wins_by=WinsBy.HAND):
        at = ends_at(message)
        if at is None or at > now:
            continue
        first, other = trial_of(message)
        winner = 1 if other.score(message.wins_by) > first.score(message.wins_by) else 0
        try:
            choose_subject(message, winner=winner, by=None, now=now, enqueue=enqueue)
        except SteeringError:
            # Somebody has chosen meanwhile.
            continue
        decided += 1
    return decided


def is_under_way(message: Message) -> bool:
    """Whether its test has not been decided, and can be."""
    return (
        message.test_share > 0
        and message.decided_at is None
        and message.status in {MessageStatus.SENDING, MessageStatus.PAUSED}
        and Delivery.objects.filter(message=message, wave=0).exclude(state=DeliveryState.SUPPRESSED).exists()
    )
