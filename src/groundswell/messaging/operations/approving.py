"""From a draft to the outbox: asked for by one person, agreed to by another where many would get it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from groundswell.accounts.audit import record
from groundswell.accounts.models import User
from groundswell.campaigns.enums import ShareChannel
from groundswell.campaigns.models import Ask, ShareLink
from groundswell.campaigns.operations.asks import new_code
from groundswell.messaging.composed import problems_with
from groundswell.messaging.enums import MessageStatus
from groundswell.messaging.models import Message
from groundswell.messaging.providers.registry import ready_for
from groundswell.messaging.reach import Reach, TooManyToCountError, reach_of_message
from groundswell.messaging.recipients import lacking, lacking_said
from groundswell.messaging.rules import MessagingRuleError, needs_second_person, time_problem

Enqueue = Callable[[int], Any]


@transaction.atomic
def submit_message(message: Message, *, by: User, now: datetime, most_alone: int, enqueue: Enqueue) -> Message:
    """Ask for it to be sent. To more than `most_alone` people it waits for somebody else; else it is prepared at once.

    `enqueue` gives the worker its number. Raises MessagingRuleError with everything that has to be put right first.
    """
    locked = _locked(message, MessageStatus.DRAFT)
    reach = _checked(locked, now)
    if locked.ask is not None and locked.link is None:
        locked.link = _new_link(locked.ask)
    if locked.ask is not None and locked.test_share and locked.link_b is None:
        locked.link_b = _new_link(locked.ask)
    locked.submitted_by, locked.approved_by, locked.problem = by, None, ""
    # Too many to count while somebody waits are too many for one person.
    waits = reach is None or needs_second_person(reach.people, most_alone=most_alone)
    locked.status = MessageStatus.WAITING if waits else MessageStatus.PREPARING
    locked.save(update_fields=["link", "link_b", "submitted_by", "approved_by", "status", "problem"])
    record("submit_message", by=by, subject=locked, campaign_id=locked.campaign_id, people=_people(reach))
    if not waits:
        enqueue(locked.pk)
    return locked


@transaction.atomic
def approve_message(message: Message, *, by: User, now: datetime, enqueue: Enqueue) -> Message:
    """Agree to what somebody else asked for. Raises MessagingRuleError for one's own, and for what is not right by now."""
    locked = _locked(message, MessageStatus.WAITING)
    if locked.submitted_by_id == by.pk:
        raise MessagingRuleError(_("You asked for it yourself. Somebody else has to agree."))
    reach = _checked(locked, now)
    locked.approved_by, locked.status = by, MessageStatus.PREPARING
    locked.save(update_fields=["approved_by", "status"])
    record("approve_message", by=by, subject=locked, campaign_id=locked.campaign_id, people=_people(reach))
    enqueue(locked.pk)
    return locked


@transaction.atomic
def take_back_message(message: Message, *, by: User) -> Message:
    """A draft again, to be changed: of one that nobody has agreed to yet."""
    locked = _locked(message, MessageStatus.WAITING)
    locked.status, locked.submitted_by = MessageStatus.DRAFT, None
    locked.save(update_fields=["status", "submitted_by"])
    record("take_back_message", by=by, subject=locked, campaign_id=locked.campaign_id)
    return locked


def check_ready(message: Message, *, now: datetime) -> None:
    """Raise MessagingRuleError with everything that has to be put right before it goes."""
    if problems := problems_before(message, now=now):
        raise MessagingRuleError(" ".join(problems))


def problems_before(message: Message, *, now: datetime) -> list[str]:
    """Everything that has to be put right before it goes: words, sender, times, and a way out."""
    problems = problems_with(message)
    sender = message.sender
    if sender is None:
        problems.append(_("Choose under which name it is sent."))
    elif sender.retired_at is not None:
        problems.append(_("“%(name)s” is retired. Choose another sender.") % {"name": sender.name})
    elif sender.verified_at is None:
        problems.append(_("“%(name)s” is not proven to be yours yet (rule M7).") % {"name": sender.name})
    if problem := time_problem(starts_at=message.starts_at, expires_at=message.expires_at, now=now):
        problems.append(problem)
    if sender is not None and sender.provider not in ready_for(message.channel):
        problems.append(
            _("This server cannot send it yet: whoever runs it enters the mail server or provider in its settings.")
        )
    return problems


def _new_link(ask: Ask) -> ShareLink:
    return ShareLink.objects.create(ask=ask, channel=ShareChannel.MESSAGE, code=new_code())


def _people(reach: Reach | None) -> int | None:
    return None if reach is None else reach.people


def _checked(message: Message, now: datetime) -> Reach | None:
    """Whom it reaches; None where that takes too long: then it is checked again when the deliveries are made."""
    check_ready(message, now=now)
    try:
        reach = reach_of_message(message, now=now)
    except TooManyToCountError:
        return None
    if not reach.people:
        raise MessagingRuleError(_("Nobody would get it. The count says why."))
    check_nobody_lacks(message, now=now)
    return reach


def check_nobody_lacks(message: Message, *, now: datetime) -> None:
    """Raise MessagingRuleError, naming how many, where people who would get it lack something it says of them."""
    count, fields = lacking(message, now=now)
    if count:
        raise MessagingRuleError(lacking_said(count, fields))


def _locked(message: Message, status: MessageStatus) -> Message:
    found = Message.objects.select_for_update(of=("self",), no_key=True).select_related(
        "sender", "ask", "segment", "link", "link_b"
    )
    locked = found.get(pk=message.pk)
    if locked.status != status:
        raise MessagingRuleError(
            _("This message is %(status)s by now. Look at it again.") % {"status": locked.get_status_display()}
        )
    return locked
