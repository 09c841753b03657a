"""What a worker does with an import that was queued: the same operations as the command line's, by the batch's own word."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable
from pathlib import Path

from django.db import OperationalError
from django.utils.translation import gettext as _

from groundswell.accounts.models import User
from groundswell.people.enums import ImportKind, ImportStatus
from groundswell.people.files.refusal import ImportRefusedError
from groundswell.people.models import ImportBatch
from groundswell.people.operations.batches import refuse_batch
from groundswell.people.operations.outcome import Wishes
from groundswell.people.operations.phones import import_phones
from groundswell.people.operations.register import import_register

log = logging.getLogger(__name__)
Run = Callable[[ImportBatch, Path, User | None], object]


def run_queued_import(*, batch_id: int, by_id: int | None, today: dt.date) -> None:
    """Run a register or a phone file that waits, or whose worker was killed. Safe to repeat."""

    def run(batch: ImportBatch, path: Path, by: User | None) -> object:
        chosen = batch.mapping
        if batch.kind == ImportKind.PHONES:
            return import_phones(batch=batch, path=path, by=by, columns=chosen.get("columns"))
        wishes = Wishes(
            layout=chosen.get("layout", "auto"),
            columns=chosen.get("columns"),
            has_header=chosen.get("has_header", True),
            force=batch.wishes.get("force", False),
            part=batch.wishes.get("part", False),
        )
        return import_register(batch=batch, path=path, by=by, today=today, wishes=wishes)

    run_batch(batch_id=batch_id, by_id=by_id, run=run)


def run_batch(*, batch_id: int, by_id: int | None, run: Run) -> None:
    """Call `run` with a batch that waits, and see to it that it ends done or refused, whatever happens in it.

    Raises OperationalError only, when the database is away: then nothing was written, and the job is done again.
    """
    batch = ImportBatch.objects.select_related("constituency", "source").filter(pk=batch_id).first()
    if batch is None or batch.status not in {ImportStatus.QUEUED, ImportStatus.RUNNING}:
        return  # thrown away, or a job that outlived its batch
    by = User.objects.filter(pk=by_id).first() if by_id else None
    try:
        if not batch.file or not Path(batch.file.path).exists():
            raise ImportRefusedError(_("The uploaded file is not there any more. Upload it again."))
        run(batch, Path(batch.file.path), by)
    except ImportRefusedError as refusal:
        refuse_batch(batch=batch, reason=str(refusal), by=by)
    except OperationalError:
        raise
    except Exception:
        log.exception("import %s failed", batch_id)
        reason = _(
            "Something went wrong that is not the file’s fault. Nothing was changed; the worker’s log says more."
        )
        refuse_batch(batch=batch, reason=reason, by=by)
