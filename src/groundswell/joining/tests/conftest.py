"""A campaign with a sign-up page that asks which issues matter."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.core.cache import caches
from django.utils import timezone

from groundswell.accounts.enums import Role
from groundswell.accounts.models import Organisation, User
from groundswell.accounts.tests.builders import make_member, make_organisation
from groundswell.campaigns.consent_boxes import EVERY_CHANNEL, boxes
from groundswell.campaigns.models import Campaign, Question
from groundswell.campaigns.operations.campaigns import create_campaign
from groundswell.joining.models import SignUp, SignUpPage
from groundswell.joining.operations.pages import PageDetails, create_page, publish_page
from groundswell.joining.operations.sign_ups import Typed, sign_up
from groundswell.messaging.models import Sender


@pytest.fixture(autouse=True)
def _nobody_has_come_yet(db: None) -> None:
    caches["shared"].clear()


@pytest.fixture
def organisation(db: None) -> Organisation:
    return make_organisation(
        name="Fairer Walthamstow", imprint="Promoted by A. Test, 12 Hoe Street, London.", contact_email="us@example.org"
    )


@pytest.fixture
def campaign(organisation: Organisation) -> Campaign:
    return create_campaign(name="Buses", by=None, areas=[], own_party="Reds", other_parties=["Blues"])


@pytest.fixture
def sender(campaign: Campaign) -> Sender:
    """Our number, by which codes go."""
    return Sender.objects.create(
        channel="sms",
        name="Fairer Walthamstow",
        address="+441632960001",
        provider="console",
        verified_at=timezone.now(),
        verified_how="the provider’s list",
    )


@pytest.fixture
def organiser(campaign: Campaign) -> User:
    return make_member(Role.ORGANISER, campaign).user


@pytest.fixture
def issues(campaign: Campaign) -> Question:
    question = Question.objects.create(campaign=campaign, key="issues", kind="choices", text="Which issues matter?")
    for position, label in enumerate(("Buses", "Rents", "Clean air")):
        question.options.create(label=label, meaning="other", position=position)
    return question


@pytest.fixture
def now() -> datetime:
    return timezone.now()


@pytest.fixture
def page(campaign: Campaign, issues: Question, sender: Sender, now: datetime) -> SignUpPage:
    details = PageDetails(
        title="Stand with the buses",
        about="They **matter**.",
        thanks="Now *ring a friend*.",
        question=issues,
        tag="Buses",
        embedded_on=["https://www.example.org"],
    )
    return publish_page(page=create_page(campaign=campaign, details=details, by=None), by=None, now=now)


@pytest.fixture
def join(page: SignUpPage, now: datetime) -> Callable[..., SignUp]:
    """Somebody signs up; `channels` are the boxes they tick."""

    def typed(*, channels: tuple[str, ...] = (), at: datetime | None = None, **fields: Any) -> SignUp:
        ticked = tuple(box for box in boxes("Fairer Walthamstow", EVERY_CHANNEL) if box.channel in channels)
        fields = {"name": "Bea Lindqvist", "email": "bea@example.org", "boxes": ticked} | fields
        return sign_up(page=page, typed=Typed(**fields), now=at or now)

    return typed
