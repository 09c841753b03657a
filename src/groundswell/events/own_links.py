"""The link to a sign-up's own page: signed, so that nobody guesses another's; sent by letter to its owner only.

It holds as long as the sign-up is kept. Opening it changes nothing (mail scanners open everything); buttons do.
"""

from __future__ import annotations

from django.conf import settings
from django.core import signing
from django.urls import reverse

from groundswell.events.models import Attendance

SALT = "groundswell.events.own"


def own_token(attendance: Attendance) -> str:
    """The signed name of a sign-up."""
    return signing.Signer(salt=SALT).sign(str(attendance.pk))


def own_address(attendance: Attendance) -> str:
    """The whole address of its own page, for letters."""
    return settings.PUBLIC_URL + reverse("events:mine", args=[own_token(attendance)])


def attendance_of(token: str) -> Attendance | None:
    """The sign-up that a token names; None if it was not signed here, or is no longer kept."""
    try:
        pk = int(signing.Signer(salt=SALT).unsign(token))
    except (signing.BadSignature, ValueError):
        return None
    found = Attendance.objects.select_related(
        "event__campaign",
        "event__area",
        "event__candidate",
        "event__ask",
        "event__host",
        "person",
        "email",
        "phone",
        "action",
    )
    return found.filter(pk=pk).first()
