"""What campaigns hold on a person: the answers they gave, and what they did when asked (rules D5, D6, D10)."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from groundswell.campaigns.models import Action, Answer, PendingConsent, ShareLink, Visit
from groundswell.compliance.personal_data import exempt, register, rows_of
from groundswell.compliance.retention import older_rows, register_category
from groundswell.people.models import Person


def _answers(person: Person) -> list[dict[str, Any]]:
    return rows_of(
        Answer.objects.filter(person=person).order_by("answered_at", "pk"),
        "campaign__name",
        "question__text",
        "option__label",
        "number",
        "text",
        "meaning",
        "party",
        "channel",
        "answered_at",
        "withdrawn_at",
    )


def _forget_answers(person: Person) -> int:
    return Answer.objects.filter(person=person).delete()[0]


register("answers", order=300, label=_("What you told us"), models=[Answer], export=_answers, erase=_forget_answers)
register_category("answers", label=_("Answers"), figure="retention_months_answers", **older_rows(Answer, "answered_at"))


def _actions(person: Person) -> list[dict[str, Any]]:
    return rows_of(
        Action.objects.filter(person=person).order_by("happened_at", "pk"),
        "ask__campaign__name",
        "ask__title",
        "ask__kind",
        "state",
        "source__channel",
        "happened_at",
        "state_at",
    )


def _forget_actions(person: Person) -> int:
    return Action.objects.filter(person=person).delete()[0]


def _boxes(person: Person) -> list[dict[str, Any]]:
    return rows_of(
        PendingConsent.objects.filter(action__person=person).order_by("ticked_at", "pk"),
        "action__ask__title",
        "channel",
        "contact_point__value",
        "wording",
        "wording_version",
        "ticked_at",
        "confirmed_at",
    )


def _forget_boxes(person: Person) -> int:
    return PendingConsent.objects.filter(action__person=person).delete()[0]


def _links(person: Person) -> list[dict[str, Any]]:
    return rows_of(
        ShareLink.objects.filter(person=person).order_by("created_at", "pk"),
        "ask__title",
        "channel",
        "code",
        "created_at",
    )


def _forget_links(person: Person) -> int:
    return ShareLink.objects.filter(person=person).delete()[0]


# Erasure goes from the last to the first: the boxes, then the actions on which they were ticked.
register("links", order=305, label=_("Links you passed on"), models=[ShareLink], export=_links, erase=_forget_links)
register("actions", order=310, label=_("What you did"), models=[Action], export=_actions, erase=_forget_actions)
register("boxes", order=315, label=_("Boxes you ticked"), models=[PendingConsent], export=_boxes, erase=_forget_boxes)
register_category(
    "actions",
    label=_("Sign-ups and other actions"),
    figure="retention_months_actions",
    **older_rows(Action, "happened_at"),
)
exempt(Visit, "counts that a link was opened, and knows nobody")
