"""The demo taken out again: without a trace of its own, and nothing else goes with it."""

import pytest
from django.apps import apps
from django.db import connection
from django.utils import timezone

from groundswell.accounts.enums import Role
from groundswell.accounts.models import Membership, Organisation, User
from groundswell.campaigns.models import Campaign
from groundswell.cli import demo
from groundswell.compliance.enums import Channel, ConsentState
from groundswell.compliance.models import Consent
from groundswell.events.models import Event
from groundswell.events.operations import sign_up
from groundswell.people.models import (
    ContactPoint,
    DataSource,
    ImportBatch,
    Person,
    Register,
)
from groundswell.places.models import Area
from groundswell.places.operations import load_reference_data

pytestmark = pytest.mark.django_db
# The log of who did what is append-only: that the demo was there is remembered. Contact hours are shared with whatever
# comes later, as the packaged places are.
KEPT = {"accounts.AuditEvent", "accounts.AuditSeal", "compliance.HoursBucket"}


def row_counts() -> dict[str, int]:
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


@pytest.mark.slow
def test_visitors_who_sign_up_go_with_it_unless_they_are_known_for_more(places):
    before = row_counts()
    demo.load(now=timezone.now(), electors=300)
    event = Event.objects.order_by("starts_at").last()
    sign_up(event=event, name="Visitor", email="visitor@example.org", phone="07700 900999", now=timezone.now())
    demo.remove()
    assert row_counts() == before


@pytest.mark.slow
def test_files_of_its_imports_go_with_it(places, django_capture_on_commit_callbacks):
    demo.load(now=timezone.now(), electors=300)
    file = ImportBatch.objects.get(kind="phones").rejects_file
    with django_capture_on_commit_callbacks(execute=True):
        demo.remove()
    assert not file.storage.exists(file.name)


@pytest.mark.slow
def test_removed_without_a_trace_and_loaded_again(places):
    before = row_counts()
    first = demo.load(now=timezone.now(), electors=300)
    assert sum(demo.remove().values()) > first["electors"]
    assert row_counts() == before
    assert demo.load(now=timezone.now(), electors=300)["electors"] == first["electors"]
    demo.remove()
    assert row_counts() == before
    assert demo.remove() == {}


@pytest.mark.slow
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


@pytest.mark.slow
def test_the_consent_ledger_is_guarded_again_afterwards(places):
    test_what_visitors_did_goes_with_it_and_what_is_real_stays(places)
    with connection.cursor() as cursor:
        cursor.execute("SELECT tgenabled FROM pg_trigger WHERE tgname = 'consent_append_only' AND NOT tgisinternal")
        assert cursor.fetchall() == [("O",)]


@pytest.mark.slow
def test_an_organisation_that_is_there_keeps_its_name(places):
    Organisation.objects.create(id=1, name="Ours", kind="charity")
    with pytest.raises(demo.DemoError, match="imprint first"):
        demo.load(now=timezone.now(), electors=300)
    Organisation.objects.update(imprint="Promoted by A. Agent, 1 High Street, Exampleford")
    demo.load(now=timezone.now(), electors=300)
    demo.remove()
    assert Organisation.objects.get().name == "Ours"


@pytest.mark.slow
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
