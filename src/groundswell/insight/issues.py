"""The membership picture: which issues matter to how many, where, and how that changes; however they told us."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.db import connection, transaction
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from groundswell.campaigns.enums import AnswerChannel
from groundswell.campaigns.models import Campaign
from groundswell.campaigns.rules import FEW
from groundswell.insight.counting import SQL
from groundswell.insight.keeping import Kept, keep_count, kept_count
from groundswell.insight.models import IssueTally
from groundswell.insight.queries import Seat, places_of

SUBJECT = "issues"
TABLE = "campaigns_answer"
# With fewer answers than fit into this (some 6,000) they are counted as they are read.
FEW_BYTES = 1024 * 1024
WEEKS = 26
# Now is compared with before: the last four weeks with the four before these.
LATELY = 4
A_PAGE = 50
_COUNT = (SQL / "count_issues.sql").read_text(encoding="utf-8")
_READ = (SQL / "issues.sql").read_text(encoding="utf-8")
_AREAS = (SQL / "issue_areas.sql").read_text(encoding="utf-8")
_COLUMNS = ("span", "week", "issue", "label", "channel", "seat_id", "area_id", "people")
SPANS = (
    (0, gettext_lazy("whenever they told us")),
    (52, gettext_lazy("the last year")),
    (12, gettext_lazy("the last 12 weeks")),
    (4, gettext_lazy("the last 4 weeks")),
)


class PictureFilter(forms.Form):
    """What the picture is of. Anything that is not understood is left out, not refused."""

    source = forms.ChoiceField(
        label=gettext_lazy("Told us by"),
        choices=[("", gettext_lazy("call, text or form")), *AnswerChannel.choices],
        required=False,
    )
    period = forms.TypedChoiceField(
        label=gettext_lazy("Period"), choices=SPANS, coerce=int, empty_value=None, required=False
    )
    issue = forms.CharField(required=False, max_length=120, widget=forms.HiddenInput)

    def chosen(self) -> Choice:
        """What was asked for."""
        self.is_valid()
        data = self.cleaned_data
        return Choice(data.get("source") or "", data.get("period") or 0, (data.get("issue") or "").lower())


@dataclass(frozen=True, slots=True)
class Choice:
    """By which channel (empty: any), in how many weeks (0: ever), and which issue is looked at (empty: the first)."""

    channel: str = ""
    span: int = 0
    issue: str = ""


@dataclass(frozen=True, slots=True)
class Issue:
    """One issue: how many named it, which share of those who named any, and by how much that share moved lately.

    Of fewer people than `FEW` no number is told (None): it could be seen who they are.
    """

    key: str
    label: str
    people: int | None
    share: float | None
    moved: float | None

    @property
    def width(self) -> str:
        """Of its bar, in per cent."""
        return f"{100 * (self.share or 0):.2f}"

    @property
    def points(self) -> int | None:
        """By how many points its share moved; None where too few answered to say."""
        return round(100 * self.moved) if self.moved is not None else None


@dataclass(frozen=True)
class Picture:
    """Issues, the most named first; the one looked at; who answered; week by week; and by seat: answered, and named it."""

    people: int
    issues: list[Issue]
    looked_at: Issue | None
    columns: list[dict[str, Any]]
    by_seat: dict[int, tuple[int, int]]

    @property
    def too_few(self) -> bool:
        """Whether so few answered that nothing is told."""
        return 0 < self.people < FEW


@dataclass(frozen=True, slots=True)
class AreaRow:
    """A ward or polling district; numbers are None where fewer than `FEW` answered, or named it."""

    name: str
    within: str
    people: int | None
    named: int | None
    share: float | None
    most: str


def picture_of(
    campaign: Campaign, choice: Choice, *, membership_id: int | None, now: datetime
) -> tuple[Picture | None, Kept]:
    """The picture, and from when it is; None while it is counted for the first time. Three queries at most.

    With `membership_id`, only of that member's areas.
    """
    kept = _kept(campaign.pk, now)
    if kept.at is None:
        return None, kept
    with connection.cursor() as cursor:
        cursor.execute(_READ.format(source=_source(kept)), _parameters(campaign.pk, choice, membership_id, now))
        rows = cursor.fetchall()
    return _told(rows, choice, now), kept


def areas_of(
    campaign: Campaign, choice: Choice, kept: Kept, *, membership_id: int | None, page: int, now: datetime
) -> tuple[list[AreaRow], int]:
    """A page of the smallest areas, from 1, and how many there are; one query. `choice.issue` names the issue."""
    parameters = _parameters(campaign.pk, choice, membership_id, now)
    with connection.cursor() as cursor:
        cursor.execute(
            _AREAS.format(source=_source(kept)),
            {**parameters, "issue": choice.issue, "limit": A_PAGE, "offset": (page - 1) * A_PAGE},
        )
        rows = cursor.fetchall()
    return [_area(*row[1:6]) for row in rows], rows[0][6] if rows else 0


@transaction.atomic
def keep_issues(campaign_id: int, *, now: datetime) -> None:
    """Count them anew, for who looks next. Who reads meanwhile sees the figures from before."""

    def count() -> None:
        IssueTally.objects.filter(campaign=campaign_id).delete()
        with connection.cursor() as cursor:
            cursor.execute(
                f"INSERT INTO insight_issuetally (campaign_id, {', '.join(_COLUMNS)})"  # noqa: S608 - names of this module
                f" SELECT %(campaign)s::bigint, counted.* FROM ({_COUNT}) counted",
                _count_parameters(campaign_id, now),
            )

    keep_count(campaign_id, SUBJECT, count=count, now=now)


def shown(people: int) -> int | None:
    """The number, or None where it is told of too few."""
    return people if people == 0 or people >= FEW else None


@dataclass(frozen=True)
class IssueSeat(Seat):
    """A seat of the map: who answered there, and of these who named the issue; None where they are too few to tell."""

    people: int | None = 0
    named: int | None = 0

    @property
    def share(self) -> float | None:
        """From 0 to 1; None where too few answered."""
        return self.named / self.people if self.people and self.named is not None else None

    @property
    def said(self) -> str:
        """The seat in a line, for whoever points at it."""
        if self.people is None:
            return _("%(seat)s: too few answers to tell") % {"seat": self.area.name}
        if not self.people:
            return _("%(seat)s: no answers yet") % {"seat": self.area.name}
        return _("%(seat)s: %(named)s of %(people)s") % {
            "seat": self.area.name,
            "named": number_format(self.named, force_grouping=True) if self.named is not None else f"< {FEW}",
            "people": number_format(self.people, force_grouping=True),
        }


def seats_of(campaign: Campaign, picture: Picture, *, membership_id: int | None) -> list[IssueSeat]:
    """The areas of the campaign's map with what was said there; one query."""
    found = []
    for place in places_of(campaign, membership_id=membership_id):
        people, named = picture.by_seat.get(place.area.pk, (0, 0)) if place.is_ours else (0, 0)
        told = shown(people)
        found.append(
            IssueSeat(
                area=place.area,
                hexagon=place.hexagon,
                is_ours=place.is_ours,
                facts=None,
                tally=place.tally,
                people=told,
                named=shown(named) if told is not None else None,
            )
        )
    return found


def _kept(campaign_id: int, now: datetime) -> Kept:
    from groundswell.insight.tasks import count_issues  # the job calls this module

    return kept_count(
        campaign_id,
        SUBJECT,
        table=TABLE,
        few_bytes=FEW_BYTES,
        count=lambda: "as read",
        ask=lambda: count_issues.defer(campaign_id=campaign_id),
        now=now,
    )


def _source(kept: Kept) -> str:
    # Of the worker's count there are no figures here: they are rows of their own.
    return (
        f"({_COUNT})" if kept.figures else "(SELECT * FROM insight_issuetally WHERE campaign_id = %(campaign)s::bigint)"
    )


def _count_parameters(campaign_id: int, now: datetime) -> dict[str, Any]:
    return {"campaign": campaign_id, "now": now, "weeks": WEEKS, "zone": settings.TIME_ZONE}


def _parameters(campaign_id: int, choice: Choice, membership_id: int | None, now: datetime) -> dict[str, Any]:
    chosen = {"channel": choice.channel, "span": choice.span, "membership": membership_id}
    return _count_parameters(campaign_id, now) | chosen


def _told(rows: list[tuple[str, str, str, str, int]], choice: Choice, now: datetime) -> Picture:
    totals = {issue: (label, people) for scope, _key, issue, label, people in rows if scope == "issue"}
    weeks: dict[date, dict[str, int]] = {}
    seats: dict[int, dict[str, int]] = {}
    for scope, key, issue, _label, people in rows:
        if scope == "week":
            weeks.setdefault(date.fromisoformat(key), {})[issue] = people
        elif scope == "seat":
            seats.setdefault(int(key), {})[issue] = people
    _nobody, everybody = totals.pop("", ("", 0))
    issues = [
        Issue(
            key,
            label,
            shown(people),
            people / everybody if everybody >= FEW and people >= FEW else None,
            _moved(weeks, key, now),
        )
        for key, (label, people) in sorted(totals.items(), key=lambda each: (-each[1][1], each[1][0]))
    ]
    looked_at = next((issue for issue in issues if issue.key == choice.issue), issues[0] if issues else None)
    at = looked_at.key if looked_at else ""
    return Picture(
        people=everybody,
        issues=issues,
        looked_at=looked_at,
        columns=[
            {"label": date_format(week, "j M"), "values": (said.get("", 0), said.get(at, 0))}
            for week, said in sorted(weeks.items())
            # A week in which few answered is left out, like an area.
            if said.get("", 0) >= FEW
        ],
        by_seat={seat: (said.get("", 0), said.get(at, 0)) for seat, said in seats.items()},
    )


def _moved(weeks: dict[date, dict[str, int]], issue: str, now: datetime) -> float | None:
    this = now.date() - timedelta(days=now.weekday())
    recent = [this - timedelta(weeks=number) for number in range(LATELY)]
    before = [this - timedelta(weeks=LATELY + number) for number in range(LATELY)]
    shares = []
    for span in (recent, before):
        answered = sum(weeks.get(week, {}).get("", 0) for week in span)
        if answered < FEW:
            return None
        shares.append(sum(weeks.get(week, {}).get(issue, 0) for week in span) / answered)
    return shares[0] - shares[1]


def _area(name: str, within: str, people: int, named: int, most: str | None) -> AreaRow:
    if people < FEW:
        return AreaRow(name, within, None, None, None, "")
    return AreaRow(name, within, people, shown(named), named / people if shown(named) is not None else None, most or "")
