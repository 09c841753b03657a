"""The room's world."""

from __future__ import annotations

import pytest

from groundswell.messaging.tests.world import World


@pytest.fixture
def world(db: None) -> World:
    return World()
