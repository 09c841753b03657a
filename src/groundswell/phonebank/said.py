"""What people said, counted: for the authorised team only until the poll closes (rule E1)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from django.db import connection
from django.utils.translation import gettext as _

from groundswell.phonebank.dashboards import kept, sql

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
        lambda: _rows(Said, "said", {"campaign": campaign_id, "membership": membership_id}),
    )


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
    """The newest answers to one question by area (ward or polling district); kept for RESULTS_KEPT_SECONDS."""
    return kept(
        f"phonebank.areas.{campaign_id}.{question_id}.{membership_id}",
        RESULTS_KEPT_SECONDS,
        lambda: _rows(
            AreaResult,
            "said_by_area",
            {"campaign": campaign_id, "question": question_id, "membership": membership_id},
        ),
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
    (found,) = kept(
        f"phonebank.standing.{campaign_id}.{membership_id}",
        RESULTS_KEPT_SECONDS,
        lambda: _rows(Standing, "standing", {"campaign": campaign_id, "membership": membership_id}),
    )
    return found


def _rows(kind: Callable[..., T], statement: str, parameters: dict[str, Any]) -> list[T]:
    with connection.cursor() as cursor:
        cursor.execute(sql(statement), parameters)
        return [kind(*row) for row in cursor.fetchall()]
