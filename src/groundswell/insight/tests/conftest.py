from __future__ import annotations

import pytest
from django.test import Client
from django.utils import timezone

from groundswell.accounts.enums import Role
from groundswell.accounts.tests.builders import make_member, make_organisation, sign_in
from groundswell.campaigns.models import Campaign
from groundswell.phonebank.tests.world import World
from groundswell.places.operations import load_reference_data


@pytest.fixture
def live(db: None) -> World:
    """A campaign in one seat of somebody's own, now."""
    world = World(timezone.now())
    world.campaign.areas.add(world.area)
    return world


@pytest.fixture
def leader(client: Client, live: World) -> Client:
    """Signed in as an organiser of that campaign."""
    return sign_in(client, make_member(Role.ORGANISER, live.campaign).user)


def make_national_campaign() -> Campaign:
    """A campaign about all 650 seats."""
    make_organisation()
    load_reference_data()
    return Campaign.objects.create(name="Everywhere", slug="everywhere", own_party="Labour")
