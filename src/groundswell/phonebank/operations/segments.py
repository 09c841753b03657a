"""Asking a phone bank's segment again about a household of which something was learnt."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from groundswell.campaigns.segments import people_in
from groundswell.people.models import Person
from groundswell.phonebank.bank_settings import caller_day
from groundswell.phonebank.enums import DoneReason, QueueState
from groundswell.phonebank.models import QueueEntry


@transaction.atomic
def recheck_entry(entry_id: int, *, now: datetime) -> bool:
    """Whether the household still belongs in its queue; one that does not is taken out. Rows in use are left alone."""
    entry = (
        QueueEntry.objects.select_for_update(skip_locked=True, of=("self",))
        .select_related("phone_bank__segment")
        .filter(pk=entry_id, recheck=True)
        .first()
    )
    if entry is None:
        return True
    entry.recheck = False
    segment = entry.phone_bank.segment
    if segment is not None and entry.state in {QueueState.READY, QueueState.WAITING}:
        people = Person.objects.filter(household=entry.household_id or 0)
        if entry.household_id is None:
            people = Person.objects.filter(pk=entry.person_id or 0)
        meant = people_in(segment.expression, today=caller_day(now)).filter(pk__in=people.values("pk"))
        if not meant.exists():
            entry.state = QueueState.DONE
            entry.done_reason = DoneReason.OUT_OF_SEGMENT
            entry.due_at = entry.call_back_for = None
            entry.is_call_back = False
    entry.save()
    return entry.state != QueueState.DONE
