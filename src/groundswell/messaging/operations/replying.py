"""A person answers a text from the inbox: one press, one text."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from groundswell.accounts import audit
from groundswell.accounts.models import User
from groundswell.campaigns.models import Campaign
from groundswell.compliance.contact import message_refusal
from groundswell.compliance.enums import Channel, MessageRefusal, SuppressionScope
from groundswell.compliance.queries import closed_scopes
from groundswell.messaging.enums import MessageKind
from groundswell.messaging.models import Delivery, Inbound
from groundswell.messaging.operations.answers import may_send, point_of, standing_message, write_answer
from groundswell.messaging.rules import MessagingRuleError
from groundswell.people.models import ContactPoint, Person

LONGEST = 1600


@transaction.atomic
def reply_to_text(inbound: Inbound, *, words: str, press: UUID, by: User, now: datetime) -> Delivery:
    """Answer it from the number that it came to, and mark it handled; pressed again with the same `press` it is one text.

    An answer to what somebody asked needs no consent to campaigning; whoever stopped, objected or is too young gets none.
    Raises MessagingRuleError.
    """
    locked = (
        Inbound.objects.select_for_update(of=("self",)).select_related("sender", "contact_point").get(pk=inbound.pk)
    )
    text = words.strip()
    if not text or len(text) > LONGEST:
        raise MessagingRuleError(_("Write an answer of up to %(longest)s characters.") % {"longest": LONGEST})
    sender, point = locked.sender, point_of(locked)
    if sender is None or point is None or not may_send(sender):
        raise MessagingRuleError(_("This cannot be answered by text: it came from no number, or ours is retired."))
    person = _whose(locked, point)
    _check_allowed(person, point, now)
    campaign = locked.answers.message.campaign if locked.answers else Campaign.objects.order_by("-pk").first()
    if campaign is None:
        raise MessagingRuleError(_("Make a campaign first: answers belong to one."))
    message = standing_message(
        sender=sender, kind=MessageKind.REPLY, campaign=campaign, name=_("Answers from the inbox")
    )
    key = f"press {press}"
    before = Delivery.objects.filter(message=message, contact_point=point, key=key).first()
    if before is not None:
        return before
    write_answer(message, person=person, point=point, key=key, words=text, pressed_by=by)
    locked.handled_at, locked.handled_by = now, by
    locked.save(update_fields=["handled_at", "handled_by", "contact_point"])
    audit.record("reply_to_text", by=by, subject=person or locked, campaign_id=campaign.pk, inbound_id=locked.pk)
    return Delivery.objects.get(message=message, contact_point=point, key=key)


def _whose(inbound: Inbound, point: ContactPoint) -> Person | None:
    """Whom we wrote to before, if they have the number yet; else who is known longest."""
    having = Person.objects.filter(contact_points=point, erased_at__isnull=True).order_by("pk")
    likely = inbound.answers.person_id if inbound.answers is not None else None
    return having.filter(pk=likely or 0).first() or having.first()


def _check_allowed(person: Person | None, point: ContactPoint, now: datetime) -> None:
    refusal: MessageRefusal | None = None
    if person is not None:
        refusal = message_refusal(person_id=person.pk, contact_point_id=point.pk, channel=Channel.SMS, now=now)
    elif {SuppressionScope.MESSAGES, SuppressionScope.ALL} & closed_scopes([bytes(point.address_hash)]).get(
        bytes(point.address_hash), set()
    ):
        refusal = MessageRefusal.SUPPRESSED
    if refusal is not None and refusal != MessageRefusal.NO_CONSENT:
        raise MessagingRuleError(_("They may not be texted: %(why)s.") % {"why": refusal.label})
