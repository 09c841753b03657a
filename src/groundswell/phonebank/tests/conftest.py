from __future__ import annotations

import pytest
from django.test import Client
from django.utils import timezone

from groundswell.accounts.enums import Role
from groundswell.accounts.tests.builders import make_member, sign_in
from groundswell.phonebank.tests.world import World


@pytest.fixture
def world(db: None) -> World:
    return World()


@pytest.fixture
def lasting_world(transactional_db: None) -> World:
    """A world that other connections see."""
    return World()


@pytest.fixture
def live(db: None) -> World:
    """A world whose clock is now: pages ask the real one."""
    world = World(timezone.now())
    world.campaign.areas.add(world.area)
    return world


@pytest.fixture
def leader(client: Client, live: World) -> Client:
    """Signed in as an organiser of that world's campaign."""
    return sign_in(client, make_member(Role.ORGANISER, live.campaign).user)
