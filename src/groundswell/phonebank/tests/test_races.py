"""What must hold whatever the race: real threads, real processes, real kills, on the real database."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from django.db import connection, connections

from groundswell.accounts.identity import CallerIdentity
from groundswell.compliance.models import Suppression
from groundswell.people.models import ContactPoint, PersonContact
from groundswell.phonebank.bank_settings import settings_of
from groundswell.phonebank.enums import QueueState, RecordStatus
from groundswell.phonebank.models import Call, Hold, QueueEntry
from groundswell.phonebank.operations import (
    claim_next,
    record_and_claim_next,
    record_outcome,
    take_back_lapsed,
    undo_last,
)
from groundswell.phonebank.operations.claiming import CLAIM_STATEMENT, claim_parameters
from groundswell.phonebank.tests.world import NOON, World, result_of

# Hundreds at once: not of the fast part.
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


def at_once(work: Callable[[Any], Any], items: list[Any], threads: int = 40) -> list[Any]:
    """Do `work` for each item, `threads` at a time, each thread with a connection of its own."""

    def one(item: Any) -> Any:
        try:
            return work(item)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(one, items))


def parameters() -> dict[str, Any]:
    return {
        k: v
        for k, v in connection.get_connection_params().items()
        if k in {"host", "port", "user", "dbname", "password"}
    }


@pytest.mark.slow
def test_two_hundred_claimers_on_a_thousand_households(lasting_world: World) -> None:
    """None twice, none lost: every claimer takes, records and goes on until there is nothing left."""
    world = lasting_world
    world.households(1000)
    bank = world.bank()
    callers = world.callers(200)
    seen: list[int] = []
    lock = threading.Lock()

    def call_until_empty(caller: CallerIdentity) -> None:
        claim = claim_next(phone_bank_id=bank.pk, by=caller, now=NOON)
        while claim.household is not None:
            with lock:
                seen.append(claim.household.entry_id)
            _, claim = record_and_claim_next(result=result_of(bank, claim.household, "completed"), by=caller, now=NOON)

    at_once(call_until_empty, callers, threads=60)
    assert len(seen) == 1000
    assert len(set(seen)) == 1000
    assert Call.objects.count() == 1000
    assert set(QueueEntry.objects.values_list("state", flat=True)) == {QueueState.DONE}
    assert not Hold.objects.exists()


def test_claimers_at_the_same_moment_never_share(lasting_world: World) -> None:
    world = lasting_world
    world.households(60)
    bank = world.bank()
    start = threading.Barrier(50)

    def claim(caller: CallerIdentity) -> int | None:
        start.wait(30)
        household = claim_next(phone_bank_id=bank.pk, by=caller, now=NOON).household
        return household.entry_id if household else None

    taken = at_once(claim, world.callers(50), threads=50)
    assert None not in taken
    assert len(set(taken)) == 50


def test_two_banks_over_the_same_people_never_hold_the_same(lasting_world: World) -> None:
    """Each household has its own number and one it shares with the next household."""
    world = lasting_world
    homes = world.households(40)
    PersonContact.objects.bulk_create(
        PersonContact(person=a.people[0], contact_point=b.numbers[0], source=world.source)
        for a, b in zip(homes, [*homes[1:], homes[0]], strict=True)
    )
    banks = [world.bank(), world.bank()]
    numbers_of = {h.row.pk: set(h.people[0].person_contacts.values_list("contact_point", flat=True)) for h in homes}
    held: dict[int, int] = {}
    broken: list[str] = []
    lock = threading.Lock()

    def call(item: tuple[int, CallerIdentity]) -> int:
        index, caller = item
        done = 0
        for round_ in range(6):
            bank = banks[(index + round_) % 2]
            household = claim_next(phone_bank_id=bank.pk, by=caller, now=NOON).household
            if household is None:
                continue
            done += 1
            mine = {-household.household_id, *numbers_of[household.household_id]}
            with lock:
                if clash := mine & held.keys():
                    broken.append(f"{clash} of {household.household_id}")
                held.update(dict.fromkeys(mine, caller.user_id))
            time.sleep(0.002)
            with lock:
                for key in mine:
                    held.pop(key, None)
            record_outcome(result=result_of(bank, household), by=caller, now=NOON)
        return done

    done = at_once(call, list(enumerate(world.callers(24))), threads=24)
    assert not broken
    assert sum(done) > 0
    # Once a day for each number, whatever the bank.
    dials = list(Call.objects.values_list("contact_point", flat=True))
    assert len(dials) == len(set(dials))


def test_one_caller_pressing_in_ten_tabs_has_one_household(lasting_world: World) -> None:
    world = lasting_world
    world.households(20)
    bank, caller = world.bank(), world.caller()
    taken = at_once(
        lambda _tab: claim_next(phone_bank_id=bank.pk, by=caller, now=NOON).household, list(range(10)), threads=10
    )
    assert len({(h.entry_id, h.lease_key) for h in taken}) == 1
    assert QueueEntry.objects.filter(state=QueueState.LEASED).count() == 1


def test_one_result_from_ten_tabs_is_recorded_once(lasting_world: World) -> None:
    world = lasting_world
    world.households(20)
    bank, caller = world.bank(), world.caller()
    household = claim_next(phone_bank_id=bank.pk, by=caller, now=NOON).household
    assert household is not None
    result = result_of(bank, household)
    answers = at_once(
        lambda _tab: record_and_claim_next(result=result, by=caller, now=NOON), list(range(10)), threads=10
    )
    assert sorted(r.status for r, _ in answers).count(RecordStatus.RECORDED) == 1
    assert len({c.household.lease_key for _, c in answers}) == 1
    assert Call.objects.count() == 1


def test_results_race_the_sweeper_and_other_claimers(lasting_world: World) -> None:
    """Leases lapse while their results arrive: every result is kept, and no household is with two callers."""
    world = lasting_world
    world.households(30)
    bank = world.bank()
    callers = world.callers(30)
    late = NOON + timedelta(minutes=16)
    first = [(c, claim_next(phone_bank_id=bank.pk, by=c, now=NOON).household) for c in callers]
    others = world.callers(30)

    def act(item: Any) -> Any:
        kind, who = item
        if kind == "record":
            caller, household = who
            return record_outcome(result=result_of(bank, household), by=caller, now=late).status
        if kind == "claim":
            return claim_next(phone_bank_id=bank.pk, by=who, now=late).household
        take_back_lapsed(late, at_most=5)
        return None

    work: list[Any] = []
    for pair, other in zip(first, others, strict=True):
        work += [("record", pair), ("claim", other), ("sweep", None)]
    found = at_once(act, work, threads=20)
    statuses = found[0::3]
    assert set(statuses) <= {RecordStatus.RECORDED, RecordStatus.LATE}
    assert Call.objects.count() == 30
    taken = [h.entry_id for h in found[1::3] if h]
    assert len(taken) == len(set(taken))
    assert QueueEntry.objects.filter(state=QueueState.LEASED).count() == len(taken)


def test_undo_races_the_next_claimer(lasting_world: World) -> None:
    world = lasting_world
    world.households(10, people=2)
    bank = world.bank()
    callers = world.callers(10)
    taken = [claim_next(phone_bank_id=bank.pk, by=caller, now=NOON).household for caller in callers]
    for caller, household in zip(callers, taken, strict=True):
        assert household is not None
        number = household.people[0].numbers[0]
        # Leaves the household ready for anybody: there is another number.
        record_outcome(
            result=result_of(bank, household, "wrong_number", contact_point_id=number.id), by=caller, now=NOON
        )

    def act(item: Any) -> Any:
        kind, caller = item
        if kind == "undo":
            return undo_last(phone_bank_id=bank.pk, by=caller, now=NOON).back_in_hand
        return claim_next(phone_bank_id=bank.pk, by=caller, now=NOON).household is not None

    work = [
        step
        for pair in zip(callers, world.callers(10), strict=True)
        for step in (("undo", pair[0]), ("claim", pair[1]))
    ]
    found = at_once(act, work, threads=20)
    leased = QueueEntry.objects.filter(state=QueueState.LEASED)
    assert leased.count() == sum(found)
    assert set(leased.values_list("pk", flat=True)) == set(Hold.objects.values_list("entry", flat=True))


def test_a_suppression_between_two_claims_is_seen_by_every_process(lasting_world: World) -> None:
    world = lasting_world
    homes = world.households(30)
    bank = world.bank()
    doomed = {h.row.pk for h in homes[:15]}

    def act(item: Any) -> Any:
        if isinstance(item, ContactPoint):
            Suppression.objects.create(
                address_hash=bytes(item.address_hash), kind="phone", scope="calls", reason="asked"
            )
            return None
        return claim_next(phone_bank_id=bank.pk, by=item, now=NOON).household

    at_once(act, [h.numbers[0] for h in homes[:15]], threads=8)
    served = at_once(act, list(world.callers(30)), threads=20)
    assert not doomed & {h.household_id for h in served if h}
    assert sum(h is not None for h in served) == 15


CLAIM_AND_HANG = """
import sys, time, psycopg
own = psycopg.connect(sys.argv[1])
own.execute(sys.argv[2])
print("claimed", flush=True)
time.sleep(60)
"""


def test_a_client_killed_in_the_middle_leaves_nothing_behind(lasting_world: World) -> None:
    """`kill -9` between the claim and its commit: the household is free again, and so are its numbers."""
    world = lasting_world
    world.households(1)
    bank, doomed, other = world.bank(), world.caller(), world.caller()
    values = claim_parameters(settings_of(bank.pk, NOON), doomed, NOON)
    with psycopg.connect(**parameters()) as own:
        statement = psycopg.ClientCursor(own).mogrify(CLAIM_STATEMENT, values)
        address = own.info.dsn
    process = subprocess.Popen(
        [sys.executable, "-c", CLAIM_AND_HANG, address, statement], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "claimed\n"
    # Locked, so nobody waits for it and nobody gets it.
    assert claim_next(phone_bank_id=bank.pk, by=other, now=NOON).household is None
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()
    household = None
    patience = time.monotonic() + 30
    while household is None and time.monotonic() < patience:
        household = claim_next(phone_bank_id=bank.pk, by=other, now=NOON).household
    assert household is not None
    assert not QueueEntry.objects.filter(leased_by=doomed.user_id).exists()
