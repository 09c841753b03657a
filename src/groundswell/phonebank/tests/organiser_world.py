"""What tests of the organiser's pages share: addresses, a filled-in form, calls and answers of some time ago."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from groundswell.accounts.models import User
from groundswell.campaigns.models import Answer
from groundswell.phonebank.models import Call, Outcome, PhoneBank
from groundswell.phonebank.tests.world import World


def url(name: str, live: World, *more: int) -> str:
    return reverse(f"phonebank:{name}", args=[live.campaign.slug, *more])


def builder_data(live: World, **changes: Any) -> dict[str, Any]:
    return {
        "name": "Monday",
        "script": live.script.pk,
        "areas": [live.area.pk],
        "attempt_cap": 3,
        "cooldown_minutes": 1440,
        "priority_order": "random",
        "daily_limit": 150,
        "ask_everyone": "on",
        "electoral_purpose": "on",
        **changes,
    }


def call(
    live: World, bank: PhoneBank, caller: User, *, outcome: str = "completed", ago: timedelta, **fields: Any
) -> Call:
    ended = Outcome.objects.get(code=outcome)
    at = timezone.now() - ago
    return Call.objects.create(
        client_uuid=uuid4(),
        campaign_id=live.campaign.pk,
        phone_bank=bank,
        caller=caller,
        outcome=ended,
        is_dial=ended.is_dial,
        is_contact=ended.is_contact,
        occurred_at=at,
        recorded_at=at,
        **fields,
    )


def answer(live: World, person: Any, option: Any, *, ago: timedelta = timedelta()) -> Answer:
    return Answer.objects.create(
        campaign=live.campaign,
        person=person,
        question=option.question,
        option=option,
        meaning=option.meaning,
        source_uuid=uuid4(),
        answered_at=timezone.now() - ago,
    )


def queries_of(client: Client, page: str) -> int:
    """What a page asks when nothing that it keeps for some seconds is kept; the frame's own cache is warm."""
    identity = cache.get("web.identity")
    cache.clear()
    cache.set("web.identity", identity)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(page).status_code == 200
    return len(captured)
