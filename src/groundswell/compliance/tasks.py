"""Jobs of compliance."""

from __future__ import annotations

from django.utils import timezone

from groundswell.compliance.figures import figure
from groundswell.compliance.operations.retention import delete_expired, expiring
from groundswell.config.jobs import periodic


@periodic(cron="41 2 * * *", queue="upkeep")
def nightly_retention() -> None:
    """Delete what was kept long enough, if the owner switched it on (the figure `retention_nightly`; off by default)."""
    now = timezone.now()
    if figure("retention_nightly", on=now.date()) is not True:
        return
    for expiry in expiring(now=now):
        if expiry.rows:
            delete_expired(category_key=expiry.category.key, by=None, now=now)
