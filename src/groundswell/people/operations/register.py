"""The import of an electoral register: one file, one transaction, and a report of exactly what it did."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from groundswell.accounts.audit import record
from groundswell.accounts.enums import AuditAction
from groundswell.accounts.models import User
from groundswell.people import rules
from groundswell.people.entries import EntryReader
from groundswell.people.enums import ImportStage, ImportStatus
from groundswell.people.files.inspection import Inspection, inspect_file
from groundswell.people.files.refusal import ImportRefusedError
from groundswell.people.files.rejects import RejectsFile, without_quotes
from groundswell.people.files.rows import read_blocks
from groundswell.people.layouts.recognition import recognise
from groundswell.people.models import Elector, ImportBatch, ImportChange, Register
from groundswell.people.operations.batches import (
    check_still_wanted,
    lock_imports,
    refuse_batch,
    rejects_path,
    release_interrupted,
    start_batch,
)
from groundswell.people.operations.progress import Listener, Progress
from groundswell.people.operations.reading import Portion, portions
from groundswell.people.operations.register_areas import RegisterAreas
from groundswell.people.operations.statements import Script

ROWS = (
    "line, change, prefix, number, suffix, title, given_names, family_name, name_key, home, spot, markers, franchise, "
    "attainment, anonymous, opted_out"
)
HOMES = "home, postcode, address_key, address_lines, uprn, spot"
# Rows after which households and newcomers are written, while the rest of the file is read.
STEP = 100_000
WORK_MEMORY = "192MB"
FIRST_ROWS = 50


@dataclass(slots=True)
class Result:
    """What an import did. `rows` = created + updated + unchanged + ignored + rejected, and in a change file + deleted."""

    rows: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    deleted: int = 0
    ignored: int = 0
    rejected: int = 0
    households: int = 0
    rejects_file: str | None = None
    seconds: float = 0.0
    layout: str = ""
    confidence: float = 0.0
    encoding: str = ""
    delimiter: str = ""
    dry_run: bool = False
    batch: int | None = None
    rejects_by_reason: dict[str, int] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """For JSON and for the batch's counts."""
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(slots=True, frozen=True)
class Wishes:
    """What the one who imports may ask for beside the file."""

    layout: str = "auto"
    columns: list[str] | None = None
    # Whether the first row names the columns, where the layout does not say.
    has_header: bool = True
    # Take a file that looks cut off, shrunk, older than what is held, or mostly unreadable.
    force: bool = False
    # The file holds only the polling districts it names: nobody of another one is gone.
    part: bool = False
    dry_run: bool = False


def import_register(
    *,
    batch: ImportBatch,
    path: Path,
    by: User | None,
    today: dt.date,
    wishes: Wishes = Wishes(),
    listener: Listener | None = None,
) -> Result:
    """Bring a declared register in: all of it or, raising ImportRefusedError, nothing.

    The same file again changes nothing; killed on the way, nothing was written and it can be run again.
    """
    started = time.monotonic()
    start_batch(batch=batch)
    try:
        inspection = inspect_file(path)
        with Progress(batch.pk, inspection.lines, listener) as progress:
            load = _Load(batch, path, inspection, by, today, wishes, progress)
            with transaction.atomic():
                result = load.run()
                result.seconds = round(time.monotonic() - started, 3)
                load.finish(result)
                if wishes.dry_run:
                    transaction.set_rollback(True)
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
    ) -> None:
        assert batch.constituency is not None
        assert batch.register_date is not None
        assert batch.source is not None
        self.batch, self.path, self.inspection, self.by = batch, path, inspection, by
        self.today, self.wishes, self.progress = today, wishes, progress
        self.constituency = batch.constituency
        self.register_date = batch.register_date
        # How far households and newcomers are written, and how many households were there before.
        self.settled_line = self.settled_home = self.adopted = 0
        self.result = Result(encoding=inspection.encoding, delimiter=inspection.delimiter, dry_run=wishes.dry_run)
        self.script = Script(
            "register",
            batch=batch.pk,
            constituency=self.constituency.pk,
            source=batch.source.pk,
            register_date=self.register_date,
            part=wishes.part,
        )

    def run(self) -> Result:
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
        # Nobody was ever on this register: everyone in the file is new, and need not wait to be compared.
        self.first_time = (
            not self.reader.changes and not Elector.objects.filter(register__constituency=self.constituency).exists()
        )
        self.result.layout = self.recognition.layout.name
        self.result.confidence = round(self.recognition.confidence, 2)
        path = rejects_path()
        with RejectsFile(path, self.recognition.header) as self.rejects:
            with closing(portions(self.path, self.inspection, self.recognition, self.reader)) as read:
                self._stage(read)
            self._check_whole()
            register = self._register()
            self.script.parameters["register"] = register.pk
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
        for portion in read:
            spots = [f"{spot}\t{places.area(*where)}\n" for where, spot in portion.spots.items()]
            script.copy("import_spots", "spot, area_id", spots)
            script.copy("import_homes", HOMES, portion.homes)
            script.copy("import_rows", ROWS, portion.rows)
            self.result.rows += portion.seen
            self.result.ignored += portion.ignored
            for reject in portion.rejects:
                self._reject(reject.line, reject.cells, reject.reason)
            self.progress.tell(ImportStage.READING, self.result.rows)
            self.read = portion
            if portion.last_line - self.settled_line >= STEP:
                self._settle()
        self._settle()
        # A wrong guess of their size turns the joins round, and rows would be written out of the file's order.
        _analyse("import_rows", "import_homes", "import_spots")
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
        """Write the households of what was staged since the last time; and its people, where nobody can be known yet.

        The reader goes on meanwhile, so this costs little time. A refusal later takes it all back.
        """
        script, after = self.script, {"after_line": self.settled_line, "after_home": self.settled_home}
        made = script.run("insert_households", **after)
        self.result.households += made
        if made < self.read.last_home - self.settled_home:
            self.adopted += script.run("adopt_households", **after)
        if self.first_time:
            script.run("insert_people", **after)
        self.settled_line, self.settled_home = self.read.last_line, self.read.last_home

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
        if self.first_time:
            self.script.run("drop_people", lines=list(reasons))
        self.script.run("drop_lines", lines=list(reasons))

    def _check_whole(self) -> None:
        """Raises ImportRefusedError for a file that was cut off, has shrunk, or is another one altogether."""
        accepted = self.result.rows - self.rejects.count
        if self.result.rows == 0:
            raise ImportRefusedError(_("The file has a header but no rows."))
        if accepted == 0 and self.result.ignored == 0:
            raise ImportRefusedError(
                _("No row of the file could be read: %(reason)s Nothing was changed.")
                % {"reason": self._first_reason()}
            )
        if self.wishes.force:
            return
        inspection, read = self.inspection, self.read
        again = _("Ask for the file again, or import it as it is with “force”.")
        if inspection.ends_inside_character or (
            not inspection.ends_with_newline and read.last_short_line == inspection.lines
        ):
            raise ImportRefusedError(
                _("The file ends in the middle of line %(line)d: it was cut off. %(again)s")
                % {"line": inspection.lines, "again": again}
            )
        if read.stated_total is not None and read.stated_total != self.result.rows:
            raise ImportRefusedError(
                _(
                    "The file says that it holds %(stated)d entries, but %(found)d are in it: it was cut off or "
                    "edited. %(again)s"
                )
                % {"stated": read.stated_total, "found": self.result.rows, "again": again}
            )
        if rules.is_mostly_rejected(self.rejects.count, self.result.rows):
            raise ImportRefusedError(
                _(
                    "%(rejected)d of %(rows)d rows cannot be read, so this is the wrong file or its columns are mapped "
                    "wrongly. The commonest reason: %(reason)s Nothing was changed."
                )
                % {"rejected": self.rejects.count, "rows": self.result.rows, "reason": self._first_reason()}
            )

    def _first_reason(self) -> str:
        counts = self.result.rejects_by_reason
        return max(counts, key=lambda reason: counts[reason]) if counts else _("every row is to be ignored.")

    def _register(self) -> Register:
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
            self._check_against(register)
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

    def _check_against(self, register: Register) -> None:
        if self.register_date < register.register_date:
            raise ImportRefusedError(
                _(
                    "This register is of %(this)s; the one held for %(seat)s is of %(held)s and newer. "
                    "If the older one is meant, import it with “force”."
                )
                % {
                    "this": self.register_date.isoformat(),
                    "seat": self.constituency,
                    "held": register.register_date.isoformat(),
                }
            )
        if self.reader.changes or self.wishes.part:
            return
        held = Elector.objects.filter(register=register, removed_on=None).count()
        rows = self.result.rows - self.rejects.count
        if rules.has_shrunk(rows, held):
            raise ImportRefusedError(
                _(
                    "The file has %(rows)d entries, but %(held)d are held for %(seat)s: importing it would remove the "
                    "rest. If it covers only some polling districts, import it as a part; if it is right, with “force”."
                )
                % {"rows": rows, "held": held, "seat": self.constituency}
            )

    # --- into the tables ---

    def _apply(self) -> None:
        script, result, tell = self.script, self.result, self.progress.tell
        tell(ImportStage.MATCHING, result.rows)
        if self.adopted and script.run("keep_moved_households"):
            script.run("move_households")
        script.run("match_electors")
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
        if not self.first_time:
            script.run("insert_people", after_line=0, after_home=0)
        result.created = script.run("insert_electors") - renumbered
        # A person under a new number has not gone.
        result.deleted = gone - renumbered
        in_file = result.rows - self.rejects.count - result.ignored
        deletions = result.deleted if self.reader.changes else 0
        result.unchanged = max(in_file - result.created - result.updated - deletions, 0)
        script.run("sweep")
        tell(ImportStage.FINISHING, result.rows)

    def finish(self, result: Result) -> None:
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
