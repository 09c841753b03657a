"""What an organiser does to a text bank: makes, changes, opens, pauses and closes it, and writes its canned replies."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from groundswell.accounts.audit import record
from groundswell.accounts.enums import AuditAction
from groundswell.accounts.models import User
from groundswell.campaigns.enums import ShareChannel
from groundswell.campaigns.models import Ask, Campaign, Option, Script, ShareLink
from groundswell.campaigns.operations.asks import new_code
from groundswell.campaigns.segments import check_expression, free_name
from groundswell.compliance.enums import Channel
from groundswell.messaging.enums import MessageKind, MessageStatus
from groundswell.messaging.fields import FieldError
from groundswell.messaging.models import Message, Sender
from groundswell.messaging.operations.approving import problems_before
from groundswell.messaging.writing import text_message
from groundswell.people.models import Segment, Tag
from groundswell.textbank.enums import ConversationState, EntryState, TextBankStatus
from groundswell.textbank.models import CannedReply, Conversation, Entry, TextBank
from groundswell.textbank.models.bank import MOST_A_DAY, MOST_AT_ONCE
from groundswell.textbank.rules import TextBankError

# What is said when it leads on to nothing: a conversation is its own next step.
CONVERSATION = "a conversation"


@dataclass(frozen=True, slots=True)
class TextBankDraft:
    """What an organiser has written and chosen."""

    name: str
    sender: Sender | None
    body: str
    conditions: Mapping[str, Any]
    ask: Ask | None = None
    script: Script | None = None
    tags: Sequence[Tag] = ()
    batch_size: int = 25
    daily_limit: int = 500


@transaction.atomic
def create_text_bank(
    *, campaign: Campaign, draft: TextBankDraft, by: User | None, press: UUID | None = None
) -> TextBank:
    """A new text bank, as a draft: nobody is texted. Of a form that was pressed before (`press`) the one it made then.

    Raises TextBankError, SegmentError.
    """
    message = Message(
        campaign=campaign, kind=MessageKind.TEXT_BANK, channel=Channel.SMS, body=draft.body, created_by=by, press=press
    )
    try:
        with transaction.atomic():
            message.save()
    except IntegrityError:
        made = TextBank.objects.filter(message__press=press, campaign=campaign, created_by=by).first()
        if press is None or made is None:
            raise
        return change_text_bank(made, draft=draft, by=by)
    name = _free_name(campaign, draft.name)
    bank = TextBank(campaign=campaign, message=message, created_by=by)
    _put(bank, draft, name, by)
    record("create_text_bank", by=by, action=AuditAction.CREATE, subject=bank, campaign_id=campaign.pk, name=name)
    return bank


@transaction.atomic
def change_text_bank(bank: TextBank, *, draft: TextBankDraft, by: User | None) -> TextBank:
    """Other settings; other words, another sender or other people only while nobody has been texted.

    Raises TextBankError for one that is closed, and for what cannot be changed any more; SegmentError.
    """
    locked = _locked(bank)
    if locked.status == TextBankStatus.CLOSED:
        raise TextBankError(_("This text bank is closed, and stays as it is. Make a new one."))
    said = (locked.message.body, locked.message.sender_id)
    if locked.status != TextBankStatus.DRAFT and said != (draft.body, draft.sender.pk if draft.sender else None):
        raise TextBankError(
            _("People have been texted with these words by this sender. Make a new text bank for others.")
        )
    _put(locked, draft, _free_name(locked.campaign, draft.name, of=locked), by)
    record("change_text_bank", by=by, subject=locked, campaign_id=locked.campaign_id, name=locked.name)
    return locked


def problems_of_bank(bank: TextBank, *, now: datetime) -> list[str]:
    """Everything that has to be put right before it opens."""
    problems = problems_before(bank.message, now=now)
    sender = bank.message.sender
    if sender is not None and not sender.can_receive:
        problems.append(_("Nobody can answer “%(name)s”. A text bank needs a number.") % {"name": sender.address})
    return problems


@transaction.atomic
def open_text_bank(bank: TextBank, *, by: User, now: datetime, enqueue: Callable[[int], Any]) -> TextBank:
    """Let volunteers text. The first time a worker makes the list before: `enqueue` gives it the text bank's id.

    Raises TextBankError with everything that has to be put right first.
    """
    locked = _locked(bank)
    if locked.status == TextBankStatus.CLOSED:
        raise TextBankError(_("This text bank is closed for good. Make a new one."))
    if problems := problems_of_bank(locked, now=now):
        raise TextBankError(" ".join(problems))
    message = locked.message
    if message.ask is not None and message.link is None:
        message.link = ShareLink.objects.create(ask=message.ask, channel=ShareChannel.MESSAGE, code=new_code())
    message.status, message.problem = MessageStatus.SENDING, ""
    message.save(update_fields=["link", "status", "problem"])
    if locked.status == TextBankStatus.DRAFT:
        locked.status, locked.problem = TextBankStatus.PREPARING, ""
        enqueue(locked.pk)
    elif locked.status == TextBankStatus.PAUSED:
        locked.status = TextBankStatus.OPEN
    locked.save(update_fields=["status", "problem"])
    record("open_text_bank", by=by, subject=locked, campaign_id=locked.campaign_id)
    return locked


@transaction.atomic
def pause_text_bank(bank: TextBank, *, by: User) -> TextBank:
    """No more first texts; what was pressed leaves, and whoever answers is answered. Raises TextBankError."""
    locked = _locked(bank)
    if locked.status != TextBankStatus.OPEN:
        raise TextBankError(_("Only an open text bank can be paused."))
    locked.status = TextBankStatus.PAUSED
    locked.save(update_fields=["status"])
    record("pause_text_bank", by=by, subject=locked, campaign_id=locked.campaign_id)
    return locked


@transaction.atomic
def close_text_bank(bank: TextBank, *, by: User, now: datetime) -> int:
    """For good. Who waits for an answer goes to the organisers; how many. Later replies go to the inbox.

    Raises TextBankError for one that is closed.
    """
    locked = _locked(bank)
    if locked.status == TextBankStatus.CLOSED:
        raise TextBankError(_("This text bank is closed already."))
    locked.status, locked.closed_at = TextBankStatus.CLOSED, now
    locked.save(update_fields=["status", "closed_at"])
    Entry.objects.filter(text_bank=locked, state=EntryState.LEASED).update(
        state=EntryState.READY, leased_by=None, leased_until=None
    )
    theirs = Conversation.objects.filter(text_bank=locked)
    waiting = theirs.filter(state=ConversationState.WAITING).update(
        state=ConversationState.REVIEW,
        waiting_since=None,
        held_until=None,
        handed_by=by,
        handed_at=now,
        handed_note=_("Still unanswered when the text bank was closed."),
    )
    theirs.filter(state__in=[ConversationState.QUIET, ConversationState.ANSWERED]).update(state=ConversationState.ENDED)
    record("close_text_bank", by=by, subject=locked, campaign_id=locked.campaign_id, unanswered=waiting)
    return waiting


@transaction.atomic
def save_canned_reply(
    bank: TextBank, *, title: str, body: str, after: Option | None, by: User | None, reply: CannedReply | None = None
) -> CannedReply:
    """Add words that volunteers can take, or change them; the same ones twice are there once. Raises TextBankError."""
    _locked(bank)
    title, body = " ".join(title.split())[:60], body.strip()
    if not title or not body:
        raise TextBankError(_("A canned reply needs a title, which volunteers tap, and words."))
    try:
        text_message(body, has_texter=True)
    except FieldError as problem:
        raise TextBankError(str(problem)) from problem
    others = CannedReply.objects.filter(text_bank=bank).exclude(pk=reply.pk if reply else 0)
    same = others.filter(title=title).first()
    if same is not None and reply is None and (same.body, same.after) == (body, after):
        return same
    if same is not None:
        raise TextBankError(_("There is a reply called “%(title)s” already.") % {"title": title})
    last = others.order_by("-position").values_list("position", flat=True).first()
    found = reply or CannedReply(text_bank=bank, position=0 if last is None else last + 1)
    found.title, found.body, found.after = title, body, after
    found.save()
    record("save_canned_reply", by=by, subject=bank, campaign_id=bank.campaign_id, reply=found.pk, title=title)
    return found


@transaction.atomic
def delete_canned_reply(reply: CannedReply, *, by: User) -> None:
    """Offer it no longer. What was sent with its words stays."""
    bank = reply.text_bank
    record("delete_canned_reply", by=by, subject=bank, campaign_id=bank.campaign_id, title=reply.title)
    reply.delete()


def _locked(bank: TextBank) -> TextBank:
    found = TextBank.objects.select_for_update(of=("self",), no_key=True)
    return found.select_related("campaign", "message__sender", "message__ask", "message__link", "message__segment").get(
        pk=bank.pk
    )


def _free_name(campaign: Campaign, name: str, of: TextBank | None = None) -> str:
    name = " ".join(name.split())[:120]
    if not name:
        raise TextBankError(_("Give the text bank a name: volunteers choose it by that."))
    if TextBank.objects.filter(campaign=campaign, name=name).exclude(pk=of.pk if of else 0).exists():
        raise TextBankError(_("There is a text bank called “%(name)s” already.") % {"name": name})
    return name


def _put(bank: TextBank, draft: TextBankDraft, name: str, by: User | None) -> None:
    if not 1 <= draft.batch_size <= MOST_AT_ONCE:
        raise TextBankError(_("A batch is one to %(most)s people.") % {"most": MOST_AT_ONCE})
    if not 1 <= draft.daily_limit <= MOST_A_DAY:
        raise TextBankError(_("A volunteer may send one to %(most)s first texts a day.") % {"most": f"{MOST_A_DAY:,}"})
    message = bank.message
    message.name, message.body, message.sender = name, draft.body, draft.sender
    message.ask, message.no_ask_because = draft.ask, "" if draft.ask else CONVERSATION
    check_expression(draft.conditions)
    segment = message.segment or Segment(campaign_id=bank.campaign_id, created_by=by)
    segment.name = free_name(_("List of %(name)s") % {"name": name}, campaign_id=bank.campaign_id, of=segment)
    segment.expression = dict(draft.conditions)
    segment.save()
    message.segment = segment
    message.save(update_fields=["name", "body", "sender", "ask", "no_ask_because", "segment"])
    bank.name, bank.script = name, draft.script
    bank.batch_size, bank.daily_limit = draft.batch_size, draft.daily_limit
    bank.save()
    bank.tags.set(draft.tags)
