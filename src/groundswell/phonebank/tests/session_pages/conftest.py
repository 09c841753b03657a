from __future__ import annotations

import pytest
from django.utils import timezone

from groundswell.phonebank.session_numbers import forget_numbers
from groundswell.phonebank.tests.caller_world import CallerWorld
from groundswell.phonebank.tests.session_world import Evening


@pytest.fixture
def world() -> CallerWorld:
    forget_numbers()
    world = CallerWorld()
    for _ in range(4):
        world.household()
    return world


@pytest.fixture
def evening(world: CallerWorld) -> Evening:
    """At the hour; nobody has begun."""
    return Evening(world.campaign, world.bank, now=timezone.now(), area=world.seat, target=30)
