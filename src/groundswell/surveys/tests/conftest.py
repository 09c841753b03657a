"""A campaign with a survey: one question leads on to another, one asks how they vote."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest
from django.utils import timezone

from groundswell.accounts.enums import Role
from groundswell.accounts.models import Organisation, User
from groundswell.accounts.tests.builders import make_member, make_organisation
from groundswell.campaigns.enums import ShareChannel, VoterIdTemplate
from groundswell.campaigns.models import Campaign, Question, Script, ShareLink
from groundswell.campaigns.operations.asks import new_code
from groundswell.campaigns.operations.campaigns import create_campaign
from groundswell.campaigns.operations.questions import add_voter_id
from groundswell.people.models import ContactPoint, Person
from groundswell.people.operations.supporters import find_or_make_supporter
from groundswell.surveys.links import own_token
from groundswell.surveys.models import Survey
from groundswell.surveys.operations.surveys import SurveyDetails, create_survey, publish_survey


@pytest.fixture
def organisation(db: None) -> Organisation:
    return make_organisation(
        name="Fairer Walthamstow", imprint="Promoted by A. Test, 12 Hoe Street, London.", contact_email="us@example.org"
    )


@pytest.fixture
def campaign(organisation: Organisation) -> Campaign:
    return create_campaign(name="Buses", by=None, areas=[], own_party="Reds", other_parties=["Blues"])


@pytest.fixture
def organiser(campaign: Campaign) -> User:
    return make_member(Role.ORGANISER, campaign).user


@pytest.fixture
def now() -> datetime:
    return timezone.now()


@pytest.fixture
def issues(campaign: Campaign) -> Question:
    question = Question.objects.create(campaign=campaign, key="issue", kind="choices", text="Which issues matter?")
    for position, label in enumerate(("Buses", "Rents", "Clean air")):
        question.options.create(label=label, meaning="other", position=position)
    return question


@pytest.fixture
def route(campaign: Campaign) -> Question:
    """Asked only of whom buses matter to."""
    return Question.objects.create(campaign=campaign, key="route", kind="text", text="Which route?")


@pytest.fixture
def often(campaign: Campaign) -> Question:
    return Question.objects.create(
        campaign=campaign, key="often", kind="scale", text="How often do you ride?", scale_from=0, scale_to=5
    )


@pytest.fixture
def vote(campaign: Campaign) -> Question:
    return add_voter_id(campaign=campaign, template=VoterIdTemplate.PARTY_CODE, by=None)[0]


@pytest.fixture
def script(campaign: Campaign, issues: Question, route: Question, often: Question) -> Script:
    made = Script.objects.create(campaign=campaign, name="Doorstep", opening="Hello")
    made.steps.create(question=issues, position=1)
    branch = made.steps.create(question=route, position=2)
    branch.show_if.add(issues.options.get(label="Buses"))
    made.steps.create(question=often, position=3)
    return made


@pytest.fixture
def survey(campaign: Campaign, script: Script, now: datetime) -> Survey:
    details = SurveyDetails(title="Your street", script=script, about="It **matters**.", thanks="Now *ring a friend*.")
    return publish_survey(survey=create_survey(campaign=campaign, details=details, by=None), by=None, now=now)


@pytest.fixture
def link(survey: Survey) -> ShareLink:
    """The tracked link of a message."""
    return ShareLink.objects.create(ask=survey.ask, channel=ShareChannel.MESSAGE, code=new_code())


@pytest.fixture
def bea(db: None) -> Person:
    return find_or_make_supporter(name="Bea Lindqvist", email="bea@example.org", phone="", by=None).person


@pytest.fixture
def token(survey: Survey, link: ShareLink) -> Callable[[Person], str]:
    """The link of somebody, as the message carries it."""

    def of(person: Person) -> str:
        point = ContactPoint.objects.filter(people=person)[0]
        return own_token(ask_id=survey.ask_id, person_id=person.pk, contact_point_id=point.pk, link_id=link.pk)

    return of
