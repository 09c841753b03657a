"""What a data manager does with an uploaded file: name its columns, have it imported, throw it away."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _
from procrastinate.contrib.django.models import ProcrastinateJob
from procrastinate.tasks import Task

from groundswell.accounts.audit import record
from groundswell.accounts.enums import AuditAction
from groundswell.accounts.models import User
from groundswell.people.enums import ImportStatus
from groundswell.people.files.refusal import ImportRefusedError
from groundswell.people.models import ImportBatch

# A file nobody imported, and the rows nobody fetched, are personal data without a use.
KEEP_UPLOADS = dt.timedelta(days=7)
KEEP_REJECTS = dt.timedelta(days=30)
LIVE_JOBS = ("todo", "doing")


@transaction.atomic
def choose_columns(
    *, batch: ImportBatch, layout: str, columns: list[str], has_header: bool = True, by: User | None
) -> ImportBatch:
    """Keep the layout and the field of each column, as corrected by hand. Raises ImportRefusedError once it has run."""
    fresh = _waiting(batch)
    fresh.layout = layout
    fresh.mapping = {"layout": layout, "columns": columns, "has_header": has_header}
    # Whatever it was refused for before may be mended now.
    fresh.status, fresh.refusal, fresh.finished_at = ImportStatus.UPLOADED, "", None
    fresh.save(update_fields=["layout", "mapping", "status", "refusal", "finished_at"])
    record("choose_import_columns", by=by, subject=fresh, layout=layout)
    return fresh


@transaction.atomic
def queue_import(
    *, batch: ImportBatch, job: Task[Any, Any, Any], by: User | None, wishes: dict[str, Any] | None = None
) -> ImportBatch:
    """Have a worker run the import; the job and the batch's new state commit together.

    Also for one whose worker was killed, if no job is left that would take it up. Raises ImportRefusedError.
    """
    fresh = ImportBatch.objects.select_for_update().get(pk=batch.pk)
    if fresh.status in {ImportStatus.QUEUED, ImportStatus.RUNNING}:
        if has_job(fresh):
            return fresh
    else:
        fresh = _waiting(batch)
    fresh.wishes = {**fresh.wishes, **(wishes or {})}
    fresh.status, fresh.stage, fresh.refusal = ImportStatus.QUEUED, "", ""
    fresh.progress_rows, fresh.started_at, fresh.finished_at = 0, None, None
    fresh.save(
        update_fields=["wishes", "status", "stage", "refusal", "progress_rows", "started_at", "finished_at"],
    )
    record("queue_import", by=by, subject=fresh, **(wishes or {}))
    # Of one seat, and of phone files, one at a time: the second would only wait inside the database.
    lock = f"import:{fresh.constituency_id or fresh.kind}"
    job.configure(lock=lock).defer(batch_id=fresh.pk, by_id=by.pk if by else None)
    return fresh


@transaction.atomic
def discard_import(*, batch: ImportBatch, by: User | None) -> None:
    """Delete an uploaded file that was not imported, and every trace but the audit log's. Raises ImportRefusedError."""
    fresh = ImportBatch.objects.select_for_update().get(pk=batch.pk)
    if fresh.status not in {ImportStatus.UPLOADED, ImportStatus.REFUSED}:
        raise ImportRefusedError(
            _("This import is %(status)s; it cannot be thrown away.") % {"status": fresh.get_status_display()}
        )
    stored = [file for file in (fresh.file, fresh.rejects_file) if file]
    record("discard_import", by=by, action=AuditAction.DELETE, subject=fresh, file=fresh.file_name)
    fresh.delete()

    def delete_files() -> None:
        for file in stored:
            file.storage.delete(file.name)

    transaction.on_commit(delete_files)


def sweep_uploads(*, now: dt.datetime) -> int:
    """Delete files that nobody imported within a week and rejects nobody needs after a month; how many."""
    swept = 0
    old = ImportBatch.objects.exclude(file="").exclude(status__in=[ImportStatus.QUEUED, ImportStatus.RUNNING])
    for batch in old.filter(created_at__lt=now - KEEP_UPLOADS):
        batch.file.delete(save=True)
        if batch.status == ImportStatus.UPLOADED:
            batch.status, batch.finished_at = ImportStatus.REFUSED, now
            batch.refusal = _("The file was not imported within a week, so it was deleted.")
            batch.save(update_fields=["status", "finished_at", "refusal"])
        record("sweep_upload", by=None, action=AuditAction.DELETE, subject=batch)
        swept += 1
    for batch in ImportBatch.objects.exclude(rejects_file="").filter(finished_at__lt=now - KEEP_REJECTS):
        batch.rejects_file.delete(save=True)
        record("sweep_rejects", by=None, action=AuditAction.DELETE, subject=batch)
        swept += 1
    return swept + _sweep_strays(now)


def _sweep_strays(now: dt.datetime) -> int:
    """Files of dry runs and of imports that were killed: no batch names them."""
    folder = Path(settings.MEDIA_ROOT) / "imports"
    if not folder.is_dir():
        return 0
    named = {
        Path(name).name
        for pair in ImportBatch.objects.exclude(file="", rejects_file="").values_list("file", "rejects_file")
        for name in pair
    }
    before = (now - KEEP_REJECTS).timestamp()
    strays = [path for path in folder.iterdir() if path.name not in named and path.stat().st_mtime < before]
    for path in strays:
        path.unlink(missing_ok=True)
    return len(strays)


def has_job(batch: ImportBatch) -> bool:
    """Whether a worker has this import in hand, or will."""
    return ProcrastinateJob.objects.filter(queue_name="imports", args__batch_id=batch.pk, status__in=LIVE_JOBS).exists()


def is_abandoned(batch: ImportBatch) -> bool:
    """Whether an import that should be going on has nobody left to do it."""
    return batch.status in {ImportStatus.QUEUED, ImportStatus.RUNNING} and not has_job(batch)


def _waiting(batch: ImportBatch) -> ImportBatch:
    """The batch, locked, if its file is there and has not been imported. Raises ImportRefusedError."""
    fresh = ImportBatch.objects.select_for_update().get(pk=batch.pk)
    if fresh.status not in {ImportStatus.UPLOADED, ImportStatus.REFUSED}:
        raise ImportRefusedError(
            _("This import is %(status)s already; nothing was changed.") % {"status": fresh.get_status_display()}
        )
    if not fresh.file:
        raise ImportRefusedError(_("The uploaded file is not kept any more. Upload it again."))
    return fresh
