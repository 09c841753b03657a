"""The queue of many is built by the worker: the page says how far it is, and nobody rings from half of it."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from groundswell.config.beside import Beside
from groundswell.phonebank.enums import ClaimStatus, PhoneBankStatus
from groundswell.phonebank.models import PhoneBank, QueueBuild
from groundswell.phonebank.operations import (
    ask_for_queue,
    build_asked_queue,
    change_phone_bank,
    claim_next,
    lists,
    reckoning,
)
from groundswell.phonebank.rules import PhoneBankError
from groundswell.phonebank.tasks import build_phone_bank_queue
from groundswell.phonebank.tests.organiser_world import url
from groundswell.phonebank.tests.world import NOON, World


@pytest.fixture
def many(monkeypatch):
    """However few there are, they count as many; the queue grows by two households a statement."""
    monkeypatch.setattr(reckoning, "FEW_PEOPLE", 0)
    monkeypatch.setattr(lists, "SLICE", 2)


def jobs() -> int:
    return ProcrastinateJob.objects.filter(task_name=build_phone_bank_queue.name, status="todo").count()


def press(leader, live: World, bank: PhoneBank, do: str = "open") -> str:
    """What the page says after the press."""
    answer = leader.post(url("bank_status", live, bank.pk), {"do": do}, follow=True)
    return " ".join(answer.content.decode().split())


def ask(world: World, bank: PhoneBank, *, opens: bool = True, now=NOON) -> QueueBuild:
    return ask_for_queue(bank, by=world.organiser, now=now, opens=opens, enqueue=lambda _pk: None)


def test_few_are_in_the_queue_with_the_press(leader, live: World):
    live.households(3)
    bank = live.bank(build=False, status=PhoneBankStatus.DRAFT)
    assert "It is open. 3 households are ready" in press(leader, live, bank)
    assert jobs() == 0


def test_many_are_built_by_the_worker_and_the_phone_bank_opens_with_the_whole_list(leader, live: World, many):
    live.households(5)
    bank = live.bank(build=False, status=PhoneBankStatus.DRAFT)
    page = press(leader, live, bank)
    assert "The list is being built" in page
    assert "Looking who may be rung" in page
    assert 'value="open"' not in page
    part = url("bank_building", live, bank.pk)
    assert f'hx-get="{part}"' in page
    assert "The list is being built" in press(leader, live, bank)  # pressed again, from another tab
    assert jobs() == 1
    bank.refresh_from_db()
    assert bank.status != PhoneBankStatus.OPEN
    assert not bank.queue.exists()
    QueueBuild.objects.update(done=2, total=5)
    assert "2 of 5" in " ".join(leader.get(part).content.decode().split())
    build_phone_bank_queue(phone_bank_id=bank.pk)
    bank.refresh_from_db()
    assert bank.status == PhoneBankStatus.OPEN
    assert bank.queue.count() == 5
    assert leader.get(part)["HX-Refresh"] == "true"
    assert "The list is being built" not in leader.get(url("bank", live, bank.pk)).content.decode()


def test_a_build_that_no_worker_begins_says_so(leader, live: World, many):
    live.households(1)
    bank = live.bank(build=False, status=PhoneBankStatus.DRAFT)
    assert "No worker" not in press(leader, live, bank)
    QueueBuild.objects.update(asked_at=timezone.now() - timedelta(seconds=30))
    assert "No worker has begun" in leader.get(url("bank_building", live, bank.pk)).content.decode()


def test_what_cannot_be_opened_says_why_and_can_be_tried_again(leader, live: World, many):
    bank = live.bank(build=False, status=PhoneBankStatus.DRAFT)
    press(leader, live, bank)
    build_phone_bank_queue(phone_bank_id=bank.pk)
    page = leader.get(url("bank", live, bank.pk)).content.decode()
    assert "There is nobody to ring" in page
    assert 'value="open"' in page
    live.households(1)
    press(leader, live, bank)
    build_phone_bank_queue(phone_bank_id=bank.pk)
    page = leader.get(url("bank", live, bank.pk)).content.decode()
    assert "There is nobody to ring" not in page
    assert PhoneBank.objects.get(pk=bank.pk).status == PhoneBankStatus.OPEN


def test_an_open_phone_bank_stays_open_while_its_list_is_brought_up_to_date(leader, live: World, many):
    live.households(1)
    bank = live.bank()
    live.households(2)
    page = press(leader, live, bank, "refresh")
    assert "The list is being brought up to date" in page
    assert "Callers go on meanwhile" in page
    assert claim_next(phone_bank_id=bank.pk, by=live.caller(), now=timezone.now()).status != ClaimStatus.NOT_OPEN
    build_phone_bank_queue(phone_bank_id=bank.pk)
    assert bank.queue.count() == 3


def test_what_can_be_told_at_once_is_not_left_to_the_worker(world: World):
    world.households(1)
    bank = world.bank(build=False, status=PhoneBankStatus.DRAFT)
    PhoneBank.objects.filter(pk=bank.pk).update(status=PhoneBankStatus.CLOSED, closed_at=NOON)
    with pytest.raises(PhoneBankError, match="closed"):
        ask(world, bank)
    assert not QueueBuild.objects.exists()


def test_a_build_long_silent_may_be_asked_for_again(world: World):
    world.households(1)
    bank = world.bank(build=False, status=PhoneBankStatus.DRAFT)
    asked = []

    def press_at(minutes: int) -> None:
        now = NOON + timedelta(minutes=minutes)
        ask_for_queue(bank, by=world.organiser, now=now, opens=True, enqueue=asked.append)

    press_at(0)
    press_at(9)
    assert asked == [bank.pk]
    press_at(10)
    assert asked == [bank.pk, bank.pk]
    # Both jobs come: the second finds it done.
    assert build_asked_queue(bank.pk, now=NOON)
    assert not build_asked_queue(bank.pk, now=NOON)


def test_opening_wins_over_bringing_up_to_date(world: World):
    world.households(1)
    bank = world.bank(build=False, status=PhoneBankStatus.DRAFT)
    ask(world, bank, opens=False)
    ask(world, bank, opens=True)
    build_asked_queue(bank.pk, now=NOON)
    bank.refresh_from_db()
    assert bank.status == PhoneBankStatus.OPEN


def test_what_nobody_foresaw_leaves_no_half_list_and_is_told(world: World, monkeypatch):
    world.households(3)
    bank = world.bank(build=False, status=PhoneBankStatus.DRAFT)
    ask(world, bank)
    monkeypatch.setattr(lists, "SLICE", 1)

    def broken(self, statement, parameters):
        if "done" in statement and parameters[0] == 2:
            raise RuntimeError("the worker's disk is full")

    monkeypatch.setattr(Beside, "write", broken)
    with pytest.raises(RuntimeError):
        build_asked_queue(bank.pk, now=NOON)
    bank.refresh_from_db()
    assert bank.status != PhoneBankStatus.OPEN
    assert not bank.queue.exists()
    assert "Something went wrong" in QueueBuild.objects.get().problem


def test_how_far_it_is_can_be_seen_while_nothing_of_the_list_can(lasting_world: World, monkeypatch):
    world = lasting_world
    world.households(5)
    bank = world.bank(build=False, status=PhoneBankStatus.DRAFT)
    ask(world, bank)
    monkeypatch.setattr(lists, "SLICE", 2)
    half, go_on = threading.Event(), threading.Event()
    write = Beside.write

    def wait_at_four(self, statement, parameters):
        write(self, statement, parameters)
        if "done" in statement and parameters[0] == 4:
            half.set()
            assert go_on.wait(30)

    monkeypatch.setattr(Beside, "write", wait_at_four)

    def work() -> None:
        try:
            build_asked_queue(bank.pk, now=NOON)
        finally:
            connection.close()

    worker = threading.Thread(target=work)
    worker.start()
    try:
        assert half.wait(30)
        seen = QueueBuild.objects.get()
        assert (seen.done, seen.total) == (4, 5)
        assert not bank.queue.exists()
        assert claim_next(phone_bank_id=bank.pk, by=world.caller(), now=NOON).status == ClaimStatus.NOT_OPEN
        # Nothing that another page needs is locked meanwhile.
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '2s'")
        change_phone_bank(bank, by=world.organiser, name="Changed meanwhile")
    finally:
        go_on.set()
        worker.join(30)
        with connection.cursor() as cursor:
            cursor.execute("RESET lock_timeout")
    # It was built for the phone bank as it had been.
    assert "changed this phone bank meanwhile" in QueueBuild.objects.get().problem
    bank.refresh_from_db()
    assert bank.status != PhoneBankStatus.OPEN
    ask(world, bank)
    monkeypatch.undo()
    build_asked_queue(bank.pk, now=NOON)
    assert bank.queue.count() == 5


@pytest.mark.parametrize(("done", "total"), [(1, None), (3, 2)])
def test_the_database_refuses_more_than_all(world: World, done, total):
    bank = world.bank(build=False, status=PhoneBankStatus.DRAFT)
    with pytest.raises(IntegrityError, match="queue_build_within_total"), transaction.atomic():
        QueueBuild.objects.create(phone_bank=bank, asked_at=NOON, opens=True, done=done, total=total)
