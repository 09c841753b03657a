"""A small campaign to ask questions in."""

from __future__ import annotations

import pytest

from groundswell.accounts.models import Organisation, User
from groundswell.campaigns.enums import VoterIdTemplate
from groundswell.campaigns.models import Campaign, Question, Script
from groundswell.campaigns.operations.campaigns import create_campaign
from groundswell.campaigns.operations.questions import add_ready_question, add_voter_id
from groundswell.campaigns.operations.scripts import create_script
from groundswell.campaigns.ready_questions import ReadyQuestion
from groundswell.people.models import DataSource, Person
from groundswell.places.models import Area


@pytest.fixture
def organisation(db) -> Organisation:
    return Organisation.objects.create(
        id=1,
        name="Fairer Walthamstow",
        kind="party",
        contact_address="12 Hoe Street\nLondon E17 4SD",
        contact_phone="020 7946 0123",
        privacy_url="https://fairer.example.org/privacy",
    )


@pytest.fixture
def organiser(db) -> User:
    return User.objects.create_user("olu@example.org", name="Olu")


@pytest.fixture
def seat(db) -> Area:
    return Area.objects.create(kind="constituency", boundary_set="test", code="W", name="Walthamstow")


@pytest.fixture
def campaign(organisation: Organisation, organiser: User, seat: Area) -> Campaign:
    return create_campaign(
        name="Walthamstow 2029",
        by=organiser,
        areas=[seat],
        own_party="Reds",
        other_parties=["Blues", "Greens"],
        election="general-2029",
    )


@pytest.fixture
def voter_id(campaign: Campaign, organiser: User) -> Question:
    return add_voter_id(campaign=campaign, template=VoterIdTemplate.PARTY_CODE, by=organiser)[0]


@pytest.fixture
def poster(campaign: Campaign, organiser: User) -> Question:
    return add_ready_question(campaign=campaign, ready=ReadyQuestion.POSTER, by=organiser)


@pytest.fixture
def script(campaign: Campaign, voter_id: Question, poster: Question, organiser: User) -> Script:
    return create_script(campaign=campaign, name="Monday", by=organiser, questions=[voter_id, poster])


@pytest.fixture
def person(db) -> Person:
    source = DataSource.objects.create(name="register", lawful_basis="public task", purpose="electoral")
    return Person.objects.create(source=source, given_names="Siân", family_name="Wyllt", name_key="sian wyllt")
