"""The room's world."""

from __future__ import annotations

import pytest

from groundswell.messaging.models import Sender
from groundswell.messaging.tests.outbox_clock import Clock
from groundswell.messaging.tests.texting import OURS, THEIRS
from groundswell.messaging.tests.ways import Way
from groundswell.messaging.tests.world import World
from groundswell.people.addresses import address_hash
from groundswell.people.models import ContactPoint, Person, PersonContact


@pytest.fixture
def world(db: None) -> World:
    return World()


@pytest.fixture
def person(world: World) -> Person:
    """Somebody who agreed to texts."""
    person = world.person()
    digest = address_hash("phone", THEIRS)
    number = ContactPoint.objects.create(kind="phone", value=THEIRS, address_hash=digest)
    PersonContact.objects.create(person=person, contact_point=number, source=world.source)
    world.consent(person, digest, channel="sms")
    return person


@pytest.fixture
def sender(world: World) -> Sender:
    """Our number in the demo."""
    return world.make_sender(channel="sms", name="Red Rose", address=OURS, provider="console")


@pytest.fixture
def way() -> Way:
    return Way()


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr("groundswell.messaging.operations.outbox.sleep", clock.wait)
    return clock
