"""Screening our numbers against a preference list (rules C1, C2)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from groundswell.accounts import audit
from groundswell.accounts.enums import AuditAction
from groundswell.accounts.models import User
from groundswell.compliance.enums import ScreeningList
from groundswell.compliance.models import ScreeningFile
from groundswell.compliance.number_files import NumberColumns, NumberFileReport, read_numbers
from groundswell.compliance.signals import contact_closed
from groundswell.people.files.refusal import ImportRefusedError
from groundswell.people.models import ContactPoint, ImportBatch


@dataclass(frozen=True)
class ScreeningReport:
    """What a screening file did. `screened`: our numbers it speaks of; `listed`: those on the list; `changed`: rows
    of ours that now say something new (0 when the same file comes twice)."""

    file: ScreeningFile
    numbers: NumberFileReport
    screened: int
    listed: int
    changed: int


# A plain list speaks of every number we hold: listed if it is in the file, clear if not. A file with answers speaks
# only of the numbers in it. An older screening never overwrites a newer one; of two on one day, "listed" stands.
_SCREEN = """
    WITH spoken_of AS (
        SELECT cp.id, coalesce(s.listed, false) AS listed
          FROM people_contactpoint cp
          LEFT JOIN compliance_staged s ON s.value = cp.value
         WHERE cp.kind = 'phone' AND (s.value IS NOT NULL OR NOT %(answers)s)
    ), written AS (
        INSERT INTO compliance_screening AS known (contact_point_id, list, file_id, screened_on, listed)
        SELECT id, %(list)s, %(file)s, %(screened_on)s, listed FROM spoken_of
        ON CONFLICT (contact_point_id, list) DO UPDATE
           SET file_id = excluded.file_id, screened_on = excluded.screened_on, listed = excluded.listed
         WHERE known.screened_on < excluded.screened_on
            OR (known.screened_on = excluded.screened_on AND excluded.listed AND NOT known.listed)
        RETURNING contact_point_id, listed
    )
    SELECT (SELECT count(*) FROM spoken_of),
           (SELECT count(*) FROM spoken_of WHERE listed),
           (SELECT count(*) FROM written),
           (SELECT coalesce(array_agg(contact_point_id), '{}') FROM written WHERE listed)
"""


@transaction.atomic
def import_screening(
    *,
    path: Path,
    file_name: str,
    list: ScreeningList,
    screened_on: date,
    by: User | None,
    batch: ImportBatch | None = None,
    columns: NumberColumns | None = None,
    tell: Callable[[int], None] | None = None,
) -> ScreeningReport:
    """Take in a screening: the list itself, or our numbers with a yes or no each. The same file twice changes nothing.

    Raises ImportRefusedError for a file that is no such thing or a day that has not come; nothing is done then.
    """
    if screened_on > timezone.localdate():
        raise ImportRefusedError(_("The day of screening is in the future. Nothing was done."))
    with read_numbers(path, answer_heading=list.value, columns=columns, tell=tell) as staged:
        numbers = staged.report
        file, _new = ScreeningFile.objects.get_or_create(
            file_sha256=numbers.sha256,
            list=list,
            screened_on=screened_on,
            defaults={
                "file_name": file_name[:255],
                "numbers_in_file": numbers.numbers,
                "numbers_screened": 0,
                "numbers_listed": 0,
                "imported_by": by,
                "batch": batch,
            },
        )
        with connection.cursor() as cursor:
            cursor.execute(
                _SCREEN,
                {"answers": numbers.answers, "list": list.value, "file": file.pk, "screened_on": screened_on},
            )
            row = cursor.fetchone()
    assert row is not None
    screened, listed, changed, closed = row
    file.numbers_screened, file.numbers_listed = screened, listed
    file.save(update_fields=["numbers_screened", "numbers_listed"])
    if closed:
        contact_closed.send(sender=ContactPoint, contact_point_ids=closed, person_ids=[])
    audit.record(
        "import_screening",
        by=by,
        action=AuditAction.CREATE,
        subject=file,
        list=list,
        screened_on=screened_on.isoformat(),
        sha256=numbers.sha256,
        screened=screened,
        listed=listed,
        changed=changed,
    )
    return ScreeningReport(file, numbers, screened, listed, changed)
