"""Where an email goes back to: an address of its own for each, so that what comes back says which it was (VERP).

Signed, so that nobody can close somebody's address with a made-up bounce.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Iterable
from functools import cache

from django.conf import settings
from django.utils.crypto import constant_time_compare, salted_hmac

SALT = "groundswell.messaging.return_paths"
LENGTH = 16  # hexadecimal figures: as many guesses as nobody has, in an address of at most 64 characters
_SIGNED = re.compile(r"\+(d[0-9]{1,19})-([0-9a-f]{16})@", re.IGNORECASE)


def return_path_of(reference: str) -> str:
    """The address for one delivery; empty where the installation has none (BOUNCE_ADDRESS)."""
    if not settings.BOUNCE_ADDRESS:
        return ""
    name, _sign, domain = settings.BOUNCE_ADDRESS.partition("@")
    return f"{name}+{reference}-{_signature(reference)}@{domain}"


def reference_in(texts: Iterable[str]) -> str:
    """The delivery that one of these texts names with our signature; empty: none does."""
    for text in texts:
        for reference, signature in _SIGNED.findall(text):
            if constant_time_compare(signature.lower(), _signature(reference.lower())):
                return str(reference.lower())
    return ""


def _signature(reference: str) -> str:
    digest = _keyed(settings.SECRET_KEY).copy()
    digest.update(reference.encode())
    return str(digest.hexdigest()[:LENGTH])


@cache
def _keyed(secret: str) -> hmac.HMAC:
    """Derived once: a million addresses are made from it."""
    return salted_hmac(SALT, "", secret=secret, algorithm="sha256")
