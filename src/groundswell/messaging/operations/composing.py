"""Writing a message: a draft is changed as often as wanted; what was asked to be sent is taken back first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from groundswell.accounts.audit import record
from groundswell.accounts.enums import AuditAction
from groundswell.accounts.models import User
from groundswell.campaigns.models import Ask, Campaign
from groundswell.campaigns.segments import check_expression, free_name
from groundswell.compliance.enums import Channel
from groundswell.messaging.enums import MessageKind, MessageStatus, WinsBy
from groundswell.messaging.models import Message, Sender
from groundswell.messaging.rules import MessagingRuleError
from groundswell.people.models import Segment


@dataclass(frozen=True, slots=True)
class Draft:
    """What an organiser has written and chosen."""

    name: str
    sender: Sender | None
    subject: str
    body: str
    ask: Ask | None
    no_ask_because: str
    conditions: Mapping[str, Any]
    starts_at: datetime | None = None
    expires_at: datetime | None = None
    wave_size: int = 0
    wave_minutes: int = 0
    subject_b: str = ""
    test_share: int = 0
    wins_by: WinsBy = WinsBy.CLICKS
    test_minutes: int = 120


@transaction.atomic
def compose_message(
    *, campaign: Campaign, channel: Channel, draft: Draft, by: User, press: UUID | None = None
) -> Message:
    """A new draft; of a form that was pressed before (`press`) the one it made then, as the form stands now.

    Raises MessagingRuleError and SegmentError.
    """
    message = Message(campaign=campaign, channel=channel, kind=MessageKind.BROADCAST, created_by=by, press=press)
    try:
        with transaction.atomic():
            _put(message, draft, by)
    except IntegrityError:
        made = Message.objects.filter(press=press, campaign=campaign, channel=channel, created_by=by).first()
        if press is None or made is None:
            raise
        return change_message(made, draft=draft, by=by)
    record("compose_message", by=by, action=AuditAction.CREATE, subject=message, campaign_id=campaign.pk)
    return message


@transaction.atomic
def change_message(message: Message, *, draft: Draft, by: User) -> Message:
    """Other words, or other people. Raises MessagingRuleError for one that is no draft any more, and SegmentError."""
    locked = _draft(message)
    _put(locked, draft, by)
    record("change_message", by=by, subject=locked, campaign_id=locked.campaign_id)
    return locked


@transaction.atomic
def discard_message(message: Message, *, by: User) -> None:
    """A draft that is not wanted. Raises MessagingRuleError for one that is no draft any more."""
    locked = _draft(message)
    segment = locked.segment
    record("discard_message", by=by, action=AuditAction.DELETE, subject=locked, campaign_id=locked.campaign_id)
    locked.delete()
    if segment is not None:
        segment.delete()


def _draft(message: Message) -> Message:
    locked = Message.objects.select_for_update(of=("self",)).select_related("segment", "campaign").get(pk=message.pk)
    if locked.status != MessageStatus.DRAFT:
        status = locked.get_status_display()
        raise MessagingRuleError(_("This message is %(status)s. Only drafts can be changed.") % {"status": status})
    return locked


def _put(message: Message, draft: Draft, by: User) -> None:
    name = " ".join(draft.name.split())[:120]
    if not name:
        raise MessagingRuleError(_("Give the message a name: your team finds it by that."))
    if draft.sender is not None and draft.sender.channel != message.channel:
        raise MessagingRuleError(_("That sender is for another channel."))
    if draft.ask is not None and draft.ask.campaign_id != message.campaign_id:
        raise MessagingRuleError(_("That page belongs to another campaign."))
    if draft.starts_at and draft.expires_at and draft.expires_at <= draft.starts_at:
        raise MessagingRuleError(_("It would end before it begins. Choose a later end, or none."))
    if bool(draft.subject_b.strip()) != bool(draft.test_share):
        raise MessagingRuleError(_("A test needs two subjects, and the share of the list it is tried on."))
    if draft.test_share and draft.ask is None and draft.wins_by != WinsBy.HAND:
        raise MessagingRuleError(_("Without something to open, no subject can win by it: choose it yourself."))
    check_expression(draft.conditions)
    message.name, message.sender, message.subject, message.body = name, draft.sender, draft.subject.strip(), draft.body
    message.ask, message.no_ask_because = draft.ask, "" if draft.ask else draft.no_ask_because.strip()
    message.starts_at, message.expires_at = draft.starts_at, draft.expires_at
    message.wave_size, message.wave_minutes = draft.wave_size, draft.wave_minutes
    message.subject_b, message.test_share = draft.subject_b.strip(), draft.test_share
    message.wins_by, message.test_minutes = draft.wins_by, draft.test_minutes
    segment = message.segment or Segment(campaign_id=message.campaign_id, created_by=by)
    segment.name = free_name(_("List of %(name)s") % {"name": name}, campaign_id=message.campaign_id, of=segment)
    segment.expression = dict(draft.conditions)
    segment.save()
    message.segment = segment
    message.save()
