"""What the outbox holds on a person is handed over and forgotten; that something was sent stays, to nobody's name."""

from __future__ import annotations

import pytest
from django.utils import timezone

from groundswell.campaigns.models import Campaign
from groundswell.compliance.enums import Channel
from groundswell.compliance.models import HoursBucket
from groundswell.compliance.personal_data import holdings
from groundswell.messaging.enums import DeliveryReason, DeliveryState, MessageStatus
from groundswell.messaging.models import Delivery, Inbound, Message, Receipt, Sender
from groundswell.people.operations.supporters import find_or_make_supporter

pytestmark = pytest.mark.django_db


@pytest.fixture
def held():
    """A person with a text that left, one that waits, its receipt, and an answer."""
    known = find_or_make_supporter(name="Ines Wrona", email="ines@example.org", phone="07700 900123")
    campaign = Campaign.objects.create(name="Bins", slug="bins")
    sender = Sender.objects.create(channel=Channel.SMS, name="Us", address="+447700900999", provider="console")
    bucket = HoursBucket.objects.create(time_zone="Europe/London", holiday_region="GB-ENG")
    now = timezone.now()
    for name, state in (("Gone", DeliveryState.SENT), ("Waits", DeliveryState.PENDING)):
        message = Message.objects.create(
            campaign=campaign, channel=Channel.SMS, name=name, body="x", sender=sender, status=MessageStatus.SENDING
        )
        Delivery.objects.create(
            message=message,
            person=known.person,
            contact_point=known.phone,
            bucket=bucket,
            state=state,
            body="Dear Ines",
            sent_at=now if state == DeliveryState.SENT else None,
        )
    sent = Delivery.objects.get(state=DeliveryState.SENT)
    Receipt.objects.create(
        provider="console", event_id="1", provider_id="1", state=DeliveryState.DELIVERED, at=now, delivery=sent
    )
    Inbound.objects.create(
        channel=Channel.SMS,
        provider="console",
        provider_id="2",
        our_address=sender.address,
        contact_point=known.phone,
        text="Count me in",
        at=now,
    )
    return known.person


def shares(person):
    return {h.key: list(h.export(person)) for h in holdings() if h.key in {"deliveries", "receipts", "inbound"}}


def test_all_of_it_is_handed_over(held):
    found = shares(held)
    assert [row["message name"] for row in found["deliveries"]] == ["Gone", "Waits"]
    assert found["deliveries"][0]["contact point value"] == "+447700900123"
    assert [row["state"] for row in found["receipts"]] == ["delivered"]
    assert [row["text"] for row in found["inbound"]] == ["Count me in"]


def test_what_is_forgotten_is_gone_and_what_waits_does_not_leave(held):
    for holding in reversed(holdings()):
        if holding.key in {"deliveries", "receipts", "inbound"}:
            assert holding.erase is not None
            holding.erase(held)
    assert shares(held) == {"deliveries": [], "receipts": [], "inbound": []}
    kept = {d.message.name: d for d in Delivery.objects.select_related("message")}
    assert {(d.person_id, d.contact_point_id, d.body) for d in kept.values()} == {(None, None, "")}
    assert (kept["Gone"].state, kept["Gone"].reason) == (DeliveryState.SENT, "")
    assert (kept["Waits"].state, kept["Waits"].reason) == (DeliveryState.SUPPRESSED, DeliveryReason.ERASED)
    assert not Inbound.objects.exists()
