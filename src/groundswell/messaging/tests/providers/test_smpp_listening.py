"""What a network delivers: receipts and texts, kept before they are answered, whatever is killed."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import DatabaseError
from django.utils import timezone
from hypothesis import given
from hypothesis import settings as hypothesis
from hypothesis import strategies as st

from groundswell.compliance.models import HoursBucket
from groundswell.config.sms import SmppGateway
from groundswell.messaging import listening
from groundswell.messaging.enums import DeliveryReason, DeliveryState
from groundswell.messaging.models import Delivery, Inbound, InboundPart, Line, Message, Receipt
from groundswell.messaging.operations.lines import hold_line, let_go
from groundswell.messaging.operations.outbox import send_some
from groundswell.messaging.operations.parts import route_incomplete
from groundswell.messaging.operations.receipts import match_lost_receipts, take_receipts
from groundswell.messaging.providers.contract import PartOf, ReceiptOf
from groundswell.messaging.providers.smpp.incoming import arrived
from groundswell.messaging.providers.smpp.parts import as_wired
from groundswell.messaging.providers.smpp.transport import SmppProvider
from groundswell.messaging.tests.providers.smsc import Smsc, running_smsc
from groundswell.messaging.tests.world import World
from groundswell.people.addresses import address_hash
from groundswell.people.models import ContactPoint, PersonContact

# A real gateway on the line, and its waits.
pytestmark = pytest.mark.slow

OURS, THEIRS = "+441632960100", "+447700900123"
GATEWAY = SmppGateway(host="127.0.0.1", system_id="redrose")


def at(smsc: Smsc) -> SmppGateway:
    """As a transceiver: on a bind that only receives, smpp34's server takes no answer, not even its own client's."""
    return SmppGateway(host="127.0.0.1", port=smsc.port, system_id="redrose", password="hush", listens_as="transceiver")


@contextmanager
def hearing(gateway: SmppGateway) -> Iterator[None]:
    """A worker's thread, as `groundswell worker` runs it."""
    stop = threading.Event()
    thread = threading.Thread(
        target=listening.listen_to_smpp, args=(gateway, stop), kwargs={"pauses": (0.05,)}, daemon=True
    )
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(10)
        assert not thread.is_alive()


def eventually(what: Callable[[], bool]) -> None:
    until = time.monotonic() + 20
    while not what():
        assert time.monotonic() < until
        time.sleep(0.02)


@pytest.fixture
def smsc() -> Iterator[Smsc]:
    with running_smsc() as smsc:
        yield smsc


@pytest.fixture
def sent(transactional_db: None) -> Delivery:
    """A delivery that the network has taken under the name 1A."""
    return delivery(World(), provider_id="1A", state="sent", sent_at=timezone.now())


def delivery(world: World, **fields: Any) -> Delivery:
    sender = world.make_sender(channel="sms", name="RedRose", address=OURS, provider="smpp")
    person = world.person()
    point = ContactPoint.objects.create(kind="phone", value=THEIRS, address_hash=address_hash("phone", THEIRS))
    PersonContact.objects.create(person=person, contact_point=point, source=world.source)
    message = world.message(channel="sms", sender=sender, subject="", body="Yes?", status="sending")
    bucket = HoursBucket.objects.get_or_create(time_zone="Europe/London", holiday_region="")[0]
    return Delivery.objects.create(message=message, person=person, contact_point=point, bucket=bucket, **fields)


def receipt(name: str = "1A", stat: str = "DELIVRD", err: str = "000") -> bytes:
    return (
        f"id:{name} sub:001 dlvrd:001 submit date:2611181200 done date:2611181201 stat:{stat} err:{err} text:Yes?"
    ).encode()


@pytest.mark.django_db(transaction=True)
def test_receipts_and_texts_are_heard_kept_and_answered(smsc: Smsc, sent: Delivery) -> None:
    with hearing(at(smsc)):
        assert smsc.deliver(receipt(), theirs=THEIRS[1:], ours=OURS[1:], esm_class=4) == 0
        welsh = "Dŵr, os gwelwch yn dda 😀"
        assert smsc.deliver(welsh.encode("utf-16-be"), theirs=THEIRS[1:], ours=OURS[1:], data_coding=8) == 0
        assert smsc.deliver(b"STOP", theirs=THEIRS[1:], ours=OURS[1:]) == 0
        line = Line.objects.get()
        eventually(lambda: Line.objects.get().unanswered == "")
    sent.refresh_from_db()

    assert sent.state == DeliveryState.DELIVERED
    assert [(each.text, each.our_address, each.their_address) for each in Inbound.objects.order_by("pk")] == [
        (welsh, OURS, THEIRS),
        ("STOP", OURS, THEIRS),
    ]
    assert Inbound.objects.get(text="STOP").route == "stop"
    assert line.heard_at is not None
    assert line.problem == ""
    assert Line.objects.get().held_by == ""


@pytest.mark.django_db(transaction=True)
def test_a_gateway_that_was_killed_is_bound_to_again_and_doctor_sees_why(smsc: Smsc, sent: Delivery) -> None:
    with hearing(at(smsc)):
        smsc.next("bound")
        smsc.kill()
        eventually(lambda: "gateway" in Line.objects.get().problem)
        smsc.start()
        assert smsc.deliver(receipt(), theirs=THEIRS[1:], ours=OURS[1:], esm_class=4) == 0
        eventually(lambda: Line.objects.get().problem == "")
    sent.refresh_from_db()

    assert sent.state == DeliveryState.DELIVERED


@pytest.mark.django_db(transaction=True)
def test_what_cannot_be_kept_is_not_answered_with_yes_and_comes_again(
    smsc: Smsc, sent: Delivery, monkeypatch: pytest.MonkeyPatch
) -> None:
    take, faults = listening.take_part, [DatabaseError("gone")]

    def fail_once(*args: Any, **kwargs: Any) -> None:
        if faults:
            raise faults.pop()
        take(*args, **kwargs)

    monkeypatch.setattr(listening, "take_part", fail_once)
    with hearing(at(smsc)):
        assert smsc.deliver(b"Yes", theirs=THEIRS[1:], ours=OURS[1:]) == 0x64
        assert not Inbound.objects.exists()
        assert smsc.deliver(b"Yes", theirs=THEIRS[1:], ours=OURS[1:]) == 0

    assert Inbound.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_one_worker_listens_at_a_time_and_another_takes_over(smsc: Smsc, transactional_db: None) -> None:
    with hearing(at(smsc)):
        smsc.next("bound")
        with hearing(at(smsc)):
            assert not hold_line("smpp", holder="a third")
    with hearing(at(smsc)):
        smsc.next("bound")


@pytest.mark.django_db
def test_a_line_is_held_by_one_until_it_falls_silent() -> None:
    assert hold_line("x", holder="a")
    assert hold_line("x", holder="a")
    assert not hold_line("x", holder="b")
    Line.objects.update(held_until=timezone.now() - timedelta(seconds=1))
    assert hold_line("x", holder="b")
    let_go("x", holder="a")
    assert not hold_line("x", holder="a")
    let_go("x", holder="b")
    assert hold_line("x", holder="a")


@pytest.mark.django_db(transaction=True)
def test_what_was_kept_and_not_answered_is_kept_once_and_the_same_word_twice_is_two_texts(
    transactional_db: None,
) -> None:
    yes = PartOf(OURS, THEIRS, "1", timezone.now(), digest="d")
    listening._take(yes)
    listening._take(yes)
    assert Inbound.objects.count() == 1
    listening.mark_answered("smpp")
    listening._take(yes)
    assert Inbound.objects.count() == 2


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("order", [(0, 1, 2), (2, 0, 1), (1, 1, 0, 2)])
def test_parts_are_put_together_in_whatever_order_they_come(
    smsc: Smsc, transactional_db: None, order: tuple[int, ...]
) -> None:
    text = "Y bore hwn " * 15 + "ŵ"
    wires = as_wired(text, reference=9)
    with hearing(at(smsc)):
        for number in order:
            wire = wires[number]
            fields = {"esm_class": wire.esm_class, "data_coding": wire.data_coding}
            assert smsc.deliver(wire.codes, theirs=THEIRS[1:], ours=OURS[1:], **fields) == 0

    assert [each.text for each in Inbound.objects.all()] == [text]
    assert not InboundPart.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_parts_that_are_told_by_parameters_are_put_together_too(smsc: Smsc, transactional_db: None) -> None:
    with hearing(at(smsc)):
        for number, text in ((1, b"Hello "), (2, b"there")):
            tlvs = [(0x020C, "0102"), (0x020E, "02"), (0x020F, f"0{number}")]
            assert smsc.deliver(text, theirs=THEIRS[1:], ours=OURS[1:], tlvs=tlvs) == 0
        payload = [(0x0424, b"All of it at once".hex())]
        assert smsc.deliver(b"", theirs="60123", ours="70000", tlvs=payload, source_addr_ton=3, dest_addr_ton=3) == 0

    assert [each.text for each in Inbound.objects.order_by("pk")] == ["Hello there", "All of it at once"]
    assert Inbound.objects.last().their_address == "60123"


@pytest.mark.django_db(transaction=True)
def test_of_a_text_whose_part_never_comes_the_rest_is_routed(transactional_db: None) -> None:
    now = timezone.now()
    for number in (1, 3):
        listening._take(PartOf(OURS, THEIRS, f"part {number} ", now, f"d{number}", number, 3, 7))
    enqueued: list[int] = []
    assert route_incomplete(now=now, enqueue=enqueued.append) == 0
    assert route_incomplete(now=now + timedelta(hours=2), enqueue=enqueued.append) == 1

    assert Inbound.objects.get().text == "part 1 […]part 3 "
    assert not InboundPart.objects.exists()
    assert enqueued == [Inbound.objects.get().pk]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("stat", "state", "reason"),
    [
        ("UNDELIV", "failed", DeliveryReason.UNDELIVERED),
        ("EXPIRED", "failed", DeliveryReason.EXPIRED),
        ("REJECTD", "failed", DeliveryReason.REFUSED),
        ("ENROUTE", "unknown", DeliveryReason.LOST),
        ("ACCEPTD", "sent", ""),
        ("DELIVRD", "delivered", ""),
    ],
)
def test_a_lost_answer_is_made_good_by_the_receipt(stat: str, state: str, reason: str) -> None:
    lost = delivery(World(), state="unknown", reason="lost")
    came = arrived(pdu(receipt("77", stat)), GATEWAY, now=timezone.now())
    if came is not None:
        assert isinstance(came, ReceiptOf)
        take_receipts("smpp", receipts=[came])
    lost.refresh_from_db()

    assert (lost.state, lost.reason) == (state, reason)


@pytest.mark.django_db
def test_a_receipt_before_the_answer_was_lost_waits_for_it() -> None:
    leased = delivery(World(), state="leased", leased_until=timezone.now() + timedelta(minutes=5))
    came = arrived(pdu(receipt("77")), GATEWAY, now=timezone.now())
    take_receipts("smpp", receipts=[came])
    assert match_lost_receipts(now=timezone.now()) == 0
    leased.state, leased.reason, leased.leased_until = "unknown", "lost", None
    leased.save()

    assert match_lost_receipts(now=timezone.now()) == 1
    assert match_lost_receipts(now=timezone.now()) == 0
    leased.refresh_from_db()
    assert (leased.state, leased.provider_id) == ("delivered", "77")
    assert Receipt.objects.get().between == ""


@pytest.mark.django_db
def test_which_of_two_lost_ones_it_was_is_not_guessed() -> None:
    world = World()
    first = delivery(world, state="unknown", reason="lost")
    other = world.message(channel="sms", sender=first.message.sender, subject="", status="sending")
    Delivery.objects.create(
        message=other,
        person=first.person,
        contact_point=first.contact_point,
        bucket=first.bucket,
        state="unknown",
        reason="lost",
    )
    take_receipts("smpp", receipts=[arrived(pdu(receipt("77")), GATEWAY, now=timezone.now())])

    assert set(Delivery.objects.values_list("state", flat=True)) == {"unknown"}
    assert Receipt.objects.get().delivery is None


@pytest.mark.django_db(transaction=True)
def test_the_whole_way_of_a_text(smsc: Smsc, transactional_db: None) -> None:
    """Prepared, leased, sent over the wire, named, received: and what its answer lost is found by its receipt."""
    waiting = delivery(World())
    Message.objects.update(kind="reply")  # goes at any hour
    way = SmppProvider(at(smsc), patience=5.0)
    while send_some(open_way=lambda _name: way):
        pass
    waiting.refresh_from_db()
    assert (waiting.state, waiting.provider_id, waiting.segments) == ("sent", "00000001", 1)
    with hearing(at(smsc)):
        smsc.deliver(receipt("00000001"), theirs=THEIRS[1:], ours=OURS[1:], esm_class=4)
    waiting.refresh_from_db()
    assert waiting.state == "delivered"
    assert smsc.count() == 1


def pdu(codes: bytes = b"", **fields: Any) -> Any:
    return SimpleNamespace(
        **{
            "command": "deliver_sm",
            "esm_class": 4,
            "short_message": codes,
            "message_payload": None,
            "data_coding": 0,
            "source_addr": THEIRS[1:].encode(),
            "source_addr_ton": 1,
            "destination_addr": OURS[1:].encode(),
            "dest_addr_ton": 1,
            "receipted_message_id": None,
            "message_state": None,
            "sar_msg_ref_num": None,
            "sar_total_segments": None,
            "sar_segment_seqnum": None,
            **fields,
        }
    )


def test_a_receipt_may_be_all_parameters() -> None:
    came = arrived(pdu(receipted_message_id=b"0A\0", message_state=2), GATEWAY, now=timezone.now())
    assert isinstance(came, ReceiptOf)
    assert (came.provider_id, came.state) == ("0A", DeliveryState.DELIVERED)
    assert (came.our_address, came.their_address) == (OURS, THEIRS)


def test_names_in_decimal_are_those_in_hexadecimal_where_the_gateway_writes_them_so() -> None:
    from groundswell.messaging.providers.smpp.transport import named

    decimal = SmppGateway(host="x", system_id="x", receipt_ids="decimal")
    came = arrived(pdu(receipt("0000000026")), decimal, now=timezone.now())
    assert isinstance(came, ReceiptOf)
    assert came.provider_id == named(b"1A", decimal) == "26"
    assert named(b"not a number", decimal) == "not a number"
    assert named(b"1A", GATEWAY) == "1A"


anything = st.builds(
    pdu,
    st.binary(max_size=254),
    esm_class=st.integers(0, 255),
    data_coding=st.integers(0, 255),
    message_payload=st.none() | st.binary(max_size=300),
    receipted_message_id=st.none() | st.binary(max_size=65),
    message_state=st.none() | st.integers(0, 255),
    source_addr=st.binary(max_size=20),
    destination_addr=st.none() | st.binary(max_size=20),
    source_addr_ton=st.integers(0, 255),
    sar_msg_ref_num=st.none() | st.integers(0, 65535),
    sar_total_segments=st.none() | st.integers(0, 255),
    sar_segment_seqnum=st.none() | st.integers(0, 255),
)


@hypothesis(deadline=None)
@given(anything)
def test_whatever_a_network_delivers_is_read(given: Any) -> None:
    came = arrived(given, GATEWAY, now=timezone.now())

    assert came is None or isinstance(came, (ReceiptOf, PartOf))
    if isinstance(came, PartOf):
        assert 1 <= came.number <= came.total <= 255
        assert came.our_address
        assert came.their_address


@pytest.mark.django_db
@hypothesis(deadline=None)
@given(given=anything)
def test_whatever_a_network_delivers_can_be_kept(given: Any) -> None:
    came = arrived(given, GATEWAY, now=timezone.now())
    if came is not None:
        listening._take(came)
        listening.mark_answered("smpp")
