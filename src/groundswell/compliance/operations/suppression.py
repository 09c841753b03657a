"""Closing addresses, across the organisation and for good (rules C3, D4, M5)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from groundswell.accounts import audit
from groundswell.accounts.enums import AuditAction, Role
from groundswell.accounts.models import Membership, User
from groundswell.compliance.enums import FINAL_REASONS, SuppressionReason, SuppressionScope
from groundswell.compliance.models import Suppression
from groundswell.compliance.number_files import NumberColumns, NumberFileReport, read_numbers
from groundswell.compliance.signals import contact_closed
from groundswell.people.addresses import address_hash, normalise_email, normalise_phone
from groundswell.people.enums import ContactKind
from groundswell.people.models import ContactPoint, ImportBatch, Person

MAY_LIFT = frozenset({Role.OWNER, Role.DATA_MANAGER})


class LiftRefusedError(Exception):
    """The suppression stays; the message says why."""


@transaction.atomic
def suppress(
    *,
    address: str,
    kind: ContactKind = ContactKind.PHONE,
    scope: SuppressionScope = SuppressionScope.CALLS,
    reason: SuppressionReason = SuppressionReason.ASKED,
    by: User | None,
    source: str = "",
    campaign_id: int | None = None,
) -> Suppression:
    """Close an address, known to us or not. Done twice it changes nothing.

    Effective for every claim that begins after the commit. Raises AddressError for what is no address of its kind.
    """
    normalised = _normalise(kind, address)
    digest = address_hash(kind, normalised)
    new = _close(kind, [digest], scope, reason, by=by, source=source)
    suppression = Suppression.objects.get(address_hash=digest, scope=scope, lifted_at__isnull=True)
    if new:
        audit.record("suppress", by=by, subject=suppression, campaign_id=campaign_id, scope=scope, reason=reason)
    return suppression


@transaction.atomic
def lift_suppression(*, suppression: Suppression, reason: str, by: User | None) -> Suppression:
    """Open an address again, with a reason that is kept. Only a data manager or owner may, and never an import.

    Raises PermissionDenied, and LiftRefusedError where there is no override (D4, D5) or no reason.
    """
    check_may_lift(by)
    locked = Suppression.objects.select_for_update().get(pk=suppression.pk)
    if locked.lifted_at is not None:
        return locked
    if locked.is_final:
        raise LiftRefusedError(
            _("This person objected to marketing or asked to be forgotten. That cannot be undone (rules D4 and D5).")
        )
    if not reason.strip():
        raise LiftRefusedError(_("Say why the number may be called again; the reason is kept."))
    locked.lifted_at, locked.lifted_by, locked.lifted_reason = timezone.now(), by, reason.strip()[:300]
    locked.save(update_fields=["lifted_at", "lifted_by", "lifted_reason"])
    audit.record("lift_suppression", by=by, subject=locked, reason=locked.lifted_reason)
    return locked


@transaction.atomic
def reopen_own_address(*, point: ContactPoint, scope: SuppressionScope, by: User | None, source: str) -> bool:
    """Whoever an address belongs to opens it again, having shown that it is theirs; whether it was closed.

    Only what they closed by asking: raises LiftRefusedError where it is closed for everything, by the organisation, by
    an imported list or for good (D4, D5). Never for staff, who lift with a reason (C3).
    """
    closed = list(
        Suppression.objects.select_for_update(of=("self",)).filter(
            address_hash=bytes(point.address_hash), scope__in=[scope, SuppressionScope.ALL], lifted_at__isnull=True
        )
    )
    if any(row.scope != scope or row.reason != SuppressionReason.ASKED for row in closed):
        raise LiftRefusedError(
            _("This address is closed for good, or for another reason than a press here. Write to us to open it again.")
        )
    for row in closed:
        row.lifted_at, row.lifted_by, row.lifted_reason = timezone.now(), by, source.strip()[:300]
        row.save(update_fields=["lifted_at", "lifted_by", "lifted_reason"])
        audit.record("reopen_own_address", by=by, subject=row, source=source)
    return bool(closed)


def check_may_lift(by: User | None) -> None:
    """Raise PermissionDenied unless `by` is a data manager or owner: a volunteer cannot undo an opt-out (C3)."""
    if by is None or not Membership.objects.live().filter(user=by, role__in=MAY_LIFT).exists():
        raise PermissionDenied(_("Only a data manager or owner may lift a suppression."))


@transaction.atomic
def object_to_marketing(*, person: Person, by: User | None, source: str = "") -> None:
    """Record that a person objects to marketing: they, and every address of theirs, are closed for good (D4)."""
    locked = Person.objects.select_for_update().get(pk=person.pk)
    if locked.objected_at is None:
        locked.objected_at = timezone.now()
        locked.save(update_fields=["objected_at"])
        audit.record("object_to_marketing", by=by, subject=person, source=source)
    close_person(person=locked, reason=SuppressionReason.OBJECTED, by=by, source=source)
    person.objected_at = locked.objected_at


def close_person(*, person: Person, reason: SuppressionReason, by: User | None, source: str = "") -> None:
    """Suppress every address of a person for everything; part of an objection and of erasure, which audit it."""
    addresses = list(person.contact_points.values_list("kind", "address_hash"))
    for kind in sorted({kind for kind, _hash in addresses}):
        digests = [bytes(digest) for of_kind, digest in addresses if of_kind == kind]
        _close(kind, digests, SuppressionScope.ALL, reason, by=by, source=source)
    contact_closed.send(sender=Person, contact_point_ids=[], person_ids=[person.pk])


@transaction.atomic
def import_do_not_call(
    *,
    path: Path,
    file_name: str,
    by: User | None,
    batch: ImportBatch | None = None,
    columns: NumberColumns | None = None,
    tell: Callable[[int], None] | None = None,
) -> NumberFileReport:
    """Add the numbers of a do-not-call file to the suppressions. It adds and never clears; twice changes nothing.

    A column of yes and no is heeded: only the numbers with a yes are closed.
    Raises ImportRefusedError for what is no list of numbers; nothing is done then.
    """
    with read_numbers(path, columns=columns, tell=tell) as numbers:
        report = numbers.report
        digests = numbers.digests()
        report.added = _close(
            ContactKind.PHONE,
            digests,
            SuppressionScope.CALLS,
            SuppressionReason.IMPORTED,
            by=by,
            source=file_name[:200],
            batch=batch,
        )
    audit.record(
        "import_do_not_call",
        by=by,
        action=AuditAction.CREATE,
        subject=batch,
        file=file_name,
        sha256=report.sha256,
        numbers=report.numbers,
        added=report.added,
    )
    return report


_CLOSE = """
    INSERT INTO compliance_suppression
           (address_hash, kind, scope, reason, source, created_by_id, batch_id, lifted_reason)
    SELECT DISTINCT digest, %(kind)s, %(scope)s, %(reason)s, %(source)s, %(by)s::bigint, %(batch)s::bigint, ''
      FROM unnest(%(digests)s::bytea[]) AS t (digest)
    ON CONFLICT (address_hash, scope) WHERE lifted_at IS NULL DO UPDATE
       -- An objection or erasure stands above whatever closed the address before, and nothing above it.
       SET reason = excluded.reason
     WHERE (excluded.reason = ANY(%(final)s) AND compliance_suppression.reason <> ALL(%(final)s))
       -- Who asks is closed for having asked: taking the imported list back must not open them again.
        OR (compliance_suppression.reason = %(imported)s AND excluded.reason <> %(imported)s)
    RETURNING 1
"""


def _close(
    kind: str,
    digests: Sequence[bytes],
    scope: SuppressionScope,
    reason: SuppressionReason,
    *,
    by: User | None,
    source: str,
    batch: ImportBatch | None = None,
) -> int:
    """Insert what is not closed already and tell the floors above; returns how many that were."""
    if not digests:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(
            _CLOSE,
            {
                "kind": kind,
                "scope": scope.value,
                "reason": reason.value,
                "source": source,
                "by": by.pk if by else None,
                "batch": batch.pk if batch else None,
                "imported": SuppressionReason.IMPORTED.value,
                "digests": list(digests),
                "final": sorted(r.value for r in FINAL_REASONS),
            },
        )
        count = len(cursor.fetchall())
    if count:
        contact_closed.send(sender=Suppression, contact_point_ids=_known(digests), person_ids=[])
    return count


def _known(digests: Iterable[bytes]) -> list[int]:
    return list(ContactPoint.objects.filter(address_hash__in=list(digests)).values_list("pk", flat=True))


def _normalise(kind: str, address: str) -> str:
    if kind == ContactKind.PHONE:
        return normalise_phone(address)
    if kind == ContactKind.EMAIL:
        return normalise_email(address)
    return address.strip()
