"""What the pages of the imports ask beside a single batch."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db import connection
from django.db.models import Max

from groundswell.compliance.enums import ScreeningList
from groundswell.compliance.figures import figure
from groundswell.compliance.models import ScreeningFile
from groundswell.people.enums import ImportStatus
from groundswell.people.models import ImportBatch

# A worker gives a sign of life every five seconds.
SILENT_SECONDS = 30


@dataclass(frozen=True, slots=True)
class ScreeningAge:
    """How long the newest screening of the Telephone Preference Service lets calls go on (rule C2)."""

    newest: dt.date | None
    days_left: int


def screening_age(today: dt.date) -> ScreeningAge:
    """Of the newest screening; none if there never was one."""
    newest = ScreeningFile.objects.filter(list=ScreeningList.TPS).aggregate(day=Max("screened_on"))["day"]
    keeps = int(figure("screening_max_age_days", on=today))
    return ScreeningAge(newest, keeps - (today - newest).days if newest else 0)


def same_file_before(batch: ImportBatch) -> ImportBatch | None:
    """The newest import of the very same bytes that still holds."""
    same = ImportBatch.objects.filter(file_sha256=batch.file_sha256, kind=batch.kind, status=ImportStatus.DONE)
    return same.filter(constituency=batch.constituency_id).exclude(pk=batch.pk).order_by("-pk").first()


def has_worker() -> bool:
    """Whether any worker has given a sign of life of late."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM procrastinate_workers WHERE last_heartbeat > now() - make_interval(secs => %s))",
            [SILENT_SECONDS],
        )
        row = cursor.fetchone()
    return bool(row and row[0])
