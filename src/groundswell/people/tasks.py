"""Jobs of people: imports, and the deletion of files that have served."""

from __future__ import annotations

from django.db import OperationalError
from django.utils import timezone
from procrastinate import RetryStrategy

from groundswell.config.jobs import periodic, task
from groundswell.people.operations.queued import run_queued_import
from groundswell.people.operations.uploads import sweep_uploads

# The database is away or another import holds the seat: a quarter of an hour of tries, then the page offers a new start.
PATIENCE = RetryStrategy(max_attempts=6, wait=5, exponential_wait=3, retry_exceptions=[OperationalError])


@task(queue="imports", retry=PATIENCE)
def import_people(*, batch_id: int, by_id: int | None) -> None:
    """A register or a phone file, from the file to the report."""
    run_queued_import(batch_id=batch_id, by_id=by_id, today=timezone.localdate())


@periodic(cron="23 3 * * *", queue="upkeep")
def nightly_sweep() -> None:
    """Delete uploads that nobody imported and rejects that nobody needs."""
    sweep_uploads(now=timezone.now())
