"""A result that came too late to be corrected by its caller and cannot be recorded: an organiser hears of it."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from groundswell.accounts.audit import record
from groundswell.accounts.identity import CallerIdentity
from groundswell.accounts.models import AuditEvent, User
from groundswell.phonebank.enums import QueueState
from groundswell.phonebank.models import Flag, QueueEntry
from groundswell.phonebank.queries import may_call

NOTE_LIMIT = 4_000
UNTOUCHED = frozenset({QueueState.READY, QueueState.WAITING})


@transaction.atomic
def tell_of_refused(*, entry_id: int, lease_key: UUID, words: str, by: CallerIdentity, now: datetime) -> bool:
    """Flag the household with what the caller pressed, so that nobody rings it before an organiser has looked.

    Told again (the reply was lost) it is said once; one in another caller's hands, or finished, is left there. False, and
    nothing done, from whoever never had the household or may not call here any more.
    """
    entry = QueueEntry.objects.select_for_update().filter(pk=entry_id).first()
    if entry is None or not _had(entry, lease_key, by):
        return False
    open_flag = Flag.objects.select_for_update().filter(entry=entry, solved_at__isnull=True).first()
    if open_flag is not None:
        if words not in open_flag.note:
            open_flag.note = f"{open_flag.note}\n{words}"[-NOTE_LIMIT:]
            open_flag.save(update_fields=["note"])
        return True
    raised = Flag.objects.create(
        entry=entry, phone_bank_id=entry.phone_bank_id, raised_by_id=by.user_id, raised_at=now, note=words[:NOTE_LIMIT]
    )
    if entry.state in UNTOUCHED:
        entry.state = QueueState.BLOCKED
        entry.save(update_fields=["state"])
    record("flag_household", by=User(pk=by.user_id), subject=entry, campaign_id=entry.campaign_id, flag=raised.pk)
    return True


def _had(entry: QueueEntry, lease_key: UUID, by: CallerIdentity) -> bool:
    """Whether this member may call here, and was handed this household under this key."""
    may = may_call(
        entry.phone_bank_id, membership_id=by.membership_id, user_id=by.user_id, session_epoch=by.session_epoch
    )
    return may and (
        AuditEvent.objects.filter(
            subject_kind="phonebank.queueentry",
            subject_id=entry.pk,
            actor=by.user_id,
            verb="claim_household",
            detail__lease_key=str(lease_key),
        ).exists()
    )
