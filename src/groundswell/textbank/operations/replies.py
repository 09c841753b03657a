"""What comes in: a text to one of our numbers belongs to the latest open conversation with whoever sent it."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import Q, QuerySet

from groundswell.compliance.contact import message_refusals
from groundswell.compliance.enums import Channel
from groundswell.messaging.models import Inbound
from groundswell.textbank.enums import ConversationState, EntryState
from groundswell.textbank.models import Conversation, Entry
from groundswell.textbank.rules import HELD


@transaction.atomic
def take_reply(inbound: Inbound, *, now: datetime) -> bool:
    """Whether it belongs to a conversation: its volunteer has an hour to answer, then it is offered to others."""
    found = _open_ones(inbound).select_for_update(of=("self",), no_key=True).first()
    if found is None:
        return False
    found.last_in_at = now
    if found.state != ConversationState.REVIEW:
        # Whoever writes twice has waited since the first.
        if found.state != ConversationState.WAITING:
            found.waiting_since, found.held_until = now, now + HELD
        found.state = ConversationState.WAITING
    found.save()
    return True


def open_since(inbound: Inbound) -> datetime | None:
    """When the conversation that it would belong to began; None: there is none."""
    return _open_ones(inbound).values_list("started_at", flat=True).first()


def _open_ones(inbound: Inbound) -> QuerySet[Conversation]:
    """The open conversations between these two numbers, the latest first."""
    theirs = Conversation.objects.filter(
        contact_point__isnull=False,
        contact_point=inbound.contact_point_id,
        text_bank__message__sender__address=inbound.our_address,
    )
    return theirs.exclude(state=ConversationState.ENDED).order_by("-last_out_at", "-pk")


def close_for(contact_point_ids: list[int], person_ids: list[int], *, now: datetime) -> None:
    """Contact was closed: where texts are, conversations are over, and whoever has no text yet gets none."""
    theirs = Q(contact_point__in=contact_point_ids) | Q(person__in=person_ids)
    going = Conversation.objects.filter(theirs).exclude(state=ConversationState.ENDED)
    waiting = Entry.objects.filter(theirs, state__in=[EntryState.READY, EntryState.LEASED])
    found = {"going": going, "waiting": waiting}
    rows = {name: list(some.values_list("pk", "person", "contact_point")) for name, some in found.items()}
    people = {person for some in rows.values() for _pk, person, _point in some if person is not None}
    refused = message_refusals(people, channel=Channel.SMS, now=now) if people else {}
    closed = {name: [pk for pk, *whom in some if refused.get(tuple(whom))] for name, some in rows.items()}
    going.filter(pk__in=closed["going"]).update(
        state=ConversationState.ENDED, waiting_since=None, held_until=None, handed_at=None
    )
    waiting.filter(pk__in=closed["waiting"]).update(
        state=EntryState.OUT, reason="suppressed", leased_by=None, leased_until=None
    )
