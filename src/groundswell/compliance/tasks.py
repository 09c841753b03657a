"""Jobs of compliance."""

from __future__ import annotations

from django.utils import timezone

from groundswell.compliance.figures import figure
from groundswell.compliance.operations.number_imports import run_queued_numbers
from groundswell.compliance.operations.retention import delete_expired, expiring
from groundswell.config.jobs import periodic, task
from groundswell.people.tasks import PATIENCE


@task(queue="imports", retry=PATIENCE)
def import_numbers(*, batch_id: int, by_id: int | None) -> None:
    """A screening or do-not-call file, from the file to the report."""
    run_queued_numbers(batch_id=batch_id, by_id=by_id)


@periodic(cron="41 2 * * *", queue="upkeep")
def nightly_retention() -> None:
    """Delete what was kept long enough, if the owner switched it on (the figure `retention_nightly`; off by default); and
    always what anybody may have typed of somebody else and nobody confirmed.
    """
    now = timezone.now()
    is_on = figure("retention_nightly", on=now.date()) is True
    for expiry in expiring(now=now):
        if expiry.rows and (is_on or expiry.category.is_always):
            delete_expired(category_key=expiry.category.key, by=None, now=now)
