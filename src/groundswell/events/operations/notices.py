"""The letters of an event, written down in the transaction of what causes them: what is due goes into the outbox with it,
what is due later once it is (`delivery.py`).

But for the two that send again, none of these opens a transaction or writes an audit event: they are parts of a sign-up, a
withdrawal, a move, a cancellation, which do. They are called by listening to what these tell (`listeners.py`).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.db.models import F, Q, QuerySet

from groundswell.accounts.audit import record
from groundswell.accounts.models import User
from groundswell.campaigns.enums import ActionState
from groundswell.events.enums import NoticeKind, NoticeReason, NoticeState
from groundswell.events.extensions import end_of
from groundswell.events.models import Attendance, Event, Notice
from groundswell.events.notice_rules import THANKS_AFTER, Due, is_too_late, letters_with_a_place, may_go_again
from groundswell.events.operations.delivery import hand_over
from groundswell.events.tasks import send_letters
from groundswell.messaging.operations.letters import send_letter_again, take_letters_back
from groundswell.people.enums import ContactKind

# Gone out, or tried in vain.
GONE = (NoticeState.SENT, NoticeState.FAILED, NoticeState.UNKNOWN)
# Said anew whenever it becomes true again: to whoever withdrew and came back.
NEWS = (NoticeKind.CONFIRMATION, NoticeKind.PLACE)
COMING = (ActionState.PENDING, ActionState.CONFIRMED)
# Written to once a place is sure; whoever waits for one has nothing to be reminded of.
WITH_A_PLACE = (NoticeKind.DAY_BEFORE, NoticeKind.HOUR_BEFORE, NoticeKind.THANKS)


def plan_notices(attendance: Attendance, *, now: datetime) -> None:
    """Somebody signed up, or came back after withdrawing: a confirmation, and with a place the reminders and thanks.

    Called in the sign-up's transaction, after `attendance` is written. Done twice it changes nothing while the letters
    wait. Who comes back is reminded after all, and gets another confirmation: they may have thrown the first away.
    """
    due = [Due(NoticeKind.CONFIRMATION, now)]
    if not attendance.is_waiting:
        due += _with_a_place(attendance.event, now)
    _write([attendance], due, attendance.event.sequence, now=now)


def plan_place(attendance: Attendance, *, now: datetime) -> None:
    """A place came free for somebody on the waiting list: the letter that says so, reminders and thanks."""
    due = [Due(NoticeKind.PLACE, now), *_with_a_place(attendance.event, now)]
    _write([attendance], due, attendance.event.sequence, now=now)


def drop_notices(attendance: Attendance, *, now: datetime) -> None:
    """Somebody withdrew: nothing more is sent to them about this event."""
    _drop(Notice.objects.filter(attendance=attendance), NoticeReason.WITHDREW, now)


def replan_notices(event: Event, *, now: datetime) -> None:
    """The event has another time or place, and a higher `sequence`: everybody who is signed up is told.

    What still waits of the old reminders and thanks is replaced by new ones. Whoever has not had the confirmation yet
    is not told of a move: the confirmation will say the new time.
    """
    _drop(
        Notice.objects.filter(attendance__event=event, kind__in=[*WITH_A_PLACE, NoticeKind.MOVED]),
        NoticeReason.SUPERSEDED,
        now,
    )
    # Locked, so that the worker has either taken a confirmation with the old time, or will write the new one.
    untold = set(
        Notice.objects.filter(attendance__event=event, kind=NoticeKind.CONFIRMATION, state=NoticeState.WAITING)
        .select_for_update()
        .values_list("attendance_id", flat=True)
    )
    coming = list(_coming(event))
    if not is_too_late(NoticeKind.MOVED, starts_at=event.starts_at, ends_at=event.ends_at, now=now):
        told = [attendance for attendance in coming if attendance.pk not in untold]
        _write(told, [Due(NoticeKind.MOVED, now)], event.sequence, now=now)
    with_a_place = [attendance for attendance in coming if not attendance.is_waiting]
    _write(with_a_place, _with_a_place(event, now), event.sequence, now=now)


def put_off_thanks(event: Event) -> None:
    """The host goes on longer: nobody is thanked for the evening while they are still in it, and nobody is told."""
    waiting = Notice.objects.filter(attendance__event=event, kind=NoticeKind.THANKS, state=NoticeState.WAITING)
    waiting.filter(delivery__isnull=True).update(due_at=end_of(event) + THANKS_AFTER)


def cancel_notices(event: Event, *, now: datetime) -> None:
    """The event was cancelled: what waits is not sent any more, and everybody who is signed up is told, once."""
    others = Notice.objects.filter(attendance__event=event).exclude(kind=NoticeKind.CANCELLED)
    _drop(others, NoticeReason.EVENT_CANCELLED, now)
    if not is_too_late(NoticeKind.CANCELLED, starts_at=event.starts_at, ends_at=event.ends_at, now=now):
        _write(list(_coming(event)), [Due(NoticeKind.CANCELLED, now)], event.sequence, now=now)


@transaction.atomic
def send_confirmation_again(*, event: Event, email: str, now: datetime, by: User | None = None) -> bool:
    """Somebody says that they lost their confirmation: whoever is signed up under this address gets it once more.

    Neither soon after the last one nor often (`may_go_again`). Whether anything will be sent must not be shown to whoever
    asks, as anyone may type anyone's address.
    """
    confirmations = (
        Notice.objects.select_for_update(of=("self",))
        .filter(
            attendance__event=event,
            attendance__action__state__in=COMING,
            attendance__email__kind=ContactKind.EMAIL,
            attendance__email__value=email,
            kind=NoticeKind.CONFIRMATION,
        )
        .select_related("attendance__person")
        .order_by("sequence")
    )
    newest = {notice.attendance_id: notice for notice in confirmations}
    lost = [
        notice
        for notice in newest.values()
        if notice.state in GONE and may_go_again(sent_at=notice.sent_at, again=notice.again, now=now)
    ]
    for notice in lost:
        _once_more(Notice.objects.filter(pk=notice.pk), now)
        _hand_over(Notice.objects.filter(pk=notice.pk), now)
        record("send_again", by=by, subject=notice.attendance.person, notice_id=notice.pk, kind=notice.kind)
    if lost:
        send_letters.defer()
    return bool(lost)


@transaction.atomic
def send_again(notice: Notice, *, by: User | None, now: datetime) -> bool:
    """An organiser knows better: a letter that failed, or of which nobody knows, goes out after all; whether it will.

    Whoever closed their address gets none this way either: it is asked again at delivery.
    """
    if notice.delivery_id is not None:
        again = send_letter_again(notice.delivery_id)
    else:
        # From before there was an outbox for it.
        lost = Notice.objects.filter(pk=notice.pk, state__in=[NoticeState.FAILED, NoticeState.UNKNOWN])
        again = bool(lost.update(state=NoticeState.WAITING, reason="", problem="", due_at=now))
        _hand_over(Notice.objects.filter(pk=notice.pk), now)
    if again:
        send_letters.defer()
        record("send_again", by=by, subject=notice.attendance.person, notice_id=notice.pk, kind=notice.kind)
    return again


def _coming(event: Event) -> QuerySet[Attendance]:
    return Attendance.objects.filter(event=event, action__state__in=COMING).order_by("pk")


def _with_a_place(event: Event, now: datetime) -> list[Due]:
    return letters_with_a_place(starts_at=event.starts_at, ends_at=end_of(event), time_zone=event.time_zone, now=now)


def _drop(notices: QuerySet[Notice], reason: NoticeReason, now: datetime) -> None:
    """Only what waits, here or in the outbox: a letter in the worker's hands is asked about once more before it leaves.

    The outbox's rows first and then ours, as the outbox does it: so nobody waits for each other.
    """
    waiting = notices.filter(state=NoticeState.WAITING)
    posted = waiting.filter(delivery__isnull=False).values_list("delivery_id", flat=True)
    back = take_letters_back([number for number in posted if number is not None], now=now)
    planned = Q(state=NoticeState.WAITING, delivery__isnull=True)
    notices.filter(planned | Q(delivery__in=back)).update(state=NoticeState.DROPPED, reason=reason)


def _hand_over(notices: QuerySet[Notice], now: datetime) -> None:
    """What of these is due and not in the outbox yet; what somebody else is just handing over is left to them."""
    due = notices.filter(state=NoticeState.WAITING, delivery__isnull=True, due_at__lte=now)
    locked = due.select_for_update(skip_locked=True, of=("self",)).order_by("pk")
    hand_over(locked.select_related("attendance__event__campaign"), now=now)


def _once_more(notices: QuerySet[Notice], at: datetime) -> None:
    """Letters that went, or did not, go out again."""
    notices.update(state=NoticeState.WAITING, due_at=at, reason="", problem="", delivery=None, again=F("again") + 1)


def _write(attendances: Iterable[Attendance], due: list[Due], sequence: int, *, now: datetime) -> None:
    """One row for each person and letter. A row that is there stays as it is: each letter goes out once.

    But what was dropped because they withdrew is wanted again once they are back, and what says that they are coming, or
    have a place, is news each time it is true. What is due at once goes into the outbox and has its job, both of which
    commit with it; what is due later is found by the job of every minute.
    """
    rows = [
        Notice(attendance=attendance, kind=letter.kind, sequence=sequence, due_at=letter.at)
        for attendance in attendances
        for letter in due
    ]
    people = [attendance.pk for attendance in attendances]
    there = Notice.objects.filter(attendance__in=people, sequence=sequence)
    for letter in due:
        of_kind = there.filter(kind=letter.kind)
        of_kind.filter(state=NoticeState.DROPPED, reason=NoticeReason.WITHDREW).update(
            state=NoticeState.WAITING, reason="", due_at=letter.at, delivery=None
        )
        if letter.kind in NEWS:
            _once_more(of_kind.filter(state__in=GONE), letter.at)
    Notice.objects.bulk_create(rows, ignore_conflicts=True)
    if rows and any(letter.at <= now for letter in due):
        _hand_over(there, now)
        send_letters.defer()
