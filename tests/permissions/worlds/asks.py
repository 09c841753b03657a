"""What supporters are asked: to come, to sign up, to answer, by page or by text."""

from __future__ import annotations

from datetime import timedelta
from functools import cached_property
from uuid import uuid4

from django.utils import timezone

from groundswell.campaigns.enums import ShareChannel
from groundswell.campaigns.models import Question, ShareLink
from groundswell.campaigns.operations.asks import link_for
from groundswell.campaigns.rules import GivenAnswer
from groundswell.events.enums import EventKind
from groundswell.events.models import Attendance, Event, Notice
from groundswell.events.operations import EventDetails, create_event, publish_event, sign_up
from groundswell.events.own_links import own_token
from groundswell.flows.models import EmailYes, Flow, Run
from groundswell.flows.operations.emails import token_of as email_yes_token
from groundswell.joining.links import confirm_token
from groundswell.joining.models import SignUpPage
from groundswell.joining.operations.pages import PageDetails, create_page, publish_page
from groundswell.joining.operations.sign_ups import Typed
from groundswell.joining.operations.sign_ups import sign_up as sign_up_on_page
from groundswell.messaging.models import Sender
from groundswell.people.addresses import address_hash
from groundswell.people.models import (
    ContactPoint,
)
from groundswell.surveys.links import own_token as survey_token
from groundswell.surveys.models import Survey
from groundswell.surveys.operations.replies import answer_survey
from groundswell.surveys.operations.surveys import SurveyDetails, create_survey, publish_survey
from permissions.worlds.electors import ElectorsWorld


class AsksWorld(ElectorsWorld):
    """One of everything that a supporter can do, and their own links to it."""

    @cached_property
    def event(self) -> Event:
        """An evening of the campaign, open to everybody."""
        starts_at = timezone.now() + timedelta(days=3)
        details = EventDetails(
            title="Evening", kind=EventKind.MEETING, starts_at=starts_at, ends_at=starts_at + timedelta(hours=2)
        )
        made = create_event(campaign=self.campaign, details=details, by=None, now=timezone.now())
        return publish_event(event=made, by=None, now=timezone.now())

    @cached_property
    def attendance(self) -> Attendance:
        """Somebody who signed up for it."""
        return sign_up(event=self.event, name="Bea", email="bea@example.org", now=timezone.now())

    @cached_property
    def own_token(self) -> str:
        """What their own link ends in."""
        return own_token(self.attendance)

    @cached_property
    def notice(self) -> Notice:
        """Their confirmation."""
        return self.attendance.notices.get(kind="confirmation")

    @cached_property
    def share_link(self) -> ShareLink:
        """A tracked link to the evening."""
        return link_for(ask=self.event.ask, channel=ShareChannel.QR)

    @cached_property
    def sign_up_page(self) -> SignUpPage:
        """A sign-up page of the campaign, open to everybody."""
        details = PageDetails(title="Stand with us", question=self.topic)
        made = create_page(campaign=self.campaign, details=details, by=None)
        return publish_page(page=made, by=None, now=timezone.now())

    @cached_property
    def topic(self) -> Question:
        """What the sign-up page asks."""
        return Question.objects.create(campaign=self.campaign, key="topics", kind="choices", text="What matters?")

    @cached_property
    def open_topic(self) -> Question:
        """The same, asked in public."""
        assert self.sign_up_page.question
        return self.sign_up_page.question

    @cached_property
    def confirm_token(self) -> str:
        """What the letter to somebody who signed up there ends in."""
        typed = Typed(name="Bea", email="bea2@example.org")
        return confirm_token(sign_up_on_page(page=self.sign_up_page, typed=typed, now=timezone.now()))

    @cached_property
    def survey(self) -> Survey:
        """A survey of the campaign, open to whoever has a link."""
        assert self.step
        details = SurveyDetails(title="Your street", script=self.script)
        made = create_survey(campaign=self.campaign, details=details, by=None)
        return publish_survey(survey=made, by=None, now=timezone.now())

    @cached_property
    def survey_token(self) -> str:
        """The link of somebody who has answered it."""
        answer_survey(
            survey=self.survey,
            person=self.person,
            answers=[GivenAnswer(self.person.pk, self.question.pk, text="Buses")],
            source_uuid=uuid4(),
            now=timezone.now(),
        )
        asked = self.survey.ask_id, self.person.pk, self.number.pk
        return survey_token(ask_id=asked[0], person_id=asked[1], contact_point_id=asked[2])

    @cached_property
    def flow(self) -> Flow:
        """A keyword flow of the campaign, a draft that asks one thing."""
        sender, _new = Sender.objects.get_or_create(
            channel="sms",
            address="+447700900888",
            defaults={"name": "Us", "provider": "console", "verified_at": timezone.now(), "verified_how": "a code"},
        )
        flow = Flow.objects.create(
            campaign=self.campaign, sender=sender, name="Join", keyword="JOIN", word="join", thanks="Thank you"
        )
        flow.steps.create(position=1, kind="name", text="Your name?")
        return flow

    @cached_property
    def email_yes_token(self) -> str:
        """What the letter to somebody who texted yes to email ends in."""
        now, address = timezone.now(), "yes@example.org"
        point = ContactPoint.objects.create(kind="email", value=address, address_hash=address_hash("email", address))
        flow = Flow.objects.create(
            campaign=self.campaign,
            sender=self.flow.sender,
            name="Post",
            keyword="POST",
            word="post",
            thanks="Thank you",
        )
        step = flow.steps.create(position=1, kind="consent", channel="email", text="May we?")
        run = Run.objects.create(
            flow=flow,
            our_address="+447700900888",
            their_address="+447700900889",
            person=self.person,
            email=point,
            state="done",
            started_at=now,
            expires_at=now,
            ended_at=now,
        )
        yes = EmailYes.objects.create(
            run=run, step=step, contact_point=point, wording="May we?", evidence="text 1", said_at=now
        )
        return email_yes_token(yes)
