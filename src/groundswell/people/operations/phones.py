"""The import of a phone file: numbers for people who are there already. It makes no people and clears no suppression."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from groundswell.accounts.audit import record
from groundswell.accounts.enums import AuditAction
from groundswell.accounts.models import User
from groundswell.people.enums import ImportStage, ImportStatus
from groundswell.people.files.inspection import Inspection, inspect_file
from groundswell.people.files.refusal import ImportRefusedError
from groundswell.people.files.rejects import RejectsFile, without_quotes
from groundswell.people.files.rows import read_blocks
from groundswell.people.layouts.layout import Field
from groundswell.people.layouts.phones import check_phone_columns, has_heading, map_phone_header
from groundswell.people.models import ImportBatch
from groundswell.people.operations.batches import (
    PHONES_LOCK,
    check_still_wanted,
    lock_imports,
    refuse_batch,
    rejects_path,
    release_interrupted,
    start_batch,
)
from groundswell.people.operations.progress import Listener, Progress
from groundswell.people.operations.statements import Script
from groundswell.people.phone_rows import PhoneReader

COLUMNS = "line, number_key, name_key, family_key, postcode, phone, address_hash, position"


@dataclass(slots=True)
class PhonesResult:
    """What a phone import did, in rows of the file: created (gave somebody a new number), unchanged, rejected.

    A row of which only some numbers could be used counts as created or unchanged, and is in the rejects file as well.
    """

    rows: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    deleted: int = 0
    rejected: int = 0
    unmatched: int = 0
    ambiguous: int = 0
    numbers: int = 0
    contacts: int = 0
    people: int = 0
    rejects_file: str | None = None
    seconds: float = 0.0
    layout: str = "phones"
    encoding: str = ""
    dry_run: bool = False
    batch: int | None = None
    rejects_by_reason: dict[str, int] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """For JSON and for the batch's counts."""
        return {name: getattr(self, name) for name in self.__slots__}


def import_phones(
    *,
    batch: ImportBatch,
    path: Path,
    by: User | None,
    columns: list[str] | None = None,
    dry_run: bool = False,
    listener: Listener | None = None,
) -> PhonesResult:
    """Give people the numbers of a declared phone file: all of it or, raising ImportRefusedError, nothing."""
    started = time.monotonic()
    start_batch(batch=batch)
    try:
        inspection = inspect_file(path)
        with Progress(batch.pk, inspection.lines, listener) as progress, transaction.atomic():
            load = _PhoneLoad(batch, path, inspection, columns, progress)
            result = load.run()
            result.seconds, result.dry_run = round(time.monotonic() - started, 3), dry_run
            load.finish(by)
            if dry_run:
                transaction.set_rollback(True)
    except ImportRefusedError as refusal:
        refuse_batch(batch=batch, reason=str(refusal), by=by)
        raise
    if not dry_run and batch.file:
        batch.file.delete(save=True)
    return result


class _PhoneLoad:
    """One run of one phone file."""

    def __init__(
        self, batch: ImportBatch, path: Path, inspection: Inspection, columns: list[str] | None, progress: Progress
    ) -> None:
        assert batch.source is not None
        self.batch, self.path, self.inspection, self.progress = batch, path, inspection, progress
        self.columns = columns
        self.result = PhonesResult(encoding=inspection.encoding)
        self.script = Script("phones", batch=batch.pk, source=batch.source.pk, constituency=batch.constituency_id)

    def run(self) -> PhonesResult:
        """Everything from the file to the tables, inside the caller's transaction."""
        lock_imports(PHONES_LOCK)
        check_still_wanted(self.batch)
        release_interrupted(self.batch)
        script, result = self.script, self.result
        script.run("sweep")
        script.run("stage_phones")
        path = rejects_path()
        blocks = read_blocks(self.path, self.inspection)
        first = next(blocks)
        if not first.cells:
            raise ImportRefusedError(_("The file holds no rows."))
        header = first.cells[0]
        self.columns = self._mapped(header)
        if has_heading(header):
            del first.cells[0], first.lines[0]
        else:
            header = []
        with RejectsFile(path, header) as self.rejects:
            reader = PhoneReader(self.columns)
            block = first
            while True:
                found = reader.read(block)
                script.copy("import_phones", COLUMNS, found.rows)
                result.rows += found.seen
                for reject in found.rejects:
                    self._note(reject.line, reject.cells, reject.reason)
                self.progress.tell(ImportStage.READING, result.rows)
                if (following := next(blocks, None)) is None:
                    break
                block = following
            if not result.rows:
                raise ImportRefusedError(_("The file has a header but no rows."))
            self._apply()
        if self.rejects.count:
            result.rejects_file = str(path)
        return result

    def _mapped(self, header: list[str]) -> list[str]:
        if self.columns is None:
            return map_phone_header(header)
        columns = [column if column in Field.values else "" for column in self.columns]
        check_phone_columns(columns)
        return columns

    def _apply(self) -> None:
        script, result = self.script, self.result
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE import_phones")
        self.progress.tell(ImportStage.MATCHING, result.rows)
        script.run("match_people")
        self._reject_unmatched()
        self.progress.tell(ImportStage.WRITING, result.rows)
        result.numbers = script.run("insert_numbers")
        result.contacts = script.run("insert_contacts")
        accepted, _numbers, result.people = script.fetch("count_lines")[0]
        result.created = script.fetch("count_created_lines")[0][0]
        result.unchanged = accepted - result.created
        result.rejected = result.rows - accepted
        script.run("sweep")
        self.progress.tell(ImportStage.FINISHING, result.rows)

    def _reject_unmatched(self) -> None:
        reasons: dict[int, str] = {}
        for line, people, other_name, number in self.script.fetch("unmatched"):
            reasons[line] = _unmatched_reason(people, other_name, number)
            if people > 1:
                self.result.ambiguous += 1
            else:
                self.result.unmatched += 1
        if not reasons:
            return
        for block in read_blocks(self.path, self.inspection):
            for line, cells in zip(block.lines, block.cells, strict=True):
                if line in reasons:
                    self._note(line, cells, reasons[line])
        self.script.run("drop_lines", lines=list(reasons))

    def _note(self, line: int, cells: list[str], reason: str) -> None:
        self.rejects.write(line, cells, reason)
        counts = self.result.rejects_by_reason
        key = without_quotes(reason)
        if key in counts or len(counts) < 20:
            counts[key] = counts.get(key, 0) + 1

    def finish(self, by: User | None) -> None:
        """The batch's own row and the audit event, in the same transaction as the rows."""
        batch, result = self.batch, self.result
        result.batch = batch.pk
        batch.status, batch.finished_at, batch.stage = ImportStatus.DONE, timezone.now(), ""
        batch.layout, batch.mapping = result.layout, {"columns": self.columns}
        batch.file_sha256, batch.progress_rows, batch.total_rows = self.inspection.sha256, result.rows, result.rows
        batch.counts = result.as_dict()
        if result.rejects_file:
            batch.rejects_file.name = f"imports/{Path(result.rejects_file).name}"
        batch.save()
        record(
            "import_phones",
            by=by,
            action=AuditAction.CREATE,
            subject=batch,
            sha256=self.inspection.sha256,
            **{name: getattr(result, name) for name in ("rows", "created", "rejected", "numbers", "contacts")},
        )


def whose_numbers(rows: list[str], *, constituency_id: int | None) -> dict[int, tuple[str, str]]:
    """For each line of some rows of a phone file, as COPY text: the name of the person they fit, or why none.

    Writes nothing that lasts; needs an open transaction.
    """
    script = Script("phones", constituency=constituency_id)
    script.run("sweep")
    script.run("stage_phones")
    script.copy("import_phones", COLUMNS, rows)
    script.run("match_people")
    found = {line: (name, "") for line, name in script.fetch("names")}
    for line, people, other_name, number in script.fetch("unmatched"):
        found[line] = ("", _unmatched_reason(people, other_name, number))
    script.run("sweep")
    return found


def _unmatched_reason(people: int, other_name: bool, number: str) -> str:
    if people > 1:
        return _("%(count)d people fit this row; add the elector number.") % {"count": people}
    if other_name:
        return _("Elector number %(number)s belongs to somebody of another name.") % {"number": number}
    if number:
        return _("Nobody on a register held here has the elector number %(number)s.") % {"number": number}
    return _("Nobody of that name is known at that postcode.")
