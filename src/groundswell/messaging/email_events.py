"""What an email service posts to us, as django-anymail tells it: a receipt, or an email that came back."""

from __future__ import annotations

from typing import Any

from anymail.signals import tracking
from django.dispatch import receiver
from django.utils import timezone

from groundswell.messaging.operations.backs import take_back
from groundswell.messaging.operations.inbound import cleaned
from groundswell.messaging.operations.receipts import take_receipts
from groundswell.messaging.providers.anymail.webhooks import said_by
from groundswell.messaging.providers.contract import ReceiptOf

PROVIDER = "anymail"


@receiver(tracking, dispatch_uid="groundswell.messaging.email_events")
def take_event(sender: Any, event: Any, **_: Any) -> None:  # noqa: ARG001 - as the signal calls it
    """Keep what an event says. Whatever goes wrong is told the service, which says it again."""
    now = timezone.now()
    said = said_by(event, now=now)
    if isinstance(said, ReceiptOf):
        take_receipts(PROVIDER, receipts=[cleaned(said)])
    elif said is not None:
        take_back(said, provider=PROVIDER, now=now)
