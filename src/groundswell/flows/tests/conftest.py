from __future__ import annotations

import pytest

from groundswell.flows.tests.world import Flows
from groundswell.messaging.tests.texting import THEIRS
from groundswell.messaging.tests.world import World
from groundswell.people.addresses import address_hash
from groundswell.people.models import ContactPoint, Person, PersonContact


@pytest.fixture
def flows(db: None) -> Flows:
    return Flows(World())


@pytest.fixture
def person(flows: Flows) -> Person:
    """Somebody whose number we have, and who agreed to nothing."""
    person = flows.world.person(given_names="Sian", family_name="Wyllt")
    number = ContactPoint.objects.create(kind="phone", value=THEIRS, address_hash=address_hash("phone", THEIRS))
    PersonContact.objects.create(person=person, contact_point=number, source=flows.world.source)
    return person
