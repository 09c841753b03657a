"""What is done to places: the packaged data loaded, somebody's own CSV imported."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from groundswell.accounts import audit
from groundswell.accounts.models import User
from groundswell.places import reference
from groundswell.places.enums import PACKAGED, AreaKind
from groundswell.places.imports import AREAS, Layout, RowError
from groundswell.places.models import Area, OfficeHolder, ReferenceSet
from groundswell.places.tables import ImportRefusedError, Line, neutralised, read
from groundswell.places.tasks import draw_maps_of

# One number, any, that says to PostgreSQL "the load of the packaged places": two processes may start at once.
_LOAD_LOCK = 7_100_317_001
_NAME = "places"


@transaction.atomic
def load_reference_data() -> dict[str, int | bool]:
    """Brings the packaged constituencies, results and office-holders into the database; run after each migration.

    Does nothing, in one query, where this version is loaded already. Rows that somebody imported or changed stay as
    they are. Answers `loaded`, and how many packaged `areas` and `office_holders` there now are.
    """
    digest = reference.digest()
    if ReferenceSet.objects.filter(name=_NAME, digest=digest).exists():
        return {"loaded": False, **_counts()}
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOAD_LOCK])
        if ReferenceSet.objects.filter(name=_NAME, digest=digest).exists():
            return {"loaded": False, **_counts()}
        reference.stage()
        parameters: dict[str, Any] = {"source": PACKAGED, "as_of": reference.OFFICE_HOLDERS_AS_OF}
        for statement in reference.statements():
            cursor.execute(statement, {key: value for key, value in parameters.items() if f"%({key})s" in statement})
    ReferenceSet.objects.update_or_create(name=_NAME, defaults={"digest": digest})
    return {"loaded": True, **_counts()}


def _counts() -> dict[str, int]:
    return {
        "areas": Area.objects.filter(source=PACKAGED).count(),
        "office_holders": OfficeHolder.objects.current().filter(source=PACKAGED).count(),
    }


@dataclass(frozen=True, slots=True)
class Reject:
    """One row that was not imported: its line, why, and its cells as they came."""

    line: int
    reason: str
    cells: dict[str, str]


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import did, or with `dry_run` would have done, counted in rows of the file."""

    rows: int
    created: int
    updated: int
    unchanged: int
    rejects: tuple[Reject, ...]
    dry_run: bool

    @property
    def rejected(self) -> int:
        """How many rows were not imported."""
        return len(self.rejects)


def import_places(
    layout: Layout,
    *,
    content: bytes,
    by: User | None,
    boundary_set: str,
    kind: str = AreaKind.CONSTITUENCY,
    source: str = "import",
    dry_run: bool = False,
) -> ImportReport:
    """Brings in one CSV of areas, office-holders, postcodes or results (`imports.LAYOUTS`), all of it or nothing.

    Rows that cannot stand are rejected with their reason, the others applied; the same file again changes nothing.
    Rows of ours that the file does not name stay. Raises ImportRefusedError where the file as a whole is not one of these.
    """
    if source == PACKAGED:
        raise ImportRefusedError(_("The source “%(name)s” is the name of our own data.") % {"name": source})
    if not boundary_set.strip() or len(boundary_set) > 60:
        raise ImportRefusedError(_("Please name the boundary set these rows belong to, such as uk-parliament-2024."))
    lines = read(content, layout.required, layout.columns)
    parameters = {
        "boundary_set": boundary_set.strip(),
        "kind": kind,
        "source": source,
        "today": timezone.localdate(),
    }
    with transaction.atomic():
        report = _apply(layout, lines, parameters, dry_run)
        audit.record(
            f"import_{layout.name}",
            by=by,
            boundary_set=boundary_set,
            created=report.created,
            updated=report.updated,
            rejected=report.rejected,
        )
        if layout is AREAS and (report.created or report.updated):
            draw_maps_of.defer(boundary_set=boundary_set.strip())
        transaction.set_rollback(dry_run)
    return report


def _apply(layout: Layout, lines: Iterator[Line], parameters: dict[str, Any], dry_run: bool) -> ImportReport:
    seen: dict[int, dict[str, str]] = {}
    reasons: dict[int, str] = {}
    with connection.cursor() as cursor:
        # A caller's own transaction may hold two imports.
        for table in _TEMPORARY:
            cursor.execute(f"DROP TABLE IF EXISTS pg_temp.{table}")
        cursor.execute(f"CREATE TEMPORARY TABLE import_row (line integer PRIMARY KEY, {layout.staging}) ON COMMIT DROP")
        cursor.execute("CREATE TEMPORARY TABLE import_reject (line integer PRIMARY KEY, reason text) ON COMMIT DROP")
        cursor.execute("CREATE TEMPORARY TABLE import_spoilt (area_code text, election text) ON COMMIT DROP")
        with cursor.copy("COPY import_row FROM STDIN") as copy:
            for line in lines:
                seen[line.number] = line.cells
                try:
                    if "*" in line.cells:
                        raise RowError(_("The row has more cells than the header: is there a comma too many?"))
                    row = layout.parse(line.cells)
                except RowError as refused:
                    reasons[line.number] = str(refused)
                else:
                    copy.write_row((line.number, *row))
        cursor.execute("ANALYZE import_row")
        spoilt = {tuple(seen[number].get(column, "") for column in layout.group) for number in reasons}
        if layout.group and spoilt:
            cursor.executemany("INSERT INTO import_spoilt VALUES (%s, %s)", sorted(spoilt))
        for statement in layout.statements():
            used = {key: value for key, value in parameters.items() if f"%({key})s" in statement}
            cursor.execute(statement, used)
        created, updated = cursor.fetchone()
        cursor.execute("SELECT line, reason FROM import_reject")
        reasons.update((line, str(_REASONS[reason])) for line, reason in cursor.fetchall())
    rejects = tuple(Reject(number, reasons[number], seen[number]) for number in sorted(reasons))
    return ImportReport(
        rows=len(seen),
        created=created,
        updated=updated,
        unchanged=len(seen) - len(rejects) - created - updated,
        rejects=rejects,
        dry_run=dry_run,
    )


_TEMPORARY = (
    *("import_row", "import_reject", "import_spoilt", "import_changed", "import_left", "import_ended"),
    "import_contest",
)
_REASONS = {
    "duplicate": gettext_lazy("The same entry stands further up in the file."),
    "unknown_parent": gettext_lazy("There is no area with this parent_code."),
    "circle": gettext_lazy("The area would lie within itself: its parents form a circle."),
    "unknown_area": gettext_lazy("There is no area with this area_code in the boundary set."),
    "contest": gettext_lazy("Another row of the same election in the same area was rejected."),
}


def rejects_csv(layout: Layout, rejects: Iterable[Reject]) -> str:
    """The rejected rows as CSV with line number and reason, to be mended and imported again; formulas neutralised."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(["line", "reason", *layout.columns])
    for reject in rejects:
        cells = [neutralised(reject.cells.get(column, "")) for column in layout.columns]
        writer.writerow([reject.line, reject.reason, *cells])
    return text.getvalue()
