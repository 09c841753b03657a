"""What must hold whatever the race: real threads on the real database."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import pytest
from django.db import connections

from groundswell.compliance.enums import SuppressionScope
from groundswell.compliance.operations import suppress
from groundswell.messaging.enums import DeliveryState
from groundswell.messaging.models import Delivery
from groundswell.messaging.operations.outbox import send_some
from groundswell.messaging.tests.outbox_clock import Ticking
from groundswell.messaging.tests.ways import Way
from groundswell.textbank.enums import ConversationState, EntryState, PressStatus
from groundswell.textbank.models import Conversation, Entry
from groundswell.textbank.operations.leasing import lease_batch, take_back_lapsed
from groundswell.textbank.operations.pressing import send_first, send_reply
from groundswell.textbank.operations.sweeping import give_to, take_waiting
from groundswell.textbank.rules import NotYoursError
from groundswell.textbank.tests.world import NOON, World, later, nothing

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


def at_once(*works: Callable[[], Any]) -> list[Any]:
    """All of these at the same moment, each in a thread with a connection of its own; what each answered or raised."""
    start = threading.Barrier(len(works))

    def one(work: Callable[[], Any]) -> Any:
        try:
            start.wait(30)
            return work()
        except NotYoursError as refused:
            return refused
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(one, works))


def test_volunteers_who_ask_at_once_never_share_anybody(world: World):
    for _ in range(40):
        world.texted()
    bank = world.bank(batch_size=5)
    texters = [world.volunteer(f"Volunteer {n}") for n in range(8)]
    leases = at_once(*[lambda by=by: lease_batch(bank, by=by, now=NOON) for by in texters])
    assert [lease.left for lease in leases] == [5] * 8
    held = Counter(Entry.objects.filter(state=EntryState.LEASED).values_list("leased_by", flat=True))
    assert held == {by.user_id: 5 for by in texters}


def test_one_volunteer_who_asks_ten_times_at_once_gets_one_batch(world: World):
    for _ in range(30):
        world.texted()
    bank, by = world.bank(batch_size=5), world.volunteer()
    leases = at_once(*[lambda: lease_batch(bank, by=by, now=NOON) for _ in range(10)])
    assert {lease.left for lease in leases} == {5}
    assert Entry.objects.filter(state=EntryState.LEASED).count() == 5


def test_a_press_that_arrives_ten_times_at_once_is_one_text(world: World):
    world.texted()
    bank, by = world.bank(), world.volunteer()
    lease_batch(bank, by=by, now=NOON)
    entry = Entry.objects.get()
    pressed = at_once(*[lambda: send_first(entry.pk, by=by, now=NOON, enqueue=nothing) for _ in range(10)])
    assert Counter(each.status for each in pressed) == {PressStatus.SENT: 1, PressStatus.REPEATED: 9}
    assert Delivery.objects.count() == Conversation.objects.count() == 1


def test_a_reply_that_arrives_ten_times_at_once_is_one_text(world: World):
    world.texted()
    bank, by = world.bank(), world.volunteer()
    conversation = world.conversation(bank, by)
    world.says(conversation, "Yes")
    key = uuid4()

    def press() -> Any:
        return send_reply(conversation, text="Great", key=key, by=by, leads=False, now=NOON, enqueue=nothing)

    pressed = at_once(*[press] * 10)
    assert Counter(each.status for each in pressed) == {PressStatus.SENT: 1, PressStatus.REPEATED: 9}
    assert Delivery.objects.exclude(key="").count() == 1


@pytest.mark.parametrize("_round", range(4))
def test_a_reply_while_the_conversation_is_given_away_is_sent_by_one_or_not_at_all(world: World, _round: int):
    world.texted()
    bank, by, other = world.bank(), world.volunteer(), world.volunteer("Bo")
    conversation = world.conversation(bank, by)
    world.says(conversation, "Yes")

    def press() -> Any:
        return send_reply(conversation, text="Great", key=uuid4(), by=by, leads=False, now=NOON, enqueue=nothing)

    def reassign() -> Any:
        return give_to(conversation, texter=other.user, by=world.organiser, now=NOON)

    pressed, _given = at_once(press, reassign)
    conversation.refresh_from_db()
    sent = Delivery.objects.exclude(key="").count()
    assert conversation.texter == other.user
    if isinstance(pressed, NotYoursError):
        assert (sent, conversation.state) == (0, ConversationState.WAITING)
    else:
        assert (sent, conversation.state) == (1, ConversationState.ANSWERED)


def test_replies_that_wait_go_to_one_volunteer_each(world: World):
    for _ in range(12):
        world.texted()
    bank, by = world.bank(), world.volunteer()
    for _ in range(12):
        world.says(world.conversation(bank, by), "Yes")
    texters = [world.volunteer(f"Volunteer {n}") for n in range(4)]
    taken = at_once(*[lambda by=by: take_waiting(bank, by=by, now=later(hours=2)) for by in texters])
    assert sum(taken) == 12
    held = Counter(Conversation.objects.values_list("texter", flat=True))
    assert sorted(held.values()) == sorted(count for count in taken if count)


def test_a_press_and_the_end_of_its_hour_at_once_leave_nobody_twice_or_nowhere(world: World):
    for _ in range(6):
        world.texted()
    bank, by, other = world.bank(), world.volunteer(), world.volunteer("Bo")
    lease_batch(bank, by=by, now=NOON)
    end = later(hours=1)
    presses = [
        lambda pk=pk: send_first(pk, by=by, now=end, enqueue=nothing).status
        for pk in Entry.objects.values_list("pk", flat=True)
    ]
    *statuses, _taken, _lease = at_once(
        *presses, lambda: take_back_lapsed(now=end), lambda: lease_batch(bank, by=other, now=end)
    )
    sent = statuses.count(PressStatus.SENT)
    assert set(statuses) <= {PressStatus.SENT, PressStatus.GONE}
    assert Delivery.objects.count() == Entry.objects.filter(state=EntryState.SENT).count() == sent
    assert Entry.objects.exclude(state=EntryState.SENT).exclude(state=EntryState.OUT).count() == 6 - sent


def test_two_text_banks_press_one_number_at_once_and_one_text_leaves(world: World):
    world.texted()
    banks = [world.bank(), world.bank(name="Another")]
    texters = [world.volunteer(), world.volunteer("Bo")]
    for bank, by in zip(banks, texters, strict=True):
        assert lease_batch(bank, by=by, now=NOON).left == 1
    entries = {entry.text_bank_id: entry.pk for entry in Entry.objects.all()}
    pressed = at_once(
        *[
            lambda bank=bank, by=by: send_first(entries[bank.pk], by=by, now=NOON, enqueue=nothing)
            for bank, by in zip(banks, texters, strict=True)
        ]
    )
    assert sorted(each.status for each in pressed) == [PressStatus.NOT_ALLOWED, PressStatus.SENT]
    assert Delivery.objects.count() == 1


def test_a_stop_and_a_press_at_once_send_nothing_after_it(world: World):
    """Whichever is first: what was pressed before the stop and has not left, does not leave."""
    person = world.texted()
    bank, by = world.bank(), world.volunteer()
    lease_batch(bank, by=by, now=NOON)
    entry, number = Entry.objects.get(), person.contact_points.get().value
    at_once(
        lambda: send_first(entry.pk, by=by, now=NOON, enqueue=nothing),
        lambda: suppress(address=number, scope=SuppressionScope.MESSAGES, by=None, source="text"),
    )
    way = Way()
    send_some(clock=Ticking(NOON), open_way=lambda _name: way)
    assert way.handed == []
    assert not Delivery.objects.exclude(state=DeliveryState.SUPPRESSED).exists()
