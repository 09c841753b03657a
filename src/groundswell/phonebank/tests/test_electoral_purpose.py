"""What came from the electoral register serves elections only (rule R2)."""

from __future__ import annotations

import pytest

from groundswell.people.models import DataSource, Person
from groundswell.phonebank.enums import ClaimStatus
from groundswell.phonebank.models import QueueEntry
from groundswell.phonebank.operations import build_queue, claim_next, preview
from groundswell.phonebank.tests.world import NOON, World


@pytest.fixture
def register(world: World) -> DataSource:
    return DataSource.objects.create(name="Register", lawful_basis="public task", purpose="elections", is_register=True)


def test_a_phone_bank_for_something_else_rings_nobody_from_the_register(world: World, register: DataSource) -> None:
    members, electors, mixed = world.households(3, people=2)
    lone_elector, lone_member = world.lone_person(), world.lone_person()
    from_register = [p.pk for p in electors.people] + [mixed.people[0].pk, lone_elector.pk]
    Person.objects.filter(pk__in=from_register).update(source=register)
    assert preview(world.bank(build=False), now=NOON).households == 5

    bank = world.bank(electoral_purpose=False)
    assert preview(bank, now=NOON).total == 2
    queued = set(QueueEntry.objects.filter(phone_bank=bank).values_list("household", "person"))
    assert queued == {(members.row.pk, None), (None, lone_member.pk)}


def test_who_joins_the_register_leaves_the_queue(world: World, register: DataSource) -> None:
    (home,) = world.households(1, people=2)
    bank = world.bank(electoral_purpose=False)
    assert QueueEntry.objects.filter(phone_bank=bank).count() == 1
    Person.objects.filter(pk=home.people[0].pk).update(source=register)
    assert build_queue(bank, by=world.organiser, now=NOON).closed == 1
    assert claim_next(phone_bank_id=bank.pk, by=world.caller(), now=NOON).status == ClaimStatus.EMPTY
