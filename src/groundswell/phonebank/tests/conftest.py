from __future__ import annotations

import pytest

from groundswell.phonebank.tests.world import World


@pytest.fixture
def world(db: None) -> World:
    return World()


@pytest.fixture
def lasting_world(transactional_db: None) -> World:
    """A world that other connections see."""
    return World()
