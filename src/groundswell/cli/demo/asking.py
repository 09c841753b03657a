"""The demo's keyword and its survey: what people were asked by text and on a page, and how far they came."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Count

from groundswell.accounts.models import Organisation
from groundswell.campaigns.enums import ShareChannel
from groundswell.campaigns.models import Ask, Campaign, Option, Question, Script, Visit
from groundswell.campaigns.rules import GivenAnswer
from groundswell.cli.demo import story
from groundswell.cli.demo.bulk import insert
from groundswell.cli.demo.cast import Team
from groundswell.cli.demo.invention import MOBILES
from groundswell.cli.demo.telephone import TEXTS, arrive, leave
from groundswell.compliance.enums import Channel
from groundswell.flows.enums import StepKind
from groundswell.flows.models import Flow
from groundswell.flows.operations.making import FlowDetails, StepDetails, add_step, create_flow
from groundswell.flows.operations.publishing import publish_flow
from groundswell.messaging.models import Inbound, Message, Sender
from groundswell.messaging.operations.inbound import keep, route
from groundswell.messaging.providers.contract import InboundOf
from groundswell.people.models import ContactPoint, Person
from groundswell.surveys.models import Survey
from groundswell.surveys.operations.replies import answer_survey
from groundswell.surveys.operations.surveys import SurveyDetails, create_survey, publish_survey

# Who texted the keyword; how far each hundred of them came: to the first, the second and the third answer.
TEXTED, STAYED = 34, (90, 72, 58)
ANSWERED, OPENED = 23, 41


def make_flow(*, campaign: Campaign, team: Team, evening: Ask, now: datetime, rng: random.Random) -> Flow:
    """A keyword on a poster, what came in by it in nine days; `evening` is what it leads on to."""
    began = now - timedelta(days=9)
    details = FlowDetails(
        name=story.FLOW_NAME,
        keyword=story.FLOW_KEYWORD,
        sender=Sender.objects.get(address=story.TEXT_NUMBER),
        thanks=story.FLOW_THANKS,
        ask=evening,
        hours=24,
    )
    flow = create_flow(campaign=campaign, details=details, by=team.organiser)
    for step in _steps(campaign):
        add_step(flow, details=step, by=team.organiser)
    flow = publish_flow(flow, by=team.organiser, now=began)
    assert flow.message is not None
    Message.objects.filter(pk=flow.message.pk).update(created_at=began)
    numbers = ContactPoint.objects.filter(value__startswith=MOBILES).annotate(holders=Count("person_contacts"))
    found = list(numbers.filter(holders=1, person_contacts__person__electors__attainment_date=None).order_by("pk"))
    for point in rng.sample(found, min(TEXTED, len(found))):
        _text(flow, point, at=began + timedelta(minutes=rng.randrange(60, 7 * 24 * 60)), rng=rng)
    arrive(flow.message)
    return flow


def _steps(campaign: Campaign) -> list[StepDetails]:
    organisation = Organisation.objects.get().name
    issue = Question.objects.get(campaign=campaign, key="issue")
    votes = Question.objects.filter(campaign=campaign, is_voter_id=True, kind="choice").order_by("pk")[0]
    return [
        StepDetails(StepKind.CHOICE, story.FLOW_ISSUE, question=issue),
        StepDetails(StepKind.VOTER_ID, story.FLOW_VOTE, question=votes),
        StepDetails(StepKind.CONSENT, story.FLOW_CONSENT.format(organisation=organisation), channel=Channel.CALL),
    ]


def _text(flow: Flow, point: ContactPoint, *, at: datetime, rng: random.Random) -> None:
    """They text the keyword and answer as long as they like to, by the real way in."""
    _say(flow, point, story.FLOW_KEYWORD.capitalize(), at)
    for nth, (step, stay) in enumerate(zip(flow.steps.order_by("position"), STAYED, strict=True), start=1):
        if rng.randrange(100) >= stay:
            return
        offered = step.question.options.filter(retired_at=None).count() if step.question else 0
        words = str(rng.randint(1, offered)) if offered else rng.choice(story.FLOW_YES)
        _say(flow, point, words, at + timedelta(minutes=nth))


def _say(flow: Flow, point: ContactPoint, words: str, at: datetime) -> None:
    named = f"demo-flow-{point.pk}-{at:%d%H%M}"
    inbound = keep(
        InboundOf(named, story.TEXT_NUMBER, point.value, words, at, is_answered=True),
        provider=TEXTS,
        enqueue=lambda _pk: None,
    )
    assert inbound is not None
    route(inbound.pk, now=at)
    Inbound.objects.filter(pk=inbound.pk).update(received_at=at)
    leave(flow.message_id, at=at)


def make_survey(*, campaign: Campaign, team: Team, script: Script, now: datetime, rng: random.Random) -> Survey:
    """Open for a week; some opened it, and some of these answered what matters to them."""
    began = now - timedelta(days=7)
    details = SurveyDetails(
        title=story.SURVEY_TITLE, script=script, about=story.SURVEY_ABOUT, thanks=story.SURVEY_THANKS
    )
    survey = create_survey(campaign=campaign, details=details, by=team.organiser)
    survey = publish_survey(survey=survey, by=team.organiser, now=began)
    link = survey.ask.links.get(channel=ShareChannel.EMAIL)
    insert(Visit(link=link, at=began + (now - began) * rng.random(), is_automatic=False) for _one in range(OPENED))
    found = Person.objects.filter(person_tags__tag__name=story.SUPPORTER_TAG.lower(), objected_at=None)
    supporters = list(found.order_by("pk"))
    offered = list(Option.objects.filter(question__campaign=campaign, question__key="issue", retired_at=None))
    for nth, person in enumerate(rng.sample(supporters, min(ANSWERED, len(supporters)))):
        option = rng.choice(offered)
        answer_survey(
            survey=survey,
            person=person,
            answers=[GivenAnswer(person.pk, option.question_id, option_id=option.pk)],
            source_uuid=UUID(int=2**65 + nth),
            source=link,
            now=began + (now - began) * rng.random(),
        )
    return survey
