"""The job that reads the mailbox of what came back."""

from __future__ import annotations

import logging
import uuid
from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from groundswell.messaging.operations.backs import take_back
from groundswell.messaging.operations.lines import hold_line, let_go, note_line
from groundswell.messaging.providers.mailbox.reading import MailboxError, read_mailbox
from groundswell.messaging.providers.mailbox.reports import report_in

log = logging.getLogger(__name__)

LINE = "bounces"
# Longer than a visit; then another worker may look.
HOLD = timedelta(minutes=10)


def read_bounces() -> int:
    """Everything that has come back since; how many emails of ours that were. Raises nothing that the mailbox does: it
    is shown by `groundswell doctor`, and tried again.
    """
    holder = uuid.uuid4().hex
    if settings.BOUNCE_MAILBOX is None or not hold_line(LINE, holder=holder, hold=HOLD):
        return 0
    try:
        seen, used = read_mailbox(settings.BOUNCE_MAILBOX, _use)
    except MailboxError as problem:
        log.warning("the mailbox of bounces: %s", problem)
        note_line(LINE, problem=str(problem))
        return 0
    finally:
        let_go(LINE, holder=holder)
    if seen > used:
        log.warning("%s messages in the mailbox of bounces are for a person to read", seen - used)
    note_line(LINE)
    return used


def _use(raw: bytes) -> bool:
    now = timezone.now()
    said = report_in(raw, now=now)
    if said is None:
        return False
    take_back(said, provider="mailbox", now=now)
    return True
