"""Jobs of insight."""

from __future__ import annotations

from django.utils import timezone

from groundswell.config.jobs import task
from groundswell.insight.counting import count_areas


@task(queue="insight")
def count_areas_of(*, campaign_id: int) -> None:
    """A campaign's figures by area, when somebody looks at its map and they are old."""
    count_areas(campaign_id, now=timezone.now())
