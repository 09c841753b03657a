"""The demo in the database: loaded whole, alive, and taken out without a trace."""

from datetime import timedelta

import pytest
from django.apps import apps
from django.utils import timezone

from groundswell.accounts.enums import Role
from groundswell.accounts.models import AuditEvent, Membership, Organisation, User
from groundswell.campaigns.models import Answer, Campaign, Candidate, CribSheet, Question, Script
from groundswell.cli import demo
from groundswell.cli.demo import story
from groundswell.compliance.enums import Channel, ConsentState
from groundswell.compliance.models import Consent, Screening, Suppression
from groundswell.people.models import ContactPoint, DataSource, Elector, Household, Person, Register
from groundswell.phonebank.enums import QueueState
from groundswell.phonebank.models import Call, Flag, PhoneBank, QueueEntry, Tally
from groundswell.places.models import Area
from groundswell.places.operations import load_reference_data

pytestmark = pytest.mark.django_db
# The log of who did what is append-only: that the demo was there is remembered. Contact hours are shared with whatever
# comes later, as the packaged places are.
KEPT = {"accounts.AuditEvent", "accounts.AuditSeal", "phonebank.HoursBucket"}


def row_counts():
    return {
        model._meta.label: model._base_manager.count()
        for model in apps.get_models(include_auto_created=True)
        if model._meta.managed and model._meta.label not in KEPT
    }


@pytest.fixture
def places():
    load_reference_data()


@pytest.fixture
def loaded(places):
    return demo.load(now=timezone.now(), electors=700)


def test_what_is_loaded(loaded):
    assert loaded["electors"] >= 1400
    assert loaded["queued"] == QueueEntry.objects.count() > 200
    assert Household.objects.values("constituency").distinct().count() == 2
    assert Area.objects.filter(boundary_set=story.BOUNDARY_SET, kind="polling_district").count() == 36
    assert Area.objects.get(boundary_set=story.BOUNDARY_SET, code="WAA").parent.parent.name == "Walthamstow"
    assert Candidate.objects.count() == CribSheet.objects.count() == 2
    assert Script.objects.count() == 3
    assert Question.objects.filter(is_voter_id=True).count() == 7  # a party code, five parties' scores, a scale
    assert Screening.objects.count() == loaded["numbers"] == ContactPoint.objects.count()
    assert 0 < Screening.objects.filter(listed=True).count() < loaded["numbers"] / 5
    assert Suppression.objects.count() >= 12


def test_everybody_is_there_and_comes_by_link_only(loaded):
    roles = {role: Membership.objects.filter(role=role, user__is_demo=True).count() for role in Role}
    assert roles == {Role.OWNER: 1, Role.ORGANISER: 1, Role.DATA_MANAGER: 1, Role.CALLER: 14}
    assert not any(user.has_usable_password() for user in User.objects.filter(is_demo=True))


def test_the_ledger_agrees_with_the_queue_and_the_counts(loaded):
    bank = PhoneBank.objects.get(name__startswith="Walthamstow")
    calls = Call.objects.filter(phone_bank=bank)
    assert calls.count() == loaded["calls"] > 100
    assert Answer.objects.count() > 30
    assert set(Answer.objects.values_list("source_uuid", flat=True)) <= set(calls.values_list("client_uuid", flat=True))
    tallied = [
        sum(values) for values in zip(*Tally.objects.values_list("dials", "contacts", "identified"), strict=True)
    ]
    assert tallied == [calls.filter(**{flag: True}).count() for flag in ("is_dial", "is_contact", "is_identified")]
    rung = QueueEntry.objects.filter(phone_bank=bank, attempts__gt=0)
    assert set(rung.values_list("household", flat=True)) == set(calls.values_list("household", flat=True))
    assert sum(rung.values_list("attempts", flat=True)) == calls.count()
    assert (
        Flag.objects.filter(solved_at=None).count() == QueueEntry.objects.filter(state=QueueState.BLOCKED).count() > 0
    )
    assert not Call.objects.exclude(phone_bank=bank).exists()


def test_it_always_looks_alive(loaded):
    now = timezone.now()
    newest = Call.objects.latest("occurred_at").occurred_at
    assert now - timedelta(days=9) < newest < now
    assert Campaign.objects.get(is_demo=True).poll_closes_at > now


def test_nobody_is_queued_who_must_not_be_rung(loaded):
    queued = Person.objects.filter(household__queue_entries__state=QueueState.READY, contact_points__isnull=False)
    numbers = ContactPoint.objects.filter(people__in=queued).distinct()
    free = numbers.exclude(screenings__listed=True).filter(retired_at=None)
    closed = {bytes(value) for value in Suppression.objects.values_list("address_hash", flat=True)}
    for household in Household.objects.filter(queue_entries__state=QueueState.READY).distinct():
        mine = free.filter(people__household=household)
        assert any(bytes(point.address_hash) not in closed for point in mine), household


def test_removed_without_a_trace_and_loaded_again(places):
    before = row_counts()
    first = demo.load(now=timezone.now(), electors=300)
    assert sum(demo.remove().values()) > first["electors"]
    assert row_counts() == before
    assert demo.load(now=timezone.now(), electors=300)["electors"] == first["electors"]
    demo.remove()
    assert row_counts() == before
    assert demo.remove() == {}


def test_what_visitors_did_goes_with_it_and_what_is_real_stays(places):
    source = DataSource.objects.create(name="Members", lawful_basis="Consent", purpose="Campaigning")
    real = Person.objects.create(source=source, given_names="Real", family_name="Person", name_key="person real")
    owner = User.objects.create_user("owner@example.org", name="Owner")
    Membership.objects.create(user=owner, role=Role.OWNER)
    before = row_counts()
    demo.load(now=timezone.now(), electors=300)
    campaign = Campaign.objects.get(is_demo=True)
    visitor = User.objects.create_user(None, name="Visitor")
    Membership.objects.create(user=visitor, role=Role.CALLER, campaign=campaign)
    point = ContactPoint.objects.filter(person_contacts__isnull=False).first()
    Consent.objects.create(
        person=point.people.first(),
        address_hash=point.address_hash,
        channel=Channel.CALL,
        state=ConsentState.GIVEN,
        wording="You may ring me.",
        wording_version="1",
        source="call",
        evidence="said so",
        captured_by=visitor,
        given_at=timezone.now(),
    )
    demo.remove()
    assert row_counts() == before
    assert Person.objects.get() == real
    assert not Organisation.objects.exists()


def test_the_consent_ledger_is_guarded_again_afterwards(places):
    test_what_visitors_did_goes_with_it_and_what_is_real_stays(places)
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT tgenabled FROM pg_trigger WHERE tgname = 'consent_append_only' AND NOT tgisinternal")
        assert cursor.fetchall() == [("O",)]


def test_an_organisation_that_is_there_keeps_its_name(places):
    Organisation.objects.create(id=1, name="Ours", kind="charity")
    demo.load(now=timezone.now(), electors=300)
    demo.remove()
    assert Organisation.objects.get().name == "Ours"


def test_not_twice_and_not_beside_a_real_register(loaded):
    with pytest.raises(demo.DemoError, match="loaded already"):
        demo.load(now=timezone.now())
    demo.remove()
    source = DataSource.objects.create(name="Council", lawful_basis="Entitled", purpose="Elections", is_register=True)
    seat = Area.objects.get(boundary_set="uk-parliament-2024", code="E14001144")
    Register.objects.create(
        constituency=seat, source=source, entitlement="party", purpose="elections", register_date=timezone.localdate()
    )
    before = row_counts()
    with pytest.raises(demo.DemoError, match="register of Bury North"):
        demo.load(now=timezone.now())
    assert row_counts() == before


def test_loading_is_logged(loaded):
    assert AuditEvent.objects.filter(verb="load_demo").count() == 1
    assert Elector.objects.exists()
