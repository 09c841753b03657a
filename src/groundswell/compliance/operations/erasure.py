"""Forgetting a person on request (rule D5)."""

from __future__ import annotations

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from groundswell.accounts import audit
from groundswell.accounts.enums import AuditAction
from groundswell.accounts.models import User
from groundswell.compliance.enums import SuppressionReason
from groundswell.compliance.operations.data_requests import settle_requests
from groundswell.compliance.operations.suppression import close_person
from groundswell.compliance.personal_data import holdings
from groundswell.people.models import Person


class ErasureRefusedError(Exception):
    """Nothing was erased; the message says why."""


@transaction.atomic
def erase_person(*, person: Person, by: User | None, source: str = "") -> dict[str, int]:
    """Forget a person: everything that is registered with an eraser goes, the rest is kept for its stated reason.

    Their addresses are closed for good first, by keyed hash, so that a later import does not bring them back to a
    caller. Returns how many rows of each holding were emptied or deleted; that, and nothing more, is audited. Raises
    ErasureRefusedError for a person erased before.
    """
    locked = Person.objects.select_for_update().get(pk=person.pk)
    if locked.erased_at is not None:
        raise ErasureRefusedError(_("This person was erased already."))
    close_person(person=locked, reason=SuppressionReason.ERASED, by=by, source=source)
    allow_deletion()
    erased = {holding.key: holding.erase(locked) for holding in reversed(holdings()) if holding.erase is not None}
    settle_requests(locked, by=by, now=timezone.now())
    audit.record("erase_person", by=by, action=AuditAction.DELETE, subject=person, source=source, erased=erased)
    person.erased_at = locked.erased_at
    return erased


def allow_deletion() -> None:
    """Tell the ledgers' triggers, for the length of this transaction, that erasure or retention is at work."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('groundswell.erasing', 'on', true)")
