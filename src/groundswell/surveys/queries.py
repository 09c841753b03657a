"""What came of a survey: who came, who answered, what they said."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import connection
from django.db.models import Count, Q, QuerySet

from groundswell.campaigns.enums import ActionState
from groundswell.campaigns.models import Campaign, Visit
from groundswell.campaigns.rules import FEW
from groundswell.surveys.models import Reply, Survey


@dataclass(frozen=True, slots=True)
class Said:
    """One question with how often each answer was given; of words only how many wrote some."""

    question: str
    counts: list[dict[str, str | int]]
    answered: int


@dataclass(frozen=True)
class SurveyFigures:
    """One survey in figures. Nothing of what was said where fewer than `FEW` people answered."""

    visits: int
    replies: int
    said: list[Said]


_SAID = """
    SELECT question.id, question.text, coalesce(option.label, answer.number::text, '') AS label,
           count(DISTINCT answer.person_id) AS people, min(coalesce(option.position, answer.number, 0)) AS place
      FROM surveys_reply reply
      JOIN campaigns_answer answer ON answer.source_uuid = reply.source_uuid AND answer.withdrawn_at IS NULL
                                  AND answer.person_id = reply.person_id
      JOIN campaigns_question question ON question.id = answer.question_id
      LEFT JOIN campaigns_option option ON option.id = answer.option_id
      JOIN campaigns_scriptstep step ON step.question_id = question.id AND step.script_id = %s
     WHERE reply.survey_id = %s
     GROUP BY question.id, question.text, 3, step.position
     ORDER BY step.position, place, label
"""


def surveys_with_counts(campaign: Campaign) -> QuerySet[Survey]:
    """The campaign's surveys, newest first, with `answered`."""
    state = Q(ask__actions__state=ActionState.CONFIRMED)
    return (
        Survey.objects.filter(ask__campaign=campaign)
        .select_related("ask", "script")
        .annotate(answered=Count("ask__actions", filter=state))
        .order_by("-pk")
    )


def figures_of(survey: Survey) -> SurveyFigures:
    """What came of a survey; three queries."""
    replies = Reply.objects.filter(survey=survey, action__state=ActionState.CONFIRMED).count()
    return SurveyFigures(
        visits=Visit.objects.filter(link__ask=survey.ask_id, is_automatic=False).count(),
        replies=replies,
        said=_said(survey) if replies >= FEW else [],
    )


def _said(survey: Survey) -> list[Said]:
    found: dict[int, Said] = {}
    with connection.cursor() as cursor:
        cursor.execute(_SAID, [survey.script_id, survey.pk])
        for question_id, text, label, people, _place in cursor.fetchall():
            said = found.setdefault(question_id, Said(text, [], 0))
            if label:
                said.counts.append({"label": label, "value": people})
            else:
                found[question_id] = Said(text, [], people)
    return list(found.values())
