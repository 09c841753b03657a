"""All that was texted between us and one number, whichever of our numbers and campaigns it was about."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from groundswell.compliance.enums import Channel
from groundswell.messaging.composed import same_for_all, writing_of
from groundswell.messaging.enums import UNREACHED_STATES, MessageKind
from groundswell.messaging.models import Delivery, Inbound, Message
from groundswell.messaging.recipients import values_of

MOST = 200


@dataclass(frozen=True, slots=True)
class Line:
    """One text. `about`: the message of ours it belongs to; `state`: what became of ours."""

    text: str
    at: datetime
    is_ours: bool
    our_address: str
    about: str
    campaign: str
    state: str
    by: str


def texts_with(inbound: Inbound) -> list[Line]:
    """The newest MOST of them, the oldest first: theirs from that address, ours to it."""
    lines = [_theirs(one) for one in _inbounds(inbound)]
    if inbound.contact_point_id is not None:
        lines += _ours(inbound.contact_point_id)
    return sorted(lines, key=lambda line: line.at)[-MOST:]


def _inbounds(inbound: Inbound) -> list[Inbound]:
    found = Inbound.objects.filter(channel=Channel.SMS, their_address=inbound.their_address)
    return list(found.select_related("answers__message__campaign").order_by("-at", "-pk")[:MOST])


def _theirs(one: Inbound) -> Line:
    message = one.answers.message if one.answers is not None else None
    return Line(
        text=one.text,
        at=one.at,
        is_ours=False,
        our_address=one.our_address,
        about=message.name if message is not None else "",
        campaign=message.campaign.name if message is not None else "",
        state=str(one.get_route_display()),
        by="",
    )


def _ours(contact_point_id: int) -> list[Line]:
    found = Delivery.objects.filter(contact_point=contact_point_id, message__channel=Channel.SMS)
    deliveries = list(
        found.select_related(
            "message__campaign", "message__sender", "message__ask", "message__link", "pressed_by"
        ).order_by("-pk")[:MOST]
    )
    values = values_of(delivery.person_id for delivery in deliveries if delivery.person_id is not None)
    return [
        Line(
            text=delivery.body or _words(delivery.message, values.get(delivery.person_id or 0, {})),
            at=delivery.sent_at or delivery.created_at,
            is_ours=True,
            our_address=delivery.message.sender.address if delivery.message.sender else "",
            about=delivery.message.name if delivery.message.kind != MessageKind.REPLY else "",
            campaign=delivery.message.campaign.name,
            state=str(
                delivery.get_reason_display() if delivery.state in UNREACHED_STATES else delivery.get_state_display()
            ),
            by=delivery.pressed_by.name if delivery.pressed_by is not None else "",
        )
        for delivery in deliveries
    ]


def _words(message: Message, values: dict[str, str]) -> str:
    """What a message said to them, as far as it can be told today."""
    try:
        return writing_of(message).for_one({**values, **same_for_all(message)}).text
    except (KeyError, ValueError):
        return message.body
