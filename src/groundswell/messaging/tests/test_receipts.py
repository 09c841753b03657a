"""What providers say became of messages: once, in any order, early or late, and never of what is not theirs."""

from __future__ import annotations

from datetime import timedelta

import pytest

from groundswell.accounts.models import Organisation
from groundswell.messaging.enums import UNREACHED_STATES, DeliveryState
from groundswell.messaging.models import Delivery
from groundswell.messaging.operations.receipts import take_receipts
from groundswell.messaging.operations.settling import Settled, write_down
from groundswell.messaging.pacing import is_news
from groundswell.messaging.providers.contract import Handed, Outcome, ReceiptOf
from groundswell.messaging.tests.outbox_clock import Clock, drain, sending, states
from groundswell.messaging.tests.ways import Way
from groundswell.messaging.tests.world import NOON, World

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def world(transactional_db: None) -> World:
    made = World()
    Organisation.objects.update(
        imprint="Promoted by O. Evans, 1 Hoe Street, London E17", contact_address="1 Hoe Street"
    )
    return made


def receipt(delivery: Delivery, state: str, event: str, **fields: object) -> ReceiptOf:
    return ReceiptOf(
        **{
            "event_id": event,
            "provider_id": f"<d{delivery.pk}@way>",
            "state": DeliveryState(state),
            "at": NOON + timedelta(minutes=1),
            **fields,
        }
    )


def test_receipts_say_what_became_of_it_once_and_in_any_order(world: World, way: Way, clock: Clock):
    world.people(1)
    sending(world)
    drain(way, clock)
    delivery = Delivery.objects.get()
    arrived = receipt(delivery, "delivered", "e2")
    assert take_receipts("smtp", receipts=[arrived]) == 1
    assert take_receipts("smtp", receipts=[arrived, receipt(delivery, "sent", "e1")]) == 1
    delivery.refresh_from_db()
    assert delivery.state == "delivered"
    assert delivery.receipts.count() == 2


def test_a_receipt_may_come_before_we_know_that_the_message_left(world: World, way: Way, clock: Clock):
    world.people(1)
    sending(world)
    delivery = Delivery.objects.get()
    way.before = lambda _batch: take_receipts(
        "smtp", receipts=[receipt(delivery, "failed", "e1", problem="no such user")]
    )
    drain(way, clock)
    delivery.refresh_from_db()
    assert (delivery.state, delivery.reason, delivery.problem) == ("failed", "undelivered", "no such user")
    assert delivery.receipts.count() == 1


def test_a_receipt_finds_by_our_reference_what_was_lost(world: World, way: Way, clock: Clock):
    world.people(1)
    sending(world)
    way.answers = lambda each: Handed(each.delivery_id, Outcome.UNKNOWN)
    drain(way, clock)
    delivery = Delivery.objects.get()
    assert delivery.state == "unknown"
    take_receipts("smtp", receipts=[receipt(delivery, "delivered", "e1", reference=f"d{delivery.pk}")])
    delivery.refresh_from_db()
    assert (delivery.state, delivery.reason) == ("delivered", "")


def test_a_receipt_of_nothing_we_know_is_kept(world: World):
    nothing = ReceiptOf(event_id="e9", provider_id="nobody", state=DeliveryState.SENT, at=NOON, reference="d999999")
    assert take_receipts("smtp", receipts=[nothing]) == 1
    assert take_receipts("smtp", receipts=[nothing]) == 0


def test_receipts_in_one_go_are_each_applied_in_their_order(world: World, way: Way, clock: Clock):
    world.people(3)
    sending(world)
    drain(way, clock)
    first, second, third = Delivery.objects.order_by("pk")
    said = [
        receipt(first, "failed", "e1", problem="busy"),
        receipt(second, "delivered", "e2"),
        # By our name, then by the provider's: of the same message all the same.
        receipt(third, "failed", "e3", provider_id="", reference=f"d{third.pk}"),
        receipt(first, "delivered", "e4"),
        receipt(second, "failed", "e5"),
        receipt(second, "delivered", "e2"),
        receipt(third, "delivered", "e6", reference=f"d{third.pk}"),
    ]
    assert take_receipts("smtp", receipts=said) == 6
    assert list(Delivery.objects.order_by("pk").values_list("state", "reason")) == [("delivered", "")] * 3
    assert take_receipts("smtp", receipts=said) == 0


@pytest.mark.parametrize("said", ["sent", "delivered", "failed"])
def test_what_is_news_to_a_delivery_is_so_in_the_database(world: World, said: str):
    """`is_news` is the one definition."""
    states = list(DeliveryState)
    world.people(len(states))
    sending(world)
    deliveries = list(Delivery.objects.order_by("pk"))
    for delivery, state in zip(deliveries, states, strict=True):
        Delivery.objects.filter(pk=delivery.pk).update(
            state=state,
            reason="lost" if state in UNREACHED_STATES else "",
            due_at=NOON,
            sent_at=NOON,
            leased_until=NOON if state == DeliveryState.LEASED else None,
            provider_id=f"<d{delivery.pk}@way>",
        )
    take_receipts("smtp", receipts=[receipt(each, said, f"e{each.pk}") for each in deliveries])
    for delivery, state in zip(deliveries, states, strict=True):
        delivery.refresh_from_db()
        assert (delivery.state == said) == (state == said or is_news(state, DeliveryState(said))), state


def test_a_number_of_ours_that_no_delivery_can_have_finds_nothing(world: World):
    said = ReceiptOf("e1", "", DeliveryState.SENT, NOON, reference=f"d{2**63}")
    assert take_receipts("smtp", receipts=[said]) == 1


def test_a_receipt_of_another_provider_changes_nothing(world: World, way: Way, clock: Clock):
    world.people(1)
    message = sending(world)
    drain(way, clock)
    delivery = Delivery.objects.get()
    take_receipts("twilio", receipts=[receipt(delivery, "failed", "e1", reference=f"d{delivery.pk}")])
    assert states(message) == {"sent": 1}


def test_what_it_is_billed_as_is_kept_where_its_receipt_was_here_before_our_own_note(
    world: World, way: Way, clock: Clock
):
    world.people(2)
    sending(world)
    first, second = Delivery.objects.order_by("pk")
    early = receipt(first, "delivered", "e1", reference=f"d{first.pk}")
    way.before = lambda _batch: take_receipts("smtp", receipts=[early]) and None
    drain(way, clock)
    write_down(
        [Settled(each.pk, DeliveryState.SENT, provider_id="later", segments=3) for each in (first, second)], now=NOON
    )
    found = Delivery.objects.order_by("pk").values_list("state", "segments", "provider_id")
    assert list(found) == [(state, 3, f"<d{each.pk}@way>") for state, each in (("delivered", first), ("sent", second))]


@pytest.mark.parametrize("state", ["pending", "suppressed"])
def test_a_receipt_of_what_has_not_left_is_kept_and_is_not_its(world: World, state: str):
    world.people(1)
    sending(world)
    delivery = Delivery.objects.get()
    Delivery.objects.update(state=state, reason="" if state == "pending" else "suppressed")
    take_receipts("smtp", receipts=[receipt(delivery, "delivered", "e1", reference=f"d{delivery.pk}")])
    delivery.refresh_from_db()
    assert (delivery.state, delivery.receipts.count()) == (state, 0)
