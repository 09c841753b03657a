"""What people said: by question, by area, by day. For the authorised team only (rule E1)."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING, Any

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from groundswell.accounts.audit import record
from groundswell.accounts.enums import AuditAction
from groundswell.campaigns.enums import Meaning, QuestionKind
from groundswell.campaigns.models import Campaign, Question
from groundswell.phonebank.dashboards import day_columns, work_by_day
from groundswell.phonebank.operations.reckoning import moment_of
from groundswell.phonebank.said import AreaResult, Said, questions_of, results_of, what_people_said
from groundswell.phonebank.tasks import reckon_figures
from groundswell.phonebank.views.organiser.frame import (
    TEAM,
    banks_for,
    campaign_for,
    limited_to_areas,
    membership_of,
    page,
    user_of,
)

if TYPE_CHECKING:
    from datetime import datetime

    from django.http import HttpRequest

# Answers that say nothing of where somebody stands are painted grey.
SILENT = frozenset({Meaning.WONT_SAY, Meaning.NON_VOTER})
SOFT = SILENT | {Meaning.OTHER}
DAYS_IN_RESULTS = 31
# What a spreadsheet would take for a formula.
FORMULA = ("=", "+", "-", "@", "\t", "\r")


@require_GET
def results(request: HttpRequest, slug: str) -> HttpResponseBase:
    """Charts with their tables: every question, then one question by area, then the work by day."""
    campaign = campaign_for(request, slug, *TEAM)
    membership = limited_to_areas(membership_of(request))
    questions = list(questions_of(campaign.pk))
    wanted = request.GET.get("question", "")
    found = results_of(
        campaign.pk,
        questions,
        membership_id=membership,
        question_id=next((question.pk for question in questions if str(question.pk) == wanted), None),
        now=timezone.now(),
        enqueue=lambda reckoning_id: reckon_figures.defer(reckoning_id=reckoning_id),
        after=moment_of(request.GET.get("after", "")),
    )
    charts = _charts(questions, found.said)
    days = work_by_day(banks_for(request, campaign))
    context = page(
        campaign,
        "results",
        charts=charts,
        words=_words(questions, found.said),
        standing=found.standing,
        chosen=next((chart for chart in charts if chart["question"].pk == found.question_id), None),
        areas=found.areas,
        area_legend=AreaResult.legend(),
        days=day_columns(days, shown=DAYS_IN_RESULTS),
        poll_open=poll_open(campaign),
        counted_at=found.counted_at,
        count_url=_asking_again(request, found.awaited_since),
        is_new=found.counted_at is None,
    )
    return render(request, "phonebank/organiser/results.html", context)


@require_POST
def results_export(request: HttpRequest, slug: str) -> HttpResponseBase:
    """The tallies as CSV, logged (rule D13), and marked as not for publication until the poll closes (rule E1)."""
    campaign = campaign_for(request, slug, *TEAM)
    membership = limited_to_areas(membership_of(request))
    questions = {q.pk: q for q in Question.objects.filter(campaign=campaign)}
    said = what_people_said(campaign.pk, membership_id=membership)
    record(
        "export_results",
        by=user_of(request),
        action=AuditAction.EXPORT,
        subject=campaign,
        campaign_id=campaign.pk,
        rows=len(said),
    )
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="results-{campaign.slug}.csv"'
    response.write("\ufeff")
    sheet = csv.writer(response)
    if poll_open(campaign):
        sheet.writerow([_("Not for publication before the poll closes (Representation of the People Act 1983, s66A).")])
    sheet.writerow([_("Question"), _("Answer"), _("Meaning"), _("People")])
    for row in said:
        sheet.writerow([_safe(questions[row.question_id].text), _safe(row.label), row.meaning, row.people])
    return response


def _charts(questions: list[Question], said: list[Said]) -> list[dict[str, Any]]:
    charts = []
    for question in questions:
        rows = [row for row in said if row.question_id == question.pk]
        if not rows or question.kind == QuestionKind.TEXT:
            continue
        total = sum(row.people for row in rows)
        numbers = [row for row in rows if row.number is not None]
        charts.append(
            {
                "question": question,
                "is_scale": question.kind == QuestionKind.SCALE,
                "bars": _scale_bars(question, numbers) if numbers else _option_bars(question, rows),
                "total": total,
                "mean": sum(row.people * (row.number or 0) for row in numbers) / total if numbers else None,
                "shares": question.kind != QuestionKind.CHOICES,
            }
        )
    return charts


def _words(questions: list[Question], said: list[Said]) -> list[dict[str, Any]]:
    """Questions answered in people's own words, with how many answered: the words are on each person's page."""
    people = {row.question_id: row.people for row in said}
    own = [question for question in questions if question.kind == QuestionKind.TEXT]
    return [{"question": question, "people": people[question.pk]} for question in own if question.pk in people]


def _option_bars(question: Question, rows: list[Said]) -> list[dict[str, Any]]:
    soft = SOFT if question.is_voter_id else SILENT
    return [{"label": row.label, "value": row.people, "soft": row.meaning in soft} for row in rows]


def _scale_bars(question: Question, rows: list[Said]) -> list[dict[str, Any]]:
    """Every number of the scale, given or not: a gap is part of the picture."""
    people = {row.number: row.people for row in rows}
    low, high = question.scale_from or 0, question.scale_to or 0
    return [{"label": str(number), "values": [people.get(number, 0)]} for number in range(low, high + 1)]


def _asking_again(request: HttpRequest, awaited_since: datetime | None) -> str:
    """Where the page asks for the count it waits for; empty if it waits for none."""
    if awaited_since is None:
        return ""
    query = request.GET.copy()
    query["after"] = str(awaited_since.timestamp())
    return f"{request.path}?{query.urlencode()}"


def poll_open(campaign: Campaign) -> bool:
    """Whether people may still vote: until then nobody outside the team learns how they mean to (rule E1)."""
    return campaign.poll_closes_at is None or campaign.poll_closes_at > timezone.now()


def _safe(text: str) -> str:
    return f"'{text}" if text.startswith(FORMULA) else text
