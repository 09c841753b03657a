"""People to look at, and staff who look."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from groundswell.accounts.enums import Role
from groundswell.accounts.models import Membership
from groundswell.accounts.tests.builders import make_campaign, make_member, sign_in
from groundswell.compliance.tests.conftest import (  # noqa: F401 - fixtures by name
    World,
    now,
    organisation,
    text_file,
    today,
    world,
)
from groundswell.people.models import Person

PHONE = "+441632960983"


@pytest.fixture
def campaign(world: World) -> Any:  # noqa: F811
    campaign = make_campaign("walthamstow", name="Walthamstow")
    campaign.areas.add(world.area)
    return campaign


@pytest.fixture
def person(world: World) -> Person:  # noqa: F811
    return world.person(PHONE, given_names="Siân", family_name="Wyllt")


class Staff:
    """A signed-in browser for each role."""

    def __init__(self, campaign: Any) -> None:
        self.campaign = campaign

    def member(self, role: Role, **fields: Any) -> tuple[Client, Membership]:
        fields.setdefault("campaign", None if role in {Role.OWNER, Role.DATA_MANAGER} else self.campaign)
        membership = make_member(role, fields.pop("campaign"), **fields)
        return sign_in(Client(), membership.user), membership

    def client(self, role: Role) -> Client:
        return self.member(role)[0]


@pytest.fixture
def staff(campaign: Any) -> Staff:
    return Staff(campaign)


@pytest.fixture
def data_manager(staff: Staff) -> Client:
    return staff.client(Role.DATA_MANAGER)


@pytest.fixture
def organiser(staff: Staff) -> Client:
    return staff.client(Role.ORGANISER)
