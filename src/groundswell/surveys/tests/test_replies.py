"""What is kept of an answered survey, once, and of whom nothing is."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Barrier
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction

from groundswell.accounts.models import AuditEvent
from groundswell.campaigns.enums import ActionState
from groundswell.campaigns.models import Action, Answer, Campaign, Question, Script, ShareLink
from groundswell.campaigns.operations.asks import AskClosedError, close_ask
from groundswell.campaigns.rules import CampaignRuleError, GivenAnswer, WrongAnswer
from groundswell.compliance.operations import erase_person, object_to_marketing
from groundswell.people.models import Person
from groundswell.surveys.models import Reply, Survey
from groundswell.surveys.operations.replies import ObjectedError, answer_survey
from groundswell.surveys.operations.surveys import SurveyDetails, create_survey, publish_survey

Give = Callable[..., Reply]


@pytest.fixture
def give(survey: Survey, bea: Person, issues: Question, now: datetime) -> Give:
    """Bea answers; `said` are labels of issues."""

    def answered(*said: str, **fields: Any) -> Reply:
        answers = [
            GivenAnswer(bea.pk, issues.pk, option_id=option.pk) for option in issues.options.filter(label__in=said)
        ]
        wanted = {"survey": survey, "person": bea, "answers": answers, "source_uuid": uuid4(), "now": now}
        return answer_survey(**{**wanted, **fields})

    return answered


def said_now() -> set[str]:
    return set(Answer.objects.filter(withdrawn_at__isnull=True).values_list("option__label", flat=True))


def test_answers_are_kept_by_person_with_their_source_and_count_as_an_action(
    give: Give, bea: Person, survey: Survey, link: ShareLink
) -> None:
    reply = give("Rents", "Clean air", source=link)
    kept = Answer.objects.filter(person=bea)
    assert {(answer.channel, answer.source_uuid) for answer in kept} == {("form", reply.source_uuid)}
    assert said_now() == {"Rents", "Clean air"}
    action = Action.objects.get()
    assert (action.ask, action.person, action.state, action.source) == (survey.ask, bea, ActionState.CONFIRMED, link)
    assert AuditEvent.objects.filter(verb="answer_survey", subject_id=bea.pk).count() == 1


def test_pressed_again_it_is_one_reply(give: Give) -> None:
    key = uuid4()
    assert give("Rents", source_uuid=key).pk == give("Rents", source_uuid=key).pk
    assert Answer.objects.count() == 1


def test_who_answers_again_replaces_what_they_said_and_nothing_is_lost(give: Give, now: datetime) -> None:
    give("Rents")
    give("Buses", now=now + timedelta(days=1))
    assert said_now() == {"Buses"}
    assert (Answer.objects.count(), Reply.objects.count(), Action.objects.count()) == (2, 1, 1)


@pytest.mark.django_db(transaction=True)
def test_presses_at_once_are_one_reply(give: Give) -> None:
    barrier = Barrier(4)
    key = uuid4()

    def press(_number: int) -> int:
        barrier.wait()
        try:
            return give("Rents", source_uuid=key).pk
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        assert len(set(pool.map(press, range(4)))) == 1
    assert Answer.objects.count() == 1


def test_how_they_vote_is_kept_only_with_the_words_they_agreed_to(
    give: Give, vote: Question, bea: Person, issues: Question, now: datetime
) -> None:
    firm = vote.options.filter(meaning="strong_support")[0]
    rents = issues.options.get(label="Rents")
    both = [GivenAnswer(bea.pk, vote.pk, option_id=firm.pk), GivenAnswer(bea.pk, issues.pk, option_id=rents.pk)]
    assert give(answers=both).agreed_wording == ""
    assert said_now() == {"Rents"}
    with pytest.raises(CampaignRuleError, match="at least one"):
        give(answers=both[:1])
    reply = give(answers=both, agreed_wording="Yes, you may keep it.", now=now + timedelta(minutes=1))
    assert (reply.agreed_wording, reply.agreed_version) == ("Yes, you may keep it.", "survey-opinion-1")
    assert said_now() == {"Rents", firm.label}


def test_nothing_is_kept_of_who_objected(give: Give, bea: Person) -> None:
    object_to_marketing(person=bea, source="letter", by=None)
    with pytest.raises(ObjectedError):
        give("Rents")
    assert not Answer.objects.exists()
    assert not Action.objects.exists()


def test_a_closed_survey_takes_nothing(give: Give, survey: Survey, now: datetime) -> None:
    close_ask(ask=survey.ask, by=None, now=now)
    survey.ask.refresh_from_db()
    with pytest.raises(AskClosedError):
        give("Rents")
    assert not Answer.objects.exists()


def test_an_answer_that_is_none_of_the_question_keeps_nothing(give: Give, bea: Person, often: Question) -> None:
    with pytest.raises(WrongAnswer):
        give(answers=[GivenAnswer(bea.pk, often.pk, number=9)])
    assert not Action.objects.exists()


def test_erasure_takes_the_reply_with_what_was_said(give: Give, bea: Person) -> None:
    give("Rents")
    erase_person(person=bea, by=None)
    assert not Reply.objects.exists()
    assert not Answer.objects.exists()


def test_a_survey_needs_questions_of_its_own_campaign(campaign: Campaign, script: Script) -> None:
    empty = Script.objects.create(campaign=campaign, name="Empty", opening="Hello")
    with pytest.raises(CampaignRuleError, match="no question"):
        create_survey(campaign=campaign, details=SurveyDetails("Street", empty), by=None)
    other = Campaign.objects.create(name="Other", slug="other")
    with pytest.raises(CampaignRuleError, match="this campaign"):
        create_survey(campaign=other, details=SurveyDetails("Street", script), by=None)


def test_pressed_twice_the_form_makes_one_survey(campaign: Campaign, script: Script) -> None:
    key = uuid4()
    made = [
        create_survey(campaign=campaign, details=SurveyDetails(title, script), by=None, press=key).pk
        for title in ("Street", "Your street")
    ]
    assert made == [Survey.objects.get().pk] * 2
    assert Survey.objects.get().ask.title == "Your street"
    publish_survey(survey=Survey.objects.get(), by=None, now=Survey.objects.get().created_at)


def test_the_database_keeps_one_reply_of_each_person_and_words_with_their_version(give: Give, bea: Person) -> None:
    reply = give("Rents")
    with pytest.raises(IntegrityError, match="survey_agreed_has_version"), transaction.atomic():
        Reply.objects.filter(pk=reply.pk).update(agreed_wording="Yes.")
    action = Action.objects.create(
        ask=reply.survey.ask, person=bea, dedupe_key="again", happened_at=reply.replied_at, state_at=reply.replied_at
    )
    with pytest.raises(IntegrityError, match="survey_reply_once"), transaction.atomic():
        Reply.objects.create(
            action=action, survey=reply.survey, person=bea, source_uuid=uuid4(), replied_at=reply.replied_at
        )
    other = Person.objects.create(source=bea.source, given_names="Ola", name_key="ola")
    with pytest.raises(IntegrityError, match="source_uuid"), transaction.atomic():
        Reply.objects.create(
            action=action,
            survey=reply.survey,
            person=other,
            source_uuid=reply.source_uuid,
            replied_at=reply.replied_at,
        )
