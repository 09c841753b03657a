"""Jobs of messaging: preparing, sending a batch at a time, and routing what came in."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import timezone
from procrastinate.exceptions import AlreadyEnqueued

from groundswell.accounts.models import User
from groundswell.config.jobs import periodic, task
from groundswell.messaging.bounces import read_bounces
from groundswell.messaging.counting import count_for_pages
from groundswell.messaging.operations.inbound import route_again
from groundswell.messaging.operations.letters import keep_letters_going
from groundswell.messaging.operations.outbox import send_some
from groundswell.messaging.operations.parts import route_incomplete
from groundswell.messaging.operations.preparing import prepare_asked
from groundswell.messaging.operations.receipts import match_lost_receipts
from groundswell.messaging.operations.trials import decide_trials

QUEUE = "messages"


@task(queue=QUEUE)
def prepare_message(*, message_id: int, by_id: int | None) -> None:
    """The deliveries of a message that was let go, and then the first of them."""
    by = None if by_id is None else User.objects.filter(pk=by_id).first()
    prepare_asked(message_id, by=by, now=timezone.now(), enqueue=send_soon)


@task(queue=QUEUE, queueing_lock="messages.send")
def send_messages() -> None:
    """One job's worth; the rest by the next job, so that others get a turn."""
    if send_some():
        send_soon()


@periodic(cron="* * * * *", queue=QUEUE)
def send_due_messages() -> None:
    """Every minute: hours that have opened, waves whose time has come, and what a provider put off."""
    keep_letters_going(now=timezone.now())
    if send_some():
        send_soon()


@task(queue=QUEUE)
def count_reach(*, key: str, expression: dict[str, Any], channel: str) -> None:
    """Whom a message would reach, of more people than a page can wait for."""
    count_for_pages(key, expression=expression, channel=channel, now=timezone.now())


@periodic(cron="* * * * *", queue=QUEUE)
def decide_due_trials() -> None:
    """Tests of two subjects that have waited long enough."""
    decide_trials(now=timezone.now(), enqueue=send_soon)


@periodic(cron="* * * * *", queue=QUEUE)
def match_lost() -> None:
    """Receipts that came before we knew that the provider's answer was lost."""
    match_lost_receipts(now=timezone.now())


@periodic(cron="*/10 * * * *", queue=QUEUE)
def route_incomplete_texts() -> None:
    """Long texts of which a part never came."""
    route_incomplete(now=timezone.now(), enqueue=lambda inbound_id: route_inbound.defer(inbound_id=inbound_id))


@periodic(cron="*/5 * * * *", queue=QUEUE)
def read_what_came_back() -> None:
    """The mailbox of undeliverable email, where there is one."""
    read_bounces()


def send_soon() -> None:
    """Tell the worker that something may go. One job waits at a time, however often this is said, also in a transaction."""
    try:
        # The database says no to a second one: that must not end whatever this is a part of.
        with transaction.atomic():
            send_messages.defer()
    except AlreadyEnqueued:
        return


@task(queue=QUEUE, retry=5)
def route_inbound(*, inbound_id: int) -> None:
    """Written down with each incoming text: what could not be routed at once is, and what answers it goes."""
    if route_again(inbound_id):
        send_soon()
