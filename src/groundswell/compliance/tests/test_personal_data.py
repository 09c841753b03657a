"""Forgetting, handing over, and letting go: over every model that holds something about a person."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.core.files.base import ContentFile
from django.db import IntegrityError, connection, transaction
from hypothesis import given
from hypothesis import strategies as st

from groundswell.accounts.models import AuditEvent, User
from groundswell.compliance.contact import may_call
from groundswell.compliance.enums import Channel, Refusal
from groundswell.compliance.models import Consent, Figure, Screening, Suppression
from groundswell.compliance.operations import (
    ErasureRefusedError,
    delete_expired,
    erase_person,
    expiring,
    export_held_data,
    held_on,
    record_consent,
)
from groundswell.compliance.personal_data import (
    holdings,
    models_with_personal_data,
    register,
    registered_models,
)
from groundswell.compliance.retention import categories, months_before
from groundswell.compliance.tasks import nightly_retention
from groundswell.compliance.tests.conftest import World
from groundswell.people.models import ContactPoint, Elector, ImportBatch, ImportChange, Person, PersonContact, Tag

PHONE = "+441632960983"
SHARED = "+441632960001"
Ask = Callable[[Person], str | None]


def model(label: str) -> Any:
    """A model of a room above, which this room may not import."""
    return apps.get_model(label)


@pytest.fixture
def campaign(data_manager: User) -> Any:
    return model("campaigns.Campaign").objects.create(name="Walthamstow", slug="walthamstow")


@pytest.fixture
def person(world: World, campaign: Any, data_manager: User, now: datetime) -> Person:
    """Somebody known in every way there is."""
    person = world.person(PHONE, given_names="Siân", family_name="Wyllt")
    world.phone(person, SHARED)
    world.phone(world.person(household=person.household, given_names="Tom"), SHARED)
    elector = world.elector(person)
    elector.marks.create(election="2024", voted=True, purpose="turnout")
    person.person_tags.create(tag=Tag.objects.create(name="poster"))
    number = ContactPoint.objects.get(value=PHONE)
    record_consent(
        person=person,
        channel=Channel.CALL,
        contact_point=number,
        wording="You may ring me.",
        evidence="form 12",
        source="stall",
        given_at=now - timedelta(days=1),
        by=data_manager,
    )
    question = model("campaigns.Question").objects.create(campaign=campaign, key="q", kind="text", text="What matters?")
    model("campaigns.Answer").objects.create(
        campaign=campaign,
        person=person,
        question=question,
        text="the buses",
        source_uuid="7c8d5a3e-0000-4000-8000-000000000001",
        answered_at=now,
    )
    script = model("campaigns.Script").objects.create(campaign=campaign, name="s", opening="Hello")
    bank = model("phonebank.PhoneBank").objects.create(campaign=campaign, name="Monday", script=script)
    outcome, _ = model("phonebank.Outcome").objects.get_or_create(
        code="completed", defaults={"label": "Spoke", "next": "done"}
    )
    model("phonebank.Call").objects.create(
        client_uuid="7c8d5a3e-0000-4000-8000-000000000002",
        campaign_id=campaign.pk,
        phone_bank=bank,
        household=person.household,
        person=person,
        contact_point=number,
        caller=data_manager,
        outcome=outcome,
        is_dial=True,
        is_contact=True,
        note="her knee is better",
        before={},
        occurred_at=now,
    )
    batch = ImportBatch.objects.create(kind="phones", file_name="phones.csv", file_sha256="0" * 64)
    ImportChange.objects.create(batch=batch, table="people_person", row_id=person.pk, before={"given_names": "Sian"})
    return person


def everything_in_the_database(*needles: str) -> list[str]:
    """The tables in which one of these texts still lies, the log and the test's own neighbours included."""
    found = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT coalesce(string_agg(to_jsonb(t)::text, ' '), '') FROM \"{table}\" t")
            text = cursor.fetchone()[0]
            found += [f"{table}: {needle}" for needle in needles if needle in text]
    return found


def test_nothing_of_an_erased_person_is_left_anywhere(person: Person, data_manager: User, refusal: Ask) -> None:
    needles = ("Siân", "Sian", "Wyllt", "wyllt", "960983", "the buses", "her knee")
    Person.objects.filter(household=person.household).exclude(pk=person.pk).update(
        family_name="Reed", name_key="reed tom"
    )
    assert everything_in_the_database("Siân", "the buses", "her knee", "960983")
    erased = erase_person(person=person, by=data_manager, source="letter")
    assert everything_in_the_database(*needles) == []
    assert erased["person"] == erased["answers"] == erased["calls"] == erased["register"] == erased["marks"] == 1
    assert erased["contacts"] == 2
    kept = Person.objects.get(pk=person.pk)
    assert kept.erased_at is not None
    assert refusal(kept) == Refusal.NO_NUMBER


def test_what_is_kept_of_an_erased_person(person: Person, data_manager: User) -> None:
    erase_person(person=person, by=data_manager)
    assert Consent.objects.get().person_id == person.pk
    call = model("phonebank.Call").objects.get()
    assert (call.person, call.contact_point, call.note) == (None, None, "")
    assert set(Suppression.objects.values_list("scope", "reason")) == {("all", "erased")}
    event = AuditEvent.objects.get(verb="erase_person")
    assert (event.actor, event.subject_id) == (data_manager, person.pk)
    # A shared number stays with whom it is shared, and is closed: the one who is gone must not be asked for there.
    assert PersonContact.objects.get().contact_point.value == SHARED


def test_erased_then_imported_again_is_still_not_called(
    world: World, person: Person, data_manager: User, refusal: Ask
) -> None:
    household = person.household
    erase_person(person=person, by=data_manager)
    again = world.person(PHONE, household, given_names="Siân", family_name="Wyllt")
    assert refusal(again) == Refusal.SUPPRESSED


def test_erasing_twice_is_refused(person: Person, data_manager: User) -> None:
    erase_person(person=person, by=data_manager)
    with pytest.raises(ErasureRefusedError, match="already"):
        erase_person(person=person, by=data_manager)


def test_an_erasure_that_fails_leaves_everything(person: Person, data_manager: User, monkeypatch: Any) -> None:
    before = everything_in_the_database("Siân", "the buses", "her knee", "960983")
    monkeypatch.setattr(Person, "save", lambda *a, **k: (_ for _ in ()).throw(IntegrityError("disk full")))
    with pytest.raises(IntegrityError, match="disk full"), transaction.atomic():
        erase_person(person=person, by=data_manager)
    assert everything_in_the_database("Siân", "the buses", "her knee", "960983") == before
    assert not Suppression.objects.exists()


def test_everything_held_is_handed_over(person: Person, data_manager: User) -> None:
    archive = zipfile.ZipFile(io.BytesIO(export_held_data(person=person, by=data_manager)))
    held = json.loads(archive.read("what-we-hold.json"))
    parts = {part["key"]: part["rows"] for part in held["held"]}
    assert list(parts)[:3] == ["person", "household", "contacts"]
    assert parts["person"][0]["family name"] == "Wyllt"
    assert parts["person"][0]["lawful basis"] == "legitimate interests"
    assert [row["contact point value"] for row in parts["contacts"]] == [PHONE, SHARED]
    assert parts["answers"][0]["text"] == "the buses"
    assert parts["calls"][0]["note"] == "her knee is better"
    assert parts["consents"][0]["evidence"] == "form 12"
    assert parts["tags"][0]["tag name"] == "poster"
    assert parts["marks"][0]["voted"] is True
    assert parts["register"][0]["register entitlement"] == "party"
    assert {row["verb"] for row in parts["access"]} == {"record_consent", "export_held_data"}
    page = archive.read("what-we-hold.html").decode()
    assert "the buses" in page
    assert "her knee is better" in page
    assert "<script" not in page
    event = AuditEvent.objects.get(verb="export_held_data")
    assert (event.action, event.subject_id) == ("export", person.pk)


def test_what_people_wrote_is_no_markup(world: World, data_manager: User) -> None:
    person = world.person(given_names="<script>alert(1)</script>")
    page = zipfile.ZipFile(io.BytesIO(export_held_data(person=person, by=data_manager))).read("what-we-hold.html")
    assert b"<script>" not in page


def test_handing_over_one_person_shows_nobody_else(world: World, person: Person, now: datetime) -> None:
    assert "Tom" not in json.dumps(held_on(person, now=now))


def test_every_model_with_personal_data_is_registered() -> None:
    """A new model that hangs on a person must say how it is exported and erased, or why it need not be."""
    about_people = models_with_personal_data()
    assert about_people - registered_models() == set()
    # It is found by its references, however far away the person is: by one step, by two, by way of the household.
    for label in (
        "campaigns.Answer",
        "people.MarkedRegister",
        "phonebank.Skip",
        "phonebank.Flag",
        "phonebank.QueueEntry",
    ):
        assert model(label) in about_people
    assert model("campaigns.Question") not in about_people


# Tables that belong to no model of ours: what they hold instead of people.
NOT_ABOUT_PEOPLE = {
    "procrastinate_": "jobs: names of functions and ids",
    "django_": "Django's own: migrations, sessions of staff, its admin's log",
    "auth_": "Django's groups, which nobody uses",
    "account_": "the addresses staff sign in with",
    "mfa_": "the second factors of staff",
    "accounts_ratelimit": "counters of attempts to sign in",
    "accounts_user_": "Django's groups, which nobody uses",
}


@pytest.mark.django_db
def test_no_table_escapes_the_models() -> None:
    tables = {m._meta.db_table for m in apps.get_models(include_auto_created=True)}
    with connection.cursor() as cursor:
        found = set(connection.introspection.table_names(cursor))
    assert {t for t in found - tables if not t.startswith(tuple(NOT_ABOUT_PEOPLE))} == set()


def test_who_was_shown_the_household_is_handed_over(person: Person, data_manager: User, now: datetime) -> None:
    bank = model("phonebank.PhoneBank").objects.get()
    bucket, _ = model("compliance.HoursBucket").objects.get_or_create(time_zone="Europe/London", holiday_region="")
    entry = bank.queue.create(
        campaign_id=bank.campaign_id, household=person.household, bucket=bucket, priority=0, position=1
    )
    model("phonebank.Skip").objects.create(entry=entry, caller=data_manager, reason="dogs bark")
    AuditEvent.objects.create(
        actor=data_manager,
        action="view",
        verb="claim_household",
        subject_kind="phonebank.queueentry",
        subject_id=entry.pk,
    )
    parts = {part["key"]: part["rows"] for part in held_on(person, now=now)["held"]}
    assert [row["verb"] for row in parts["shown"]] == ["claim_household"]
    assert [row["reason"] for row in parts["skips"]] == ["dogs bark"]
    erase_person(person=person, by=data_manager)
    assert everything_in_the_database("dogs bark") == []


def test_what_imports_changed_is_handed_over_from_every_table(person: Person, now: datetime) -> None:
    batch = ImportBatch.objects.get()
    elector = Elector.objects.get()
    ImportChange.objects.create(batch=batch, table="people_elector", row_id=elector.pk, before={"markers": "L"})
    ImportChange.objects.create(batch=batch, table="people_elector", row_id=elector.pk + 1, before={"markers": "F"})
    parts = {part["key"]: part["rows"] for part in held_on(person, now=now)["held"]}
    assert [row["before"] for row in parts["changes"]] == [{"given_names": "Sian"}, {"markers": "L"}]


def test_files_of_imports_go_after_their_time(data_manager: User, organisation: Any, now: datetime) -> None:
    old = ImportBatch.objects.create(kind="phones", file_name="p.csv", file_sha256="0" * 64, status="done")
    old.rejects_file.save("rejects.csv", ContentFile(b"Wyllt,01632 960983"))
    path = Path(old.rejects_file.path)
    running = ImportBatch.objects.create(kind="phones", file_name="q.csv", file_sha256="1" * 64, status="running")
    running.file.save("running.csv", ContentFile(b"x"))
    later = now + timedelta(days=100)
    assert delete_expired(category_key="imports", by=data_manager, now=now) == 0
    assert path.exists()
    assert delete_expired(category_key="imports", by=data_manager, now=later) == 1
    assert delete_expired(category_key="imports", by=data_manager, now=later) == 0
    assert not path.exists()
    old.refresh_from_db()
    assert not old.rejects_file
    assert Path(running.file.path).exists()


def test_every_holding_is_erased_or_says_why_not() -> None:
    assert [h.key for h in holdings() if h.erase is None and not h.kept_because] == []
    with pytest.raises(ValueError, match="either"):
        register("bad", order=1, label="", models=[Person], export=lambda person: [])


def test_answers_and_notes_go_after_their_time(person: Person, data_manager: User, now: datetime) -> None:
    assert {c.key for c in categories()} == {
        "actions",
        "answers",
        "notes",
        "text_notes",
        "texts",
        "conversations",
        "unconfirmed_sign_ups",
        "imports",
        "audit",
    }
    in_two_years = now + timedelta(days=2 * 366)
    assert {e.category.key: e.rows for e in expiring(now=now) if e.category.key != "audit"} == {
        "actions": 0,
        "answers": 0,
        "notes": 0,
        "texts": 0,
        "conversations": 0,
        "text_notes": 0,
        "unconfirmed_sign_ups": 0,
        "imports": 0,
    }
    due = {e.category.key: (e.rows, e.months) for e in expiring(now=in_two_years)}
    assert due["answers"] == due["notes"] == (1, 24)
    assert model("campaigns.Answer").objects.count() == 1  # the dry run changes nothing
    assert delete_expired(category_key="answers", by=data_manager, now=in_two_years) == 1
    assert delete_expired(category_key="answers", by=data_manager, now=in_two_years) == 0
    assert delete_expired(category_key="notes", by=data_manager, now=in_two_years) == 1
    assert not model("campaigns.Answer").objects.exists()
    assert model("phonebank.Call").objects.get().note == ""
    assert AuditEvent.objects.filter(verb="delete_expired", actor=data_manager).count() == 3


def test_the_nightly_job_is_off_until_switched_on(
    person: Person, organisation: Any, today: date, monkeypatch: Any
) -> None:
    Figure.objects.update_or_create(
        jurisdiction="uk",
        key="retention_months_answers",
        organisation_kind="party",
        valid_from=today,
        defaults={"value": 0, "source": "ours"},
    )
    tomorrow = datetime.fromisoformat(f"{today + timedelta(days=2)}T03:00+00:00")
    monkeypatch.setattr("groundswell.compliance.tasks.timezone.now", lambda: tomorrow)
    nightly_retention()
    assert model("campaigns.Answer").objects.exists()
    Figure.objects.create(
        jurisdiction="uk", key="retention_nightly", organisation_kind="party", valid_from=today, value=True, source="us"
    )
    nightly_retention()
    assert not model("campaigns.Answer").objects.exists()


@given(st.dates(date(2020, 1, 1), date(2030, 12, 31)), st.integers(0, 120))
def test_months_before(day: date, months: int) -> None:
    earlier = months_before(day, months)
    assert (day.year * 12 + day.month) - (earlier.year * 12 + earlier.month) == months
    assert earlier.day == day.day or (earlier + timedelta(days=1)).day == 1


def test_a_number_of_nobody_is_gone_with_its_screening(person: Person, data_manager: User, now: datetime) -> None:
    number = ContactPoint.objects.get(value=PHONE).pk
    erase_person(person=person, by=data_manager)
    assert not may_call(number, now=now)
    assert not Screening.objects.filter(contact_point=number).exists()
    assert not Elector.objects.exists()
