"""What campaigns hold on a person: the answers they gave (rules D5, D6, D10)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from groundswell.campaigns.models import Answer
from groundswell.compliance.personal_data import register, rows_of
from groundswell.compliance.retention import register_category
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


def _older(before: datetime) -> int:
    return Answer.objects.filter(answered_at__lt=before).count()


def _delete_older(before: datetime, limit: int) -> int:
    oldest = Answer.objects.filter(answered_at__lt=before).order_by("answered_at", "pk").values("pk")[:limit]
    return Answer.objects.filter(pk__in=list(oldest.values_list("pk", flat=True))).delete()[0]


register("answers", order=300, label=_("What you told us"), models=[Answer], export=_answers, erase=_forget_answers)
register_category("answers", label=_("Answers"), figure="retention_months_answers", count=_older, delete=_delete_older)
