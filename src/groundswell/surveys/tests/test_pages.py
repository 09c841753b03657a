"""A survey as people's browsers ask for it, without JavaScript; the organiser's pages."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from groundswell.accounts.models import User
from groundswell.accounts.tests.builders import sign_in
from groundswell.campaigns.enums import AskKind
from groundswell.campaigns.models import Action, Answer, Campaign, Question, Script, ShareLink, Visit
from groundswell.campaigns.operations.asks import close_ask, create_ask, publish_ask
from groundswell.compliance.operations import object_to_marketing
from groundswell.people.models import Person
from groundswell.surveys.links import invited_by
from groundswell.surveys.models import Reply, Survey
from groundswell.surveys.queries import figures_of

Token = Callable[[Person], str]
FIREFOX = "Mozilla/5.0 (Android 14; Mobile; rv:140.0) Gecko/140.0 Firefox/140.0"


def own(token: str) -> str:
    return reverse("surveys:own", args=[token])


def sent(response: Any, **answers: Any) -> dict[str, Any]:
    """What a browser without JavaScript would send of the page it was shown."""
    body = response.content.decode()
    hidden = dict(re.findall(r'<input type="hidden" name="(key|asked)" value="([^"]*)"', body))
    return {**hidden, **answers}


def test_from_the_link_to_the_thanks(
    client: Client, survey: Survey, bea: Person, token: Token, issues: Question, link: ShareLink
) -> None:
    address = own(token(bea))
    shown = client.get(address, headers={"user-agent": FIREFOX})
    assert "You answer as Bea" in shown.content.decode()
    assert not Action.objects.exists()
    rents = issues.options.get(label="Rents")
    response = client.post(address, sent(shown, **{f"q{issues.pk}": [rents.pk]}))
    assert response.status_code == 302
    assert "ring a friend" in client.get(response["Location"]).content.decode()
    answer = Answer.objects.get()
    assert (answer.person, answer.option, answer.channel) == (bea, rents, "form")
    assert Action.objects.get().source == link


def test_an_answer_leads_on_to_a_question_that_was_not_on_the_page(
    client: Client, bea: Person, token: Token, issues: Question, route: Question, often: Question
) -> None:
    address = own(token(bea))
    first = client.get(address)
    assert "Which route?" not in first.content.decode()
    buses = {f"q{issues.pk}": [issues.options.get(label="Buses").pk], f"q{often.pk}": "3"}
    second = client.post(address, sent(first, **buses))
    assert (second.status_code, "Which route?" in second.content.decode()) == (200, True)
    assert not Answer.objects.exists()
    third = client.post(address, sent(second, **buses, **{f"q{route.pk}": "The 58"}))
    assert third.status_code == 302
    assert set(Answer.objects.values_list("question", flat=True)) == {issues.pk, route.pk, often.pk}
    assert Answer.objects.get(question=route).text == "The 58"
    assert Answer.objects.get(question=often).number == 3


def test_what_was_sent_to_a_question_that_is_not_asked_is_not_kept(
    client: Client, bea: Person, token: Token, issues: Question, route: Question
) -> None:
    address = own(token(bea))
    rents = issues.options.get(label="Rents").pk
    client.post(address, sent(client.get(address), **{f"q{issues.pk}": [rents], f"q{route.pk}": "The 58"}))
    assert list(Answer.objects.values_list("question", flat=True)) == [issues.pk]


def test_how_they_vote_needs_its_box(client: Client, bea: Person, token: Token, script: Script, vote: Question) -> None:
    script.steps.create(question=vote, position=4)
    firm = vote.options.filter(meaning="strong_support")[0].pk
    address = own(token(bea))
    shown = client.get(address)
    assert "may keep what I say here about how I vote" in shown.content.decode()
    refused = client.post(address, sent(shown, **{f"q{vote.pk}": firm}))
    assert (refused.status_code, Answer.objects.count()) == (422, 0)
    client.post(address, sent(shown, **{f"q{vote.pk}": firm, "agrees": "on"}))
    assert Answer.objects.get().meaning == "strong_support"
    assert "Fairer Walthamstow" in Reply.objects.get().agreed_wording


def test_an_empty_form_is_told_so(client: Client, bea: Person, token: Token) -> None:
    address = own(token(bea))
    response = client.post(address, sent(client.get(address)))
    assert (response.status_code, "at least one" in response.content.decode()) == (422, True)


def test_scanners_are_no_visitors_and_looking_is_no_answer(client: Client, bea: Person, token: Token) -> None:
    address = own(token(bea))
    client.get(address, headers={"user-agent": "Mimecast link scanner"})
    client.head(address, headers={"user-agent": FIREFOX})
    client.get(address, headers={"user-agent": FIREFOX})
    assert list(Visit.objects.order_by("pk").values_list("is_automatic", flat=True)) == [True, True, False]
    assert not Action.objects.exists()


@pytest.mark.parametrize("wrong", ["x", "1-1-1-1.abcdefgh", ".", "---.", "é-1-1-1.x"])
def test_a_link_that_was_not_signed_here_opens_nothing(client: Client, survey: Survey, wrong: str) -> None:
    assert client.get(own(wrong)).status_code == 404


def test_a_signed_link_holds_for_its_person_and_survey_only(
    client: Client, survey: Survey, bea: Person, token: Token
) -> None:
    said, _dot, signature = token(bea).partition(".")
    ask, person, point, link = said.split("-")
    for changed in ((ask, "1", point, link), (ask, person, point, "0"), ("1", person, point, link)):
        assert "-".join(changed) == said or invited_by(f"{'-'.join(changed)}.{signature}") is None


def test_the_link_of_somebody_who_is_gone_leads_to_the_page_for_all(
    client: Client, survey: Survey, bea: Person, token: Token, now: datetime
) -> None:
    address = own(token(bea))
    Person.objects.filter(pk=bea.pk).update(erased_at=now, given_names="", family_name="", name_key="")
    response = client.get(address)
    assert response["Location"] == reverse("surveys:page", args=[survey.ask.slug])


def test_who_objected_is_asked_nothing(client: Client, bea: Person, token: Token) -> None:
    object_to_marketing(person=bea, source="letter", by=None)
    body = client.get(own(token(bea))).content.decode()
    assert "we keep nothing on what you think" in body
    assert "Which issues" not in body


def test_a_closed_survey_says_so(client: Client, survey: Survey, bea: Person, token: Token, now: datetime) -> None:
    close_ask(ask=survey.ask, by=None, now=now)
    for address in (own(token(bea)), reverse("surveys:page", args=[survey.ask.slug])):
        assert "This survey is closed" in client.get(address).content.decode()


def test_who_comes_without_a_link_reads_how_to_answer_and_what_else_to_do(
    client: Client, survey: Survey, campaign: Campaign, now: datetime
) -> None:
    ask = create_ask(campaign=campaign, kind=AskKind.VOLUNTEER, title="Lend us an hour", by=None)
    publish_ask(ask=ask, by=None, now=now)
    body = client.get(reverse("surveys:page", args=[survey.ask.slug])).content.decode()
    assert "Answer by your own link" in body
    assert "<strong>matters</strong>" in body
    assert reverse("joining:page", args=[ask.slug]) in body


def test_an_organiser_writes_publishes_and_closes_one(
    client: Client, campaign: Campaign, organiser: User, script: Script
) -> None:
    user = sign_in(client, organiser)
    typed = {"title": "Your street", "script": script.pk, "about": "", "thanks": ""}
    made = user.post(reverse("surveys:new", args=[campaign.slug]), typed)
    survey = Survey.objects.get()
    manage = reverse("surveys:manage", args=[campaign.slug, survey.pk])
    assert made["Location"] == manage
    assert client.get(reverse("surveys:page", args=[survey.ask.slug])).status_code == 404
    user.post(reverse("surveys:publication", args=[campaign.slug, survey.pk]))
    assert "Which issues matter?" in user.get(manage).content.decode()
    user.post(reverse("surveys:edit", args=[campaign.slug, survey.pk]), {**typed, "title": "Your road"})
    assert "Your road" in user.get(reverse("surveys:list", args=[campaign.slug])).content.decode()
    user.post(reverse("surveys:closing", args=[campaign.slug, survey.pk]))
    survey.ask.refresh_from_db()
    assert survey.ask.closed_at is not None


def test_a_campaign_without_a_script_is_told_to_write_one(client: Client, campaign: Campaign, organiser: User) -> None:
    body = sign_in(client, organiser).get(reverse("surveys:list", args=[campaign.slug])).content.decode()
    assert "First the questions" in body


def test_what_was_said_is_shown_of_no_fewer_than_five(
    client: Client, survey: Survey, organiser: User, campaign: Campaign, issues: Question, bea: Person, now: datetime
) -> None:
    from groundswell.campaigns.rules import FEW, GivenAnswer
    from groundswell.surveys.operations.replies import answer_survey

    rents = issues.options.get(label="Rents")
    for number in range(FEW):
        person = Person.objects.create(source=bea.source, given_names=f"Ola {number}", name_key=f"ola {number}")
        answer_survey(
            survey=survey,
            person=person,
            answers=[GivenAnswer(person.pk, issues.pk, option_id=rents.pk)],
            source_uuid=uuid4(),
            now=now,
        )
        body = sign_in(client, organiser).get(reverse("surveys:manage", args=[campaign.slug, survey.pk]))
        assert ("it could be told who said what" in body.content.decode()) == (number + 1 < FEW)
    figures = figures_of(survey)
    assert (figures.replies, figures.said[0].counts) == (5, [{"label": "Rents", "value": 5}])
