"""Jobs of sign-up pages: the letters by which people confirm."""

from __future__ import annotations

from groundswell.config.jobs import periodic, task
from groundswell.joining.operations.delivery import send_due_confirmations

QUEUE = "letters"


@task(queue=QUEUE)
def send_confirmations() -> None:
    """What has just been written down, at once; the rest of a great many by the next job."""
    if send_due_confirmations():
        send_confirmations.defer()


@periodic(cron="* * * * *", queue=QUEUE)
def send_put_off_confirmations() -> None:
    """Every minute: what the mail server put off."""
    if send_due_confirmations():
        send_confirmations.defer()
