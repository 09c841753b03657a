"""The link by which one person answers a survey: signed, in the message that was sent to them, without an account.

Short enough for a text: four numbers and eighty bits of a signature, which nobody guesses by asking. It holds as long as
the person and the address are kept. Opening it changes nothing but the count of visits; the button does.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass

from django.urls import reverse
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.http import base36_to_int, int_to_base36

from groundswell.campaigns.models import ShareLink
from groundswell.people.models import ContactPoint, Person
from groundswell.surveys.models import Survey

SALT = "groundswell.surveys.own"
_BYTES = 10


@dataclass(frozen=True)
class Invited:
    """Whose link it is, for which survey, the address that it was sent to, and the message's tracked link."""

    survey: Survey
    person: Person
    contact_point: ContactPoint
    link: ShareLink | None


def own_token(*, ask_id: int, person_id: int, contact_point_id: int, link_id: int | None = None) -> str:
    """The signed name of a person's copy of a survey."""
    said = "-".join(int_to_base36(number) for number in (ask_id, person_id, contact_point_id, link_id or 0))
    return f"{said}.{_signature(said)}"


def own_path(*, ask_id: int, person_id: int, contact_point_id: int, link_id: int | None = None) -> str:
    """The path of their page."""
    token = own_token(ask_id=ask_id, person_id=person_id, contact_point_id=contact_point_id, link_id=link_id)
    return reverse("surveys:own", args=[token])


def invited_by(token: str) -> Invited | Survey | None:
    """Whom and what a token names; only the survey where the person or the address is no longer kept.

    None if it was not signed here, or the survey is not published.
    """
    said, _dot, signature = token.partition(".")
    if not constant_time_compare(signature, _signature(said)):
        return None
    try:
        ask_id, person_id, point_id, link_id = map(base36_to_int, said.split("-"))
    except ValueError:
        return None
    published = Survey.objects.filter(ask=ask_id, ask__published_at__isnull=False)
    survey = published.select_related("ask__campaign", "script").first()
    person = Person.objects.filter(pk=person_id, erased_at__isnull=True).first()
    point = ContactPoint.objects.filter(pk=point_id, people=person_id).first()
    if survey is None or person is None or point is None:
        return survey
    link = ShareLink.objects.filter(pk=link_id, ask=ask_id).first() if link_id else None
    return Invited(survey, person, point, link)


def _signature(said: str) -> str:
    digest = salted_hmac(SALT, said, algorithm="sha256").digest()[:_BYTES]
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")
