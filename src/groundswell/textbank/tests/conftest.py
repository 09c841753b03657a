"""The room's world, and a gateway that could take its texts."""

from __future__ import annotations

from typing import Any

import pytest

from groundswell.config.sms import SmsGateway
from groundswell.textbank.tests.world import World


@pytest.fixture
def gateway(settings: Any) -> None:
    """Nothing is sent to it: what is handed over goes by a way of the test's own."""
    settings.SMS_GATEWAY = SmsGateway(url="https://gateway.example.org/", secret="only for these tests")


@pytest.fixture
def world(db: None, gateway: None) -> World:
    return World()
