"""What we wrote to one person, by whatever way: all of it is in the one outbox."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from groundswell.messaging.enums import UNREACHED_STATES
from groundswell.messaging.models import Delivery
from groundswell.people.models import Person

SHOWN = 30


@dataclass(frozen=True, slots=True)
class Written:
    """One message or letter: what it was about, when, where it went, and what became of it."""

    at: datetime
    name: str
    campaign: str
    channel: str
    address: str
    state: str
    has_failed: bool
    problem: str


def written_to(person: Person) -> list[Written]:
    """The newest SHOWN of them, the newest first; one query."""
    found = Delivery.objects.filter(person=person).select_related(
        "message__campaign",
        "contact_point",
        "notice__attendance__event",
        "confirmation__sign_up__page__ask",
    )
    return [_written(delivery) for delivery in found.order_by("-created_at", "-pk")[:SHOWN]]


def _written(delivery: Delivery) -> Written:
    has_failed = delivery.state in UNREACHED_STATES
    return Written(
        at=delivery.sent_at or delivery.created_at,
        name=_name(delivery),
        campaign=delivery.message.campaign.name,
        channel=str(delivery.message.get_channel_display()),
        address=delivery.contact_point.value if delivery.contact_point is not None else "",
        state=str(delivery.get_reason_display() if has_failed else delivery.get_state_display()),
        has_failed=has_failed,
        problem=delivery.problem,
    )


def _name(delivery: Delivery) -> str:
    """A letter's by what it is about; a message's is its own."""
    notice, confirmation = getattr(delivery, "notice", None), getattr(delivery, "confirmation", None)
    if notice is not None:
        return f"{notice.attendance.event.title}: {notice.get_kind_display()}"
    return confirmation.sign_up.page.ask.title if confirmation is not None else delivery.message.name
