"""Sending the letters: lease one, commit, look whether it may go, hand it over, write down what came of it.

The mail server is never spoken to inside a transaction. What a killed worker had in hand is marked as perhaps sent.
"""

from __future__ import annotations

import logging
import smtplib
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.core.mail import get_connection
from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils import timezone

from groundswell.compliance.letters import letter_refusal
from groundswell.joining.enums import LetterState
from groundswell.joining.letters import compose
from groundswell.joining.models import Letter
from groundswell.joining.rules import next_try

if TYPE_CHECKING:
    from django.core.mail.backends.base import BaseEmailBackend

log = logging.getLogger(__name__)

LEASE = timedelta(minutes=5)  # longer than a mail server can keep one letter (five answers of EMAIL_TIMEOUT each)
MOST_AT_ONCE = 100
PROBLEM_LENGTH = 300

Clock = Callable[[], datetime]


def send_due_confirmations(*, clock: Clock = timezone.now) -> bool:
    """Send what is due, a hundred at most; whether there is more.

    Raises RuntimeError inside a transaction: what was sent could be rolled back, and then be sent again.
    """
    if connection.in_atomic_block:
        raise RuntimeError("Letters are sent outside transactions.")
    Letter.objects.filter(state=LetterState.SENDING, leased_until__lt=clock()).update(
        state=LetterState.UNKNOWN, leased_until=None
    )
    for _number in range(MOST_AT_ONCE):
        letter = _lease_next(clock())
        if letter is None:
            return False
        _deliver(letter, clock)
    return _due(clock()).exists()


def _due(now: datetime) -> QuerySet[Letter]:
    return Letter.objects.filter(state=LetterState.WAITING, due_at__lte=now)


def _lease_next(now: datetime) -> Letter | None:
    with transaction.atomic():
        letter = (
            _due(now)
            .select_for_update(skip_locked=True, of=("self",))
            .select_related("sign_up__page__ask", "sign_up__person", "sign_up__email", "sign_up__action")
            .order_by("due_at", "pk")
            .first()
        )
        if letter is None:
            return None
        letter.state, letter.leased_until, letter.attempts = LetterState.SENDING, now + LEASE, letter.attempts + 1
        letter.save(update_fields=["state", "leased_until", "attempts"])
        return letter


def _deliver(letter: Letter, clock: Clock) -> None:
    """One leased letter to its end: sent, dropped, put off, failed, or perhaps sent."""
    sign_up = letter.sign_up
    if letter_refusal(person=sign_up.person, address=sign_up.email) is not None:
        _mark(letter, LetterState.DROPPED)
        return
    try:
        message = compose(letter)
        message.message()
    except Exception:
        log.exception("letter of sign-up %s could not be written", sign_up.pk)
        _mark(letter, LetterState.FAILED, "could not be written")
        return
    # A connection of its own: these letters come one by one, and what is lost with it is one letter.
    server: BaseEmailBackend = get_connection()
    try:
        server.open()
    except (smtplib.SMTPException, OSError) as problem:
        _put_off(letter, clock(), str(problem))
        return
    message.connection = server
    try:
        message.send()
    except (smtplib.SMTPRecipientsRefused, smtplib.SMTPResponseException) as refusal:
        code, said = _answer(refusal)
        if 400 <= code < 500:
            _put_off(letter, clock(), said)
        else:
            _mark(letter, LetterState.FAILED, said)
    except smtplib.SMTPNotSupportedError as problem:
        _mark(letter, LetterState.FAILED, str(problem))
    except (smtplib.SMTPException, OSError) as problem:
        _mark(letter, LetterState.UNKNOWN, str(problem))
    else:
        # Also of one that took so long that it was given up meanwhile: now it is known.
        Letter.objects.filter(pk=letter.pk, state__in=[LetterState.SENDING, LetterState.UNKNOWN]).update(
            state=LetterState.SENT, leased_until=None, sent_at=clock(), problem=""
        )
    finally:
        _close(server)


def _answer(refusal: smtplib.SMTPRecipientsRefused | smtplib.SMTPResponseException) -> tuple[int, str]:
    """The server's code and words."""
    code: int
    answer: bytes | str
    if isinstance(refusal, smtplib.SMTPRecipientsRefused):
        code, answer = next(iter(refusal.recipients.values()))
    else:
        code, answer = refusal.smtp_code, refusal.smtp_error
    return code, f"{code} {answer.decode(errors='replace') if isinstance(answer, bytes) else answer}"


def _put_off(letter: Letter, now: datetime, problem: str) -> None:
    """Certainly not sent: tried again later, until it has been tried often enough."""
    at = next_try(letter.attempts, now=now)
    if at is None:
        _mark(letter, LetterState.FAILED, problem)
        return
    Letter.objects.filter(pk=letter.pk, state=LetterState.SENDING).update(
        state=LetterState.WAITING, leased_until=None, due_at=at, problem=problem[:PROBLEM_LENGTH]
    )


def _mark(letter: Letter, state: LetterState, problem: str = "") -> None:
    Letter.objects.filter(pk=letter.pk, state=LetterState.SENDING).update(
        state=state, leased_until=None, problem=problem[:PROBLEM_LENGTH]
    )


def _close(server: BaseEmailBackend) -> None:
    try:
        server.close()
    except (smtplib.SMTPException, OSError) as problem:
        log.info("the mail server did not say goodbye: %s", problem)
