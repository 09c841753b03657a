"""A flow goes live at its number, gives its keyword back, and many people are asked its first question at once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from groundswell.accounts.audit import record
from groundswell.accounts.enums import AuditAction
from groundswell.accounts.models import User
from groundswell.campaigns.enums import ShareChannel
from groundswell.campaigns.models import ShareLink
from groundswell.campaigns.operations.asks import new_code
from groundswell.compliance.enums import Channel
from groundswell.flows.models import Flow, LeadingMessage
from groundswell.flows.plans import asked_of, problems_with, steps_of
from groundswell.flows.rules import FlowRuleError, wording
from groundswell.messaging.enums import MessageKind, MessageStatus
from groundswell.messaging.models import Message
from groundswell.messaging.operations.answers import may_send
from groundswell.messaging.operations.composing import Draft, compose_message


@transaction.atomic
def publish_flow(flow: Flow, *, by: User, now: datetime) -> Flow:
    """Its keyword is answered from now on; the flow that it replaces gives it up in the same moment.

    Raises FlowRuleError with everything that has to be put right first. Twice is as good as once.
    """
    locked = Flow.objects.select_for_update(of=("self",)).select_related("sender", "ask", "campaign").get(pk=flow.pk)
    if locked.published_at is not None:
        return locked
    problems = problems_with(locked)
    if not may_send(locked.sender):
        problems.append(_("Its number is not proven to be yours, or retired. Choose another one."))
    if problems:
        raise FlowRuleError(" ".join(problems))
    if locked.replaces is not None:
        retire_flow(locked.replaces, by=by, now=now)
    locked.message = _message(locked)
    locked.published_at = now
    try:
        with transaction.atomic():
            locked.save(update_fields=["message", "published_at"])
    except IntegrityError as error:
        raise FlowRuleError(
            _("%(keyword)s is taken at this number by another flow. Choose another word, or retire that one first.")
            % {"keyword": locked.keyword}
        ) from error
    record("publish_flow", by=by, subject=locked, campaign_id=locked.campaign_id, keyword=locked.keyword)
    return locked


@transaction.atomic
def retire_flow(flow: Flow, *, by: User, now: datetime) -> Flow:
    """Its keyword is free again. Whoever is in the middle of it comes to the end. Raises FlowRuleError for a draft."""
    locked = Flow.objects.select_for_update(of=("self",)).get(pk=flow.pk)
    if locked.published_at is None:
        raise FlowRuleError(_("This flow was never published."))
    if locked.retired_at is None:
        locked.retired_at = max(now, locked.published_at)
        locked.save(update_fields=["retired_at"])
        record("retire_flow", by=by, subject=locked, campaign_id=locked.campaign_id, keyword=locked.keyword)
    return locked


@transaction.atomic
def lead_many(flow: Flow, *, by: User, areas: Sequence[int] = ()) -> Message:
    """A draft of a text to many, in these areas or everywhere, who were not asked its first question yet; what they answer
    goes into the flow. Raises FlowRuleError.
    """
    if not flow.is_live:
        raise FlowRuleError(_("Publish the flow first: answers have to find it."))
    step = steps_of(flow)[0]
    first = asked_of(step)
    whom: list[dict[str, Any]] = [{"in_area": sorted(areas)}] if areas else []
    whom += [{"not": {"asked": step.question_id}}] if step.question_id is not None else []
    message = compose_message(
        campaign=flow.campaign,
        channel=Channel.SMS,
        draft=Draft(
            name=flow.name,
            sender=flow.sender,
            subject="",
            body="\n".join([wording(first), _("Reply STOP to end.")]),
            ask=None,
            no_ask_because=_("Answers go into the keyword flow “%(name)s”, which leads on.") % {"name": flow.name},
            conditions={"all": whom or [{"everybody": True}]},
        ),
        by=by,
    )
    LeadingMessage.objects.create(message=message, flow=flow, offered=[choice.id for choice in first.offered])
    record(
        "lead_many",
        by=by,
        action=AuditAction.CREATE,
        subject=flow,
        campaign_id=flow.campaign_id,
        message_id=message.pk,
    )
    return message


def _message(flow: Flow) -> Message:
    """What all its answers belong to in the outbox, with the tracked link of what it leads on to. It never ends."""
    link = None
    if flow.ask is not None:
        link = ShareLink.objects.create(ask=flow.ask, channel=ShareChannel.MESSAGE, code=new_code())
    return Message.objects.create(
        campaign=flow.campaign,
        kind=MessageKind.FLOW,
        channel=Channel.SMS,
        name=flow.name,
        sender=flow.sender,
        body=flow.thanks,
        ask=flow.ask,
        link=link,
        no_ask_because=flow.no_ask_because,
        status=MessageStatus.SENDING,
        created_by=flow.created_by,
    )
