"""Screening and do-not-call files as imports: declared, run by a worker or the command line, reported, taken back."""

from __future__ import annotations

import datetime as dt
import time
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from groundswell.accounts import audit
from groundswell.accounts.enums import AuditAction
from groundswell.accounts.models import User
from groundswell.compliance.enums import ScreeningList, SuppressionReason
from groundswell.compliance.models import Screening, ScreeningFile, Suppression
from groundswell.compliance.number_files import NumberColumns, NumberFileReport
from groundswell.compliance.operations.screening import import_screening
from groundswell.compliance.operations.suppression import LiftRefusedError, check_may_lift, import_do_not_call
from groundswell.people.enums import ImportKind, ImportStage, ImportStatus
from groundswell.people.files.inspection import inspect_file
from groundswell.people.files.refusal import ImportRefusedError
from groundswell.people.models import ImportBatch
from groundswell.people.operations.batches import check_still_wanted, lock_imports, refuse_batch, start_batch
from groundswell.people.operations.progress import Listener, Progress
from groundswell.people.operations.queued import run_batch

KINDS = frozenset({ImportKind.SCREENING, ImportKind.DO_NOT_CALL})
# No area has this id: these files speak of numbers wherever they live.
NUMBERS_LOCK = -1


@transaction.atomic
def declare_screening(*, batch: ImportBatch, list: ScreeningList, screened_on: dt.date, by: User | None) -> ImportBatch:
    """Say against which list the numbers were screened, and on which day (rule C2). Raises ImportRefusedError."""
    if screened_on > timezone.localdate():
        raise ImportRefusedError(_("The day of screening is in the future. Nothing was done."))
    batch.wishes = {"list": list.value, "screened_on": screened_on.isoformat()}
    batch.save(update_fields=["wishes"])
    audit.record("declare_screening", by=by, subject=batch, list=list.value, screened_on=screened_on.isoformat())
    return batch


def run_queued_numbers(*, batch_id: int, by_id: int | None) -> None:
    """Run a screening or do-not-call file that waits, or whose worker was killed. Safe to repeat."""
    run_batch(
        batch_id=batch_id, by_id=by_id, run=lambda batch, path, by: take_in_numbers(batch=batch, path=path, by=by)
    )


def take_in_numbers(
    *, batch: ImportBatch, path: Path, by: User | None, dry_run: bool = False, listener: Listener | None = None
) -> dict[str, Any]:
    """Take in a declared screening or do-not-call file: all of it or, raising ImportRefusedError, nothing.

    Returns the batch's counts: `created` numbers now closed (of a screening: numbers of ours that now say something
    new), `unchanged`, `rejected`, and how many are `screened` and `listed`.
    """
    started = time.monotonic()
    start_batch(batch=batch)
    try:
        inspection = inspect_file(path)
        with Progress(batch.pk, inspection.lines, listener) as progress, transaction.atomic():
            lock_imports(NUMBERS_LOCK)
            check_still_wanted(batch)
            counts = _take_in(batch, path, by, progress)
            counts |= {"seconds": round(time.monotonic() - started, 3), "dry_run": dry_run, "batch": batch.pk}
            counts["encoding"] = inspection.encoding
            _finish(batch, counts)
            if dry_run:
                transaction.set_rollback(True)
    except ImportRefusedError as refusal:
        refuse_batch(batch=batch, reason=str(refusal), by=by)
        raise
    if not dry_run and batch.file:
        batch.file.delete(save=True)
    return counts


def _take_in(batch: ImportBatch, path: Path, by: User | None, progress: Progress) -> dict[str, Any]:
    def tell(rows: int) -> None:
        progress.tell(ImportStage.READING, rows)

    given = batch.mapping.get("columns")
    columns = NumberColumns.named(given, has_header=batch.mapping.get("has_header", True)) if given else None
    if batch.kind == ImportKind.DO_NOT_CALL:
        numbers = import_do_not_call(
            path=path, file_name=batch.file_name, by=by, batch=batch, columns=columns, tell=tell
        )
        return _counts(numbers, changed=numbers.added, known=numbers.listed)
    report = import_screening(
        path=path,
        file_name=batch.file_name,
        list=ScreeningList(batch.wishes["list"]),
        screened_on=dt.date.fromisoformat(batch.wishes["screened_on"]),
        by=by,
        batch=batch,
        columns=columns,
        tell=tell,
    )
    counts = _counts(report.numbers, changed=report.changed, known=report.screened)
    return counts | {"screened": report.screened, "listed": report.listed}


def _counts(numbers: NumberFileReport, *, changed: int, known: int) -> dict[str, Any]:
    return {
        "rows": numbers.rows,
        "numbers": numbers.numbers,
        "created": changed,
        "updated": 0,
        "unchanged": max(known - changed, 0),
        "deleted": 0,
        "rejected": numbers.rejected,
        "rejects_file": numbers.rejects_file,
        "rejects_by_reason": numbers.rejects_by_reason,
        "answers": numbers.answers,
    }


def _finish(batch: ImportBatch, counts: dict[str, Any]) -> None:
    batch.status, batch.finished_at, batch.stage = ImportStatus.DONE, timezone.now(), ""
    batch.progress_rows = batch.total_rows = counts["rows"]
    batch.counts = counts
    if counts["rejects_file"]:
        batch.rejects_file.name = f"imports/{Path(counts['rejects_file']).name}"
    batch.save()


def check_can_undo_numbers(batch: ImportBatch) -> None:
    """Raises ImportRefusedError, with the sentence to show, if the import cannot be taken back."""
    if batch.status != ImportStatus.DONE:
        raise ImportRefusedError(
            _("This import is %(status)s, so there is nothing to take back.") % {"status": batch.get_status_display()}
        )
    if batch.kind != ImportKind.DO_NOT_CALL:
        return
    later = (
        ImportBatch.objects.filter(kind=batch.kind, status=ImportStatus.DONE, pk__gt=batch.pk).order_by("-pk").first()
    )
    if later is not None:
        # A number in both was closed by the first: taking that back alone would open it.
        raise ImportRefusedError(
            _("“%(file)s” was imported later, and may hold the same numbers. Take that back first.")
            % {"file": later.file_name}
        )


@transaction.atomic
def undo_numbers(*, batch: ImportBatch, reason: str, by: User | None) -> dict[str, int]:
    """Take a screening or do-not-call file back; what was taken back, by kind.

    Numbers of a screening count as not screened and are not rung until the next. Numbers that only this do-not-call file
    closed are opened again, with the reason kept; who asked for it since stays closed (rules C3, M5). Raises
    ImportRefusedError, LiftRefusedError without a reason, and PermissionDenied.
    """
    check_may_lift(by)
    batch = ImportBatch.objects.select_for_update(of=("self",)).get(pk=batch.pk)
    lock_imports(NUMBERS_LOCK)
    check_can_undo_numbers(batch)
    reason = reason.strip()[:300]
    if not reason:
        raise LiftRefusedError(_("Say why this is taken back; the reason is kept."))
    if batch.kind == ImportKind.DO_NOT_CALL:
        closed = Suppression.objects.filter(batch=batch, reason=SuppressionReason.IMPORTED, lifted_at=None)
        taken = {"opened": closed.update(lifted_at=timezone.now(), lifted_by=by, lifted_reason=reason)}
    else:
        screenings, _by_model = Screening.objects.filter(file__batch=batch).delete()
        ScreeningFile.objects.filter(batch=batch).delete()
        taken = {"screenings": screenings}
    batch.status, batch.undone_at = ImportStatus.UNDONE, timezone.now()
    rejects = batch.rejects_file
    batch.save(update_fields=["status", "undone_at"])
    if rejects:
        transaction.on_commit(lambda: rejects.delete(save=True))
    audit.record("undo_import", by=by, action=AuditAction.DELETE, subject=batch, reason=reason, **taken)
    return taken
