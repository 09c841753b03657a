"""What matters to somebody, ticked on the preference page: an answer like any other, found by lists, and taken back."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from django.urls import reverse

from groundswell.campaigns.models import Answer, Campaign, Question
from groundswell.campaigns.segments import people_in
from groundswell.joining.models import SignUpPage
from groundswell.messaging.preferences import preference_token
from groundswell.messaging.topics import choose_topics, topics_of
from groundswell.people.models import Person
from groundswell.people.operations.supporters import find_or_make_supporter


@pytest.fixture
def person(page: SignUpPage) -> Person:
    return find_or_make_supporter(name="Bea Lind", email="bea@example.org").person


@pytest.fixture
def token(person: Person) -> str:
    return preference_token(person_id=person.pk, contact_point_id=person.contact_points.get().pk)


def caring_for(option: int, question: Question, now: datetime) -> list[Person]:
    expression = {"answered": {"question": question.pk, "options": [option]}}
    return list(people_in(expression, today=now.date()))


def test_ticks_become_answers_that_lists_find_each_of_them(
    client: Any, person: Person, token: str, issues: Question, now: datetime
) -> None:
    buses, rents, air = issues.options.order_by("position")
    url = reverse("preferences:topics", args=[token, issues.pk])
    client.post(url, {"options": [buses.pk, air.pk, "nonsense", "999999"]})
    assert [(option.label, is_on) for option, is_on in topics_of(person)[0].choices] == [
        ("Buses", True),
        ("Rents", False),
        ("Clean air", True),
    ]
    assert caring_for(buses.pk, issues, now) == caring_for(air.pk, issues, now) == [person]
    assert caring_for(rents.pk, issues, now) == []
    page = client.get(reverse("preferences:page", args=[token])).content.decode()
    assert page.count("checked") == 2

    client.post(url, {"options": [rents.pk]})
    assert caring_for(buses.pk, issues, now) == []
    assert caring_for(rents.pk, issues, now) == [person]
    client.post(url, {})
    assert caring_for(rents.pk, issues, now) == []
    assert Answer.objects.filter(withdrawn_at=None).count() == 0


def test_twice_the_same_is_once(person: Person, issues: Question, now: datetime) -> None:
    chosen = {issues.options.first().pk}  # type: ignore[union-attr]
    assert choose_topics(person=person, question=issues, options=chosen, now=now, by=None)
    assert not choose_topics(person=person, question=issues, options=chosen, now=now, by=None)
    assert Answer.objects.count() == 1


def test_nothing_is_kept_of_whoever_objected(person: Person, issues: Question, now: datetime) -> None:
    Person.objects.update(objected_at=now)
    chosen = {issues.options.first().pk}  # type: ignore[union-attr]
    assert not choose_topics(person=person, question=issues, options=chosen, now=now, by=None)
    assert not Answer.objects.exists()


def test_only_what_is_asked_in_public_is_asked(client: Any, campaign: Campaign, person: Person, token: str) -> None:
    secret = Question.objects.create(campaign=campaign, key="vote", kind="choice", text="How do you vote?")
    assert client.post(reverse("preferences:topics", args=[token, secret.pk]), {}).status_code == 404
    assert "How do you vote" not in client.get(reverse("preferences:page", args=[token])).content.decode()
