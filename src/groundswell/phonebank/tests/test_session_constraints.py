"""What the database itself refuses of a session."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from groundswell.phonebank.models import Session, SessionBank, SessionCaller, SessionMessage
from groundswell.phonebank.tests.session_world import Evening, make_event
from groundswell.phonebank.tests.world import NOON, World

MINUTE = timedelta(minutes=1)


@pytest.fixture
def evening(world: World) -> Evening:
    return Evening(world.campaign, world.bank(), now=NOON)


def refused(constraint: str, model: Any, **fields: Any) -> None:
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        model.objects.create(**fields)


def test_a_session_has_a_key_of_its_own_and_an_event_of_its_own(evening, world):
    event = make_event(world.campaign, starts_at=NOON)
    refused("session_has_board_key", Session, event=event, board_key="")
    refused("phonebank_session_board_key", Session, event=event, board_key=evening.session.board_key)
    refused("event_id", Session, event=evening.event, board_key="another")


def test_it_closes_after_it_began(evening, world):
    event = make_event(world.campaign, starts_at=NOON)
    refused("session_closed_after_start", Session, event=event, board_key="k", started_at=NOON, closed_at=NOON - MINUTE)
    Session.objects.create(event=event, board_key="k", started_at=NOON, closed_at=NOON)


def test_it_rings_one_list_at_a_time(evening, world):
    other = world.bank(build=False)
    refused("session_rings_one_at_a_time", SessionBank, session=evening.session, phone_bank=other, since=NOON)
    past = {"session": evening.session, "phone_bank": other, "since": NOON}
    refused("session_bank_until_after_since", SessionBank, **past, until=NOON - MINUTE)
    SessionBank.objects.create(**past, until=NOON)


def test_nobody_is_in_it_twice(evening):
    user = evening.joined()
    refused("session_caller_once", SessionCaller, session=evening.session, user=user)


def test_a_message_says_something(evening):
    refused("session_message_says_something", SessionMessage, session=evening.session, text="", by=evening.host)
