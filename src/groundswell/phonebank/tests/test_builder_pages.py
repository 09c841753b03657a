"""The phone-bank builder: what it counts as one chooses, what it refuses, and that each button does what it says."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from groundswell.accounts.enums import Role
from groundswell.accounts.tests.builders import make_member
from groundswell.campaigns.models import Candidate, Question, Script
from groundswell.compliance.enums import Refusal
from groundswell.compliance.models import Screening
from groundswell.compliance.operations.suppression import suppress
from groundswell.compliance.rule_texts import explanation_anchor
from groundswell.people.models import DataSource, Elector, Person, PersonContact, PersonTag, Register, Segment, Tag
from groundswell.phonebank.models import PhoneBank, Reckoning
from groundswell.phonebank.operations import preview
from groundswell.phonebank.tests.organiser_world import answer, builder_data, call, queries_of, url
from groundswell.phonebank.tests.world import World


def test_a_phone_bank_is_built_counted_opened_paused_and_closed(leader, live: World):
    live.households(3)
    (suppressed,) = live.households(1)
    Screening.objects.filter(contact_point=suppressed.numbers[0]).delete()
    leader.post(url("new_bank", live), builder_data(live))
    bank = PhoneBank.objects.get()
    assert (bank.status, list(bank.areas.all()), bank.segment) == ("draft", [live.area], None)
    reach = " ".join(leader.get(url("reach", live, bank.pk)).content.decode().split())
    assert "<strong>3</strong> households of 4 would be rung" in reach
    assert f'{reverse("compliance:rules")}#{explanation_anchor(Refusal.SCREENING_OLD)}">Rule C2: why' in reach
    opened = leader.post(url("bank_status", live, bank.pk), {"do": "open"}, follow=True).content.decode()
    assert "3 households are ready" in opened
    live.households(2)
    extended = leader.post(url("bank_status", live, bank.pk), {"do": "refresh"}, follow=True).content.decode()
    assert "2 added" in extended
    for action, status in (("pause", "paused"), ("open", "open"), ("close", "closed")):
        leader.post(url("bank_status", live, bank.pk), {"do": action})
        bank.refresh_from_db()
        assert bank.status == status
    refused = leader.post(url("bank_status", live, bank.pk), {"do": "open"}, follow=True).content.decode()
    assert "closed" in refused
    assert PhoneBank.objects.get().status == "closed"


def test_nobody_to_ring_is_said_and_nothing_opens(leader, live: World):
    leader.post(url("new_bank", live), builder_data(live))
    bank = PhoneBank.objects.get()
    said = leader.post(url("bank_status", live, bank.pk), {"do": "open"}, follow=True).content.decode()
    assert "nobody to ring" in said
    assert PhoneBank.objects.get().status == "draft"


def test_conditions_become_a_segment_and_come_back_into_the_form(leader, live: World):
    data = builder_data(
        live,
        not_asked=live.question.pk,
        answered=[live.ours.pk],
        has_phone="on",
        age_from=18,
        age_to=24,
        weekday_from="18:00",
        weekday_to="20:00",
    )
    leader.post(url("new_bank", live), data)
    bank = PhoneBank.objects.select_related("segment").get()
    assert bank.segment.expression == {
        "all": [
            {"has_phone": True},
            {"not": {"asked": live.question.pk}},
            {"any": [{"answered": {"question": live.question.pk, "options": [live.ours.pk]}}]},
            {"age": {"from": 18, "to": 24}},
        ]
    }
    assert bank.hours == {day: ["18:00", "20:00"] for day in ("mon", "tue", "wed", "thu", "fri")}
    form = leader.get(url("edit_bank", live, bank.pk)).context["form"]
    assert (form["not_asked"].value(), form["answered"].value()) == (live.question.pk, [live.ours.pk])
    assert (form["has_phone"].value(), form["age_from"].value(), form["age_to"].value()) == (True, 18, 24)
    leader.post(url("edit_bank", live, bank.pk), builder_data(live, name="Tuesday"))
    bank = PhoneBank.objects.get()
    assert (bank.name, bank.segment, bank.hours) == ("Tuesday", None, {})
    assert Segment.objects.count() == 1


def test_the_count_follows_the_builder_and_saves_nothing(leader, live: World):
    homes = live.households(3)
    answer(live, homes[0].people[0], live.ours)

    def counted(**changes: Any) -> str:
        page = leader.post(url("bank_count", live), builder_data(live, name="", **changes))
        assert page.status_code == 200
        return " ".join(page.content.decode().split())

    assert "<strong>3</strong> households of 3" in counted()
    assert "<strong>2</strong> households of 2" in counted(not_asked=live.question.pk)
    assert "<strong>1</strong> household of 1" in counted(answered=[live.ours.pk])
    assert "<strong>0</strong> households of 0" in counted(age_from=18)
    assert "at least the lower one" in counted(age_from=30, age_to=20)
    assert (PhoneBank.objects.count(), Segment.objects.count()) == (0, 0)


def test_the_count_knows_whether_it_is_about_an_election(leader, live: World):
    """What came from the register serves elections only (rule R2): said before anything is saved, not after."""
    elector, _member = live.households(2)
    register = DataSource.objects.create(name="Register", lawful_basis="task", purpose="elections", is_register=True)
    Person.objects.filter(household=elector.row).update(source=register)
    count = url("bank_count", live)
    assert "<strong>2</strong>" in leader.post(count, builder_data(live)).content.decode()
    assert "<strong>1</strong>" in leader.post(count, builder_data(live, electoral_purpose="")).content.decode()


def test_the_count_of_a_saved_phone_bank_knows_its_attempts(leader, live: World):
    (home,) = live.households(1)
    bank = live.bank()
    caller = make_member(Role.CALLER, live.campaign).user
    call(live, bank, caller, outcome="no_answer", ago=timedelta(days=2), contact_point=home.numbers[0])
    data = builder_data(live, attempt_cap=1)
    assert "Called often enough" in leader.post(f"{url('bank_count', live)}?bank={bank.pk}", data).content.decode()
    assert "Called often enough" not in leader.post(url("bank_count", live), data).content.decode()


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"weekday_from": "20:00", "weekday_to": "18:00"}, "later than the beginning"),
        ({"weekday_from": "20:00"}, "both times"),
        ({"attempt_cap": 4}, "3 times at most in one phone bank: that is the figure in force (rule C11)"),
        ({"daily_limit": 151}, "150 households a day at most: that is the figure in force (rule D12)"),
        ({"age_from": 30, "age_to": 20}, "at least the lower one"),
        ({"age_from": 12}, "16"),
        ({"name": "Taken"}, "called “Taken” already"),
    ],
)
def test_a_builder_that_makes_no_sense_is_refused(leader, live: World, wrong, words):
    live.bank(build=False, name="Taken")
    response = leader.post(url("new_bank", live), builder_data(live, **wrong))
    assert response.status_code == 422
    assert words in response.content.decode()
    assert PhoneBank.objects.count() == 1


def test_the_builder_and_the_settings_cost_as_many_queries_for_three_of_everything_as_for_one(leader, live: World):
    def grow() -> None:
        word = uuid4().hex[:6]
        live.new_area(f"Ward {word}", "England", parent=live.area)
        seat = live.new_area(f"Seat {word}", "England")
        live.campaign.areas.add(seat)
        Candidate.objects.create(campaign=live.campaign, area=seat, name=f"Ola {word}")
        Script.objects.create(campaign=live.campaign, name=word, opening="Hello")
        question = Question.objects.create(campaign=live.campaign, key=word, kind="choice", text=f"{word}?")
        question.options.create(label="Yes", position=1, meaning="strong_support")
        Tag.objects.create(name=word)
        live.households(1)

    grow()
    tag = Tag.objects.get()
    bank = live.bank(segment=Segment.objects.create(name="Tagged", expression={"all": [{"tagged": tag.name}]}))
    bank.areas.add(live.area)
    builder, edit = url("new_bank", live), url("edit_bank", live, bank.pk)
    settings = reverse("campaigns:settings", args=[live.campaign.slug])
    costs = {builder: 6, edit: 7, settings: 6}
    for page in costs:
        leader.get(page)
    assert {page: queries_of(leader, page) for page in costs} == costs
    form = leader.get(edit).context["form"]
    assert (form["tag"].value(), form["areas"].value()) == (tag.pk, [live.area.pk])
    grow()
    grow()
    bank.areas.add(*live.campaign.areas.all())
    assert {page: queries_of(leader, page) for page in costs} == costs
    assert f'<option value="{tag.pk}" selected>{tag.name}</option>' in leader.get(edit).content.decode()


@pytest.mark.parametrize("homes", [1, 3])
def test_the_count_of_few_is_made_at_once_in_nine_queries_whatever_is_chosen(leader, live: World, homes: int):
    live.households(homes)
    tag = Tag.objects.create(name="member")
    PersonTag.objects.bulk_create(PersonTag(tag=tag, person=person) for person in Person.objects.all())
    bank = live.bank(build=False)
    data = {"attempt_cap": "3", "electoral_purpose": "on"}
    leader.post(url("bank_count", live), data)  # what is noted once a visit is not counted
    counts = {}
    for name, more in {
        "everybody": {},
        "an area": {"areas": live.area.pk},
        "everything chosen": {"areas": live.area.pk, "not_asked": live.question.pk, "tag": tag.pk},
    }.items():
        with CaptureQueriesContext(connection) as captured:
            page = leader.post(f"{url('bank_count', live)}?bank={bank.pk}", data | more)
        assert f"<strong>{homes}</strong>" in page.content.decode()
        counts[name] = len(captured)
    # Who is asking (2), the campaign, what there is to choose, the limits, and the count: begin, ask, count, end.
    assert counts == {"everybody": 9, "an area": 9, "everything chosen": 9}
    page = url("reach", live, bank.pk)
    leader.get(page)
    assert queries_of(leader, page) == 9
    assert not Reckoning.objects.exists()


def test_before_it_opens_every_reason_is_counted_and_explained(leader, live: World):
    """The seven of the promise: no number, TPS, screening too old, suppressed, under age, anonymous, called elsewhere."""
    homes = live.households(9)
    today = live.now.date()
    register = Register.objects.create(
        constituency=live.area, register_date=today, entitlement="party", purpose="elections", source=live.source
    )

    def elector(number: int, **fields: Any) -> None:
        Elector.objects.create(
            person=homes[number].people[0],
            register=register,
            area=live.area,
            prefix="KD",
            number=str(number),
            register_date=today,
            **fields,
        )

    PersonContact.objects.filter(person=homes[0].people[0]).delete()
    Screening.objects.filter(contact_point=homes[1].numbers[0]).update(listed=True)
    Screening.objects.filter(contact_point=homes[2].numbers[0]).update(screened_on=today - timedelta(days=60))
    suppress(address=homes[3].numbers[0].value, by=live.organiser)
    elector(4, attainment_date=today + timedelta(days=1000))
    elector(5, anonymous=True)
    elsewhere = live.bank(build=False)
    call(
        live,
        elsewhere,
        make_member(Role.CALLER, live.campaign).user,
        ago=timedelta(),
        contact_point=homes[6].numbers[0],
    )
    leader.post(url("new_bank", live), builder_data(live))
    bank = PhoneBank.objects.get(name="Monday")
    reach = " ".join(leader.get(url("reach", live, bank.pk)).content.decode().split())
    assert "<strong>2</strong> households of 9 would be rung" in reach
    expected = ["no_number", "anonymous", "under_age", "suppressed", "tps", "screening_old", "called_today"]
    assert preview(bank, now=timezone.now()).refused == {Refusal(reason): 1 for reason in expected}
    for reason in expected:
        assert f'{reverse("compliance:rules")}#{explanation_anchor(Refusal(reason))}"' in reach, reason
