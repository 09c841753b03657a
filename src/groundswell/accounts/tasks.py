"""Upkeep of the audit log and of sign-ins that were never finished."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from groundswell.accounts import seals
from groundswell.accounts.sessions import SessionStore
from groundswell.config.jobs import periodic

QUEUE = "upkeep"
AUDIT_MONTHS = 24  # rule D13


@periodic(cron="* * * * *", queue=QUEUE)
def seal_audit_log() -> None:
    """Every minute: what was written before then can no longer be changed unseen."""
    seals.seal_audit_log(now=timezone.now())


@periodic(cron="41 3 * * *", queue=QUEUE)
def forget_old_events() -> None:
    """Every night: the log is kept for two years (rule D13) and no longer."""
    seals.forget_old_events(before=timezone.now() - timedelta(days=AUDIT_MONTHS * 30.5))


@periodic(cron="11 3 * * *", queue=QUEUE)
def clear_unfinished_sign_ins() -> None:
    """Every night: the secret halves of sign-ins that nobody finished."""
    SessionStore.clear_expired()
