"""What people said, counted: for the authorised team only until the poll closes (rule E1)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import astuple, dataclass
from datetime import datetime
from typing import Any, TypeVar

from django.db import connection
from django.db.models import IntegerField, QuerySet
from django.db.models.expressions import RawSQL
from django.utils.translation import gettext as _

from groundswell.campaigns.enums import QuestionKind
from groundswell.campaigns.models import Question
from groundswell.phonebank.dashboards import kept, sql
from groundswell.phonebank.enums import ReckoningKind
from groundswell.phonebank.operations import reckoning

RESULTS_KEPT_SECONDS = 30
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Said:
    """How many people's newest answer to a question is this one."""

    question_id: int
    option_id: int | None
    number: int | None
    label: str
    meaning: str
    people: int


def what_people_said(campaign_id: int, *, membership_id: int | None) -> list[Said]:
    """The newest answer of each person to each question of the campaign, counted; kept for RESULTS_KEPT_SECONDS.

    With `membership_id`, only of people in that member's areas.
    """
    return kept(
        f"phonebank.said.{campaign_id}.{membership_id}",
        RESULTS_KEPT_SECONDS,
        lambda: _said(campaign_id, membership_id),
    )


def _said(campaign_id: int, membership_id: int | None) -> list[Said]:
    return _rows(Said, "said", {"campaign": campaign_id, "membership": membership_id})


@dataclass(frozen=True, slots=True)
class AreaResult:
    """What the people of one area said to one question, by meaning."""

    area: str
    seat: str
    support: int
    undecided: int
    opposed: int
    other: int

    @property
    def people(self) -> int:
        """How many people answered."""
        return self.support + self.undecided + self.opposed + self.other

    @property
    def parts(self) -> list[dict[str, Any]]:
        """The parts of the bar, in the order of `legend`."""
        values = (self.support, self.undecided, self.opposed, self.other)
        return [{**each, "value": value} for each, value in zip(self.legend(), values, strict=True)]

    @staticmethod
    def legend() -> list[dict[str, Any]]:
        """What the parts are."""
        return [
            {"label": _("for"), "tone": "own"},
            {"label": _("undecided"), "tone": "open"},
            {"label": _("against"), "tone": "rest"},
            {"label": _("other"), "tone": "none"},
        ]

    @property
    def share(self) -> int:
        """Supporters in a hundred."""
        return round(100 * self.support / self.people) if self.people else 0


def said_by_area(campaign_id: int, question_id: int, *, membership_id: int | None) -> list[AreaResult]:
    """The newest answers to one question by area (ward or polling district)."""
    return _rows(
        AreaResult, "said_by_area", {"campaign": campaign_id, "question": question_id, "membership": membership_id}
    )


@dataclass(frozen=True, slots=True)
class Standing:
    """Where the people stand who were asked how they mean to vote, by what they said last."""

    ours: int
    leaning: int
    undecided: int
    others: int
    silent: int

    @property
    def people(self) -> int:
        """How many were asked."""
        return self.ours + self.leaning + self.undecided + self.others + self.silent

    @property
    def parts(self) -> list[dict[str, Any]]:
        """The parts of the bar."""
        return [
            {"label": _("firmly for us"), "value": self.ours, "tone": "own"},
            {"label": _("leaning our way"), "value": self.leaning, "tone": "own-lean"},
            {"label": _("undecided"), "value": self.undecided, "tone": "open"},
            {"label": _("for somebody else"), "value": self.others, "tone": "rest"},
            {"label": _("will not say, does not vote"), "value": self.silent, "tone": "none"},
        ]


def where_voters_stand(campaign_id: int, *, membership_id: int | None) -> Standing:
    """The newest voter ID of each person, by meaning; numbers for parties are left to the results' own charts."""
    return kept(
        f"phonebank.standing.{campaign_id}.{membership_id}",
        RESULTS_KEPT_SECONDS,
        lambda: _standing(campaign_id, membership_id),
    )


def _standing(campaign_id: int, membership_id: int | None) -> Standing:
    (found,) = _rows(Standing, "standing", {"campaign": campaign_id, "membership": membership_id})
    return found


@dataclass(frozen=True, slots=True)
class Results:
    """What people said, as of `counted_at`; none yet (None) while it is counted for the first time.

    `awaited_since`: since when a new count is awaited, if one is.
    """

    said: list[Said]
    standing: Standing | None
    # The question that is broken down by area, and its areas.
    question_id: int | None
    areas: list[AreaResult]
    counted_at: datetime | None
    awaited_since: datetime | None

    def as_figures(self) -> dict[str, Any]:
        """As it is kept."""
        return {
            "said": [astuple(row) for row in self.said],
            "standing": astuple(self.standing) if self.standing else None,
            "question": self.question_id,
            "areas": [astuple(row) for row in self.areas],
        }

    @classmethod
    def from_figures(
        cls, figures: dict[str, Any], *, counted_at: datetime | None, awaited_since: datetime | None
    ) -> Results:
        """As it was kept."""
        return cls(
            [Said(*row) for row in figures["said"]],
            Standing(*figures["standing"]) if figures["standing"] else None,
            figures["question"],
            [AreaResult(*row) for row in figures["areas"]],
            counted_at,
            awaited_since,
        )


# Bytes of the table of answers that a page counts through itself: some twenty thousand answers, a tenth of a second.
FEW_ANSWERS = 3_000_000


def questions_of(campaign_id: int) -> QuerySet[Question]:
    """Voter ID first. Each says, at no cost, how large the table of answers is (`answers_bytes`)."""
    size = RawSQL("pg_relation_size('campaigns_answer')::bigint", [], output_field=IntegerField())
    return Question.objects.filter(campaign=campaign_id).annotate(answers_bytes=size).order_by("-is_voter_id", "pk")


def results_of(
    campaign_id: int,
    questions: Sequence[Question],
    *,
    membership_id: int | None,
    question_id: int | None,
    now: datetime,
    enqueue: Callable[[int], Any],
    after: datetime | None = None,
) -> Results:
    """What people said, with one question by area: the one asked for, else the first with options and answers.

    Some thousand answers are counted now, and that is kept for RESULTS_KEPT_SECONDS. More are counted by the worker:
    `enqueue` gives it the reckoning's id.
    """
    if not questions or questions[0].answers_bytes < FEW_ANSWERS:  # type: ignore[attr-defined]
        return kept(
            f"phonebank.results.{campaign_id}.{membership_id}.{question_id}",
            RESULTS_KEPT_SECONDS,
            lambda: _count(campaign_id, questions, membership_id, question_id, now),
        )
    asked = {"campaign": campaign_id, "membership": membership_id, "question": question_id}
    found = reckoning.ask_for(
        reckoning.Question(campaign_id, ReckoningKind.RESULTS, asked), now=now, enqueue=enqueue, after=after
    )
    nothing: dict[str, Any] = {"said": [], "standing": None, "question": None, "areas": []}
    return Results.from_figures(
        found.figures or nothing, counted_at=found.counted_at, awaited_since=found.awaited_since
    )


def count_results(asked: dict[str, Any], now: datetime) -> dict[str, Any]:
    """The worker's count of what a page asked for."""
    questions = list(questions_of(asked["campaign"]))
    return _count(asked["campaign"], questions, asked["membership"], asked["question"], now).as_figures()


def _count(
    campaign_id: int, questions: Sequence[Question], membership_id: int | None, question_id: int | None, now: datetime
) -> Results:
    said = _said(campaign_id, membership_id)
    answered = {row.question_id for row in said}
    able = [q.pk for q in questions if q.pk in answered and q.kind not in {QuestionKind.TEXT, QuestionKind.SCALE}]
    chosen = question_id if question_id in able else next(iter(able), None)
    return Results(
        said,
        _standing(campaign_id, membership_id) if answered else None,
        chosen,
        said_by_area(campaign_id, chosen, membership_id=membership_id) if chosen else [],
        now,
        awaited_since=None,
    )


def _rows(kind: Callable[..., T], statement: str, parameters: dict[str, Any]) -> list[T]:
    with connection.cursor() as cursor:
        cursor.execute(sql(statement), parameters)
        return [kind(*row) for row in cursor.fetchall()]
