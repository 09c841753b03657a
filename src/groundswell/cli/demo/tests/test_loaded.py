"""The demo in the database: loaded whole, and alive."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.db.models import Count
from django.utils import timezone

from groundswell.accounts.enums import Role
from groundswell.accounts.models import AuditEvent, Membership, User
from groundswell.campaigns.models import Answer, Campaign, Candidate, CribSheet, Question, Script
from groundswell.cli import demo
from groundswell.cli.demo import invention, story
from groundswell.cli.demo.asking import ANSWERED, OPENED, TEXTED
from groundswell.cli.demo.tests.test_demo import row_counts
from groundswell.compliance.enums import ConsentState
from groundswell.compliance.hours import is_open
from groundswell.compliance.models import Consent, Screening, ScreeningFile, Suppression
from groundswell.events.models import Attendance, Event, Notice
from groundswell.flows.enums import RunState
from groundswell.flows.models import Flow, Run
from groundswell.messaging.models import Delivery, Inbound, SimulatedText
from groundswell.people.models import (
    ContactPoint,
    Elector,
    Household,
    ImportBatch,
    Person,
    PersonTag,
)
from groundswell.phonebank.bank_settings import read_settings
from groundswell.phonebank.enums import QueueState
from groundswell.phonebank.models import Call, Flag, PhoneBank, QueueEntry, Tally
from groundswell.places.models import Area
from groundswell.places.operations import load_reference_data
from groundswell.surveys.models import Survey
from groundswell.surveys.queries import figures_of
from groundswell.textbank.enums import EntryState, TextBankStatus
from groundswell.textbank.models import Conversation, Entry, TextBank
from groundswell.textbank.operations.leasing import lease_batch

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


@pytest.fixture(scope="module")
def before(lasting):
    with lasting():
        load_reference_data()
        return row_counts()


@pytest.fixture(scope="module")
def loaded(lasting, before):
    """The demo once for all that look at it, each in a transaction of its own."""
    with lasting():
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
    assert loaded["numbers"] == ContactPoint.objects.filter(kind="phone").count()
    cards = ContactPoint.objects.filter(person_contacts__source__name=story.CARDS_SOURCE)
    assert Screening.objects.count() == loaded["numbers"] - cards.distinct().count()
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
    sources = Answer.objects.filter(channel="call").values_list("source_uuid", flat=True)
    assert set(sources) <= set(calls.values_list("client_uuid", flat=True))
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


def test_a_keyword_and_a_survey_have_been_answered(loaded):
    flow = Flow.objects.get(campaign__is_demo=True)
    assert flow.is_live
    reached = [asked for (asked,) in flow.steps.annotate(n=Count("askings")).order_by("position").values_list("n")]
    # Who had asked us to stop before is not asked anything.
    assert TEXTED >= reached[0] > TEXTED - 5
    assert reached[0] > reached[1] > reached[2] > 5
    done = Run.objects.filter(flow=flow, state=RunState.DONE).count()
    assert TEXTED > done > 5
    # What they wrote after the keyword answers what the flow had written to them, and lies on the telephone.
    said = Inbound.objects.filter(answers__message=flow.message)
    assert said.count() > done
    written = Inbound.objects.filter(answers__message__kind="text_bank")
    assert written.count() == len(story.TEXT_BANK_REPLIES)
    assert set(flow.message.deliveries.values_list("state", flat=True)) == {"delivered"}
    figures = figures_of(Survey.objects.get(ask__campaign__is_demo=True))
    assert (figures.visits, figures.replies) == (OPENED, ANSWERED)
    assert sum(bar["value"] for bar in figures.said[0].counts) == ANSWERED


def test_it_always_looks_alive(loaded):
    now = timezone.now()
    newest = Call.objects.latest("occurred_at").occurred_at
    assert now - timedelta(days=9) < newest < now
    assert Campaign.objects.get(is_demo=True).poll_closes_at > now


def test_nobody_is_queued_who_must_not_be_rung(loaded):
    recently = timezone.localdate() - timedelta(days=28)
    to_us = Suppression.objects.filter(scope__in=["calls", "all"], lifted_at=None)
    closed = {bytes(value) for value in to_us.values_list("address_hash", flat=True)}
    to_calls = Consent.objects.filter(channel="call")
    withdrawn = set(to_calls.filter(state=ConsentState.WITHDRAWN).values_list("person", flat=True))
    agreed = {
        (person, bytes(digest))
        for person, digest in to_calls.filter(state=ConsentState.GIVEN).values_list("person", "address_hash")
        if person not in withdrawn
    }
    unlisted = set(
        Screening.objects.filter(listed=False, screened_on__gte=recently).values_list("contact_point", flat=True)
    )
    # Who has stopped since the list was made is looked at again before anybody gets the household.
    households = Household.objects.filter(
        queue_entries__state=QueueState.READY, queue_entries__recheck=False
    ).distinct()
    for household in households.prefetch_related("people__contact_points"):
        assert any(
            (point.pk in unlisted or (person.pk, bytes(point.address_hash)) in agreed)
            and point.retired_at is None
            and bytes(point.address_hash) not in closed
            for person in household.people.all()
            for point in person.contact_points.all()
        ), household


def test_what_a_data_manager_finds(loaded):
    registers = ImportBatch.objects.filter(kind="register", status="done")
    assert sum(batch.counts["created"] for batch in registers) == loaded["electors"]
    on_registers = Person.objects.exclude(source__name=story.SIGN_UPS_SOURCE)
    assert set(on_registers.values_list("batch", flat=True)) == {batch.pk for batch in registers}
    cards = ImportBatch.objects.get(kind="phones")
    assert cards.counts["created"] > cards.counts["rejected"] > 3
    assert b"Nobody We Know" in cards.rejects_file.read()
    assert {file.list for file in ScreeningFile.objects.all()} == {"tps"}
    assert {timezone.localdate() - file.screened_on > timedelta(days=28) for file in ScreeningFile.objects.all()} == {
        True,
        False,
    }
    given, withdrawn = (Consent.objects.filter(state=state).count() for state in ("given", "withdrawn"))
    assert given > withdrawn > 0
    # Some of those on the preference service's list agreed to be rung, and are.
    agreed = Consent.objects.filter(state="given").values("person__household")
    assert QueueEntry.objects.filter(household__in=agreed).exists()
    agreed_to = {story.SUPPORTER_TAG.lower(), story.SIGN_UP_TAG.lower()}
    tags = set(PersonTag.objects.values_list("tag__name", flat=True))
    assert tags == {name for name, _ in invention.TAGS} | agreed_to


def test_the_preview_of_a_phone_bank_knows_every_common_reason(loaded):
    with connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT refusal FROM compliance_call_status(now()) WHERE refusal IS NOT NULL")
        reasons = {reason for (reason,) in cursor.fetchall()}
    assert reasons >= {"no_number", "tps", "screening_old", "suppressed", "retired"}, reasons


def test_it_can_be_tried_at_any_hour_where_the_demo_is_allowed_and_only_there(loaded, settings):
    """Its numbers belong to nobody; everybody else keeps the hours (rule C10)."""
    now = timezone.now()
    bank = PhoneBank.objects.get(name__startswith="Walthamstow")
    nights = [datetime(2026, 11, 22, 3, tzinfo=UTC), datetime(2026, 12, 25, 12, tzinfo=UTC)]

    def is_open_at_night():
        return {is_open("Europe/London", "GB-ENG", read_settings(bank.pk, now).hours, night) for night in nights}

    settings.DEMO = True
    assert is_open_at_night() == {True}
    Campaign.objects.update(is_demo=False)
    assert is_open_at_night() == {False}
    Campaign.objects.update(is_demo=True)
    settings.DEMO = False
    assert is_open_at_night() == {False}


def test_there_is_an_evening_gone_by_and_two_to_come(loaded):
    now = timezone.now()
    past, next_one, other = Event.objects.order_by("starts_at")
    assert past.ends_at < now < next_one.starts_at < other.starts_at
    assert {event.starts_at.astimezone(ZoneInfo(event.time_zone)).weekday() for event in (past, next_one, other)} == {0}
    assert [event.area.name for event in (past, next_one, other)] == ["Walthamstow", "Walthamstow", "Bury North"]
    assert {event.status for event in (past, next_one, other)} == {"published"}
    came = Attendance.objects.filter(event=past, arrived_at__isnull=False)
    rang = set(Call.objects.filter(occurred_at__range=(past.starts_at, past.ends_at)).values_list("caller", flat=True))
    assert set(came.values_list("user", flat=True)) == rang
    assert set(past.session.callers.values_list("user", flat=True)) == rang
    assert past.session.closed_at == past.ends_at
    assert Attendance.objects.filter(event=next_one).count() > Attendance.objects.filter(event=other).count() > 3
    assert not Notice.objects.filter(state="waiting", due_at__lte=now).exists()
    assert PhoneBank.objects.filter(status="open").count() == 2


def test_loading_is_logged(loaded):
    assert AuditEvent.objects.filter(verb="load_demo").count() == 1
    assert Elector.objects.exists()


def test_it_leaves_no_trace(before, loaded):
    assert row_counts() != before
    assert sum(demo.remove().values()) > loaded["electors"]
    assert row_counts() == before


def test_a_text_bank_has_been_worked_and_goes_on(loaded):
    bank = TextBank.objects.get()
    assert bank.status == TextBankStatus.OPEN
    states = dict(Conversation.objects.values_list("state").annotate(n=Count("pk")).order_by())
    assert states["review"] == states["waiting"] - 1 == 2
    assert Entry.objects.filter(state=EntryState.READY).count() >= 5  # of the few that this demo invents
    assert Delivery.objects.filter(message=bank.message_id).exclude(state="delivered").count() == 0
    texts = SimulatedText.objects.filter(text__contains="here from Northlight")
    assert texts.count() == Entry.objects.filter(state=EntryState.SENT).count() > 20
    by = Membership.objects.filter(role=Role.CALLER).order_by("-pk")[0]
    assert lease_batch(bank, by=by, now=timezone.now()).left >= 5
