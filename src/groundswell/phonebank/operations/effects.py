"""The rare effects of an outcome beyond the queue: on the number or on the person, in the result's own transaction."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from groundswell.accounts.audit import record
from groundswell.accounts.identity import CallerIdentity
from groundswell.accounts.models import User
from groundswell.compliance.enums import SuppressionReason, SuppressionScope
from groundswell.compliance.models import Suppression
from groundswell.people.models import ContactPoint, Person
from groundswell.phonebank.enums import OutcomeEffect

RETIRED_REASON = "wrong_number"


def apply_effect(effect: OutcomeEffect, *, found: Mapping[str, Any], by: CallerIdentity, now: datetime) -> None:
    """Carry out the effect of a result on its person and number; what is done already stays as it is."""
    user = User.objects.get(pk=by.user_id)
    person, number, campaign = found["person"], found["number"], found["campaign"]
    match effect:
        case OutcomeEffect.PERSON_MOVED if person:
            _mark(person, "moved_at", now)
            record("mark_moved", by=user, subject=Person(pk=person), campaign_id=campaign)
        case OutcomeEffect.PERSON_DECEASED if person:
            _mark(person, "deceased_at", now)
            record("mark_deceased", by=user, subject=Person(pk=person), campaign_id=campaign)
        case OutcomeEffect.NUMBER_RETIRED if number:
            ContactPoint.objects.filter(pk=number, retired_at__isnull=True).update(
                retired_at=now, retired_reason=RETIRED_REASON
            )
            record("retire_number", by=user, subject=ContactPoint(pk=number), campaign_id=campaign)
        case OutcomeEffect.NUMBER_SUPPRESSED if number:
            _suppress(number, user, now, campaign)


def undo_effect(effect: OutcomeEffect, *, person_id: int | None, number_id: int | None, made_at: datetime) -> None:
    """Take back what `apply_effect` did at `made_at`, and only that. "Do not call" stays (rule C3)."""
    match effect:
        case OutcomeEffect.PERSON_MOVED if person_id:
            Person.objects.filter(pk=person_id, moved_at=made_at).update(moved_at=None)
        case OutcomeEffect.PERSON_DECEASED if person_id:
            Person.objects.filter(pk=person_id, deceased_at=made_at).update(deceased_at=None)
        case OutcomeEffect.NUMBER_RETIRED if number_id:
            ContactPoint.objects.filter(pk=number_id, retired_at=made_at, retired_reason=RETIRED_REASON).update(
                retired_at=None, retired_reason=""
            )


def _mark(person_id: int, field: str, now: datetime) -> None:
    Person.objects.filter(pk=person_id, **{f"{field}__isnull": True}).update(**{field: now})


def _suppress(number_id: int, user: User, now: datetime, campaign_id: int) -> None:
    point = ContactPoint.objects.get(pk=number_id)
    Suppression.objects.bulk_create(
        [
            Suppression(
                address_hash=bytes(point.address_hash),
                kind=point.kind,
                scope=SuppressionScope.CALLS,
                reason=SuppressionReason.ASKED,
                source="said on the telephone",
                created_by=user,
                created_at=now,
            )
        ],
        ignore_conflicts=True,
    )
    record("suppress_number", by=user, subject=point, campaign_id=campaign_id)
