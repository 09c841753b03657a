"""What a worker has in its hands already is looked at once more before it leaves, and survives a database that is away."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import psycopg
import pytest
from django.db import OperationalError, connection

from groundswell.accounts.models import Organisation
from groundswell.compliance.enums import SuppressionScope
from groundswell.compliance.operations.suppression import suppress
from groundswell.messaging.models import Delivery
from groundswell.messaging.operations.outbox import AT_ONCE
from groundswell.messaging.operations.steering import (
    cancel_message,
    pause_message,
    resume_message,
)
from groundswell.messaging.providers.contract import IN_HAND, Handed, Outcome
from groundswell.messaging.tests.outbox_clock import Clock, drain, send, sending, states
from groundswell.messaging.tests.ways import Way
from groundswell.messaging.tests.world import World

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def world(transactional_db: None) -> World:
    made = World()
    Organisation.objects.update(
        imprint="Promoted by O. Evans, 1 Hoe Street, London E17", contact_address="1 Hoe Street"
    )
    return made


@pytest.fixture
def looked_at_always(monkeypatch: pytest.MonkeyPatch) -> None:
    """No look counts for longer than itself, however fast the machine is."""
    monkeypatch.setattr("groundswell.messaging.operations.outbox.FRESH", 0.0)


@pytest.mark.usefixtures("looked_at_always")
def test_a_stop_stops_also_what_is_in_a_workers_hands(world: World, way: Way, clock: Clock):
    world.people(AT_ONCE)
    message = sending(world)
    last = Delivery.objects.filter(message=message).select_related("contact_point").order_by("-pk")[0]
    assert last.contact_point is not None
    stopped = last.contact_point.value
    way.before = lambda _some: suppress(address=stopped, kind="email", scope=SuppressionScope.MESSAGES, by=None)
    drain(way, clock)
    assert stopped not in way.addresses
    assert len(way.handed) == AT_ONCE - 1
    assert max(len(some) for some in way.batches) == IN_HAND
    last.refresh_from_db()
    assert (last.state, last.reason, last.leased_until) == ("suppressed", "suppressed", None)


@pytest.mark.parametrize(("window", "at_once"), [(4, 4), (30, 30), (1000, AT_ONCE)])
def test_a_provider_is_handed_as_many_as_it_can_have_under_way(
    world: World, way: Way, clock: Clock, window: int, at_once: int
):
    way.in_hand = window
    world.people(AT_ONCE)
    sending(world)
    drain(way, clock)
    assert len(way.batches[0]) == at_once
    assert len(way.handed) == AT_ONCE


@pytest.mark.usefixtures("looked_at_always")
def test_a_pause_gives_back_what_is_in_a_workers_hands(world: World, way: Way, clock: Clock):
    world.people(AT_ONCE)
    message = sending(world)
    pausing = [lambda: pause_message(message, by=world.owen)]
    way.before = lambda _some: pausing.pop()() if pausing else None
    assert not send(way, clock, most=AT_ONCE) or not send(way, clock)
    assert states(message) == {"sent": IN_HAND, "pending": AT_ONCE - IN_HAND}
    assert set(Delivery.objects.filter(state="pending").values_list("attempts", flat=True)) == {0}
    resume_message(message, by=world.owen, enqueue=lambda: None)
    clock.at += timedelta(seconds=1)
    drain(way, clock)
    assert Counter(way.addresses) == Counter(f"person{n}@example.org" for n in range(AT_ONCE))


@pytest.mark.usefixtures("looked_at_always")
def test_a_cancellation_keeps_what_is_in_a_workers_hands(world: World, way: Way, clock: Clock):
    world.people(AT_ONCE)
    message = sending(world)
    cancelling = [lambda: cancel_message(message, by=world.owen, now=clock.at)]
    way.before = lambda _some: cancelling.pop()() if cancelling else None
    drain(way, clock)
    assert states(message) == {"sent": IN_HAND, "skipped": AT_ONCE - IN_HAND}
    assert set(Delivery.objects.filter(state="skipped").values_list("reason", flat=True)) == {"cancelled"}


def test_what_comes_back_after_a_cancellation_is_closed(world: World, way: Way, clock: Clock):
    world.people(1)
    message = sending(world)
    way.before = lambda _some: cancel_message(message, by=world.owen, now=clock.at) and None
    way.answers = lambda each: Handed(each.delivery_id, Outcome.LATER, problem="451 later")
    send(way, clock)
    assert states(message) == {"held": 1}
    clock.at += timedelta(hours=1)
    assert not send(way, clock)
    assert (states(message), len(way.handed)) == ({"skipped": 1}, 1)


@pytest.mark.usefixtures("looked_at_always")
def test_where_the_database_is_away_what_has_left_is_still_written_down(
    world: World, way: Way, clock: Clock, monkeypatch: pytest.MonkeyPatch
):
    """The server ends our connection in the middle of a batch, as it does when it is killed, and is back at once."""
    world.people(AT_ONCE)
    message = sending(world)

    def cut(_some: object) -> None:
        way.before = lambda _some: None
        with psycopg.connect(**connection.get_connection_params(), autocommit=True) as other:
            other.execute("SELECT pg_terminate_backend(%s)", [connection.connection.info.backend_pid])

    way.before = cut
    with pytest.raises(OperationalError):
        send(way, clock)
    assert states(message) == {"sent": IN_HAND, "pending": AT_ONCE - IN_HAND}
    clock.at += timedelta(seconds=1)
    drain(way, clock)
    assert Counter(way.addresses) == Counter(f"person{n}@example.org" for n in range(AT_ONCE))
