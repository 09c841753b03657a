"""What keyword flows hold on a person: through which they went, and how far (rules D5, D6, D10)."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from groundswell.compliance.personal_data import exempt, register, rows_of
from groundswell.compliance.retention import older_rows, register_category
from groundswell.flows.enums import RunState
from groundswell.flows.models import Asking, EmailYes, Flow, FlowStep, LeadingMessage, Run
from groundswell.people.models import Person


def _runs(person: Person) -> list[dict[str, Any]]:
    return rows_of(
        Run.objects.filter(person=person).order_by("started_at", "pk"),
        "flow__name",
        "flow__keyword",
        "our_address",
        "their_address",
        "state",
        "postcode",
        "constituency__name",
        "started_at",
        "ended_at",
    )


def _forget_runs(person: Person) -> int:
    """That somebody went so far is kept, and not who: totals must hold."""
    Run.objects.filter(person=person, state=RunState.OPEN).update(state=RunState.STOPPED, ended_at=timezone.now())
    return Run.objects.filter(person=person).update(
        person=None,
        contact_point=None,
        email=None,
        their_address="",
        postcode="",
        constituency=None,
    )


def _askings(person: Person) -> list[dict[str, Any]]:
    return rows_of(
        Asking.objects.filter(run__person=person).order_by("asked_at", "pk"),
        "run__flow__name",
        "step__text",
        "asked_at",
        "answered_at",
        "agreed",
    )


def _forget_askings(person: Person) -> int:
    """Of whom nothing else is known: they are let go of with their run."""
    return Asking.objects.filter(run__person=person).update(agreed=None)


def _email_yeses(person: Person) -> list[dict[str, Any]]:
    return rows_of(
        EmailYes.objects.filter(run__person=person).order_by("said_at", "pk"),
        "run__flow__name",
        "contact_point__value",
        "wording",
        "evidence",
        "said_at",
        "confirmed_at",
    )


def _forget_email_yeses(person: Person) -> int:
    return EmailYes.objects.filter(run__person=person).delete()[0]


# Erasure goes from the last to the first: what was asked, then the run it was asked in.
register("flow_runs", order=360, label=_("Keywords you texted"), models=[Run], export=_runs, erase=_forget_runs)
register(
    "flow_askings",
    order=365,
    label=_("What you were asked by text"),
    models=[Asking],
    export=_askings,
    erase=_forget_askings,
)
register(
    "flow_email_yeses",
    order=366,
    label=_("A yes to email that you texted"),
    models=[EmailYes],
    export=_email_yeses,
    erase=_forget_email_yeses,
)
register_category(
    "conversations", label=_("Conversations by text"), figure="retention_months_texts", **older_rows(Run, "started_at")
)
exempt(Flow, "what is asked of whoever texts a keyword; the message and link it names are its own, of no person")
exempt(FlowStep, "what a flow asks, of nobody in particular")
exempt(LeadingMessage, "which message leads into which flow")
