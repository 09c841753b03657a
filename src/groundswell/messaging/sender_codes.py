"""The code that goes to an address to prove that we read what comes there. Nothing is kept: it is made anew and compared."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils.crypto import constant_time_compare, salted_hmac

from groundswell.messaging.models import Sender

SALT = "groundswell.messaging.sender"
DIGITS = 8
# It holds until the end of the next full hour: between one and two.
WINDOW = timedelta(hours=1)


def code_of(sender: Sender, *, now: datetime) -> str:
    """The code that goes to the address at `now`."""
    return _code(sender, int(now.timestamp() // WINDOW.total_seconds()))


def is_code_of(sender: Sender, typed: str, *, now: datetime) -> bool:
    """Whether somebody who types this has read what was sent there lately."""
    window = int(now.timestamp() // WINDOW.total_seconds())
    plain = "".join(typed.split())
    return any(constant_time_compare(plain, _code(sender, number)) for number in (window, window - 1))


def _code(sender: Sender, window: int) -> str:
    digest = salted_hmac(SALT, f"{sender.pk}:{sender.address}:{window}", algorithm="sha256").digest()
    return f"{int.from_bytes(digest[:8]) % 10**DIGITS:0{DIGITS}d}"
