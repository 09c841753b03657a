"""A person's page: what it says, what it does, and who may."""

from __future__ import annotations

import io
import json
import re
import zipfile
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

import groundswell
from groundswell.accounts.enums import Role
from groundswell.accounts.models import AuditEvent, User
from groundswell.compliance.enums import Channel, Refusal
from groundswell.compliance.models import Consent, HoursBucket, Screening, Suppression
from groundswell.compliance.operations import record_consent
from groundswell.compliance.rule_texts import WHY_NOT, explanation_anchor
from groundswell.compliance.tests.conftest import World
from groundswell.people.models import ContactPoint, ImportBatch, Person
from groundswell.phonebank.models import Call, Outcome, PhoneBank
from groundswell.web.person.tests.conftest import PHONE, Staff
from groundswell.web.person.timeline import WORDS


def text(client: Client, person: Person) -> str:
    response = client.get(f"/people/{person.pk}/")
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def post(client: Client, person: Person, path: str, **data: Any) -> Any:
    return client.post(f"/people/{person.pk}/{path}", data, follow=True)


def said(response: Any) -> str:
    return " ".join(str(m) for m in response.context["messages"])


def test_the_page_says_who_and_why_not(data_manager: Client, person: Person) -> None:
    Screening.objects.update(listed=True)
    page = text(data_manager, person)
    assert "Siân Wyllt" in page
    assert "No, because this number is on the Telephone Preference Service and we have no consent for it." in page
    assert "/compliance/rules/#why-tps" in page
    assert AuditEvent.objects.filter(verb="view_person", subject_id=person.pk).count() == 1


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ({"objected_at": timezone.now()}, Refusal.OBJECTED),
        ({"moved_at": timezone.now()}, Refusal.MOVED),
        ({"deceased_at": timezone.now()}, Refusal.DECEASED),
    ],
)
def test_each_refusal_links_to_its_explanation(
    data_manager: Client, person: Person, change: Any, refusal: Refusal
) -> None:
    Person.objects.filter(pk=person.pk).update(**change)
    page = text(data_manager, person)
    assert f"No, because {WHY_NOT[refusal]}." in page
    assert f"/compliance/rules/#{explanation_anchor(refusal)}" in page


def test_the_best_of_several_numbers_answers_for_the_person(data_manager: Client, person: Person, world: World) -> None:
    world.phone(person, "+441632960001", screened=False)
    page = text(data_manager, person)
    assert str(WHY_NOT[Refusal.SCREENING_OLD]) in page
    assert "No, because" not in page
    Screening.objects.update(listed=True)
    # Of two reasons the one nearest to calling, and each number keeps its own.
    page = text(data_manager, person)
    assert f"No, because {WHY_NOT[Refusal.SCREENING_OLD]}." in page
    assert f"Because {WHY_NOT[Refusal.TPS]}." in page


def test_nobody_without_a_number_is_called(data_manager: Client, world: World) -> None:
    assert "No, because we have no telephone number." in text(data_manager, world.person())


def test_what_a_call_got_wrong_is_put_right(data_manager: Client, organiser: Client, person: Person) -> None:
    Person.objects.filter(pk=person.pk).update(deceased_at=timezone.now())
    assert post(organiser, person, "departure/").status_code == 403
    assert "they have not gone" in said(post(data_manager, person, "departure/"))
    assert "has died" not in text(data_manager, person)
    assert "Nothing says" in said(post(data_manager, person, "departure/"))


def test_a_consent_for_a_number_that_is_gone_can_still_be_taken_back(
    data_manager: Client, person: Person, now: datetime
) -> None:
    number = ContactPoint.objects.get()
    line = record_consent(
        person=person,
        channel=Channel.CALL,
        contact_point=number,
        wording="You may ring me.",
        evidence="form 12",
        source="stall",
        given_at=now,
        by=None,
    )
    person.person_contacts.all().delete()
    assert "holds at once" in said(post(data_manager, person, f"consents/{line.pk}/withdraw/"))
    assert Consent.objects.latest("pk").state == "withdrawn"
    assert f"consents/{line.pk}/withdraw" not in text(data_manager, person)


def test_nothing_more_is_noted_about_whoever_objected(organiser: Client, person: Person) -> None:
    post(organiser, person, "objection/")
    assert "rule D4" in said(post(organiser, person, "tags/", name="poster"))
    assert not person.person_tags.exists()


def test_everything_that_happened_to_the_record(
    data_manager: Client, organiser: Client, person: Person, campaign: Any
) -> None:
    batch = ImportBatch.objects.create(kind="phones", file_name="members.csv", file_sha256="0" * 64)
    person.person_contacts.update(batch=batch)
    post(organiser, person, "tags/", name="poster")
    post(organiser, person, "close/", contact_point=ContactPoint.objects.get().pk)
    caller = User.objects.create_user("cai@example.org", name="Cai")
    bank = PhoneBank.objects.create(
        campaign=campaign, name="Monday", script=campaign.scripts.create(name="s", opening="Hello")
    )
    bucket, _ = HoursBucket.objects.get_or_create(time_zone="Europe/London", holiday_region="GB-ENG")
    entry = bank.queue.create(
        campaign_id=campaign.pk, household=person.household, bucket=bucket, priority=0, position=1
    )
    AuditEvent.objects.create(
        actor=caller, action="view", verb="claim_household", subject_kind="phonebank.queueentry", subject_id=entry.pk
    )
    text(data_manager, person)
    page = text(data_manager, person)
    for line in (
        "The file “members.csv” brought a number",
        "put on a tag “poster”",
        "closed a number or email",
        "Cai was shown the household to call it",
        "looked at this page, 2 times",
    ):
        assert line in page


def test_every_audited_verb_about_a_person_is_in_words(data_manager: Client) -> None:
    """A verb nobody put into words shows as its name: new ones are added to WORDS."""
    said_of_people = {
        verb
        for room in ("compliance", "people", "web/person")
        for path in (Path(groundswell.__file__).parent / room).rglob("*.py")
        if "tests" not in path.parts
        for verb, arguments in re.findall(
            r'audit\.record\(\s*"?(\w+)"?,(.*?)\n', path.read_text(encoding="utf-8"), re.DOTALL
        )
        if "subject=person" in arguments
    }
    assert {"view_person", "erase_person", "tag_person"} <= said_of_people
    assert said_of_people - {verb for _action, verb in WORDS} == {"verb"}  # `verb`: consents, both ways


def test_called_today_is_a_reason_too(data_manager: Client, person: Person, campaign: Any, world: World) -> None:
    script = campaign.scripts.create(name="s", opening="Hello")
    bank = PhoneBank.objects.create(campaign=campaign, name="Monday", script=script)
    outcome = Outcome.objects.get(code="no_answer")
    caller = data_manager.get("/people/").wsgi_request.user
    Call.objects.create(
        client_uuid="7c8d5a3e-0000-4000-8000-000000000002",
        campaign_id=campaign.pk,
        phone_bank=bank,
        household=person.household,
        contact_point=ContactPoint.objects.get(),
        caller_id=caller.pk,
        outcome=outcome,
        is_dial=True,
        is_contact=False,
        note="rang long",
        occurred_at=timezone.now(),
    )
    page = text(data_manager, person)
    assert "this number was already called today" in page
    assert "rang long" in page


def test_do_not_call_again(organiser: Client, person: Person) -> None:
    number = ContactPoint.objects.get()
    response = post(organiser, person, "close/", contact_point=number.pk)
    assert f"{PHONE} is closed from now on" in said(response)
    assert Suppression.objects.get().scope == "calls"
    assert "asked not to be called" in text(organiser, person)


def test_a_number_of_somebody_else_cannot_be_closed_here(organiser: Client, person: Person, world: World) -> None:
    other = world.person("+441632960001")
    number = other.contact_points.get()
    for wrong in (number.pk, "x", ""):
        assert post(organiser, person, "close/", contact_point=wrong).status_code == 404
    assert not Suppression.objects.exists()


def test_lifting_is_for_the_data_manager_and_needs_a_reason(
    organiser: Client, data_manager: Client, person: Person
) -> None:
    post(organiser, person, "close/", contact_point=ContactPoint.objects.get().pk)
    suppression = Suppression.objects.get()
    path = f"suppressions/{suppression.pk}/lift/"
    assert post(organiser, person, path, reason="please").status_code == 403
    assert "Say why" in said(post(data_manager, person, path, reason=" "))
    assert "Open again" in said(post(data_manager, person, path, reason="pressed by mistake"))
    assert Suppression.objects.get().lifted_reason == "pressed by mistake"


def test_an_objection(organiser: Client, data_manager: Client, person: Person) -> None:
    assert "not be contacted again" in said(post(organiser, person, "objection/"))
    assert Person.objects.get(pk=person.pk).objected_at
    path = f"suppressions/{Suppression.objects.get().pk}/lift/"
    assert "cannot be undone" in said(post(data_manager, person, path, reason="they joined again"))


def test_erasure_asks_for_the_word(organiser: Client, data_manager: Client, person: Person) -> None:
    url = f"/people/{person.pk}/erase/"
    assert organiser.get(url).status_code == 403
    assert data_manager.get(url).status_code == 200
    response = data_manager.post(url, {"source": "letter", "confirmation": "yes"})
    assert "Type the word ERASE" in response.content.decode()
    assert Person.objects.get(pk=person.pk).erased_at is None
    response = data_manager.post(url, {"source": "letter", "confirmation": " erase "}, follow=True)
    assert "Erased." in said(response)
    assert Person.objects.get(pk=person.pk).family_name == ""
    page = text(data_manager, person)
    assert "Wyllt" not in page
    assert "960983" not in page


def test_the_export_is_for_those_who_may_and_logged(organiser: Client, data_manager: Client, person: Person) -> None:
    url = f"/people/{person.pk}/export/"
    assert organiser.post(url).status_code == 403
    assert data_manager.get(url).status_code == 405
    assert not AuditEvent.objects.filter(action="export").exists()
    response = data_manager.post(url)
    assert response["Content-Type"] == "application/zip"
    assert response["Cache-Control"] == "no-store"
    held = json.loads(zipfile.ZipFile(io.BytesIO(response.content)).read("what-we-hold.json"))
    assert held["held"][0]["rows"][0]["family name"] == "Wyllt"
    assert AuditEvent.objects.get(action="export").subject_id == person.pk


def test_consent_with_evidence_and_its_withdrawal(data_manager: Client, person: Person) -> None:
    Screening.objects.update(listed=True)
    number = ContactPoint.objects.get()
    form = {
        "address": number.pk,
        "channel": "call",
        "wording": "You may ring me.",
        "evidence": "form 12",
        "source": "stall",
        "given_on": timezone.localdate() - timedelta(days=1),
    }
    response = post(data_manager, person, "consents/", **{**form, "channel": "email"})
    assert "does not go with that kind" in response.content.decode()
    response = post(data_manager, person, "consents/", **{**form, "evidence": ""})
    assert not Consent.objects.exists()
    assert "in the ledger" in said(post(data_manager, person, "consents/", **form))
    assert "Preference Service" not in text(data_manager, person)
    line = Consent.objects.get()
    assert "holds at once" in said(post(data_manager, person, f"consents/{line.pk}/withdraw/"))
    assert "Preference Service" in text(data_manager, person)


def test_a_name_put_right(data_manager: Client, organiser: Client, person: Person) -> None:
    name = {"title": "Ms", "given_names": "Siân Mair", "family_name": "Gwyllt"}
    assert post(organiser, person, "name/", **name).status_code == 403
    assert "now Siân Mair Gwyllt" in said(post(data_manager, person, "name/", **name))
    assert Person.objects.get(pk=person.pk).name_key == "gwyllt sian mair"
    assert "needs a name" in said(post(data_manager, person, "name/", title="Ms"))


def test_numbers_added_and_retired(data_manager: Client, person: Person) -> None:
    assert "is added" in said(post(data_manager, person, "addresses/", value="01632 960001"))
    assert "is not a telephone number" in said(post(data_manager, person, "addresses/", value="mum"))
    assert "is added" in said(post(data_manager, person, "addresses/", value="Sian@Example.org"))
    assert list(person.contact_points.order_by("value").values_list("value", flat=True)) == [
        "+441632960001",
        PHONE,
        "sian@example.org",
    ]
    # A number by hand was never screened, so it is not rung yet.
    assert "has not been screened" in text(data_manager, person)
    number = ContactPoint.objects.get(value=PHONE)
    assert "no longer used" in said(post(data_manager, person, "addresses/retire/", contact_point=number.pk))
    assert "this number no longer reaches them" in text(data_manager, person)


def test_a_shared_number_is_taken_from_one_and_stays_with_the_other(
    data_manager: Client, person: Person, world: World
) -> None:
    other = world.person()
    world.phone(other, PHONE)
    number = ContactPoint.objects.get(value=PHONE)
    post(data_manager, person, "addresses/retire/", contact_point=number.pk)
    number.refresh_from_db()
    assert number.retired_at is None
    assert list(number.people.all()) == [other]


def test_tags(organiser: Client, person: Person) -> None:
    assert "Tagged “poster”" in said(post(organiser, person, "tags/", name="  Poster "))
    post(organiser, person, "tags/", name="poster")
    tag = person.person_tags.get().tag
    assert tag.name == "poster"
    assert "The tag is off" in said(post(organiser, person, f"tags/{tag.pk}/remove/"))
    assert not person.person_tags.exists()
    assert "Write the tag" in said(post(organiser, person, "tags/", name=" "))


ACTIONS = [
    "close/", "objection/", "departure/", "erase/", "export/", "name/", "addresses/", "addresses/retire/", "tags/",
    "tags/1/remove/", "consents/", "consents/1/withdraw/", "suppressions/1/lift/",
]  # fmt: skip


@pytest.mark.parametrize("path", ACTIONS)
def test_callers_can_do_nothing_here(staff: Staff, person: Person, path: str) -> None:
    assert staff.client(Role.CALLER).post(f"/people/{person.pk}/{path}").status_code == 403


@pytest.mark.parametrize("path", ACTIONS)
def test_people_elsewhere_are_not_found(staff: Staff, world: World, path: str) -> None:
    """For whoever is limited to areas, as if there were no such person."""
    elsewhere = world.constituency("Bury North", "England")
    person = world.person(household=world.household(elsewhere))
    client, membership = staff.member(Role.DATA_MANAGER)
    membership.areas.add(world.area)
    assert client.post(f"/people/{person.pk}/{path}").status_code == 404


@pytest.mark.parametrize("numbers", [1, 3])
def test_few_queries_whatever_is_known(organiser: Client, world: World, numbers: int) -> None:
    person = world.person()
    for n in range(numbers):
        world.phone(person, f"+44163296000{n}")
        world.person(household=person.household)
        organiser.post(f"/people/{person.pk}/tags/", {"name": f"tag{n}"})
    text(organiser, person)
    with CaptureQueriesContext(connection) as queries:
        text(organiser, person)
    assert len(queries) == 13
