"""Jobs of sign-up pages: the letters by which people confirm."""

from __future__ import annotations

from groundswell.config.jobs import periodic, task
from groundswell.joining.operations.delivery import send_due_confirmations
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
