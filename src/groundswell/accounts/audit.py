"""Writing to the audit log: one function, called by every operation and every view of personal data."""

from __future__ import annotations

from collections.abc import Iterable
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
    _event(verb, by, action, subject, campaign_id, detail).save(force_insert=True)


def record_each(
    verb: str,
    subjects: Iterable[Model],
    *,
    by: User | None,
    action: AuditAction,
    campaign_id: int | None = None,
    **detail: Any,
) -> None:
    """One event for each of the subjects, in one statement: a page that shows many is looked up under each of them."""
    AuditEvent.objects.bulk_create(_event(verb, by, action, subject, campaign_id, detail) for subject in subjects)


def _event(
    verb: str,
    by: User | None,
    action: AuditAction,
    subject: Model | None,
    campaign_id: int | None,
    detail: dict[str, Any],
) -> AuditEvent:
    return AuditEvent(
        actor=by,
        action=action,
        verb=verb,
        subject_kind=subject._meta.label_lower if subject is not None else "",
        subject_id=subject.pk if subject is not None else None,
        campaign_id=campaign_id,
        detail=detail,
    )
