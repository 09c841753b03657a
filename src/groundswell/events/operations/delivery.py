"""Sending the letters: lease one, commit, look whether it may still go, hand it over, write down what came of it.

The mail server is never spoken to inside a transaction. A worker that is killed between handing over and writing down
leaves one letter of which nobody knows: its lease lapses, it is marked so, and it is not sent again by itself.
"""

from __future__ import annotations

import logging
import smtplib
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.core.mail import get_connection
from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from groundswell.campaigns.enums import ActionState
from groundswell.compliance.enums import Refusal
from groundswell.compliance.letters import letter_refusal
from groundswell.events.enums import EventStatus, NoticeKind, NoticeReason, NoticeState
from groundswell.events.letters import compose
from groundswell.events.models import Attendance, Notice
from groundswell.events.notice_rules import is_thanked, is_too_late, next_try

if TYPE_CHECKING:
    from django.core.mail.backends.base import BaseEmailBackend

log = logging.getLogger(__name__)

LEASE = timedelta(minutes=5)  # longer than a mail server can keep one letter (five answers of EMAIL_TIMEOUT each)
MOST_AT_ONCE = 200  # letters a job, so that other jobs get their turn
LONGEST = 15.0  # seconds a job
PROBLEM_LENGTH = 300
REASON_OF: dict[Refusal, NoticeReason] = {
    Refusal.ERASED: NoticeReason.ERASED,
    Refusal.RETIRED: NoticeReason.DEAD_ADDRESS,
    Refusal.DECEASED: NoticeReason.DEAD_ADDRESS,
}

Clock = Callable[[], datetime]


def send_due(*, clock: Clock = timezone.now) -> bool:
    """Send what is due, for as long as one job may take; whether there is more.

    Raises RuntimeError inside a transaction: what was sent could be rolled back, and then be sent again.
    """
    if connection.in_atomic_block:
        raise RuntimeError("Letters are sent outside transactions.")
    give_up_lost(now=clock())
    if not _due(clock()).exists():
        return False
    server = get_connection()
    if not _reachable(server, clock()):
        return False
    deadline = time.monotonic() + LONGEST
    try:
        for _letter in range(MOST_AT_ONCE):
            notice = _lease_next(clock())
            if notice is None:
                return False
            _deliver(notice, server, clock)
            if time.monotonic() > deadline:
                break
    finally:
        _close(server)
    return _due(clock()).exists()


def give_up_lost(*, now: datetime) -> int:
    """Letters whose worker was lost while it spoke to the mail server: perhaps sent, and so not sent again."""
    lost = Notice.objects.filter(state=NoticeState.SENDING, leased_until__lt=now)
    return lost.update(state=NoticeState.UNKNOWN, leased_until=None, reason=NoticeReason.LOST)


def why_not(notice: Notice, *, now: datetime) -> NoticeReason | None:
    """Why a letter is not to be sent any more, as things are now, whatever they were when it was leased; None: it goes."""
    found = Attendance.objects.select_related("event", "action", "person", "email")
    attendance = found.get(pk=notice.attendance_id)
    event = attendance.event
    refusal = letter_refusal(person=attendance.person, address=attendance.email)
    if refusal is not None:
        return REASON_OF.get(refusal, NoticeReason.CLOSED)
    if attendance.action.state not in {ActionState.PENDING, ActionState.CONFIRMED}:
        return NoticeReason.WITHDREW
    if event.status == EventStatus.CANCELLED and notice.kind != NoticeKind.CANCELLED:
        return NoticeReason.EVENT_CANCELLED
    if is_too_late(notice.kind, starts_at=event.starts_at, ends_at=event.ends_at, now=now):
        return NoticeReason.TOO_LATE
    if notice.kind == NoticeKind.THANKS and not _is_thanked(attendance):
        return NoticeReason.DID_NOT_COME
    return None


def _is_thanked(attendance: Attendance) -> bool:
    anybody = Attendance.objects.filter(event_id=attendance.event_id, arrived_at__isnull=False).exists()
    has_arrived = attendance.arrived_at is not None
    return is_thanked(kind=attendance.event.kind, has_arrived=has_arrived, anybody_arrived=anybody)


def _due(now: datetime) -> QuerySet[Notice]:
    return Notice.objects.filter(state=NoticeState.WAITING, due_at__lte=now)


def _lease_next(now: datetime) -> Notice | None:
    """The next letter, in this worker's hands alone, and committed to be. One at a time: a kill loses sight of one."""
    with transaction.atomic():
        waiting = _due(now).select_for_update(skip_locked=True, of=("self",)).order_by("due_at", "pk")
        notice = waiting.select_related(
            "attendance__event__ask", "attendance__person", "attendance__email", "attendance__action"
        ).first()
        if notice is None:
            return None
        notice.state, notice.leased_until = NoticeState.SENDING, now + LEASE
        notice.attempts += 1
        notice.save(update_fields=["state", "leased_until", "attempts"])
        return notice


def _deliver(notice: Notice, server: BaseEmailBackend, clock: Clock) -> None:
    """One leased letter to its end: sent, dropped, put off, failed, or unknown."""
    now = clock()
    if (reason := why_not(notice, now=now)) is not None:
        _mark(notice, NoticeState.DROPPED, reason)
        return
    try:
        letter = compose(notice, now=now)
        letter.message()
    except Exception:
        log.exception("letter %s could not be written", notice.pk)
        _mark(notice, NoticeState.FAILED, NoticeReason.UNWRITABLE)
        return
    letter.connection = server
    if not _answers(server):
        _put_off(notice, clock(), _("The connection to the mail server was lost before the letter was handed over."))
        return
    try:
        letter.send()
    except (smtplib.SMTPRecipientsRefused, smtplib.SMTPResponseException) as refusal:
        _refused(notice, refusal, clock())
    except smtplib.SMTPNotSupportedError as problem:
        _mark(notice, NoticeState.FAILED, NoticeReason.REFUSED, str(problem))
    except (smtplib.SMTPException, OSError) as problem:
        log.warning("letter %s: the mail server's answer was lost: %s", notice.pk, problem)
        _mark(notice, NoticeState.UNKNOWN, NoticeReason.LOST, str(problem))
        _close(server)
    else:
        _mark_sent(notice, clock())


def _refused(
    notice: Notice, refusal: smtplib.SMTPRecipientsRefused | smtplib.SMTPResponseException, now: datetime
) -> None:
    """The server said no: for good (5xx), or for now (4xx). Either way it has not taken the letter."""
    if isinstance(refusal, smtplib.SMTPRecipientsRefused):
        code, answer = next(iter(refusal.recipients.values()))
        words = answer.decode(errors="replace")
    else:
        code = refusal.smtp_code
        words = (
            refusal.smtp_error if isinstance(refusal.smtp_error, str) else refusal.smtp_error.decode(errors="replace")
        )
    said = f"{code} {words}"
    if 400 <= code < 500:
        _put_off(notice, now, said)
    else:
        _mark(notice, NoticeState.FAILED, NoticeReason.REFUSED, said)


def _put_off(notice: Notice, now: datetime, problem: str) -> None:
    """Certainly not sent: tried again later, until it has been tried often enough."""
    at = next_try(notice.attempts, now=now)
    if at is None:
        _mark(notice, NoticeState.FAILED, NoticeReason.REFUSED, problem)
        return
    Notice.objects.filter(pk=notice.pk, state=NoticeState.SENDING).update(
        state=NoticeState.WAITING, leased_until=None, due_at=at, problem=problem[:PROBLEM_LENGTH]
    )


def _mark(notice: Notice, state: NoticeState, reason: NoticeReason, problem: str = "") -> None:
    Notice.objects.filter(pk=notice.pk, state=NoticeState.SENDING).update(
        state=state, leased_until=None, reason=reason, problem=problem[:PROBLEM_LENGTH]
    )


def _mark_sent(notice: Notice, now: datetime) -> None:
    """Also of one that took so long that it was given up meanwhile: now it is known."""
    Notice.objects.filter(pk=notice.pk, state__in=[NoticeState.SENDING, NoticeState.UNKNOWN]).update(
        state=NoticeState.SENT, leased_until=None, sent_at=now, reason="", problem=""
    )


def _reachable(server: BaseEmailBackend, now: datetime) -> bool:
    """Open the connection before a letter is leased; where that fails, every letter waits and says why."""
    try:
        server.open()
    except (smtplib.SMTPException, OSError) as problem:
        log.warning("the mail server cannot be reached: %s", problem)
        said = _("The mail server could not be reached: %(problem)s") % {"problem": problem}
        _due(now).update(problem=said[:PROBLEM_LENGTH])
        return False
    return True


def _answers(server: BaseEmailBackend) -> bool:
    """Whether a connection that served the letter before still stands, so that a lost answer means this letter's."""
    smtp: smtplib.SMTP | None = getattr(server, "connection", None)
    if smtp is not None:
        try:
            if smtp.noop()[0] == 250:
                return True
        except (smtplib.SMTPException, OSError):
            pass
        _close(server)
    try:
        server.open()
    except (smtplib.SMTPException, OSError) as problem:
        log.warning("the mail server cannot be reached any more: %s", problem)
        return False
    return True


def _close(server: BaseEmailBackend) -> None:
    try:
        server.close()
    except (smtplib.SMTPException, OSError) as problem:
        log.info("the mail server did not say goodbye: %s", problem)
