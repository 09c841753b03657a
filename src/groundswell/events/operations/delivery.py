"""The letters on their way: into the outbox once they are due, and what it asks when one leaves.

Leases, tries, lost answers, closed addresses and pace are the outbox's (`messaging/operations/outbox.py`); whether a letter
is still wanted, and its words, are looked up here at the last moment.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from groundswell.campaigns.enums import ActionState
from groundswell.campaigns.models import Campaign
from groundswell.events.enums import EventStatus, NoticeKind, NoticeReason, NoticeState
from groundswell.events.letters import compose
from groundswell.events.models import Attendance, Notice
from groundswell.events.notice_rules import is_thanked, is_too_late
from groundswell.messaging.enums import DeliveryReason
from groundswell.messaging.letters import LetterWords, NotNeededError, Urgency
from groundswell.messaging.operations.letters import ToPost, post_letters
from groundswell.messaging.operations.outbox import send_some

ROOM = "event"
MOST_AT_ONCE = 500  # letters handed over in one transaction
URGENCY = {NoticeKind.DAY_BEFORE: Urgency.SOON, NoticeKind.THANKS: Urgency.LATER}
# Planned anew whenever time or place change.
FOR_ONE_TIME = (NoticeKind.DAY_BEFORE, NoticeKind.HOUR_BEFORE, NoticeKind.THANKS, NoticeKind.MOVED)

Clock = Callable[[], datetime]


def send_due(*, clock: Clock = timezone.now) -> bool:
    """Hand over what is due and have the outbox do one job's worth of work; whether there is more."""
    while hand_over_due(now=clock()) == MOST_AT_ONCE:
        pass
    return send_some(clock=clock)


@transaction.atomic
def hand_over_due(*, now: datetime) -> int:
    """Reminders and thanks whose time has come, into the outbox, MOST_AT_ONCE at most; how many."""
    due = Notice.objects.filter(state=NoticeState.WAITING, delivery__isnull=True, due_at__lte=now)
    locked = due.select_for_update(skip_locked=True, of=("self",)).order_by("due_at", "pk")[:MOST_AT_ONCE]
    return hand_over(locked.select_related("attendance__event__campaign"), now=now)


def hand_over(notices: Iterable[Notice], *, now: datetime) -> int:
    """These into the outbox, each once; how many. Part of the transaction that has made or locked them."""
    by_campaign: dict[Campaign, list[Notice]] = defaultdict(list)
    for notice in notices:
        notice.attempts += 1
        by_campaign[notice.attendance.event.campaign].append(notice)
    for campaign, some in by_campaign.items():
        letters = [
            ToPost(
                number=notice.pk,
                times=notice.attempts,
                person_id=notice.attendance.person_id,
                contact_point_id=notice.attendance.email_id,
                urgency=URGENCY.get(NoticeKind(notice.kind), Urgency.NOW),
            )
            for notice in some
        ]
        posted = post_letters(campaign, room=ROOM, letters=letters, now=now)
        for notice in some:
            notice.delivery_id = posted[notice.pk]
        Notice.objects.bulk_update(some, ["delivery", "attempts"])
    return sum(len(some) for some in by_campaign.values())


def words_of(number: int, now: datetime) -> LetterWords:
    """What the outbox asks of each letter right before it leaves. Raises NotNeededError where it is not to go any more."""
    notice = (
        Notice.objects.filter(pk=number)
        .select_related("attendance__event__ask", "attendance__person", "attendance__email", "attendance__action")
        .first()
    )
    if notice is None:
        raise NotNeededError
    reason = why_not(notice, now=now)
    if reason is not None:
        # With our own reason first: what the outbox makes of it then leaves it as it is.
        on_its_way = Notice.objects.filter(pk=number, state__in=[NoticeState.SENDING, NoticeState.UNKNOWN])
        on_its_way.update(state=NoticeState.DROPPED, reason=reason, leased_until=None)
        is_late = reason == NoticeReason.TOO_LATE
        raise NotNeededError(DeliveryReason.TOO_LATE if is_late else DeliveryReason.NOT_NEEDED)
    return compose(notice, now=now)


def why_not(notice: Notice, *, now: datetime) -> NoticeReason | None:
    """Why a letter is not wanted any more, as things are now, whatever they were when it was leased; None: it goes."""
    found = Attendance.objects.select_related("event", "action")
    attendance = found.get(pk=notice.attendance_id)
    event = attendance.event
    if attendance.action.state not in {ActionState.PENDING, ActionState.CONFIRMED}:
        return NoticeReason.WITHDREW
    if event.status == EventStatus.CANCELLED and notice.kind != NoticeKind.CANCELLED:
        return NoticeReason.EVENT_CANCELLED
    if notice.kind in FOR_ONE_TIME and notice.sequence != event.sequence:
        return NoticeReason.SUPERSEDED
    if is_too_late(notice.kind, starts_at=event.starts_at, ends_at=event.ends_at, now=now):
        return NoticeReason.TOO_LATE
    if notice.kind == NoticeKind.THANKS and not _is_thanked(attendance):
        return NoticeReason.DID_NOT_COME
    return None


def _is_thanked(attendance: Attendance) -> bool:
    anybody = Attendance.objects.filter(event_id=attendance.event_id, arrived_at__isnull=False).exists()
    has_arrived = attendance.arrived_at is not None
    return is_thanked(kind=attendance.event.kind, has_arrived=has_arrived, anybody_arrived=anybody)
