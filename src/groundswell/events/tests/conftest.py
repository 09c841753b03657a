"""A campaign with two seats and a Monday evening to sign up for."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from groundswell.accounts.enums import Role
from groundswell.accounts.models import Organisation, User
from groundswell.accounts.tests.builders import make_member, make_organisation
from groundswell.campaigns.models import Campaign
from groundswell.campaigns.operations.campaigns import create_campaign
from groundswell.events.enums import EventKind
from groundswell.events.extensions import _EXTENSIONS
from groundswell.events.models import Attendance, Event
from groundswell.events.operations import EventDetails, create_event, publish_event, sign_up
from groundswell.places.models import Area

_number = itertools.count(1)


@pytest.fixture(autouse=True)
def _no_extension(monkeypatch: pytest.MonkeyPatch) -> None:
    """What rooms above add to a kind of event is theirs to test."""
    for kind in list(_EXTENSIONS):
        monkeypatch.delitem(_EXTENSIONS, kind)


@pytest.fixture
def organisation(db: None) -> Organisation:
    return make_organisation(name="Fairer Walthamstow", imprint="Promoted by A. Test, 12 Hoe Street, London.")


@pytest.fixture
def seats(db: None) -> tuple[Area, Area]:
    return (
        Area.objects.create(kind="constituency", boundary_set="test", code="W", name="Walthamstow"),
        Area.objects.create(kind="constituency", boundary_set="test", code="B", name="Bury North"),
    )


@pytest.fixture
def campaign(organisation: Organisation, seats: tuple[Area, Area]) -> Campaign:
    return create_campaign(name="Mondays", by=None, areas=seats, own_party="Reds", other_parties=["Blues"])


@pytest.fixture
def organiser(campaign: Campaign) -> User:
    return make_member(Role.ORGANISER, campaign).user


@pytest.fixture
def now() -> datetime:
    return timezone.now()


@pytest.fixture
def details(seats: tuple[Area, Area], now: datetime) -> EventDetails:
    starts_at = (now + timedelta(days=10)).replace(minute=0, second=0, microsecond=0)
    return EventDetails(
        title="Monday calls for Walthamstow",
        kind=EventKind.MEETING,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(hours=2),
        area=seats[0],
    )


@pytest.fixture
def make_event(campaign: Campaign, details: EventDetails, organiser: User, now: datetime) -> Callable[..., Event]:
    """A published event; keywords change its details, `draft=True` leaves it unpublished."""

    def make(*, draft: bool = False, **changes: Any) -> Event:
        event = create_event(campaign=campaign, details=replace(details, **changes), by=organiser, now=now)
        return event if draft else publish_event(event=event, by=organiser, now=now)

    return make


@pytest.fixture
def event(make_event: Callable[..., Event]) -> Event:
    return make_event()


@pytest.fixture
def come(now: datetime) -> Callable[..., Attendance]:
    """Somebody signs up, somebody new unless told who."""

    def signed(event: Event, **fields: Any) -> Attendance:
        number = next(_number)
        fields = {"name": f"Bea Lindqvist {number}", "email": f"bea{number}@example.org", "now": now} | fields
        return sign_up(event=event, **fields)

    return signed
