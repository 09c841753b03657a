"""What surveys hold on a person (rules D5, D6): that they answered; what they said is with the other answers."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from groundswell.compliance.personal_data import register, rows_of
from groundswell.people.models import Person
from groundswell.surveys.models import Reply


def _replies(person: Person) -> list[dict[str, Any]]:
    return rows_of(
        Reply.objects.filter(person=person).order_by("replied_at", "pk"),
        "survey__ask__title",
        "agreed_wording",
        "agreed_version",
        "replied_at",
        "action__state",
    )


def _forget_replies(person: Person) -> int:
    return Reply.objects.filter(person=person).delete()[0]


# Erased before the action it hangs on, whose age is its age.
register(
    "survey_replies",
    order=326,
    label=_("Surveys you answered"),
    models=[Reply],
    export=_replies,
    erase=_forget_replies,
)
