"""What phone banks hold on a person: calls and their notes, flags, a place in a queue (rules D5, D6, D10)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from groundswell.accounts.models import AuditEvent
from groundswell.compliance.personal_data import exempt, register, rows_of
from groundswell.compliance.retention import register_category
from groundswell.people.models import Person
from groundswell.phonebank.models import Call, Flag, Hold, QueueEntry, Skip


def _calls_about(person: Person) -> QuerySet[Call]:
    """Calls with the person, and those to their household in which nobody was named."""
    about = Q(person=person)
    if person.household_id is not None:
        about |= Q(person__isnull=True, household=person.household_id)
    return Call.objects.filter(about).order_by("occurred_at", "pk")


def _calls(person: Person) -> list[dict[str, Any]]:
    return rows_of(
        _calls_about(person),
        "phone_bank__campaign__name",
        "phone_bank__name",
        "outcome__label",
        "contact_point__value",
        "note",
        "occurred_at",
        "undone_at",
        "caller_id",
    )


def _forget_calls(person: Person) -> int:
    """That calls were made stays in the ledger; with whom, and what was noted, goes."""
    noted = _calls_about(person).exclude(note="").update(note="")
    named = Call.objects.filter(person=person).update(person=None)
    return max(noted, named)


def _flags_about(person: Person) -> QuerySet[Flag]:
    about = Q(entry__person=person)
    if person.household_id is not None:
        about |= Q(entry__household=person.household_id)
    return Flag.objects.filter(about).order_by("raised_at", "pk")


def _flags(person: Person) -> list[dict[str, Any]]:
    return rows_of(_flags_about(person), "phone_bank__name", "note", "raised_at", "solution", "solved_at")


def _forget_flags(person: Person) -> int:
    return _flags_about(person).update(note=gettext("Removed on request."), solution="")


def _entries(person: Person) -> list[dict[str, Any]]:
    mine = QueueEntry.objects.filter(person=person).order_by("pk")
    return rows_of(mine, "phone_bank__name", "state", "attempts", "due_at")


def _forget_entries(person: Person) -> int:
    return QueueEntry.objects.filter(person=person).delete()[0]


def _skips_about(person: Person) -> QuerySet[Skip]:
    about = Q(entry__person=person)
    if person.household_id is not None:
        about |= Q(entry__household=person.household_id)
    return Skip.objects.filter(about).order_by("skipped_at", "pk")


def _skips(person: Person) -> list[dict[str, Any]]:
    return rows_of(_skips_about(person), "entry__phone_bank__name", "reason", "skipped_at")


def _forget_skips(person: Person) -> int:
    return _skips_about(person).delete()[0]


def _shown(person: Person) -> list[dict[str, Any]]:
    """Who was handed the household to call it: the log names the place in the queue; callers appear by number."""
    entries = QueueEntry.objects.filter(person=person)
    if person.household_id is not None:
        entries |= QueueEntry.objects.filter(household=person.household_id)
    seen = AuditEvent.objects.filter(subject_kind="phonebank.queueentry", subject_id__in=entries.values("pk"))
    return rows_of(seen.order_by("at", "pk"), "at", "action", "verb", "actor_id")


def _noted_before(before: datetime) -> QuerySet[Call]:
    return Call.objects.filter(occurred_at__lt=before).exclude(note="")


def _delete_notes(before: datetime, limit: int) -> int:
    oldest = list(_noted_before(before).order_by("pk").values_list("pk", flat=True)[:limit])
    return Call.objects.filter(pk__in=oldest).update(note="")


register("calls", order=310, label=_("Calls"), models=[Call], export=_calls, erase=_forget_calls)
register("flags", order=320, label=_("Notes to the organiser"), models=[Flag], export=_flags, erase=_forget_flags)
register("queues", order=330, label=_("Calls planned"), models=[QueueEntry], export=_entries, erase=_forget_entries)
register("skips", order=325, label=_("Passed over"), models=[Skip], export=_skips, erase=_forget_skips)
register(
    "shown",
    order=910,
    label=_("Callers who were shown the household"),
    models=[AuditEvent],
    export=_shown,
    kept_because=_("The log of who saw what is kept for its own period, and names nobody."),
)
exempt(Hold, "A lock for the minutes of a call; it goes with the call.")
register_category(
    "notes", label=_("Notes of calls"), figure="retention_months_notes", older=_noted_before, delete=_delete_notes
)
