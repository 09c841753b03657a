"""From a leased delivery to what a provider is handed: the message in one person's words, with what every message needs.

Made once for a message and used for all its batches of a run, so that nothing is rendered twice.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.urls import reverse

from groundswell.campaigns.asks_pages import own_address_of
from groundswell.compliance.enums import Channel
from groundswell.messaging.composed import link_of, same_for_all, writing_of
from groundswell.messaging.fields import LINK
from groundswell.messaging.models import Message
from groundswell.messaging.preferences import preference_token
from groundswell.messaging.providers.contract import Outgoing
from groundswell.messaging.return_paths import return_path_of
from groundswell.messaging.sms import segments_of
from groundswell.messaging.writing import PREFERENCES, Written

# Stands where a person's token goes; nothing else in an address of ours is called so.
PLACE = "-here-"


class MissingFieldError(ValueError):
    """Something the message says about the person is not known of them, and nothing stands in for it."""


@dataclass(frozen=True, slots=True)
class Leased:
    """A delivery in our hands, and what is known of the person at this moment."""

    id: int
    person_id: int | None
    contact_point_id: int
    bucket_id: int
    variant: int
    attempts: int
    body: str
    address: str
    values: dict[str, str]
    # Which of several things that one message says to them.
    key: str = ""


class Letterhead:
    """What is the same for everybody who gets a message. Raises FieldError, and NoImprintError (rule I1)."""

    def __init__(self, message: Message) -> None:
        assert message.sender is not None
        self.sender, self.is_email = message.sender, message.channel == Channel.EMAIL
        self._subject, self._ask = message.subject, message.ask
        self._links = [link_of(message, variant) for variant in (0, 1)]
        self._writing = writing_of(message)
        self._same = [same_for_all(message, variant=variant) for variant in (0, 1)]
        # The addresses with the person's token left out: making one anew for everybody takes longer than all the words.
        self._has_token = self.is_email or PREFERENCES in self._writing.fields()
        self._page = settings.PUBLIC_URL + reverse("preferences:page", args=[PLACE])
        self._one_click = settings.PUBLIC_URL + reverse("preferences:one_click", args=[PLACE])

    def outgoing(self, delivery: Leased, *, valid_until: datetime | None) -> Outgoing:
        """The message to one person. Raises MissingFieldError."""
        token = _token_of(delivery) if self._has_token else ""
        written = self._written(delivery, token)
        return Outgoing(
            delivery_id=delivery.id,
            reference=reference_of(delivery.id),
            sender_name=self.sender.name,
            sender_address=self.sender.address,
            to=delivery.address,
            text=written.text,
            subject=written.subject,
            html=written.html,
            headers=self._headers(token),
            return_path=return_path_of(reference_of(delivery.id)) if self.is_email else "",
            valid_until=valid_until,
        )

    def _written(self, delivery: Leased, token: str) -> Written:
        if delivery.body:
            return Written(subject=self._subject if self.is_email else "", text=delivery.body)
        variant = min(delivery.variant, 1)
        values = {**self._same[variant], **delivery.values, PREFERENCES: self._page.replace(PLACE, token)}
        if self._ask is not None and delivery.person_id is not None:
            # A page on which everybody is known by a link of their own.
            own = own_address_of(
                self._ask,
                self._links[variant],
                person_id=delivery.person_id,
                contact_point_id=delivery.contact_point_id,
            )
            values |= {LINK: own} if own is not None else {}
        missing = self._writing.missing(values, variant=delivery.variant)
        if missing:
            raise MissingFieldError(", ".join(missing))
        return self._writing.for_one(values, variant=delivery.variant)

    def _headers(self, token: str) -> dict[str, str]:
        """The headers by which a mailbox offers to unsubscribe with one click (RFC 2369, RFC 8058)."""
        if not self.is_email:
            return {}
        address = self._one_click.replace(PLACE, token)
        return {"List-Unsubscribe": f"<{address}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}


def _token_of(delivery: Leased) -> str:
    """Empty for a number that is nobody's we know: it has no page of preferences."""
    if delivery.person_id is None:
        return ""
    return preference_token(person_id=delivery.person_id, contact_point_id=delivery.contact_point_id)


def reference_of(delivery_id: int) -> str:
    """By what a delivery goes with providers: the same however often it is tried."""
    return f"d{delivery_id}"


def delivery_of(reference: str) -> int | None:
    """The delivery that a reference means; None: it is none of ours."""
    number = reference.removeprefix("d")
    return int(number) if reference.startswith("d") and number.isascii() and number.isdigit() else None


def segments_in(going: Sequence[Outgoing]) -> dict[int, int]:
    """How many texts each is billed as."""
    return {each.delivery_id: segments_of(each.text).count for each in going}
