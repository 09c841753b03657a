"""What a builder of lists offers to choose from, read in one query whatever there is of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.db.models import BigIntegerField, CharField, F, IntegerField, QuerySet, Value
from django.db.models.functions import Cast

from groundswell.accounts.access import limit_to_areas
from groundswell.accounts.models import Membership
from groundswell.campaigns.models import Campaign, Option
from groundswell.people.models import Tag
from groundswell.places.enums import AreaKind
from groundswell.places.models import Area


@dataclass(frozen=True, slots=True)
class Choice:
    """One thing to choose. `under`: an area's parent, an option's question."""

    id: int
    label: str
    under: int | None


@dataclass(slots=True)
class Offered:
    """A campaign's seats and wards as far as the member may reach people there, its questions and answers, every tag.

    `beside_id` is that of the one row asked for beside them, if there is one; else 0.
    """

    seats: list[Choice] = field(default_factory=list)
    wards: list[Choice] = field(default_factory=list)
    questions: list[Choice] = field(default_factory=list)
    options: list[Choice] = field(default_factory=list)
    tags: list[Choice] = field(default_factory=list)
    beside_id: int = 0

    @classmethod
    def by(cls, campaign: Campaign, membership: Membership, *, beside: QuerySet[Any] | None = None) -> Offered:
        """One query, which answers for a row `beside` as well: that of the thing which is being changed."""
        first, *others = _parts(campaign, membership, beside)
        offered = cls()
        lists = {
            "seat": offered.seats,
            "ward": offered.wards,
            "question": offered.questions,
            "option": offered.options,
            "tag": offered.tags,
        }
        rows = first.union(*others, all=True)
        for what, pk, label, under, _rank in sorted(rows, key=lambda row: (row[4], row[2], row[1])):
            if what == "beside":
                offered.beside_id = pk
            else:
                lists[what].append(Choice(pk, label, under))
        return offered

    @property
    def areas(self) -> list[Choice]:
        """Seats and wards."""
        return [*self.seats, *self.wards]


def _parts(campaign: Campaign, membership: Membership, beside: QuerySet[Any] | None) -> list[QuerySet[Any, Any]]:
    seats = Campaign.areas.through._default_manager.filter(campaign_id=campaign.pk).values("area_id")
    wards = Area.objects.filter(parent__in=seats, kind=AreaKind.WARD).exclude(pk__in=seats)
    questions = campaign.questions.filter(retired_at__isnull=True)
    options = Option.objects.filter(question__in=questions, retired_at__isnull=True)
    parts = [
        _part("seat", limit_to_areas(Area.objects.filter(pk__in=seats), membership, "pk"), "name", "parent_id"),
        _part("ward", limit_to_areas(wards, membership, "pk"), "name", "parent_id"),
        # Voter ID first, then in the order they were written; answers in that of their question.
        _part("question", questions.filter(is_voter_id=True), "text", rank=Value(0)),
        _part("question", questions.filter(is_voter_id=False), "text", rank=Cast("id", BigIntegerField())),
        _part("option", options, "label", "question_id", rank=Cast("position", BigIntegerField())),
        _part("tag", Tag.objects.all(), "name"),
    ]
    if beside is not None:
        parts.append(_part("beside", beside, "name"))
    return parts


def _part(what: str, rows: QuerySet[Any], label: str, under: str | None = None, rank: Any = None) -> QuerySet[Any, Any]:
    found: QuerySet[Any, Any] = (
        rows.order_by()
        .annotate(
            what=Value(what, CharField()),
            shown=Cast(F(label), CharField()),
            below=Cast(F(under) if under else Value(None, IntegerField()), BigIntegerField()),
            rank=Cast(rank if rank is not None else Value(0), BigIntegerField()),
        )
        .values_list("what", "id", "shown", "below", "rank")
    )
    return found
