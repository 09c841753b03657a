"""A proof of work, asked for on a sign-up page only while it is being abused: a second of reckoning by the visitor's device.

Nobody is watched and nothing is asked of anybody else: the challenge is ours, the device solves it, we check it once.
"""

from __future__ import annotations

import base64
import binascii
import json
from datetime import datetime, timedelta
from typing import Any

import altcha
from django.core.cache import caches
from django.utils.crypto import salted_hmac

SALT = "groundswell.joining.proof"
# Hashes at most, half of it on average: about a second on a phone.
HARDEST = 40_000
HOLDS = timedelta(minutes=20)
LONGEST = 2_000


def new_challenge(*, now: datetime) -> str:
    """What the page's script has to solve, as JSON."""
    made = altcha.create_challenge(altcha.ChallengeOptions(max_number=HARDEST, hmac_key=_key(), expires=now + HOLDS))
    return json.dumps({"challenge": made.challenge, "salt": made.salt, "signature": made.signature, "most": HARDEST})


def is_proven(solution: str) -> bool:
    """Whether this solves a challenge of ours that still holds; each holds for one sign-up."""
    if not solution or len(solution) > LONGEST:
        return False
    try:
        said: Any = json.loads(base64.b64decode(solution, validate=True))
        number, salt, challenge = int(said["number"]), str(said["salt"]), str(said["challenge"])
        signature = str(said["signature"])
    except (binascii.Error, ValueError, KeyError, TypeError):
        return False
    payload = altcha.Payload(algorithm="SHA-256", challenge=challenge, number=number, salt=salt, signature=signature)
    is_right, _problem = altcha.verify_solution(payload, _key(), check_expires=True)
    # Taken the first time, also of two at once.
    return is_right and caches["shared"].add(f"joining:proof:{signature}", 1, HOLDS.total_seconds())


def _key() -> str:
    return salted_hmac(SALT, "challenges", algorithm="sha256").hexdigest()
