"""The link to a person's preference page: signed, so that nobody guesses another's; in every message that leaves.

It names a person and the one address it was sent to, and holds as long as they are kept. Opening it changes nothing (mail
scanners open everything); buttons do, and the one-click POST of mailboxes (RFC 8058, rule M6).
"""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.core import signing
from django.urls import reverse

from groundswell.people.models import ContactPoint, Person

SALT = "groundswell.messaging.preferences"


@dataclass(frozen=True)
class Recipient:
    """Whose link it is, and the address that it was sent to."""

    person: Person
    point: ContactPoint


def preference_token(*, person_id: int, contact_point_id: int) -> str:
    """The signed name of a person at an address."""
    return signing.Signer(salt=SALT).sign(f"{person_id}-{contact_point_id}")


def preference_address(*, person_id: int, contact_point_id: int) -> str:
    """The whole address of their preference page, for the foot of a message."""
    token = preference_token(person_id=person_id, contact_point_id=contact_point_id)
    return settings.PUBLIC_URL + reverse("preferences:page", args=[token])


def list_headers(*, person_id: int, contact_point_id: int) -> dict[str, str]:
    """The headers by which a mailbox offers to unsubscribe with one click (RFC 2369, RFC 8058)."""
    token = preference_token(person_id=person_id, contact_point_id=contact_point_id)
    address = settings.PUBLIC_URL + reverse("preferences:one_click", args=[token])
    return {"List-Unsubscribe": f"<{address}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}


def recipient_of(token: str) -> Recipient | None:
    """Whom a token names; None if it was not signed here, or the person or the address is no longer kept."""
    try:
        person_id, point_id = map(int, signing.Signer(salt=SALT).unsign(token).split("-"))
    except (signing.BadSignature, ValueError):
        return None
    person = Person.objects.select_related("source").filter(pk=person_id, erased_at__isnull=True).first()
    point = ContactPoint.objects.filter(pk=point_id).first()
    return Recipient(person, point) if person is not None and point is not None else None
