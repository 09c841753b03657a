"""Who signed up on a page, counted: reached, waiting, confirmed, from where and through what."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet

from groundswell.campaigns.enums import ActionState, AskKind, ShareChannel
from groundswell.campaigns.models import Action, Campaign, Question, Visit
from groundswell.joining.enums import LetterState
from groundswell.joining.models import Letter, SignUp, SignUpPage

MOST = 20
# What a page of this room may ask.
KINDS = (AskKind.SIGN_UP, AskKind.VOLUNTEER)


@dataclass(frozen=True)
class PageFigures:
    """One page in figures; the rows are bars of a chart, the most first."""

    visits: int
    waiting: int
    confirmed: int
    undelivered: int
    seats: list[dict[str, str | int]]
    interests: list[dict[str, str | int]]
    sources: list[dict[str, str | int]]


def pages_with_counts(campaign: Campaign) -> QuerySet[SignUpPage]:
    """The campaign's sign-up pages, newest first, with `confirmed` and `waiting`."""
    state = "ask__actions__state"
    return (
        SignUpPage.objects.filter(ask__campaign=campaign, ask__kind__in=KINDS)
        .select_related("ask", "question")
        .annotate(
            confirmed=Count("ask__actions", filter=Q(**{state: ActionState.CONFIRMED})),
            waiting=Count("ask__actions", filter=Q(**{state: ActionState.PENDING})),
        )
        .order_by("-pk")
    )


def questions_asked() -> QuerySet[Question]:
    """What open sign-up pages ask besides name and address, each question once."""
    open_pages = SignUpPage.objects.filter(ask__published_at__isnull=False, ask__closed_at__isnull=True)
    asked = Question.objects.filter(pk__in=open_pages.values("question"), retired_at__isnull=True)
    return asked.order_by("text", "pk").prefetch_related("options")


def figures_of(page: SignUpPage) -> PageFigures:
    """What came of a page. Interests, seats and sources are of those who confirmed."""
    actions = Action.objects.filter(ask=page.ask)
    confirmed = SignUp.objects.filter(page=page, action__state=ActionState.CONFIRMED)
    return PageFigures(
        visits=Visit.objects.filter(link__ask=page.ask, is_automatic=False).count(),
        waiting=actions.filter(state=ActionState.PENDING).count(),
        confirmed=actions.filter(state=ActionState.CONFIRMED).count(),
        undelivered=Letter.objects.filter(
            sign_up__page=page, state__in=[LetterState.FAILED, LetterState.UNKNOWN, LetterState.DROPPED]
        ).count(),
        seats=_counted(confirmed.filter(constituency__isnull=False), "constituency__name"),
        interests=_counted(confirmed.filter(options__isnull=False), "options__label"),
        sources=[
            {**bar, "label": str(ShareChannel(str(bar["label"])).label)}
            for bar in _counted(confirmed.filter(action__source__isnull=False), "action__source__channel")
        ],
    )


def _counted(rows: QuerySet[SignUp], name: str) -> list[dict[str, str | int]]:
    counted = rows.values_list(name).annotate(count=Count("pk")).order_by("-count", name)[:MOST]
    return [{"label": label, "value": count} for label, count in counted]
