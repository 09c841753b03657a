"""Ways in that have to be listened at: a thread of the worker for each, one worker at a time (docs/decisions/0006).

What comes is kept and committed before it is answered. A gateway that is gone is bound to again and again.
"""

from __future__ import annotations

import logging
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from time import monotonic

from django.conf import settings
from django.db import DatabaseError, connection
from django.utils import timezone

from groundswell.config.sms import SmppGateway
from groundswell.messaging.operations.inbound import cleaned
from groundswell.messaging.operations.lines import hold_line, let_go, mark_answered, note_line
from groundswell.messaging.operations.parts import take_part
from groundswell.messaging.operations.receipts import take_receipts
from groundswell.messaging.providers.contract import PartOf, ReceiptOf
from groundswell.messaging.providers.smpp.bind import BindError
from groundswell.messaging.providers.smpp.receiver import Receiver
from groundswell.messaging.tasks import route_inbound

log = logging.getLogger(__name__)

SMPP = "smpp"
# Seconds between two tries; the last again and again.
PAUSES = (1.0, 2.0, 5.0, 10.0, 30.0)
HOLD_EVERY = 5.0  # seconds
STOP_PATIENCE = 15.0  # seconds


@contextmanager
def listening() -> Iterator[None]:
    """Listens while the block lasts, where the settings name something to listen at."""
    if settings.SMPP is None:
        yield
        return
    stop = threading.Event()
    thread = threading.Thread(target=listen_to_smpp, args=(settings.SMPP, stop), name="smpp", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(STOP_PATIENCE)


def listen_to_smpp(gateway: SmppGateway, stop: threading.Event, *, pauses: tuple[float, ...] = PAUSES) -> None:
    """Until `stop`. Raises nothing: what goes wrong is logged, shown by `groundswell doctor`, and tried again."""
    holder, tries = uuid.uuid4().hex, 0
    receiver = Receiver(gateway, take=_take, answered=lambda: mark_answered(SMPP))
    while not stop.is_set():
        try:
            if hold_line(SMPP, holder=holder):
                tries = 0 if _listen(receiver, holder, stop) else tries
        except (BindError, DatabaseError) as problem:
            log.warning("smpp: %s", problem)
            with suppress(DatabaseError):
                note_line(SMPP, problem=str(problem))
        except Exception:
            log.exception("smpp: listening failed")
        # A connection that broke is made anew; none is kept open while nothing is heard.
        connection.close()
        stop.wait(pauses[min(tries, len(pauses) - 1)])
        tries += 1
    with suppress(DatabaseError):
        let_go(SMPP, holder=holder)
    connection.close()


def _listen(receiver: Receiver, holder: str, stop: threading.Event) -> bool:
    """Until `stop`, or until another worker has the line."""
    held_at = 0.0

    def goes_on() -> bool:
        nonlocal held_at
        if stop.is_set():
            return False
        if monotonic() - held_at < HOLD_EVERY:
            return True
        held_at = monotonic()
        if not hold_line(SMPP, holder=holder):
            return False
        note_line(SMPP)
        return True

    receiver.listen(goes_on)
    return True


def _take(came: ReceiptOf | PartOf) -> None:
    try:
        if isinstance(came, ReceiptOf):
            take_receipts(SMPP, receipts=[cleaned(came)])
        else:
            take_part(
                came,
                provider=SMPP,
                line=SMPP,
                now=timezone.now(),
                enqueue=lambda inbound_id: route_inbound.defer(inbound_id=inbound_id),
            )
    except DatabaseError:
        connection.close_if_unusable_or_obsolete()
        raise
