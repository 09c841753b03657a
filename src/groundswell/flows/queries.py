"""What came of a flow: who began, how far they went, and where they left."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q, QuerySet

from groundswell.campaigns.enums import ActionState
from groundswell.campaigns.models import Action, Campaign, Visit
from groundswell.flows.enums import RunState, StepKind
from groundswell.flows.models import Asking, Flow, FlowStep, Run


@dataclass(frozen=True, slots=True)
class StepFigures:
    """One question: of how many it was asked, how many answered, and how many are waited for yet. The others left."""

    step: FlowStep
    asked: int
    answered: int
    waiting: int
    agreed: int | None

    @property
    def left(self) -> int:
        return self.asked - self.answered - self.waiting

    @property
    def share(self) -> int:
        """Of a hundred who were asked and are not waited for, so many answered."""
        settled = self.asked - self.waiting
        return round(100 * self.answered / settled) if settled else 0


@dataclass(frozen=True, slots=True)
class FlowFigures:
    """A flow in figures. `visits` and `acted` are of its own tracked link; None: it leads on to nothing."""

    began: int
    led: int
    finished: int
    handed: int
    stopped: int
    waiting: int
    visits: int | None
    acted: int | None
    steps: list[StepFigures]

    @property
    def share(self) -> int:
        """Of a hundred who began and are not waited for, so many came to the end."""
        settled = self.began - self.waiting
        return round(100 * self.finished / settled) if settled else 0


def flows_with_counts(campaign: Campaign) -> QuerySet[Flow]:
    """The campaign's flows, live ones first, then drafts, with `began` and `finished`."""
    return (
        Flow.objects.filter(campaign=campaign)
        .select_related("sender")
        .annotate(began=Count("runs"), finished=Count("runs", filter=Q(runs__state=RunState.DONE)))
        .order_by("retired_at", "-published_at", "-pk")
    )


def figures_of(flow: Flow, *, now: datetime) -> FlowFigures:
    """Three or four queries, whatever its size."""
    waited_for = Q(state=RunState.OPEN, expires_at__gt=now)
    runs = Run.objects.filter(flow=flow).aggregate(
        began=Count("pk"),
        led=Count("pk", filter=Q(began_with__isnull=False)),
        finished=Count("pk", filter=Q(state=RunState.DONE)),
        handed=Count("pk", filter=Q(state=RunState.HANDED)),
        stopped=Count("pk", filter=Q(state__in=[RunState.STOPPED, RunState.UNDER_AGE])),
        waiting=Count("pk", filter=waited_for),
    )
    link = flow.message.link if flow.message is not None else None
    visits = Visit.objects.filter(link=link, is_automatic=False).count() if link is not None else None
    acted = Action.objects.filter(source=link, state=ActionState.CONFIRMED).count() if link is not None else None
    return FlowFigures(**runs, visits=visits, acted=acted, steps=_steps(flow, now))


def _steps(flow: Flow, now: datetime) -> list[StepFigures]:
    waited_for = Q(answered_at__isnull=True, run__state=RunState.OPEN, run__expires_at__gt=now)
    counted = {
        row["step"]: row
        for row in Asking.objects.filter(run__flow=flow)
        .values("step")
        .annotate(
            asked=Count("pk"),
            answered=Count("pk", filter=Q(answered_at__isnull=False)),
            waiting=Count("pk", filter=waited_for),
            agreed=Count("pk", filter=Q(agreed=True)),
        )
    }
    nothing = {"asked": 0, "answered": 0, "waiting": 0, "agreed": 0}
    found = []
    for step in flow.steps.order_by("position"):
        row = counted.get(step.pk, nothing)
        agreed = row["agreed"] if step.kind == StepKind.CONSENT else None
        found.append(StepFigures(step, row["asked"], row["answered"], row["waiting"], agreed))
    return found
