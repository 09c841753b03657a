"""Reads across a campaign's questions and answers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection
from django.utils.safestring import SafeString

from groundswell.campaigns.cribs.facts import NO_FACTS, facts_for
from groundswell.campaigns.cribs.markup import crib_markup, facts_named
from groundswell.campaigns.models import Campaign, CribSheet
from groundswell.places.models import Area


@dataclass(frozen=True, slots=True)
class LatestAnswer:
    """What somebody last said to a question; a question with several options gives several."""

    person_id: int
    question_id: int
    question: str
    is_voter_id: bool
    label: str
    meaning: str
    party: str
    number: int | None
    answered_at: datetime
    source_uuid: UUID

    @property
    def said(self) -> str:
        """The answer in words."""
        return str(self.number) if self.number is not None else self.label


_LATEST = """
    SELECT person_id, question_id, question, is_voter_id, label, meaning, party, number, answered_at, source_uuid
    FROM (
        SELECT answer.person_id, answer.question_id, question.text AS question, question.is_voter_id,
               COALESCE(option.label, answer.text) AS label, answer.meaning, answer.party, answer.number,
               answer.answered_at, answer.source_uuid, answer.id,
               -- All rows of the newest source: a question with several options has several rows from one call.
               dense_rank() OVER (
                   PARTITION BY answer.person_id, answer.question_id
                   ORDER BY answer.answered_at DESC, answer.source_uuid
               ) AS age
        FROM campaigns_answer answer
        JOIN campaigns_question question ON question.id = answer.question_id
        LEFT JOIN campaigns_option option ON option.id = answer.option_id
        WHERE answer.person_id = ANY(%(people)s::bigint[]) AND answer.withdrawn_at IS NULL
    ) ranked
    WHERE age = 1
    ORDER BY person_id, answered_at DESC, id
"""


def latest_answers(person_ids: Iterable[int]) -> dict[int, list[LatestAnswer]]:
    """What each of these people last said to each question, newest first, withdrawn answers apart; one query."""
    people = list(person_ids)
    found: dict[int, list[LatestAnswer]] = {person: [] for person in people}
    if not people:
        return found
    with connection.cursor() as cursor:
        cursor.execute(_LATEST, {"people": people})
        for row in cursor.fetchall():
            found[row[0]].append(LatestAnswer(*row))
    return found


def published_crib(campaign_id: int, area_id: int | None) -> CribSheet | None:
    """The newest published crib sheet of the seat, else the newest for the whole campaign."""
    sheets = CribSheet.objects.filter(campaign_id=campaign_id, published=True)
    own = sheets.filter(area_id=area_id).order_by("-version").first() if area_id is not None else None
    return own or sheets.filter(area__isnull=True).order_by("-version").first()


def crib_html(campaign_id: int, area_id: int | None) -> SafeString:
    """The crib sheet to show for a seat, as clean HTML. The caller's screen reads it from its `ScriptPlan` instead."""
    sheet = published_crib(campaign_id, area_id)
    return crib_of_seat(campaign_id, area_id, sheet.body) if sheet else SafeString("")


def crib_of_seat(campaign_id: int, area_id: int | None, body: str) -> SafeString:
    """A sheet as clean HTML with the facts of this seat. A sheet that names no facts costs no query."""
    if not facts_named(body):
        return crib_markup(body, NO_FACTS)
    campaign = Campaign.objects.get(pk=campaign_id)
    area = Area.objects.filter(pk=area_id).first() if area_id is not None else only_seat(campaign)
    return crib_markup(body, facts_for(campaign, area))


def only_seat(campaign: Campaign) -> Area | None:
    """The seat of a campaign that has just one: its facts are meant where no seat is named."""
    seats = list(campaign.areas.all()[:2])
    return seats[0] if len(seats) == 1 else None
