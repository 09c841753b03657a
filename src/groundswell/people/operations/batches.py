"""The life of an import batch before and after its rows: received, declared, refused."""

from __future__ import annotations

import datetime as dt
import uuid
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from groundswell.accounts.audit import record
from groundswell.accounts.enums import AuditAction
from groundswell.accounts.models import Organisation, User
from groundswell.people.enums import ImportKind, ImportStatus
from groundswell.people.files.refusal import ImportRefusedError
from groundswell.people.models import DataSource, ImportBatch
from groundswell.places.enums import AreaKind
from groundswell.places.models import Area

# One import at a time for each seat: the first key of PostgreSQL's two-key advisory locks.
IMPORT_LOCK = 0x6772
# Phone files name people of any seat; no area has this id.
PHONES_LOCK = 0
# An interrupted import's server process may still be finishing its last statement.
LOCK_WAIT = "60s"
# Has changed nothing yet, and may still.
UNDER_WAY = frozenset({ImportStatus.UPLOADED, ImportStatus.QUEUED, ImportStatus.RUNNING})


def register_boundary_set(constituency: Area) -> str:
    """The boundary set of the wards and polling districts that one seat's register names."""
    return f"register:{constituency.boundary_set}"[:60]


def rejects_path() -> Path:
    """Where the next rejects file goes: among the uploads, under a name nobody can guess."""
    return Path(settings.MEDIA_ROOT) / "imports" / f"rejects-{uuid.uuid4().hex}.csv"


@transaction.atomic
def declare_register(
    *,
    batch: ImportBatch,
    constituency: Area,
    entitlement: str,
    purpose: str,
    register_date: dt.date,
    by: User | None,
    is_entitled: bool,
    entitlement_confirmed: bool = False,
) -> ImportBatch:
    """Say on what right and for what purpose the register is held (rules R1, D1). Raises ImportRefusedError.

    `is_entitled`: the organisation has a right to the register by what it is, as the figure in force says. One that
    has not may hold an entitlement of another kind, for instance a union as a registered campaigner in a referendum:
    then whoever imports says so in a second, separate confirmation.
    """
    entitlement, purpose = entitlement.strip()[:300], purpose.strip()[:300]
    check_declaration(
        entitlement=entitlement,
        purpose=purpose,
        register_date=register_date,
        confirmed=is_entitled or entitlement_confirmed,
    )
    if constituency.kind != AreaKind.CONSTITUENCY:
        raise ImportRefusedError(_("%(area)s is not a constituency.") % {"area": constituency})
    source, _made = DataSource.objects.get_or_create(
        name=_("Electoral register: %(seat)s") % {"seat": constituency.name},
        defaults={"lawful_basis": entitlement[:200], "purpose": purpose[:200], "is_register": True},
    )
    batch.constituency = constituency
    batch.source = source
    batch.entitlement, batch.purpose, batch.register_date = entitlement, purpose, register_date
    batch.save(update_fields=["constituency", "source", "entitlement", "purpose", "register_date"])
    record(
        "declare_register",
        by=by,
        subject=batch,
        entitlement=entitlement,
        purpose=purpose,
        register_date=register_date.isoformat(),
        confirmed=entitlement_confirmed,
    )
    return batch


def check_declaration(*, entitlement: str, purpose: str, register_date: dt.date, confirmed: bool) -> None:
    """Raises ImportRefusedError where the declaration is empty, or not one this organisation can simply make."""
    if not entitlement.strip():
        raise ImportRefusedError(_("Say under which entitlement you hold this register (rule R1)."))
    if not purpose.strip():
        raise ImportRefusedError(_("Say for which permitted purpose you hold this register (rule R1)."))
    if register_date > timezone.localdate() + dt.timedelta(days=31):
        raise ImportRefusedError(_("The register date lies in the future."))
    if not confirmed:
        organisation = Organisation.objects.filter(pk=1).first()
        raise ImportRefusedError(
            _(
                "%(name)s has no right to the electoral register merely by what it is: %(kind)s (rule R1). "
                "If it holds another entitlement, name it and confirm it expressly."
            )
            % {
                "name": organisation.name if organisation else _("This organisation"),
                "kind": organisation.get_kind_display() if organisation else _("not set up yet"),
            }
        )


@transaction.atomic
def receive_batch(*, kind: ImportKind, file_name: str, sha256: str, by: User | None, **fields: Any) -> ImportBatch:
    """A new batch for a file that has come in; nothing of it is read yet."""
    batch = ImportBatch.objects.create(
        kind=kind, file_name=Path(file_name).name[:255], file_sha256=sha256, created_by=by, **fields
    )
    record("receive_import", by=by, action=AuditAction.CREATE, subject=batch, file=batch.file_name, sha256=sha256)
    return batch


@transaction.atomic
def declare_phones(
    *, batch: ImportBatch, source: str, lawful_basis: str, purpose: str, constituency: Area | None, by: User | None
) -> ImportBatch:
    """Say where the numbers come from, on what lawful basis and for what purpose (rule D1). Raises ImportRefusedError."""
    source, lawful_basis, purpose = source.strip()[:200], lawful_basis.strip()[:200], purpose.strip()[:200]
    if not (source and lawful_basis and purpose):
        raise ImportRefusedError(
            _("Say where the numbers come from, on what lawful basis and for what purpose (rule D1).")
        )
    known, made = DataSource.objects.get_or_create(
        name=source, defaults={"lawful_basis": lawful_basis, "purpose": purpose}
    )
    if not made and (known.lawful_basis, known.purpose) != (lawful_basis, purpose):
        raise ImportRefusedError(
            _(
                "The source “%(source)s” is known already, with the lawful basis “%(basis)s” and the purpose "
                "“%(purpose)s”. Say the same, or give this source a name of its own."
            )
            % {"source": source, "basis": known.lawful_basis, "purpose": known.purpose}
        )
    batch.source, batch.purpose, batch.constituency = known, purpose, constituency
    batch.save(update_fields=["source", "purpose", "constituency"])
    record("declare_phones", by=by, subject=batch, source=source, lawful_basis=lawful_basis, purpose=purpose)
    return batch


@transaction.atomic
def start_batch(*, batch: ImportBatch) -> None:
    """Mark a batch as running. Raises ImportRefusedError if it was done, undone or refused before."""
    fresh = ImportBatch.objects.select_for_update().get(pk=batch.pk)
    if fresh.status not in UNDER_WAY:
        raise ImportRefusedError(
            _("This import is %(status)s already; nothing was changed.") % {"status": fresh.get_status_display()}
        )
    batch.status, batch.started_at = ImportStatus.RUNNING, timezone.now()
    batch.save(update_fields=["status", "started_at"])


@transaction.atomic
def refuse_batch(*, batch: ImportBatch, reason: str, by: User | None) -> None:
    """The file was not taken; the reason stays on record. Nothing else was written."""
    refused = ImportBatch.objects.filter(pk=batch.pk, status__in=UNDER_WAY).update(
        status=ImportStatus.REFUSED, refusal=reason, stage="", finished_at=timezone.now()
    )
    if refused:
        record("refuse_import", by=by, subject=batch, reason=reason)


def lock_imports(key: int) -> None:
    """Wait for another import of the same seat, or of phones (PHONES_LOCK), to end. Released with the transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('lock_timeout', %s, true)", [LOCK_WAIT])
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [IMPORT_LOCK, key])
        cursor.execute("SELECT set_config('lock_timeout', '0', true)")


def check_still_wanted(batch: ImportBatch) -> None:
    """Raises ImportRefusedError if another run of this very batch, which we waited for, has ended it."""
    status = ImportBatch.objects.values_list("status", flat=True).get(pk=batch.pk)
    if status in {ImportStatus.DONE, ImportStatus.UNDONE}:
        raise ImportRefusedError(
            _("This import is %(status)s already; nothing was changed.") % {"status": ImportStatus(status).label}
        )


def release_interrupted(batch: ImportBatch) -> None:
    """Batches of the same seat that still count as running were killed: we hold the lock they would hold."""
    ImportBatch.objects.filter(kind=batch.kind, constituency=batch.constituency, status=ImportStatus.RUNNING).exclude(
        pk=batch.pk
    ).update(
        status=ImportStatus.REFUSED,
        stage="",
        refusal=_("The import was interrupted. Nothing of it was written; a later one took its place."),
        finished_at=timezone.now(),
    )
