"""The import of an electoral register: one file, one transaction, and a report of exactly what it did."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from psycopg.errors import UniqueViolation

from groundswell.accounts.audit import record
from groundswell.accounts.enums import AuditAction
from groundswell.accounts.models import User
from groundswell.people.entries import EntryReader
from groundswell.people.enums import ImportStage, ImportStatus
from groundswell.people.files.inspection import Inspection, inspect_file
from groundswell.people.files.refusal import ImportRefusedError
from groundswell.people.files.rejects import RejectsFile, without_quotes
from groundswell.people.files.rows import read_blocks
from groundswell.people.layouts.recognition import recognise
from groundswell.people.models import ImportBatch, ImportChange, Register
from groundswell.people.operations import arriving
from groundswell.people.operations.batches import (
    check_still_wanted,
    lock_imports,
    refuse_batch,
    rejects_path,
    release_interrupted,
    start_batch,
)
from groundswell.people.operations.outcome import Result, Wishes
from groundswell.people.operations.progress import Listener, Progress
from groundswell.people.operations.reading import Portion, portions
from groundswell.people.operations.register_areas import RegisterAreas
from groundswell.people.operations.soundness import check_against, check_whole
from groundswell.people.operations.statements import Script

ROWS = (
    "line, change, prefix, number, suffix, title, given_names, family_name, name_key, home, spot, markers, franchise, "
    "attainment, anonymous, opted_out"
)
HOMES = "home, postcode, address_key, address_lines, uprn, spot"
# Homes after which those that were staged are written, while the rest of the file is read.
STEP = 50_000
WORK_MEMORY = "192MB"
FIRST_ROWS = 50


def import_register(
    *,
    batch: ImportBatch,
    path: Path,
    by: User | None,
    today: dt.date,
    wishes: Wishes | None = None,
    listener: Listener | None = None,
) -> Result:
    """Bring a declared register in: all of it or, raising ImportRefusedError, nothing.

    The same file again changes nothing; killed on the way, nothing was written and it can be run again.
    """
    started, wishes = time.monotonic(), wishes or Wishes()
    start_batch(batch=batch)
    try:
        inspection = inspect_file(path)
        with Progress(batch.pk, inspection.lines, listener) as progress:
            load = _Load(batch, path, inspection, by, today, wishes, progress)
            try:
                result = load.whole(started)
            except UniqueViolation:
                if not load.straight:
                    raise
                # Somebody has written a household of this seat meanwhile: once more, with everything compared.
                load = _Load(batch, path, inspection, by, today, wishes, progress, may_be_straight=False)
                result = load.whole(started)
            result.seconds = round(time.monotonic() - started, 3)
    except ImportRefusedError as refusal:
        refuse_batch(batch=batch, reason=str(refusal), by=by)
        raise
    if not wishes.dry_run and batch.file:
        # What could be read is in the database, what could not is in the rejects: a third copy serves nobody.
        batch.file.delete(save=True)
    return result


class _Load:
    """One run of one file."""

    def __init__(
        self,
        batch: ImportBatch,
        path: Path,
        inspection: Inspection,
        by: User | None,
        today: dt.date,
        wishes: Wishes,
        progress: Progress,
        *,
        may_be_straight: bool = True,
    ) -> None:
        assert batch.constituency is not None
        assert batch.register_date is not None
        assert batch.source is not None
        self.batch, self.path, self.inspection, self.by = batch, path, inspection, by
        self.today, self.wishes, self.progress = today, wishes, progress
        self.constituency = batch.constituency
        self.register_date = batch.register_date
        self.may_be_straight, self.straight = may_be_straight, False
        # How far staged homes are written, how many are not, and how many of those written were there before.
        self.settled_home = self.homes_waiting = self.adopted = 0
        self.result = Result(encoding=inspection.encoding, delimiter=inspection.delimiter, dry_run=wishes.dry_run)
        self.script = Script(
            "register",
            batch=batch.pk,
            constituency=self.constituency.pk,
            source=batch.source.pk,
            register_date=self.register_date,
            part=wishes.part,
        )

    @transaction.atomic
    def whole(self, started: float) -> Result:
        """All of the import, or nothing where it is only tried. `started`: on the monotonic clock."""
        result = self._run()
        result.seconds = round(time.monotonic() - started, 3)
        self._finish(result)
        if self.wishes.dry_run:
            transaction.set_rollback(True)
        return result

    def _run(self) -> Result:
        """Everything from the file to the tables, inside the caller's transaction."""
        lock_imports(self.constituency.pk)
        check_still_wanted(self.batch)
        release_interrupted(self.batch)
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('work_mem', %s, true)", [WORK_MEMORY])
        first = next(read_blocks(self.path, self.inspection))
        self.recognition = recognise(
            first.cells[:FIRST_ROWS],
            name=self.wishes.layout,
            columns=self.wishes.columns,
            has_header=self.wishes.has_header,
        )
        self.reader = EntryReader(self.recognition, nation=self.constituency.nation, today=self.today)
        # Nobody was ever on this register: everyone in the file is new, and need not be staged to be compared.
        self.straight = self.may_be_straight and not self.reader.changes and arriving.nobody_yet(self.constituency)
        if self.straight:
            self._set_register()
            self.reader.newcomers = arriving.newcomers_of(
                batch=self.batch, register=self.register, register_date=self.register_date, rows=self.inspection.lines
            )
        self.result.layout = self.recognition.layout.name
        self.result.confidence = round(self.recognition.confidence, 2)
        path = rejects_path()
        with RejectsFile(path, self.recognition.header) as self.rejects:
            with closing(portions(self.path, self.inspection, self.recognition, self.reader)) as read:
                self._stage(read)
            check_whole(
                self.result, self.rejects.count, inspection=self.inspection, read=self.read, force=self.wishes.force
            )
            if self.straight:
                self._write_staged()
            else:
                self._set_register()
                self._apply()
            self.result.rejected = self.rejects.count
        if self.rejects.count:
            self.result.rejects_file = str(path)
        return self.result

    # --- staging ---

    def _stage(self, read: Iterator[Portion]) -> None:
        script = self.script
        script.run("sweep")
        for table in ("stage_rows", "stage_homes", "stage_spots", "stage_matches"):
            script.run(table)
        places = RegisterAreas(self.batch, self.constituency)
        areas: dict[int, int] = {}
        for portion in read:
            new = {spot: places.area(*where) for where, spot in portion.spots.items()}
            areas |= new
            script.copy("import_spots", "spot, area_id", [f"{spot}\t{area}\n" for spot, area in new.items()])
            if portion.arrivals is not None:
                arriving.write(portion.arrivals, areas=areas, script=script)
                self.result.created += portion.arrivals.count
                self.result.households += portion.arrivals.households
            script.copy("import_homes", HOMES, portion.homes)
            script.copy("import_rows", ROWS, portion.rows)
            self.result.rows += portion.seen
            self.result.ignored += portion.ignored
            for reject in portion.rejects:
                self._reject(reject.line, reject.cells, reject.reason)
            self.progress.tell(ImportStage.READING, self.result.rows)
            self.read = portion
            self.homes_waiting += portion.homes.count(b"\n")
            if self.homes_waiting >= STEP and not self.straight:
                self._settle()
        if not self.straight:
            self._settle()
        # A wrong guess of their size turns the joins round, and rows would be written out of the file's order.
        _analyse("import_rows", "import_homes", "import_spots")
        if self.read.numbers_met:
            return
        self._reject_lines(
            [
                (
                    line,
                    _("Elector number %(number)s stands on line %(line)d already.") % {"number": number, "line": first},
                )
                for line, first, number in script.fetch("repeated_numbers")
            ]
        )

    def _settle(self) -> None:
        """Write the households of what was staged since the last time.

        The reader goes on meanwhile, so this costs little time. A refusal later takes it all back.
        """
        if not self.homes_waiting:
            return
        script, after = self.script, {"after_home": self.settled_home}
        made = script.run("insert_households", **after)
        self.result.households += made
        if made < self.homes_waiting:
            self.adopted += script.run("adopt_households", **after)
        self.settled_home, self.homes_waiting = self.read.last_home, 0

    def _reject(self, line: int, cells: list[str], reason: str) -> None:
        self.rejects.write(line, cells, reason)
        # Reasons quote what they found; they are counted by what they say around it.
        counts = self.result.rejects_by_reason
        key = without_quotes(reason)
        if key in counts or len(counts) < 20:
            counts[key] = counts.get(key, 0) + 1

    def _reject_lines(self, found: list[tuple[int, str]]) -> None:
        """Reject rows that were found wanting in the database: their cells are read from the file once more."""
        if not found:
            return
        reasons = dict(found)
        for block in read_blocks(self.path, self.inspection):
            for line, cells in zip(block.lines, block.cells, strict=True):
                if line in reasons:
                    self._reject(line, cells, reasons[line])
        self.script.run("drop_lines", lines=list(reasons))

    def _set_register(self) -> None:
        self.register = self._declared_register()
        self.script.parameters["register"] = self.register.pk

    def _declared_register(self) -> Register:
        """The seat's register, its date and declaration moved on to this file's. Raises ImportRefusedError."""
        register = Register.objects.select_for_update().filter(constituency=self.constituency).first()
        declared = {
            "source": self.batch.source,
            "entitlement": self.batch.entitlement,
            "purpose": self.batch.purpose,
            "register_date": self.register_date,
        }
        if register is None:
            register = Register.objects.create(constituency=self.constituency, **declared)
            ImportChange.objects.create(batch=self.batch, table="people_register", row_id=register.pk, before={})
            return register
        if not self.wishes.force:
            check_against(
                register,
                register_date=self.register_date,
                rows=self.result.rows - self.rejects.count,
                replaces_all=not (self.reader.changes or self.wishes.part),
            )
        if any(getattr(register, name) != value for name, value in declared.items()):
            before = {
                "source_id": register.source_id,
                "entitlement": register.entitlement,
                "purpose": register.purpose,
                "register_date": register.register_date.isoformat(),
            }
            ImportChange.objects.create(batch=self.batch, table="people_register", row_id=register.pk, before=before)
            Register.objects.filter(pk=register.pk).update(**declared)
        return register

    # --- into the tables ---

    def _write_staged(self) -> None:
        """Newcomers at an address that the file may name in several places; everyone else is written already."""
        self.progress.tell(ImportStage.MATCHING, self.result.rows)
        self._settle()
        self.progress.tell(ImportStage.WRITING, self.result.rows)
        self.script.run("insert_people")
        self.result.created += self.script.run("insert_electors")
        self.script.run("sweep")
        self.progress.tell(ImportStage.FINISHING, self.result.rows)

    def _apply(self) -> None:
        script, result, tell = self.script, self.result, self.progress.tell
        tell(ImportStage.MATCHING, result.rows)
        if self.adopted and script.run("keep_moved_households"):
            script.run("move_households")
        script.run("match_electors")
        script.run("index_matches")
        _analyse("import_matches")
        if self.reader.changes:
            self._reject_lines(
                [
                    (
                        line,
                        _("%(number)s is to be deleted, but nobody of that number and name is held.")
                        % {"number": number},
                    )
                    for line, number in script.fetch("unknown_deletions")
                ]
            )
        gone = script.run("mark_gone_changes" if self.reader.changes else "mark_gone_full")
        renumbered = 0 if self.reader.changes or not gone else script.run("match_renumbered")
        if gone:
            script.run("keep_gone")
            script.run("remove_gone")
        tell(ImportStage.WRITING, result.rows)
        script.run("find_person_changes")
        if script.run("keep_people"):
            script.run("update_people")
        script.run("find_elector_changes")
        if script.run("keep_electors"):
            script.run("update_electors")
        result.updated = script.fetch("count_updated")[0][0]
        script.run("insert_people")
        result.created = script.run("insert_electors") - renumbered
        # A person under a new number has not gone.
        result.deleted = gone - renumbered
        in_file = result.rows - self.rejects.count - result.ignored
        deletions = result.deleted if self.reader.changes else 0
        result.unchanged = max(in_file - result.created - result.updated - deletions, 0)
        script.run("sweep")
        tell(ImportStage.FINISHING, result.rows)

    def _finish(self, result: Result) -> None:
        """The batch's own row and the audit event, in the same transaction as the rows."""
        result.batch = self.batch.pk
        batch = self.batch
        batch.status, batch.finished_at, batch.stage = ImportStatus.DONE, timezone.now(), ""
        batch.layout, batch.mapping = result.layout, {"columns": self.recognition.columns}
        batch.file_sha256, batch.progress_rows = self.inspection.sha256, result.rows
        batch.total_rows = result.rows
        batch.counts = result.as_dict()
        if result.rejects_file:
            batch.rejects_file.name = f"imports/{Path(result.rejects_file).name}"
        batch.save()
        record(
            "import_register",
            by=self.by,
            action=AuditAction.CREATE,
            subject=batch,
            seat=self.constituency.code,
            sha256=self.inspection.sha256,
            **{name: getattr(result, name) for name in ("rows", "created", "updated", "deleted", "rejected")},
        )


def _analyse(*tables: str) -> None:
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f"ANALYZE {table}")
