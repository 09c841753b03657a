"""Texts through a real gateway: Kannel, told as docs/operators.md says, before the network that it brings along."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from django.utils import timezone

from groundswell.compliance.hours import DAYS
from groundswell.compliance.models import Figure, Suppression
from groundswell.messaging.models import Delivery, Inbound, Message, Receipt, Sender
from groundswell.messaging.operations.outbox import send_some
from groundswell.messaging.operations.preparing import prepare
from groundswell.messaging.sms import segments_of
from groundswell.messaging.tests.providers.kannel import Got, Kannel, running_kannel
from groundswell.messaging.tests.world import World
from groundswell.people.addresses import address_hash
from groundswell.people.models import ContactPoint, PersonContact

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]

OURS, THEIRS = "+441632960100", "+447700900123"


@pytest.fixture
def kannel(live_server: Any, settings: Any) -> Iterator[Kannel]:
    with running_kannel(live_server.url) as kannel:
        settings.SMS_GATEWAY = kannel.gateway
        yield kannel


@pytest.fixture
def world(kannel: Kannel, transactional_db: None) -> World:
    """Somebody who agreed to texts, and our number at the gateway. Texts may go at any hour: the test does not wait."""
    world = World()
    Figure.objects.create(
        jurisdiction="uk",
        key="message_hours_sms",
        value={day: ["00:00", "24:00"] for day in DAYS},
        valid_from=date(2026, 1, 1),
        source="a test",
    )
    world.sender = world.make_sender(channel="sms", name="Red Rose", address=OURS, provider="http")
    person = world.person()
    digest = address_hash("phone", THEIRS)
    number = ContactPoint.objects.create(kind="phone", value=THEIRS, address_hash=digest)
    PersonContact.objects.create(person=person, contact_point=number, source=world.source)
    world.consent(person, digest, channel="sms")
    return world


def written(world: World, text: str) -> Message:
    message = world.message(channel="sms", subject="", body=text)
    prepare(message, by=None, now=timezone.now())
    return message


def send() -> None:
    while send_some():
        pass


def whole(parts: list[Got]) -> str:
    """As a telephone puts parts together: by the third byte of the header, which of how many."""
    ordered = sorted(parts, key=lambda part: part.header[-1:])
    assert [part.header[-2:] for part in ordered if part.header] in (
        [],
        [bytes((len(parts), n + 1)) for n in range(len(parts))],
    )
    body = b"".join(part.body for part in ordered)
    return body.decode("utf-16-be" if b"\0" in body else "utf-8")


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("Ring with us? It costs 5 € [or less] {promise}", 1),
        ("Come and ring with us on Monday at six. " * 5, 2),
        ("Dŵr glân i bawb 😀\nDewch", 1),
        ("Dewch i ffonio gyda ni nos Lun am chwech o'r gloch. Dŵr glân i bawb! 😀 Bydd te a bara brith.", 2),
    ],
)
def test_a_text_arrives_as_it_was_written_and_its_receipt_comes_back(
    kannel: Kannel, world: World, text: str, parts: int
) -> None:
    message = written(world, text)
    send()
    kannel.eventually(lambda: Delivery.objects.get().state == "delivered")
    delivery = Delivery.objects.get(message=message)
    got = kannel.got()

    assert {(each.ours, each.theirs) for each in got} == {(OURS, THEIRS)}
    assert whole(got) == (delivery.body or text).strip()
    assert len(got) == segments_of(text.strip()).count == delivery.segments == parts
    assert delivery.provider_id == ""
    assert set(Receipt.objects.values_list("state", flat=True)) <= {"sent", "delivered"}


def test_what_comes_in_is_kept_as_it_was_said_and_a_stop_is_heard_and_confirmed(kannel: Kannel, world: World) -> None:
    said = ["Dŵr, os gwelwch yn dda 😀\nYes?", "plain", "STOP"]
    for number, text in enumerate(said, start=1):
        kannel.connect(text, theirs=THEIRS, ours=OURS)
        kannel.eventually(lambda number=number: Inbound.objects.filter(routed_at__isnull=False).count() == number)
    send()
    kannel.eventually(lambda: bool(kannel.got()))

    assert list(Inbound.objects.order_by("pk").values_list("text", "our_address", "their_address")) == [
        (text, OURS, THEIRS) for text in said
    ]
    assert Inbound.objects.get(text="STOP").route == "stop"
    assert Suppression.objects.get(address_hash=address_hash("phone", THEIRS)).lifted_at is None
    assert [whole([each]) for each in kannel.got()] == ["You will get no more texts from Red Rose Party."]
    assert written(world, "Come?").deliveries.get().state == "suppressed"


def test_a_gateway_that_was_killed_loses_nothing_and_says_nothing_twice(kannel: Kannel, world: World) -> None:
    kannel.kill()
    message = written(world, "Not lost")
    send_some(most=1)
    waiting = Delivery.objects.get(message=message)
    assert waiting.state in ("pending", "held")  # certainly not taken: tried again

    # It has taken it, and is killed before the network has.
    kannel.start()
    kannel.disconnect()
    Delivery.objects.update(state="pending", due_at=None)
    Sender.objects.update(next_slot_at=None)
    send()
    waiting.refresh_from_db()
    assert waiting.state == "sent"
    kannel.kill()
    kannel.start()
    kannel.connect()
    kannel.eventually(lambda: Delivery.objects.get().state == "delivered")

    assert [whole([each]) for each in kannel.got()] == ["Not lost"]
