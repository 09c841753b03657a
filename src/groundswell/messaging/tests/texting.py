"""Texts that somebody sends us."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from groundswell.messaging.models import Inbound
from groundswell.messaging.operations.inbound import receive
from groundswell.messaging.providers.contract import InboundOf

OURS, THEIRS = "+447700900999", "+447700900123"


def texted(text: str, *, number: str = THEIRS, key: str = "", **fields: Any) -> Inbound | None:
    """From `number` to ours, by the demo's telephone; None where this key came before."""
    given = InboundOf(key or f"{text[:60]}-{Inbound.objects.count()}", OURS, number, text, timezone.now(), **fields)
    return receive(given, provider="console", now=timezone.now(), enqueue=lambda _: None)
