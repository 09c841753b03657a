"""The demo in one's own database: what there is to see of messages, and that it is taken out again to the last row."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.apps import apps
from django.db import connection

from groundswell.cli import demo
from groundswell.cli.demo import story
from groundswell.messaging.models import Inbound, Message
from groundswell.messaging.operations.approving import problems_before
from groundswell.messaging.progress import progress_of
from groundswell.messaging.reach import reach_of_message
from groundswell.people.models import Person

# A night from Saturday to Sunday.
NOW = datetime(2026, 11, 21, 23, 40, tzinfo=UTC)
# What belongs to the country, the log and the law, whoever asked for it.
STAYING = {"accounts_auditevent", "compliance_hoursbucket", "compliance_figure"}


def rows() -> dict[str, int]:
    """How many rows each table of ours has."""
    found = {}
    with connection.cursor() as cursor:
        for model in apps.get_models(include_auto_created=True):
            table = model._meta.db_table
            if model._meta.managed and table not in STAYING and not table.startswith(("places_", "procrastinate_")):
                cursor.execute(f'SELECT count(*) FROM "{table}"')
                found[table] = cursor.fetchone()[0]
    return found


@pytest.mark.slow
@pytest.mark.django_db
def test_the_demo_has_messages_and_is_taken_out_to_the_last_row(settings: object) -> None:
    settings.DEMO = True  # type: ignore[attr-defined]
    before = rows()
    demo.load(now=NOW, electors=1200)
    sent, draft = Message.objects.get(name=story.TEXT_NAME), Message.objects.get(name=story.EMAIL_NAME)
    progress = progress_of(sent, now=NOW)
    assert progress.delivered > progress.bounced > 0
    assert progress.visits > progress.acted > 0
    assert Inbound.objects.filter(route="inbox", handled_at=None).count() > 3
    assert Inbound.objects.filter(route="stop").count() == len(story.STOPS)
    assert problems_before(draft, now=NOW) == []
    assert reach_of_message(draft, now=NOW).people > 100
    assert demo.remove()
    assert {table: count for table, count in rows().items() if count != before[table]} == {}
    assert not Person.objects.exists()
