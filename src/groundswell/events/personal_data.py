"""What events hold on a person: that they signed up, came, and which letters they got (rules D5, D6, D10)."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from groundswell.compliance.personal_data import register, rows_of
from groundswell.events.models import Attendance, Notice
from groundswell.events.operations.attendance import forget_attendances
from groundswell.people.models import Person


def _attendances(person: Person) -> list[dict[str, Any]]:
    return rows_of(
        Attendance.objects.filter(person=person).order_by("signed_up_at", "pk"),
        "event__title",
        "event__starts_at",
        "email__value",
        "phone__value",
        "time_zone",
        "is_waiting",
        "signed_up_at",
        "arrived_at",
        "action__state",
    )


def _letters(person: Person) -> list[dict[str, Any]]:
    return rows_of(
        Notice.objects.filter(attendance__person=person).order_by("due_at", "pk"),
        "attendance__event__title",
        "kind",
        "due_at",
        "state",
        "sent_at",
    )


def _forget_letters(person: Person) -> int:
    return Notice.objects.filter(attendance__person=person).delete()[0]


def _forget_attendances(person: Person) -> int:
    return forget_attendances(person, now=timezone.now())


# Erasure goes from the last to the first: letters, the sign-ups they are about, the actions under these.
register(
    "attendances",
    order=320,
    label=_("Events you signed up for"),
    models=[Attendance],
    export=_attendances,
    erase=_forget_attendances,
)
register(
    "letters",
    order=330,
    label=_("Letters about events"),
    models=[Notice],
    export=_letters,
    erase=_forget_letters,
)
