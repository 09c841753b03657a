"""The figures in force are where a phone bank's limits start and end (rules C11, D12)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from groundswell.accounts.enums import Role
from groundswell.accounts.models import Organisation
from groundswell.accounts.tests.builders import make_member, sign_in
from groundswell.compliance.enums import Refusal
from groundswell.compliance.operations import add_figure
from groundswell.phonebank import bank_settings
from groundswell.phonebank.enums import ClaimStatus
from groundswell.phonebank.limits import limits_in_force
from groundswell.phonebank.models import PhoneBank, QueueEntry
from groundswell.phonebank.operations import (
    change_phone_bank,
    claim_next,
    open_phone_bank,
    preview,
    record_outcome,
)
from groundswell.phonebank.operations.organising import create_phone_bank
from groundswell.phonebank.rules import PhoneBankError
from groundswell.phonebank.tests.world import NOON, World, result_of

SINCE = (NOON - timedelta(days=300)).date()


@pytest.fixture
def world(db: None) -> World:
    world = World()
    world.campaign.areas.add(world.area)
    return world


def owner_sets(**values: int) -> None:
    for key, value in values.items():
        add_figure(key=key, value=value, valid_from=SINCE, source="our committee", by=None)
    bank_settings.forget()


def built(world: World, **settings: Any) -> PhoneBank:
    return create_phone_bank(
        campaign=world.campaign, name="Monday", script=world.script, by=world.organiser, **settings
    )


def test_a_new_phone_bank_starts_with_the_figures(world: World) -> None:
    owner_sets(attempt_cap=2, households_a_day=40)
    bank = built(world)
    assert (bank.attempt_cap, bank.daily_limit) == (2, 40)


def test_the_builder_starts_and_ends_with_the_figures_and_says_so(client: Client, world: World) -> None:
    owner_sets(attempt_cap=2, households_a_day=2000, max_calls_per_day=2)
    sign_in(client, make_member(Role.ORGANISER, world.campaign).user)
    url = reverse("phonebank:new_bank", args=[world.campaign.slug])
    form = client.get(url).context["form"]
    assert (form["attempt_cap"].value(), form["daily_limit"].value()) == (2, 2000)
    assert 'max="2"' in str(form["attempt_cap"])
    assert "At most 2, and never more than 2 a day" in form["attempt_cap"].help_text
    assert "At most 2,000" in form["daily_limit"].help_text
    data = {
        "name": "Monday",
        "script": world.script.pk,
        "cooldown_minutes": 1440,
        "priority_order": "random",
        "attempt_cap": 3,
        "daily_limit": 2001,
    }
    errors = client.post(url, data).context["form"].errors
    assert set(errors) == {"attempt_cap", "daily_limit"}
    assert "2 times at most" in errors["attempt_cap"][0]
    assert client.post(url, data | {"attempt_cap": 2, "daily_limit": 2000}).status_code == 302


@pytest.mark.parametrize(
    ("wish", "sentence"),
    [({"attempt_cap": 3}, "2 times at most .*C11"), ({"daily_limit": 41}, "40 households a day at most.*D12")],
)
def test_no_operation_takes_more(world: World, wish: dict[str, int], sentence: str) -> None:
    owner_sets(attempt_cap=2, households_a_day=40)
    world.households(1)
    with pytest.raises(PhoneBankError, match=sentence):
        built(world, **wish)
    bank = built(world)
    with pytest.raises(PhoneBankError, match=sentence):
        change_phone_bank(bank, by=world.organiser, **wish)
    PhoneBank.objects.filter(pk=bank.pk).update(**wish)  # made when the figure was higher
    with pytest.raises(PhoneBankError, match=sentence):
        open_phone_bank(bank, by=world.organiser, now=NOON)
    assert PhoneBank.objects.get().status == "draft"


def test_an_open_phone_bank_is_held_to_a_lower_daily_figure(world: World) -> None:
    world.households(3)
    bank, caller = world.bank(), world.caller()
    owner_sets(households_a_day=1)
    household = claim_next(phone_bank_id=bank.pk, by=caller, now=NOON).household
    assert household is not None
    record_outcome(result=result_of(bank, household), by=caller, now=NOON)
    assert claim_next(phone_bank_id=bank.pk, by=caller, now=NOON).status == ClaimStatus.LIMIT


def test_a_lower_limit_of_its_own_stays(world: World) -> None:
    world.households(3)
    bank, caller = world.bank(daily_limit=1), world.caller()
    owner_sets(households_a_day=100)
    household = claim_next(phone_bank_id=bank.pk, by=caller, now=NOON).household
    assert household is not None
    record_outcome(result=result_of(bank, household), by=caller, now=NOON)
    assert claim_next(phone_bank_id=bank.pk, by=caller, now=NOON).status == ClaimStatus.LIMIT


def test_an_open_phone_bank_is_held_to_a_lower_figure_of_attempts(world: World) -> None:
    world.households(1)
    bank, caller = world.bank(), world.caller()
    owner_sets(attempt_cap=1)
    household = claim_next(phone_bank_id=bank.pk, by=caller, now=NOON).household
    assert household is not None
    record_outcome(result=result_of(bank, household), by=caller, now=NOON)
    # At once, and not only when its cooling down would have been over.
    assert QueueEntry.objects.get().done_reason == "attempts_used"
    later = NOON + timedelta(days=5)
    assert preview(bank, now=later).refused == {Refusal.ATTEMPTS_USED: 1}
    assert claim_next(phone_bank_id=bank.pk, by=caller, now=later).status == ClaimStatus.EMPTY


def test_a_country_without_a_pack_has_the_careful_limits(world: World) -> None:
    Organisation.objects.update(jurisdiction="xx")
    limits = limits_in_force(on=timezone.localdate())
    assert (limits.attempts, limits.calls_a_day, limits.households_a_day) == (3, 1, 150)
    assert limits.lease == timedelta(minutes=15)
