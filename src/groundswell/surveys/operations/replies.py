"""Answering a survey by one's own link."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from groundswell.accounts.audit import record
from groundswell.accounts.enums import AuditAction
from groundswell.accounts.models import User
from groundswell.campaigns.enums import AnswerChannel
from groundswell.campaigns.models import ShareLink
from groundswell.campaigns.operations.answers import record_answers, withdraw_answers
from groundswell.campaigns.operations.asks import take_action
from groundswell.campaigns.rules import CampaignRuleError, GivenAnswer
from groundswell.campaigns.scripts import plan_for
from groundswell.people.models import Person
from groundswell.surveys.models import Reply, Survey
from groundswell.surveys.rules import OPINION_VERSION


class ObjectedError(CampaignRuleError):
    """They objected to marketing, and nothing is kept of what they think (rule D4)."""


@transaction.atomic
def answer_survey(
    *,
    survey: Survey,
    person: Person,
    answers: Sequence[GivenAnswer],
    source_uuid: UUID,
    now: datetime,
    source: ShareLink | None = None,
    agreed_wording: str = "",
    by: User | None = None,
) -> Reply:
    """Somebody answers: an action that counts, and answers like those of a call, by form.

    Once for each `source_uuid`, however often it is pressed; another one replaces what they said before, which stays on
    record as withdrawn. What they say of how they vote is kept with the words they agreed to only. Raises
    AskClosedError, WrongAnswer, ObjectedError, CampaignRuleError where nothing is said.
    """
    # One after the other: two presses at once are one reply.
    person = Person.objects.select_for_update().get(pk=person.pk)
    if person.objected_at is not None or person.erased_at is not None:
        raise ObjectedError(_("You asked us to keep nothing on what you think, so nothing was kept of this."))
    held = Reply.objects.filter(survey=survey, person=person).first()
    if held is not None and held.source_uuid == source_uuid:
        return held
    plan = plan_for(survey.script_id, survey.script.version)
    votes = {question.id for question in plan.questions.values() if question.is_voter_id}
    kept = [answer for answer in answers if agreed_wording or answer.question_id not in votes]
    if not kept:
        raise CampaignRuleError(_("Answer at least one of the questions."))
    is_on_votes = any(answer.question_id in votes for answer in kept)
    action, _is_new = take_action(
        ask=survey.ask,
        person=person,
        dedupe_key=f"person:{person.pk}",
        now=now,
        source=source if source is not None and source.ask_id == survey.ask_id else None,
        by=by,
    )
    if held is not None:
        withdraw_answers(source_uuid=held.source_uuid, by=by, now=now)
    record_answers(plan=plan, answers=kept, source_uuid=source_uuid, by=by, answered_at=now, channel=AnswerChannel.FORM)
    reply, is_first = Reply.objects.update_or_create(
        action=action,
        defaults={
            "survey": survey,
            "person": person,
            "source_uuid": source_uuid,
            "agreed_wording": agreed_wording if is_on_votes else "",
            "agreed_version": OPINION_VERSION if is_on_votes else "",
            "replied_at": now,
        },
    )
    record(
        "answer_survey",
        by=by,
        action=AuditAction.CREATE if is_first else AuditAction.CHANGE,
        subject=person,
        campaign_id=survey.ask.campaign_id,
        survey_id=survey.pk,
    )
    return reply
