"""What a volunteer does in a conversation besides writing: answers, tags, a note, an organiser, an end."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from groundswell.accounts.audit import record
from groundswell.accounts.enums import AuditAction
from groundswell.accounts.models import Membership
from groundswell.campaigns.enums import AnswerChannel
from groundswell.campaigns.operations.answers import record_answers
from groundswell.campaigns.rules import GivenAnswer
from groundswell.campaigns.scripts import ScriptPlan
from groundswell.messaging.models import Inbound
from groundswell.messaging.operations.inbound import stop_by_hand
from groundswell.people.models import PersonTag, Tag
from groundswell.people.operations.tagging import tag_person, untag_person
from groundswell.textbank.enums import ConversationState
from groundswell.textbank.models import AnswerSheet, Conversation
from groundswell.textbank.rules import NotYoursError, TextBankError, checked_note


@transaction.atomic
def note_answers(
    conversation: Conversation,
    *,
    plan: ScriptPlan,
    answers: Sequence[GivenAnswer],
    key: UUID,
    by: Membership,
    leads: bool,
    now: datetime,
) -> int:
    """Record what they said, to the questions of calls; once for each `key`. How many answers were new.

    Raises WrongAnswer, TextBankError without any, NotYoursError.
    """
    locked = _locked(conversation, by, leads)
    if not answers:
        raise TextBankError(_("Tap what they said first."))
    _sheet, is_new = AnswerSheet.objects.get_or_create(
        client_uuid=key, defaults={"conversation": locked, "by": by.user, "at": now}
    )
    if not is_new:
        return 0
    count = record_answers(
        plan=plan, answers=answers, source_uuid=key, by=by.user, answered_at=now, channel=AnswerChannel.TEXT
    )
    record("note_answers", by=by.user, subject=locked.person, campaign_id=locked.campaign_id, answers=count)
    return count


@transaction.atomic
def save_about(
    conversation: Conversation, *, note: str, tags: Iterable[Tag], by: Membership, leads: bool
) -> Conversation:
    """The note, and which of the text bank's tags are on the person. Raises NotYoursError, ValidationError."""
    locked = _locked(conversation, by, leads)
    locked.note = checked_note(note)
    locked.save(update_fields=["note"])
    person = locked.person
    if person is not None:
        wanted = {tag.pk: tag for tag in tags}
        offered = set(locked.text_bank.tags.values_list("pk", flat=True))
        held = set(PersonTag.objects.filter(person=person, tag__in=offered).values_list("tag", flat=True))
        for pk in (wanted.keys() & offered) - held:
            tag_person(person=person, name=wanted[pk].name, by=by.user)
        for pk in held - wanted.keys():
            untag_person(person=person, tag_id=pk, by=by.user)
    record("save_conversation", by=by.user, subject=person, campaign_id=locked.campaign_id)
    return locked


@transaction.atomic
def hand_to_organiser(conversation: Conversation, *, note: str, by: Membership, leads: bool, now: datetime) -> None:
    """Somebody else should answer this. Raises TextBankError without a word why, NotYoursError."""
    locked = _locked(conversation, by, leads)
    words = checked_note(note)
    if not words:
        raise TextBankError(_("Tell the organiser in a few words what it is about."))
    locked.state, locked.handed_by, locked.handed_at, locked.handed_note = ConversationState.REVIEW, by.user, now, words
    locked.waiting_since = locked.held_until = None
    locked.save()
    record("hand_to_organiser", by=by.user, subject=locked.person, campaign_id=locked.campaign_id)


@transaction.atomic
def end_conversation(conversation: Conversation, *, by: Membership, leads: bool) -> None:
    """Nothing more to say. Whatever they write later goes to the inbox. Raises NotYoursError."""
    locked = _locked(conversation, by, leads, is_over=True)
    _end(locked)
    record("end_conversation", by=by.user, subject=locked.person, campaign_id=locked.campaign_id)


@transaction.atomic
def open_again(conversation: Conversation, *, by: Membership, leads: bool) -> None:
    """Not finished after all. Raises NotYoursError."""
    locked = _locked(conversation, by, leads, is_over=True)
    if locked.state == ConversationState.ENDED:
        locked.state = ConversationState.ANSWERED
        locked.save(update_fields=["state"])
    record("open_conversation", by=by.user, subject=locked.person, campaign_id=locked.campaign_id)


@transaction.atomic
def stop_texts(conversation: Conversation, *, by: Membership, leads: bool, now: datetime) -> None:
    """They want no more texts, in words of their own (rule M6). Raises NotYoursError, TextBankError if they wrote none."""
    locked = _locked(conversation, by, leads, is_over=True)
    last = Inbound.objects.filter(contact_point=locked.contact_point_id or 0).order_by("-received_at", "-pk").first()
    if last is None or not stop_by_hand(inbound=last, by=by.user, now=now):
        raise TextBankError(_("They have not written anything yet. Whoever stops, writes STOP."))
    # Closing the number has ended it (`receivers.py`), wherever it stood.
    record("stop_texts", by=by.user, subject=locked.person, campaign_id=locked.campaign_id)


def mark_seen(conversation: Conversation, *, by: Membership, now: datetime) -> None:
    """Whoever has it has looked: what is there is not unread any more. Each look is logged (rule D13)."""
    Conversation.objects.filter(pk=conversation.pk, texter=by.user_id).update(seen_at=now)
    record(
        "view_conversation",
        by=by.user,
        action=AuditAction.VIEW,
        subject=conversation.person,
        campaign_id=conversation.campaign_id,
    )


def _locked(conversation: Conversation, by: Membership, leads: bool, *, is_over: bool = False) -> Conversation:
    """The conversation, for whoever has it. Raises NotYoursError, and TextBankError once it is finished."""
    locked = (
        Conversation.objects.select_for_update(of=("self",), no_key=True)
        .select_related("text_bank", "person")
        .get(pk=conversation.pk)
    )
    if not leads and locked.texter_id != by.user_id:
        raise NotYoursError(_("Somebody else has this conversation by now."))
    if not is_over and locked.state == ConversationState.ENDED:
        raise TextBankError(_("This conversation is finished. Open it again first."))
    return locked


def _end(conversation: Conversation) -> None:
    conversation.state = ConversationState.ENDED
    conversation.waiting_since = conversation.held_until = conversation.handed_at = None
    conversation.save()
