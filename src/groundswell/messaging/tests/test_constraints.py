"""What the database itself refuses of senders, messages, deliveries, receipts and what comes in."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from groundswell.accounts.models import User
from groundswell.compliance.models import HoursBucket
from groundswell.messaging.models import Delivery, Inbound, Message, Receipt
from groundswell.messaging.tests.world import NOON, World
from groundswell.people.models import ContactPoint, Person


@pytest.fixture
def bucket(db: None) -> HoursBucket:
    return HoursBucket.objects.create(time_zone="Europe/London", holiday_region="GB-ENG")


@pytest.fixture
def deliver(world: World, bucket: HoursBucket) -> Callable[..., Delivery]:
    """A delivery that is in order but for what a test changes."""
    message, person = world.message(), world.person("sian@example.org")
    point = ContactPoint.objects.get()

    def make(**fields: Any) -> Delivery:
        given = {"message": message, "person": person, "contact_point": point, "bucket": bucket, **fields}
        return Delivery.objects.create(**given)

    return make


def refused(name: str, make: Callable[[], Any]) -> None:
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        make()


@pytest.mark.parametrize(
    ("name", "fields"),
    [
        ("sender_channel_known|sender_address_fits", {"channel": "pigeon"}),
        ("sender_rate_positive", {"rate": 0}),
        ("sender_price_not_negative", {"price": -1}),
        ("sender_verified_how", {"verified_how": ""}),
        ("sender_address_fits", {"address": "no address"}),
        ("sender_address_fits", {"channel": "sms", "address": "far too long a name"}),
    ],
)
def test_a_sender_is_refused(world: World, name: str, fields: dict[str, Any]):
    refused(name, lambda: world.make_sender(**fields))


def test_an_address_is_one_senders_until_it_is_retired(world: World):
    world.make_sender(address="news@example.org", retired_at=NOON)
    world.make_sender(address="news@example.org")
    refused("sender_once", lambda: world.make_sender(address="news@example.org"))


@pytest.mark.parametrize(
    ("name", "fields"),
    [
        ("message_kind_known", {"kind": "rumour"}),
        ("message_channel_known", {"channel": "pigeon"}),
        ("message_status_known", {"status": "flying"}),
        ("message_test_share", {"test_share": 51, "subject_b": "Or this?"}),
        ("message_test_has_two_subjects", {"test_share": 20}),
        ("message_wins_by_known", {"wins_by": "luck"}),
        ("message_leaves_with_sender", {"sender": None}),
        ("message_email_has_subject", {"subject": ""}),
        ("message_winner", {"winner": 1}),
        ("message_winner", {"winner": 2, "decided_at": NOON}),
        ("message_expires_after_start", {"starts_at": NOON, "expires_at": NOON}),
    ],
)
def test_a_message_is_refused(world: World, name: str, fields: dict[str, Any]):
    refused(name, lambda: world.message(**fields))


def test_nobody_approves_their_own_message(world: World):
    refused("message_approved_by_another", lambda: world.message(submitted_by=world.owen, approved_by=world.owen))
    world.message(submitted_by=world.owen, approved_by=User.objects.create_user("ann@example.org", name="Ann"))


@pytest.mark.parametrize(
    ("name", "fields"),
    [
        ("delivery_state_known", {"state": "flying"}),
        ("delivery_reason_known", {"state": "failed", "reason": "weather"}),
        ("delivery_unreached_says_why", {"state": "failed"}),
        ("delivery_unreached_says_why", {"state": "pending", "reason": "refused"}),
        ("delivery_leased_until", {"state": "leased"}),
        ("delivery_leased_until", {"state": "pending", "leased_until": NOON}),
        ("delivery_held_until", {"state": "held"}),
        ("delivery_sent_has_time", {"state": "sent"}),
        ("delivery_sent_has_time", {"state": "delivered"}),
    ],
)
def test_a_delivery_is_refused(deliver: Callable[..., Delivery], name: str, fields: dict[str, Any]):
    refused(name, lambda: deliver(**fields))


def test_one_to_each_address_and_one_to_each_person(world: World, deliver: Callable[..., Delivery]):
    first = deliver()
    other = world.person()
    refused("delivery_once", lambda: deliver(person=other))
    second = world.email(world.person(), "second@example.org")
    refused("delivery_once_a_person", lambda: deliver(contact_point=second))
    # The steps of a flow are told apart; another message is another one.
    deliver(key="step 2")
    deliver(message=world.message())
    assert Delivery.objects.filter(message=first.message).count() == 2


@pytest.mark.parametrize(
    ("column", "words"),
    [
        ("message_id", "message 999999"),
        ("person_id", "person 999999"),
        ("contact_point_id", "contact point 999999"),
        ("bucket_id", "hours 9999"),
        ("pressed_by_id", "user 999999"),
    ],
)
def test_a_delivery_names_only_what_is_there(deliver: Callable[..., Delivery], column: str, words: str):
    stray = int(words.split()[-1])
    refused(f"names {words}", lambda: deliver(**{column: stray}))
    delivery = deliver()
    refused(f"names {stray}", lambda: Delivery.objects.filter(pk=delivery.pk).update(**{column: stray}))


def test_what_is_deleted_is_named_no_more(deliver: Callable[..., Delivery], world: World, bucket: HoursBucket):
    presser = User.objects.create_user("ann@example.org", name="Ann")
    delivery = deliver(pressed_by=presser)
    with connection.cursor() as cursor:
        # As an import is undone: without Django, which would tidy up by itself.
        cursor.execute("DELETE FROM people_personcontact")
        cursor.execute("DELETE FROM people_contactpoint")
        cursor.execute("DELETE FROM accounts_user WHERE id = %s", [presser.pk])
    delivery.refresh_from_db()
    assert (delivery.contact_point_id, delivery.pressed_by_id) == (None, None)
    with connection.cursor() as cursor:
        refused("still name", lambda: cursor.execute("DELETE FROM compliance_hoursbucket WHERE id = %s", [bucket.pk]))
        refused(
            "still name", lambda: cursor.execute("DELETE FROM messaging_message WHERE id = %s", [delivery.message_id])
        )


def test_a_person_who_is_deleted_is_named_no_more(deliver: Callable[..., Delivery], world: World):
    nobody = world.person()
    delivery = deliver(person=nobody)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM people_persontag WHERE person_id = %s", [nobody.pk])
        cursor.execute("DELETE FROM people_person WHERE id = %s", [nobody.pk])
    delivery.refresh_from_db()
    assert delivery.person_id is None
    assert not Person.objects.filter(pk=nobody.pk).exists()


def test_a_message_goes_with_its_deliveries(deliver: Callable[..., Delivery]):
    deliver().message.delete()
    assert not Delivery.objects.exists()
    assert not Message.objects.exists()


def test_a_receipt_is_kept_once_and_says_something_known(db: None):
    said = {"provider": "smtp", "event_id": "e1", "provider_id": "p1", "state": "sent", "at": NOON}
    Receipt.objects.create(**said)
    refused("receipt_once", lambda: Receipt.objects.create(**said))
    refused("receipt_state_known", lambda: Receipt.objects.create(**{**said, "event_id": "e2", "state": "flying"}))


def test_what_comes_in_is_kept_once_and_goes_somewhere_known(db: None):
    said = {
        "channel": "sms",
        "provider": "twilio",
        "provider_id": "p1",
        "our_address": "60123",
        "at": timezone.now() - timedelta(minutes=1),
    }
    Inbound.objects.create(**said)
    refused("inbound_once", lambda: Inbound.objects.create(**said))
    refused("inbound_channel_known", lambda: Inbound.objects.create(**{**said, "provider_id": "p2", "channel": "fax"}))
    refused("inbound_route_known", lambda: Inbound.objects.create(**{**said, "provider_id": "p3", "route": "bin"}))
