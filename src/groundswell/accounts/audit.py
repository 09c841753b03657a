"""Writing to the audit log: one function, called by every operation and every view of personal data."""

from __future__ import annotations

from typing import Any

from django.db.models import Model

from groundswell.accounts.enums import AuditAction
from groundswell.accounts.models import AuditEvent, User


def record(
    verb: str,
    *,
    by: User | None,
    action: AuditAction = AuditAction.CHANGE,
    subject: Model | None = None,
    campaign_id: int | None = None,
    **detail: Any,
) -> None:
    """Append one event, in the transaction of what it tells of.

    `verb` names the operation (`withdraw_consent`); `by` is None only for what the system does by itself; `detail`
    must be JSON and hold no more personal data than the event needs.
    """
    AuditEvent.objects.create(
        actor=by,
        action=action,
        verb=verb,
        subject_kind=subject._meta.label_lower if subject is not None else "",
        subject_id=subject.pk if subject is not None else None,
        campaign_id=campaign_id,
        detail=detail,
    )
