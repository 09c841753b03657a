"""Jobs of sign-up pages: the letters by which people confirm, and the codes that hold no longer."""

from __future__ import annotations

from django.utils import timezone

from groundswell.config.jobs import periodic, task
from groundswell.joining.operations.delivery import send_due_confirmations
from groundswell.joining.rules import CODE_HOLDS
from groundswell.messaging.operations.codes import forget_codes
from groundswell.messaging.tasks import send_soon

QUEUE = "letters"


@task(queue=QUEUE)
def send_confirmations() -> None:
    """What has just been written down, at once; the rest of a great many by the next job."""
    if send_due_confirmations():
        send_soon()


@periodic(cron="*/10 * * * *", queue=QUEUE)
def send_waiting_confirmations() -> None:
    """Every ten minutes: what an older version had written down and not sent yet."""
    if send_due_confirmations():
        send_soon()


@periodic(cron="*/10 * * * *", queue=QUEUE)
def forget_dead_codes() -> None:
    """Every ten minutes: codes that hold no longer are readable nowhere."""
    now = timezone.now()
    forget_codes(made_before=now - CODE_HOLDS, now=now)
