"""What was said to and fro with one number, in order: this conversation, and before it what any campaign said by text."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from groundswell.compliance.enums import Channel
from groundswell.messaging.composed import writing_of
from groundswell.messaging.enums import DeliveryState
from groundswell.messaging.fields import FieldError
from groundswell.messaging.models import Delivery, Inbound
from groundswell.messaging.recipients import values_of_person
from groundswell.messaging.words import mentions_stop
from groundswell.textbank.models import Conversation

# Of what was said before, the newest lines.
EARLIER = 20
# Never left: whoever reads the thread did not get it.
NEVER_LEFT = (DeliveryState.SUPPRESSED, DeliveryState.SKIPPED)


@dataclass(frozen=True, slots=True)
class Line:
    """One text. `who`: of ours, the volunteer, else the name of the message; `state`: what became of it, in words."""

    is_ours: bool
    text: str
    at: datetime
    who: str = ""
    state: str = ""
    has_failed: bool = False
    has_stop: bool = False


@dataclass(frozen=True, slots=True)
class Thread:
    """The lines of this conversation, and the newest of those before it."""

    lines: list[Line]
    earlier: list[Line]


def thread_of(conversation: Conversation) -> Thread:
    """Both sides, the oldest first; two queries."""
    number = conversation.contact_point_id or 0
    ours = (
        Delivery.objects.filter(contact_point=number, message__channel=Channel.SMS)
        .exclude(state__in=NEVER_LEFT, sent_at__isnull=True)
        .select_related(
            "message__text_bank",
            "message__sender",
            "pressed_by",
            "person__household__constituency",
            "person__constituency",
        )
    )
    theirs = Inbound.objects.filter(contact_point=number, channel=Channel.SMS)
    here = [_ours(one) for one in ours.filter(message=conversation.text_bank.message_id)]
    here += [_theirs(one) for one in theirs.filter(received_at__gte=conversation.started_at)]
    before = [
        _ours(one)
        for one in ours.filter(created_at__lt=conversation.started_at)
        .exclude(message=conversation.text_bank.message_id)
        .order_by("-created_at")[:EARLIER]
    ]
    before += [
        _theirs(one)
        for one in theirs.filter(received_at__lt=conversation.started_at).order_by("-received_at")[:EARLIER]
    ]
    return Thread(sorted(here, key=_at), sorted(before, key=_at)[-EARLIER:])


def last_words(conversations: Iterable[Conversation]) -> dict[int, str]:
    """What each last wrote, by number; one query."""
    numbers = {one.contact_point_id for one in conversations if one.contact_point_id}
    newest = (
        Inbound.objects.filter(contact_point__in=numbers, channel=Channel.SMS)
        .order_by("contact_point", "-received_at", "-pk")
        .distinct("contact_point")
    )
    return {pk: text for pk, text in newest.values_list("contact_point", "text") if pk is not None}


def _at(line: Line) -> datetime:
    return line.at


def _theirs(inbound: Inbound) -> Line:
    return Line(False, inbound.text, inbound.received_at, has_stop=mentions_stop(inbound.text))


def _ours(delivery: Delivery) -> Line:
    failed = delivery.state in {DeliveryState.FAILED, DeliveryState.UNKNOWN, *NEVER_LEFT}
    state = delivery.get_reason_display() if failed else delivery.get_state_display()
    who = delivery.pressed_by.name if delivery.pressed_by is not None else delivery.message.name
    return Line(True, _words(delivery), delivery.sent_at or delivery.created_at, who, str(state), failed)


def _words(delivery: Delivery) -> str:
    """Its own words, or those of a message to many as it says them to this person."""
    if delivery.body or delivery.person is None:
        return delivery.body
    try:
        writing = writing_of(delivery.message)
        values = values_of_person(delivery.person)
        known = {name: values.get(name) or "…" for name in writing.fields()}
        return writing.for_one(known).text
    except (FieldError, KeyError):
        return delivery.message.body
