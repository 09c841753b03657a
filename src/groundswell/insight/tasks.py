"""Jobs of insight."""

from __future__ import annotations

from django.utils import timezone

from groundswell.config.jobs import task
from groundswell.insight.counting import count_areas
from groundswell.insight.follow_through import Origin, keep_follow_through
from groundswell.insight.issues import keep_issues


@task(queue="insight")
def count_areas_of(*, campaign_id: int) -> None:
    """A campaign's figures by area, when somebody looks at its map and they are old."""
    count_areas(campaign_id, now=timezone.now())


@task(queue="insight")
def count_follow_through(*, campaign_id: int, message_id: int | None, author_id: int | None) -> None:
    """What came of messages, when somebody looks and it is old."""
    keep_follow_through(Origin(campaign_id, message_id, author_id), now=timezone.now())


@task(queue="insight")
def count_issues(*, campaign_id: int) -> None:
    """Which issues matter where, when somebody looks at it and it is old."""
    keep_issues(campaign_id, now=timezone.now())
