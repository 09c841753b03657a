"""Who answers whom: replies offered again, a volunteer's conversations given to others, the unanswered swept up."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from groundswell.accounts.access import limit_to_areas
from groundswell.accounts.audit import record
from groundswell.accounts.models import Membership, User
from groundswell.textbank.enums import ConversationState
from groundswell.textbank.models import Conversation, TextBank
from groundswell.textbank.operations.leasing import give_back, locked_status
from groundswell.textbank.rules import HELD, TextBankError, dealt

# So many replies go to somebody who asks for some.
AT_ONCE = 5


def offered_again(bank: TextBank, *, now: datetime) -> QuerySet[Conversation]:
    """Replies whose sender has not answered within the hour, the longest waiting first."""
    waiting = Conversation.objects.filter(text_bank=bank, state=ConversationState.WAITING, held_until__lte=now)
    return waiting.order_by("waiting_since", "pk")


@transaction.atomic
def take_waiting(bank: TextBank, *, by: Membership, now: datetime) -> int:
    """A few replies that nobody has answered, for this volunteer and for the next hour; how many. Each goes to one."""
    if locked_status(bank, by=by, now=now) is None:
        raise TextBankError(_("Your part in this text bank has ended."))
    theirs = offered_again(bank, now=now)
    found = list(
        limit_to_areas(theirs, by, "person__household__area").select_for_update(
            skip_locked=True, no_key=True, of=("self",)
        )[:AT_ONCE]
    )
    for conversation in found:
        _give(conversation, by.user_id, now)
        record("take_reply", by=by.user, subject=conversation.person, campaign_id=bank.campaign_id)
    return len(found)


@transaction.atomic
def give_to(conversation: Conversation, *, texter: User, by: User, now: datetime) -> None:
    """Hand one conversation to a volunteer: theirs from now on. Raises TextBankError for one that is finished."""
    locked = Conversation.objects.select_for_update(of=("self",), no_key=True).get(pk=conversation.pk)
    if locked.state == ConversationState.ENDED:
        raise TextBankError(_("This conversation is finished."))
    if locked.state == ConversationState.REVIEW:
        locked.state = ConversationState.WAITING if locked.last_in_at else ConversationState.QUIET
        locked.waiting_since = locked.last_in_at
        locked.handed_at = None
    _give(locked, texter.pk, now)
    record("give_conversation", by=by, subject=locked.person, campaign_id=locked.campaign_id, texter=texter.pk)


@transaction.atomic
def take_from(bank: TextBank, *, texter: User, to: User | None, by: User, now: datetime) -> tuple[int, int]:
    """Everything a volunteer has in this text bank: unsent people are free again; conversations go to somebody else.

    Without `to`, whoever waits is offered to everybody at once, and quiet ones stay until somebody answers. How many of
    each.
    """
    unsent = give_back(bank, by=by, texter_id=texter.pk)
    theirs = Conversation.objects.filter(text_bank=bank, texter=texter).exclude(state=ConversationState.ENDED)
    rows = list(theirs.select_for_update(of=("self",), no_key=True).order_by("pk"))
    moved = 0
    for conversation in rows:
        if to is not None:
            _give(conversation, to.pk, now)
        elif conversation.state == ConversationState.WAITING:
            conversation.held_until = now
            conversation.save(update_fields=["held_until"])
        else:
            continue
        moved += 1
    record(
        "take_from_texter",
        by=by,
        subject=bank,
        campaign_id=bank.campaign_id,
        texter=texter.pk,
        to=to.pk if to else None,
        unsent=unsent,
        conversations=moved,
    )
    return unsent, moved


@transaction.atomic
def sweep(bank: TextBank, *, to: Sequence[User], by: User, now: datetime) -> int:
    """Deal out the replies that wait for longer than an hour among these volunteers; how many. Raises TextBankError."""
    if not to:
        raise TextBankError(_("Choose who answers."))
    rows = list(offered_again(bank, now=now).select_for_update(skip_locked=True, no_key=True, of=("self",)))
    shares = dealt([row.pk for row in rows], [user.pk for user in to])
    by_id = {row.pk: row for row in rows}
    for texter, share in shares.items():
        for pk in share:
            _give(by_id[pk], texter, now)
    record("sweep_replies", by=by, subject=bank, campaign_id=bank.campaign_id, replies=len(rows), among=len(to))
    return len(rows)


def release_of(user_id: int, *, campaign_id: int | None, by: User | None, now: datetime) -> None:
    """Of somebody whose part has ended: what they had in hand is free, and who waits for them is offered to others."""
    banks = TextBank.objects.filter(**({} if campaign_id is None else {"campaign": campaign_id}))
    theirs = Conversation.objects.filter(text_bank__in=banks, texter=user_id, state=ConversationState.WAITING)
    theirs.update(held_until=now)
    for bank in banks.filter(entries__leased_by=user_id).distinct():
        give_back(bank, by=by, texter_id=user_id)  # type: ignore[arg-type]


def _give(conversation: Conversation, texter_id: int, now: datetime) -> None:
    conversation.texter_id = texter_id
    conversation.seen_at = None
    if conversation.state == ConversationState.WAITING:
        conversation.held_until = now + HELD
    conversation.save(update_fields=["texter", "seen_at", "state", "waiting_since", "held_until", "handed_at"])
