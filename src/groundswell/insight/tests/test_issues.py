"""The membership picture: who is counted for what, by how they told us, when and where; and what is told of few."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.core.cache import cache
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from groundswell.accounts.models import AuditEvent, Membership
from groundswell.campaigns.enums import AskKind
from groundswell.campaigns.models import Answer, Question
from groundswell.campaigns.operations.questions import add_ready_question
from groundswell.campaigns.ready_questions import ReadyQuestion
from groundswell.compliance.operations import erase_person
from groundswell.flows.enums import RunState
from groundswell.flows.models import Flow, Run
from groundswell.insight import issues as module
from groundswell.insight.issues import A_PAGE, Choice, Picture, areas_of, keep_issues, picture_of
from groundswell.insight.models import IssueTally
from groundswell.insight.tasks import count_issues
from groundswell.insight.tests.said import act, ask_for
from groundswell.joining.models import SignUp, SignUpPage
from groundswell.messaging.models import Sender
from groundswell.people.models import ContactPoint, Person
from groundswell.phonebank.tests.world import World

SOME = 6


@pytest.fixture
def now() -> datetime:
    return timezone.now()


@pytest.fixture
def matters(live: World) -> Question:
    question = Question.objects.create(campaign=live.campaign, key="issue", kind="choices", text="What matters?")
    for position, label in enumerate(("Buses", "Rents", "Schools")):
        question.options.create(label=label, meaning="other", position=position)
    return question


def say(question: Question, person: Person, *labels: str, weeks: float = 0.0, channel: str = "call") -> list[Answer]:
    """They named these, so many weeks ago."""
    source, at = uuid4(), timezone.now() - timedelta(weeks=weeks)
    return [
        Answer.objects.create(
            campaign=question.campaign,
            person=person,
            question=question,
            option=question.options.get(label=label),
            meaning="other",
            channel=channel,
            source_uuid=source,
            answered_at=at,
        )
        for label in labels
    ]


def seen(live: World, member: int | None = None, **chosen: Any) -> Picture:
    cache.clear()
    found, _kept = picture_of(live.campaign, Choice(**chosen), membership_id=member, now=timezone.now())
    assert found is not None
    return found


def counts(picture: Picture) -> dict[str, int | None]:
    return {issue.label: issue.people for issue in picture.issues}


def people_of(live: World, count: int, **where: Any) -> list[Person]:
    return [home.people[0] for home in live.households(count, **where)]


def test_calls_texts_and_forms_count_together_and_each_alone(live: World, matters: Question) -> None:
    everybody = people_of(live, 3 * SOME)
    for number, channel in enumerate(("call", "text", "form")):
        for person in everybody[number * SOME : (number + 1) * SOME]:
            say(matters, person, "Buses", *(["Rents"] if channel == "form" else []), channel=channel)
    found = seen(live)
    assert (found.people, counts(found)) == (3 * SOME, {"Buses": 3 * SOME, "Rents": SOME})
    assert found.issues[1].share == pytest.approx(1 / 3)
    assert counts(seen(live, channel="form")) == {"Buses": SOME, "Rents": SOME}
    assert counts(seen(live, channel="text")) == {"Buses": SOME}


def test_each_counts_once_by_their_newest_answer(live: World, matters: Question) -> None:
    for person in people_of(live, SOME):
        say(matters, person, "Buses", weeks=3)
        say(matters, person, "Rents", weeks=1, channel="text")
    found = seen(live)
    assert counts(found) == {"Rents": SOME}
    assert counts(seen(live, channel="call")) == {}
    # Week by week it stays as it was said then.
    assert [column["values"] for column in seen(live, issue="rents").columns] == [(SOME, 0), (SOME, SOME)]


def test_of_a_period_only_what_was_said_in_it(live: World, matters: Question) -> None:
    old, new = people_of(live, SOME), people_of(live, SOME)
    for person in old:
        say(matters, person, "Buses", weeks=30)
    for person in new:
        say(matters, person, "Rents", weeks=2)
    assert {span: set(counts(seen(live, span=span))) for span in (0, 52, 12, 4)} == {
        0: {"Buses", "Rents"},
        52: {"Buses", "Rents"},
        12: {"Rents"},
        4: {"Rents"},
    }


def test_what_was_taken_back_and_who_objected_or_is_forgotten_does_not_count(live: World, matters: Question) -> None:
    everybody = people_of(live, SOME + 3)
    for person in everybody:
        say(matters, person, "Buses")
    Answer.objects.filter(person=everybody[0]).update(withdrawn_at=timezone.now())
    Person.objects.filter(pk=everybody[1].pk).update(objected_at=timezone.now())
    erase_person(person=everybody[2], by=None)
    assert seen(live).people == SOME


def test_only_questions_about_issues_are_counted_and_the_same_issue_of_two_is_one(
    live: World, matters: Question
) -> None:
    other = Question.objects.create(campaign=live.campaign, key="most", kind="choice", text="What matters most?")
    other.options.create(label="buses", meaning="other")
    poster = add_ready_question(campaign=live.campaign, ready=ReadyQuestion.POSTER, by=None)
    for person in people_of(live, SOME):
        say(matters, person, "Buses")
        say(other, person, "buses", weeks=1)
        say(poster, person, "Yes")
    assert counts(seen(live)) == {"Buses": SOME}


def test_of_fewer_than_five_nothing_is_told(live: World, matters: Question) -> None:
    everybody = people_of(live, 5)
    for person in everybody[:4]:
        say(matters, person, "Buses")
    assert seen(live).too_few
    say(matters, everybody[4], "Rents")
    found = seen(live)
    assert (found.too_few, counts(found)) == (False, {"Buses": None, "Rents": None})
    assert [issue.share for issue in found.issues] == [None, None]


def test_how_a_share_moved(live: World, matters: Question) -> None:
    before, lately = people_of(live, 10), people_of(live, 10)
    for number, person in enumerate(before):
        say(matters, person, "Buses" if number < 8 else "Rents", weeks=5.5)
    for number, person in enumerate(lately):
        say(matters, person, "Buses" if number < 3 else "Rents", weeks=1)
    assert {issue.label: issue.points for issue in seen(live).issues} == {"Buses": -50, "Rents": 50}


def test_by_seat_and_by_ward_and_who_only_signed_up_or_texted_where_they_said(
    live: World, matters: Question, now: datetime
) -> None:
    east, west = (live.new_area(name, "England", live.area) for name in ("East", "West"))
    for person in people_of(live, SOME, area=east):
        say(matters, person, "Buses")
    for person in people_of(live, 3, area=west):
        say(matters, person, "Rents")
    ask = ask_for(live, AskKind.SIGN_UP, now)
    page = SignUpPage.objects.create(ask=ask)
    source = Person.objects.all()[0].source
    for number in range(2):
        person = Person.objects.create(source=source, given_names=f"Ola {number}", name_key=f"ola {number}")
        email = ContactPoint.objects.create(
            kind="email", value=f"ola{number}@example.org", address_hash=bytes([number])
        )
        SignUp.objects.create(
            action=act(person, ask, now),
            page=page,
            person=person,
            email=email,
            constituency=live.area,
            signed_up_at=now,
        )
        say(matters, person, "Rents", channel="form")
    texter = Person.objects.create(source=source, given_names="Vic", name_key="vic")
    sender = Sender.objects.create(channel="sms", name="Us", address="+447700900001", provider="console")
    flow = Flow.objects.create(
        campaign=live.campaign, sender=sender, name="Rents", keyword="RENTS", word="rents", thanks="Thank you."
    )
    Run.objects.create(
        flow=flow,
        our_address=sender.address,
        their_address="+447700900002",
        person=texter,
        state=RunState.DONE,
        constituency=live.area,
        started_at=now,
        expires_at=now,
        ended_at=now,
    )
    say(matters, texter, "Rents", channel="text")
    found = seen(live)
    assert found.by_seat == {live.area.pk: (SOME + 6, SOME)}
    _picture, kept = picture_of(live.campaign, Choice(), membership_id=None, now=now)
    rows, count = areas_of(live.campaign, Choice(issue="buses"), kept, membership_id=None, page=1, now=now)
    assert [(row.name, row.people, row.named, row.most) for row in rows] == [
        ("East", SOME, SOME, "Buses"),
        ("West", None, None, ""),
    ]
    assert (count, rows[0].share) == (2, 1.0)


def test_who_is_limited_to_areas_sees_these_only(live: World, matters: Question, leader: Client) -> None:
    east, west = (live.new_area(name, "England", live.area) for name in ("East", "West"))
    for area, label in ((east, "Buses"), (west, "Rents")):
        for person in people_of(live, SOME, area=area):
            say(matters, person, label)
    member = Membership.objects.get(role="organiser", campaign=live.campaign)
    member.areas.add(east)
    assert counts(seen(live, member.pk)) == {"Buses": SOME}
    page = leader.get(reverse("insight:issues", args=[live.campaign.slug])).content.decode()
    assert ("East" in page, "West" in page, "Rents" in page) == (True, False, False)


def test_the_worker_counts_what_is_read_all_the_same(
    live: World, matters: Question, monkeypatch: pytest.MonkeyPatch, leader: Client
) -> None:
    for number, person in enumerate(people_of(live, 3 * SOME)):
        say(matters, person, "Buses", weeks=number, channel=("call", "text", "form")[number % 3])
    choices = [Choice(channel=channel, span=span) for channel in ("", "text") for span in (0, 12)]
    as_read = [seen(live, channel=choice.channel, span=choice.span) for choice in choices]
    monkeypatch.setattr(module, "FEW_BYTES", 0)
    cache.clear()
    address = reverse("insight:issues", args=[live.campaign.slug])
    assert "counted for the first time" in leader.get(address).content.decode()
    jobs = ProcrastinateJob.objects.filter(task_name=count_issues.name)
    count_issues(**jobs.get().args)
    assert [seen(live, channel=choice.channel, span=choice.span) for choice in choices] == as_read
    kept = IssueTally.objects.count()
    keep_issues(live.campaign.pk, now=timezone.now())
    assert IssueTally.objects.count() == kept


def test_a_tally_is_of_a_span_or_of_a_week(live: World) -> None:
    for wrong in ({}, {"span": 4, "week": "2026-11-16"}):
        with pytest.raises(IntegrityError, match="issue_tally_span_or_week"), transaction.atomic():
            IssueTally.objects.create(campaign=live.campaign, issue="x", label="X", channel="", people=1, **wrong)


def test_the_page_and_the_table_which_is_logged(live: World, matters: Question, leader: Client) -> None:
    slug = live.campaign.slug
    address = reverse("insight:issues", args=[slug])
    assert "Nobody has told us yet" in leader.get(address).content.decode()
    for person in people_of(live, SOME):
        say(matters, person, "Buses", "Rents")
    cache.clear()
    page = leader.get(f"{address}?issue=rents&source=nonsense&period=x&page=9").content.decode()
    assert "Rents, week by week" in page
    table = b"".join(leader.post(reverse("insight:issues_export", args=[slug]), {"issue": "rents"})).decode("utf-8-sig")
    assert f"campaign,,Rents,{SOME},{SOME}" in table.replace('"', "")
    assert AuditEvent.objects.get(verb="export_issues").action == "export"


def test_many_areas_come_page_by_page(live: World, matters: Question, now: datetime) -> None:
    wards = [live.new_area(f"Ward {number:03d}", "England", live.area) for number in range(A_PAGE + 2)]
    for ward in wards:
        say(matters, people_of(live, 1, area=ward)[0], "Buses")
    _picture, kept = picture_of(live.campaign, Choice(), membership_id=None, now=now)
    choice = replace(Choice(), issue="buses")
    names = []
    for page in (1, 2):
        rows, count = areas_of(live.campaign, choice, kept, membership_id=None, page=page, now=now)
        names += [row.name for row in rows]
    assert (count, sorted(names)) == (A_PAGE + 2, [ward.name for ward in wards])


@pytest.mark.parametrize("wards", [1, 3])
def test_the_page_takes_no_more_queries_for_three_wards_than_for_one(
    live: World, matters: Question, leader: Client, wards: int
) -> None:
    for number in range(wards):
        ward = live.new_area(f"Ward {number}", "England", live.area)
        for person in people_of(live, SOME, area=ward):
            say(matters, person, "Buses")
    address = reverse("insight:issues", args=[live.campaign.slug])
    leader.get(address)
    cache.clear()
    with CaptureQueriesContext(connection) as captured:
        leader.get(address)
    assert len(captured) <= 9
