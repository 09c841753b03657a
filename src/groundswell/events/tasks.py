"""Jobs of events: letters that are due go to the outbox, which is set to work."""

from __future__ import annotations

from groundswell.config.jobs import periodic, task
from groundswell.events.operations.delivery import send_due
from groundswell.messaging.tasks import send_soon

QUEUE = "letters"


@task(queue=QUEUE)
def send_letters() -> None:
    """What has just been written down, at once; the rest of a great many by the next job, so that others get a turn."""
    if send_due():
        send_soon()


@periodic(cron="* * * * *", queue=QUEUE)
def send_due_letters() -> None:
    """Every minute: reminders and thanks whose time has come."""
    if send_due():
        send_soon()
