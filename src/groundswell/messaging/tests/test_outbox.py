"""Sending: what is leased goes once, what may not go any more does not, and what nobody knows is said so."""

from __future__ import annotations

import threading
from collections import Counter
from datetime import datetime, timedelta

import pytest
from django.db import connection, transaction
from django.test import override_settings

from groundswell.accounts.models import Organisation
from groundswell.compliance.enums import SuppressionScope
from groundswell.compliance.operations.suppression import suppress
from groundswell.events.tests.mail_server import mail_server
from groundswell.messaging.enums import MessageStatus
from groundswell.messaging.models import Delivery
from groundswell.messaging.operations.outbox import AT_ONCE, LEASE, give_up_lost, send_some
from groundswell.messaging.operations.steering import (
    SteeringError,
    cancel_message,
    choose_subject,
    pause_message,
    resume_message,
)
from groundswell.messaging.providers.contract import IN_HAND, Handed, Outcome
from groundswell.messaging.tests.outbox_clock import Clock, drain, send, sending, states
from groundswell.messaging.tests.ways import Way
from groundswell.messaging.tests.world import NIGHT, NOON, World
from groundswell.people.models import ContactPoint, Person, PersonContact

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def world(transactional_db: None) -> World:
    made = World()
    Organisation.objects.update(
        imprint="Promoted by O. Evans, 1 Hoe Street, London E17", contact_address="1 Hoe Street"
    )
    return made


def test_everybody_gets_it_once_and_the_message_is_done(world: World, way: Way, clock: Clock):
    world.people(120)
    message = sending(world)
    drain(way, clock)
    assert Counter(way.addresses) == Counter(f"person{n}@example.org" for n in range(120))
    assert states(message) == {"sent": 120}
    assert max(len(some) for some in way.batches) == IN_HAND
    message.refresh_from_db()
    assert message.status == MessageStatus.DONE
    first = Delivery.objects.first()
    assert first is not None
    assert (first.attempts, first.sent_at is not None, first.leased_until) == (1, True, None)
    assert first.provider_id == f"<d{first.pk}@way>"


def test_the_real_mail_server_gets_what_was_written(world: World, clock: Clock):
    world.person("sian@example.org", given_names="Siân Mair")
    sending(
        world,
        body="Dear {{ first_name|friend }},\n\nwe ring on Monday: *tŷ* to tŷ.",
        subject="Dydd Llun: tŷ, {{ first_name }}",
    )
    with mail_server() as (post, said), override_settings(**said):
        send_some(clock=clock)
    (letter,) = post.letters
    assert letter["To"] == "sian@example.org"
    assert letter["From"] == f"Red Rose Party <{world.sender.address}>"
    assert letter["Subject"] == "Dydd Llun: tŷ, Siân"
    assert letter["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    text, html = letter.get_body(("plain",)), letter.get_body(("html",))
    assert text is not None
    assert html is not None
    assert "Dear Siân," in text.get_content()
    assert "<em>tŷ</em>" in html.get_content()
    assert not letter.defects
    assert Delivery.objects.get().provider_id == letter["Message-ID"]


def test_a_stop_in_the_middle_stops_what_has_not_left(world: World, way: Way, clock: Clock):
    world.people(AT_ONCE * 2)
    message = sending(world)
    last = Delivery.objects.filter(message=message).select_related("contact_point").order_by("-pk")[0]
    assert last.contact_point is not None
    stopped = last.contact_point.value
    way.before = lambda _batch: suppress(address=stopped, kind="email", scope=SuppressionScope.MESSAGES, by=None)
    drain(way, clock)
    assert stopped not in way.addresses
    assert len(way.handed) == AT_ONCE * 2 - 1
    last.refresh_from_db()
    assert (last.state, last.reason) == ("suppressed", "suppressed")


def test_what_was_taken_away_since_it_was_prepared_is_a_reason(world: World, way: Way, clock: Clock):
    unlinked, objected, gone = world.people(3)
    sending(world)
    PersonContact.objects.filter(person=unlinked).delete()
    Person.objects.filter(pk=objected.pk).update(objected_at=NOON)
    ContactPoint.objects.filter(people=gone).delete()
    drain(way, clock)
    assert not way.handed
    found = dict(Delivery.objects.values_list("person_id", "reason"))
    assert found == {unlinked.pk: "retired", objected.pk: "objected", gone.pk: "erased"}


def test_nothing_goes_outside_the_hours(world: World, way: Way, clock: Clock):
    world.people(2)
    message = sending(world)
    clock.at = NIGHT
    assert not send(way, clock)
    assert not way.handed
    clock.at = NOON + timedelta(days=1)
    send(way, clock)
    assert states(message) == {"sent": 2}
    # Nine in the evening, in winter.
    assert {each.valid_until for each in way.handed} == {datetime.fromisoformat("2026-11-19T21:00:00+00:00")}


def test_what_was_asked_for_goes_at_any_hour(world: World, way: Way, clock: Clock):
    world.person("sian@example.org", consent=False)
    clock.at = NIGHT
    sending(world, kind="notice")
    send(way, clock)
    assert way.addresses == ["sian@example.org"]


def test_a_sender_keeps_its_pace(world: World, way: Way, clock: Clock):
    world.people(30)
    sending(world, sender=world.make_sender(rate=10))
    assert send(way, clock, most=10)
    assert len(way.handed) == 10
    clock.at += timedelta(milliseconds=990)
    other = Way()

    def soon(_seconds: float) -> None:
        clock.at += timedelta(milliseconds=11)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("groundswell.messaging.operations.outbox.sleep", soon)
        began = clock.at
        send(other, clock, most=10)
    assert clock.at > began, "it did not wait"
    assert len(other.handed) == 10


def test_messages_have_their_turns(world: World, way: Way, clock: Clock):
    world.people(AT_ONCE * 4)
    large, small = sending(world), sending(world)
    for _job in range(4):
        send(way, clock, most=AT_ONCE)
        clock.at += timedelta(seconds=1)
    assert states(large)["sent"] == states(small)["sent"] == AT_ONCE * 2


def test_a_server_that_takes_nothing_is_offered_one_batch_and_later_again(world: World, way: Way, clock: Clock):
    world.people(AT_ONCE * 2)
    message = sending(world)
    taken = way.answers
    way.answers = lambda each: Handed(each.delivery_id, Outcome.LATER, problem="451 later")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("groundswell.messaging.operations.outbox.LONGEST", 0.2)
        patch.setattr("groundswell.messaging.operations.outbox.sleep", lambda _seconds: None)
        send(way, clock)
    assert len(way.handed) == AT_ONCE
    assert states(message) == {"held": AT_ONCE, "pending": AT_ONCE}
    way.answers = taken
    clock.at += timedelta(minutes=2)
    drain(way, clock)
    assert states(message) == {"sent": AT_ONCE * 2}


def test_one_that_is_put_off_again_and_again_is_given_up(world: World, way: Way, clock: Clock):
    world.people(2)
    message = sending(world)
    way.answers = lambda each: Handed(
        each.delivery_id, Outcome.LATER if each.to == "person0@example.org" else Outcome.TAKEN, problem="450 busy"
    )
    for _hour in range(12):
        send(way, clock)
        clock.at += timedelta(minutes=30)
    tried = Delivery.objects.get(message=message, contact_point__value="person0@example.org")
    assert (tried.state, tried.reason, tried.problem, tried.attempts) == ("failed", "refused", "450 busy", 7)
    message.refresh_from_db()
    assert message.status == MessageStatus.DONE


def test_an_answer_that_was_lost_is_unknown_and_not_sent_again(world: World, way: Way, clock: Clock):
    world.people(3)
    message = sending(world)

    def breaks(_batch: object) -> None:
        raise OSError("the line broke")

    way.before = breaks
    drain(way, clock)
    assert states(message) == {"unknown": 3}
    assert set(Delivery.objects.values_list("reason", "problem")) == {("lost", "the line broke")}


def test_the_lease_of_a_lost_worker_lapses_into_unknown(world: World, way: Way, clock: Clock):
    world.people(3)
    message = sending(world)

    def dies(_batch: object) -> None:
        raise KeyboardInterrupt

    way.before = dies
    with pytest.raises(KeyboardInterrupt):
        send(way, clock)
    assert states(message) == {"leased": 3}
    assert give_up_lost(now=clock.at + LEASE) == 0
    way.before = lambda _batch: None
    clock.at += LEASE + timedelta(seconds=1)
    drain(way, clock)
    assert states(message) == {"unknown": 3}
    assert not way.handed


def test_who_lacks_a_field_is_skipped_and_the_others_get_it(world: World, way: Way, clock: Clock):
    world.person("known@example.org")
    nameless = world.person("nameless@example.org", given_names="")
    sending(world, body="Dear {{ first_name }}, we ring on Monday.")
    drain(way, clock)
    assert way.addresses == ["known@example.org"]
    found = Delivery.objects.get(person=nameless)
    assert (found.state, found.reason, found.problem) == ("skipped", "missing_field", "first_name")


def test_what_cannot_be_written_is_paused_and_says_why(world: World, way: Way, clock: Clock):
    world.people(2)
    message = sending(world, body="{{ shoe_size }}")
    assert not send(way, clock)
    message.refresh_from_db()
    assert message.status == MessageStatus.PAUSED
    assert "shoe_size" in message.problem
    assert states(message) == {"pending": 2}


def test_pause_resume_and_cancel(world: World, way: Way, clock: Clock):
    world.people(AT_ONCE * 3)
    message = sending(world)
    send(way, clock, most=AT_ONCE)
    pause_message(message, by=world.owen)
    assert not send(way, clock)
    told: list[bool] = []
    resume_message(message, by=world.owen, enqueue=lambda: told.append(True))
    clock.at += timedelta(seconds=1)
    send(way, clock, most=AT_ONCE)
    assert cancel_message(message, by=world.owen, now=clock.at) == AT_ONCE
    drain(way, clock)
    assert len(way.handed) == AT_ONCE * 2
    assert told == [True]
    assert set(Delivery.objects.filter(state="skipped").values_list("reason", flat=True)) == {"cancelled"}
    for refused in (
        lambda: pause_message(message, by=world.owen),
        lambda: cancel_message(message, by=world.owen, now=clock.at),
        lambda: choose_subject(message, winner=0, by=world.owen, now=clock.at, enqueue=lambda: None),
    ):
        with pytest.raises(SteeringError):
            refused()


def test_what_comes_too_late_does_not_go(world: World, way: Way, clock: Clock):
    world.people(2)
    message = sending(world, expires_at=NOON + timedelta(hours=1))
    clock.at += timedelta(hours=1)
    drain(way, clock)
    assert not way.handed
    assert set(Delivery.objects.values_list("state", "reason")) == {("skipped", "too_late")}
    message.refresh_from_db()
    assert message.status == MessageStatus.DONE


def test_waves_go_one_after_the_other(world: World, way: Way, clock: Clock):
    world.people(5)
    message = sending(world, wave_size=3, wave_minutes=30)
    drain(way, clock)
    assert states(message) == {"sent": 3, "pending": 2}
    clock.at = NOON + timedelta(minutes=30)
    drain(way, clock)
    assert states(message) == {"sent": 5}


def test_the_rest_of_a_test_waits_for_the_better_subject(world: World, way: Way, clock: Clock):
    world.people(40)
    message = sending(world, subject="Plain", subject_b="Other", test_share=50)
    tried = Delivery.objects.filter(message=message, wave=0).count()
    drain(way, clock)
    assert len(way.handed) == tried < 40
    choose_subject(message, winner=1, by=world.owen, now=clock.at, enqueue=lambda: None)
    drain(way, clock)
    assert {each.subject for each in way.handed[tried:]} == {"Other"}
    assert len(way.handed) == 40


def test_nothing_is_sent_inside_a_transaction(world: World, way: Way, clock: Clock):
    with transaction.atomic(), pytest.raises(RuntimeError, match="outside transactions"):
        send(way, clock)


def test_a_sender_that_is_not_verified_or_is_retired_sends_nothing(world: World, way: Way, clock: Clock):
    world.people(1)
    sending(world, sender=world.make_sender(verified_at=None, verified_how=""))
    sending(world, sender=world.make_sender(retired_at=NOON))
    assert not send(way, clock)
    assert not way.handed


@pytest.mark.slow
def test_many_workers_send_each_once(world: World):
    world.people(200)
    message, other = sending(world), sending(world, sender=world.make_sender())
    ways = [Way() for _worker in range(4)]
    problems: list[BaseException] = []

    def work(way: Way) -> None:
        try:
            clock = Clock()
            for _job in range(100):
                clock.at += timedelta(seconds=1)
                if not send(way, clock, most=AT_ONCE):
                    break
        except BaseException as problem:
            problems.append(problem)
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=[way]) for way in ways]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    drain(Way(), Clock(NOON + timedelta(hours=1)))
    assert not problems
    assert Counter(each.delivery_id for way in ways for each in way.handed).most_common(1)[0][1] == 1
    assert states(message) == states(other) == {"sent": 200}
