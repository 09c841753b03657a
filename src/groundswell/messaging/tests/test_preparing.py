"""From a segment to deliveries: everybody meant once, with an address or with the reason against."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from groundswell.accounts.models import AuditEvent, Organisation
from groundswell.compliance.enums import SuppressionScope
from groundswell.compliance.operations.suppression import suppress
from groundswell.messaging.enums import MessageStatus
from groundswell.messaging.meant import list_people_meant
from groundswell.messaging.models import Delivery, Message
from groundswell.messaging.operations.preparing import PreparingError, prepare, prepare_asked
from groundswell.messaging.recipients import lacking_prepared, values_of
from groundswell.messaging.tests.outbox_clock import Clock, drain, sending
from groundswell.messaging.tests.ways import Way
from groundswell.messaging.tests.world import NOON, World
from groundswell.people.addresses import address_hash
from groundswell.people.models import ContactPoint, PersonContact, PersonTag, Segment
from groundswell.places.models import Area


def states(message: Message) -> dict[int | None, tuple[str, str]]:
    return {d.person_id: (d.state, d.reason) for d in Delivery.objects.filter(message=message)}


def test_everybody_meant_is_written_down_once_with_the_reason_against(world: World):
    goes = world.person("sian@example.org")
    reasons = {
        world.person("no@example.org", consent=False).pk: ("suppressed", "no_consent"),
        world.person("young@example.org", date_of_birth=NOON.date() - timedelta(days=365 * 15)).pk: (
            "suppressed",
            "under_age",
        ),
        world.person("late@example.org", deceased_at=NOON).pk: ("suppressed", "deceased"),
        world.person("objects@example.org", objected_at=NOON).pk: ("suppressed", "objected"),
        world.person().pk: ("skipped", "no_address"),
    }
    closed = world.person("closed@example.org")
    suppress(address="closed@example.org", kind="email", scope=SuppressionScope.MESSAGES, by=None)
    reasons[closed.pk] = ("suppressed", "suppressed")
    retired = world.person("old@example.org")
    ContactPoint.objects.filter(value="old@example.org").update(retired_at=NOON, retired_reason="bounced")
    reasons[retired.pk] = ("suppressed", "retired")
    withdrew = world.person("withdrew@example.org")
    world.consent(withdrew, address_hash("email", "withdrew@example.org"), "withdrawn", given_at=NOON)
    reasons[withdrew.pk] = ("suppressed", "no_consent")

    message = world.message()
    prepared = prepare(message, by=world.owen, now=NOON)
    assert states(message) == {goes.pk: ("pending", ""), **reasons}
    assert prepared.going == 1
    assert prepared.left_out == dict(Counter(reason for _state, reason in reasons.values()))
    assert prepared.rows == 9
    message.refresh_from_db()
    assert (message.status, message.prepared_at) == (MessageStatus.SENDING, NOON)
    assert AuditEvent.objects.get(verb="prepare_message").detail["going"] == 1


def test_nobody_outside_the_segment_is_written_down(world: World):
    outside = world.person("outside@example.org")
    PersonTag.objects.filter(person=outside).delete()
    message = world.message()
    prepare(message, by=None, now=NOON)
    assert outside.pk not in states(message)


def test_a_shared_address_gets_one_and_the_other_person_is_listed(world: World):
    mother, son = world.person("home@example.org"), world.person()
    world.email(son, "home@example.org", consent=False)
    message = world.message()
    prepare(message, by=None, now=NOON)
    assert states(message) == {mother.pk: ("pending", ""), son.pk: ("skipped", "shared")}
    assert Delivery.objects.get(person=son).contact_point_id is None


def test_a_shared_address_goes_to_who_may_be_written_to(world: World):
    late, alive = world.person("home@example.org", deceased_at=NOON), world.person()
    world.email(alive, "home@example.org")
    message = world.message()
    prepare(message, by=None, now=NOON)
    assert states(message) == {alive.pk: ("pending", ""), late.pk: ("suppressed", "deceased")}


def test_of_several_addresses_a_person_gets_one_that_is_allowed(world: World):
    person = world.person("first@example.org", consent=False)
    second = world.email(person, "second@example.org")
    world.email(person, "third@example.org")
    message = world.message()
    prepare(message, by=None, now=NOON)
    assert Delivery.objects.get(message=message).contact_point_id == second.pk


def test_each_has_the_hours_of_their_seat_or_of_the_organisation(world: World):
    there = world.person("a@example.org", seat=world.seat("Perth", "Scotland"))
    here = world.person("b@example.org")
    message = world.message()
    prepare(message, by=None, now=NOON)
    found = {d.person_id: str(d.bucket) for d in Delivery.objects.select_related("bucket")}
    assert found == {there.pk: "Europe/London GB-SCT", here.pk: "Europe/London"}


def test_who_told_us_their_postcode_has_the_hours_and_the_name_of_that_seat(world: World):
    perth = world.seat("Perth", "Scotland")
    Area.objects.filter(pk=perth.pk).update(time_zone="Atlantic/Reykjavik")
    told = world.person("a@example.org", constituency=perth)
    register = world.person("b@example.org", seat=world.seat("Neath", "Wales"), constituency=perth)
    message = world.message(body="Hello {{ seat }}.")
    prepare(message, by=None, now=NOON)

    found = {d.person_id: str(d.bucket) for d in Delivery.objects.select_related("bucket")}
    assert found == {told.pk: "Atlantic/Reykjavik GB-SCT", register.pk: "Europe/London GB-WLS"}
    assert lacking_prepared(message) == (0, ("seat",))
    assert {pk: values["seat"] for pk, values in values_of([told.pk, register.pk]).items()} == {
        told.pk: "Perth",
        register.pk: "Neath",
    }


@pytest.mark.django_db(transaction=True)
def test_what_they_told_stands_in_what_leaves(world: World, way: Way, clock: Clock):
    Organisation.objects.update(imprint="Promoted by A. Test, 12 Hoe Street, London.")
    world.person("a@example.org", constituency=world.seat("Perth", "Scotland"))
    sending(world, body="Hello {{ seat }}.")
    drain(way, clock)
    [email] = way.handed
    assert "Hello Perth." in email.text


def test_waves_are_of_the_size_asked_for_and_count_only_who_goes(world: World):
    world.people(7)
    world.person("no@example.org", consent=False)
    message = world.message(wave_size=3, wave_minutes=60)
    prepare(message, by=None, now=NOON)
    found = Counter(Delivery.objects.filter(message=message, state="pending").values_list("wave", flat=True))
    assert found == {0: 3, 1: 3, 2: 1}


@pytest.mark.slow
def test_a_test_of_subjects_tries_both_on_a_share_and_keeps_the_rest_waiting(world: World):
    world.people(400)
    message = world.message(subject_b="Monday?", test_share=50)
    prepare(message, by=None, now=NOON)
    found = Counter(Delivery.objects.filter(message=message).values_list("wave", "variant"))
    assert set(found) == {(0, 0), (0, 1), (1, 0)}
    # Drawn by lot: 200 of 400 and 100 of 200 are meant, five standard deviations allowed.
    assert 150 < found[0, 0] + found[0, 1] < 250
    assert 60 < found[0, 1] < 140


def test_it_is_prepared_once(world: World):
    world.person("sian@example.org")
    message = world.message()
    prepare(message, by=None, now=NOON)
    with pytest.raises(PreparingError, match="not waiting"):
        prepare(message, by=None, now=NOON)
    assert Delivery.objects.count() == 1


def test_what_cannot_be_prepared_is_a_draft_again_and_says_why(world: World):
    told: list[bool] = []
    bad = Segment.objects.create(name="Broken", campaign=world.campaign, expression={"tugged": "list"})
    for segment, words in ((bad, "tugged"), (None, "to whom")):
        message = world.message(segment=segment)
        assert not prepare_asked(message.pk, by=None, now=NOON, enqueue=lambda: told.append(True))
        message.refresh_from_db()
        assert message.status == MessageStatus.DRAFT
        assert words in message.problem
    assert not told
    message = world.message()
    assert prepare_asked(message.pk, by=None, now=NOON, enqueue=lambda: told.append(True))
    assert told == [True]
    assert not prepare_asked(message.pk, by=None, now=NOON, enqueue=lambda: told.append(True))


def test_what_was_asked_for_needs_no_consent_but_an_open_address(world: World):
    asked = world.person("asked@example.org", consent=False)
    closed = world.person("closed@example.org", consent=False)
    suppress(address="closed@example.org", kind="email", scope=SuppressionScope.MESSAGES, by=None)
    message = world.message(kind="notice")
    prepare(message, by=None, now=timezone.now())
    assert states(message) == {asked.pk: ("pending", ""), closed.pk: ("suppressed", "suppressed")}


def test_a_link_that_was_taken_away_counts_no_more(world: World):
    person = world.person("sian@example.org")
    PersonContact.objects.all().delete()
    message = world.message()
    prepare(message, by=None, now=NOON)
    assert states(message) == {person.pk: ("skipped", "no_address")}


def test_the_people_meant_are_counted_before_anything_is_asked_of_them(world: World):
    """By PostgreSQL's guess of a list a million people are looked up one by one: three times as long."""
    world.people(30)
    with connection.cursor() as cursor:
        for expression, count in (({"tagged": "list"}, 30), ({"not": {"tagged": "list"}}, 0)):
            list_people_meant(expression, now=NOON)
            cursor.execute("SELECT reltuples FROM pg_class WHERE oid = 'pg_temp.messaging_meant'::regclass")
            assert cursor.fetchone()[0] == count
        cursor.execute("SHOW enable_nestloop")
        assert cursor.fetchone()[0] == "on", "for whatever else the transaction does"


def test_a_table_that_was_empty_when_it_was_last_looked_at_is_not_believed_to_be(world: World) -> None:
    with transaction.atomic():
        world.people(3)
        transaction.set_rollback(True)
    tables = ["people_person", "people_personcontact", "people_contactpoint", "compliance_consent"]
    with connection.cursor() as cursor:
        cursor.execute(f"ANALYZE {', '.join(tables)}")
        assert believed(tables) == [0] * 4, "an import that failed, and then the autovacuum"
        world.people(7)
        sending(world)

    assert believed(tables) == [7] * 4


def believed(tables: list[str]) -> list[int]:
    """How many rows the planner believes to be in each."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT reltuples FROM unnest(%s::text[]) t (name) JOIN pg_class ON oid = t.name::regclass", [tables]
        )
        return [int(count) for (count,) in cursor.fetchall()]
