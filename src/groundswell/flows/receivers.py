"""What this room hears from the floors below."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import Q
from django.utils import timezone

from groundswell.compliance.contact import message_refusal
from groundswell.compliance.enums import Channel, MessageRefusal
from groundswell.flows.enums import RunState
from groundswell.flows.models import Run


def end_runs(*, contact_point_ids: Sequence[int], person_ids: Sequence[int], **_named: Any) -> None:
    """A stop, an objection, an erasure: no further question is asked of them, in the transaction that closes them. What
    closes calls alone changes nothing here.
    """
    now = timezone.now()
    theirs = Q(contact_point__in=list(contact_point_ids)) | Q(person__in=list(person_ids))
    for run in Run.objects.filter(theirs, state=RunState.OPEN).order_by("pk"):
        if run.person_id is not None and run.contact_point_id is not None:
            refused = message_refusal(
                person_id=run.person_id, contact_point_id=run.contact_point_id, channel=Channel.SMS, now=now
            )
            if refused in (None, MessageRefusal.NO_CONSENT):
                continue
        Run.objects.filter(pk=run.pk, state=RunState.OPEN).update(state=RunState.STOPPED, ended_at=now)
