"""What the addresses of the permission table point at, made when first asked for, and who comes to them."""

from __future__ import annotations

from datetime import timedelta
from functools import cached_property
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.core.files.base import ContentFile
from django.test import Client
from django.utils import timezone

from groundswell.accounts.enums import Role
from groundswell.accounts.models import Invitation, Membership, User
from groundswell.accounts.setup_links import SALT
from groundswell.accounts.tests.builders import make_campaign, make_member, make_organisation, make_user, sign_in
from groundswell.campaigns.enums import ShareChannel
from groundswell.campaigns.models import Ask, Candidate, CribSheet, Question, Script, ShareLink
from groundswell.campaigns.operations.asks import link_for
from groundswell.campaigns.rules import GivenAnswer
from groundswell.compliance.models import Consent, DataRequest, HoursBucket, Suppression
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
from groundswell.messaging.models import Delivery, Inbound, Message, Sender
from groundswell.messaging.preferences import preference_token
from groundswell.people.addresses import address_hash
from groundswell.people.files.uploads import kept_upload
from groundswell.people.models import (
    ContactPoint,
    DataSource,
    Household,
    ImportBatch,
    Person,
    PersonContact,
    PersonTag,
    Segment,
    Tag,
)
from groundswell.phonebank.models import CallerStatus, Flag, Outcome, PhoneBank, QueueEntry, Session
from groundswell.places.models import Area
from groundswell.surveys.links import own_token as survey_token
from groundswell.surveys.models import Survey
from groundswell.surveys.operations.replies import answer_survey
from groundswell.surveys.operations.surveys import SurveyDetails, create_survey, publish_survey
from groundswell.textbank.models import CannedReply, Conversation, TextBank
from permissions.viewers import role_of


class World:
    """A campaign "seat", another, and one of everything in the first. Add a property for what your addresses need."""

    def __init__(self) -> None:
        self._cookies: dict[str, str] = {}
        make_organisation(imprint="Promoted by A. Agent, 1 High Street, Exampleford")
        self.campaign = make_campaign("seat", name="The seat")
        self.other_campaign = make_campaign("elsewhere", name="Elsewhere")
        # A campaign without areas is about everybody, and so may see everybody.
        self.area = Area.objects.create(kind="ward", boundary_set="test", code="w", name="Ward")
        self.campaign.areas.add(self.area)
        self.other_campaign.areas.add(Area.objects.create(kind="ward", boundary_set="test", code="e", name="Elsewhere"))

    def user(self, viewer: str) -> User | None:
        """The user of this viewer; None for the anonymous one."""
        if viewer == "anonymous":
            return None
        if viewer == "nobody":
            return make_user("Nobody")
        if viewer == "revoked":
            gone = make_member(Role.ORGANISER, self.campaign)
            Membership.objects.filter(pk=gone.pk).update(revoked_at=timezone.now())
            return gone.user
        campaign = self.other_campaign if viewer.startswith("other_") else self.campaign
        return make_member(role_of(viewer), campaign, second_factor=viewer != "bare_owner").user

    def client(self, viewer: str) -> Client:
        """A new browser of this viewer, signed in the first time that they come."""
        client = Client(raise_request_exception=True)
        if viewer not in self._cookies:
            user = self.user(viewer)
            self._cookies[viewer] = sign_in(Client(), user).cookies[settings.SESSION_COOKIE_NAME].value if user else ""
        if cookie := self._cookies[viewer]:
            client.cookies[settings.SESSION_COOKIE_NAME] = cookie
        return client

    @cached_property
    def invitation(self) -> Invitation:
        """A link that works."""
        return Invitation.objects.create(campaign=self.campaign, expires_at=timezone.now() + timedelta(days=1))

    @cached_property
    def member(self) -> Membership:
        """A caller to be looked at."""
        return make_member(Role.CALLER, self.campaign)

    @cached_property
    def setup_token(self) -> str:
        """What the operator's one-time link ends in."""
        from django.core import signing

        return signing.dumps("setup", salt=SALT)

    @cached_property
    def crib(self) -> CribSheet:
        """What callers there read."""
        return CribSheet.objects.create(campaign=self.campaign, area=self.area, body="Be kind.")

    @cached_property
    def candidate(self) -> Candidate:
        """Someone who stands there."""
        return Candidate.objects.create(campaign=self.campaign, area=self.area, name="Cand")

    @cached_property
    def script(self) -> Script:
        """A script of the campaign."""
        return Script.objects.create(campaign=self.campaign, name="Script", opening="Hello")

    @cached_property
    def question(self) -> Question:
        """A question of the campaign."""
        return Question.objects.create(campaign=self.campaign, key="q", kind="text", text="What matters?")

    @cached_property
    def step(self) -> Any:
        """That question in that script."""
        return self.script.steps.create(question=self.question, position=1)

    @cached_property
    def source(self) -> DataSource:
        """Where the people are known from."""
        return DataSource.objects.create(name="Members", lawful_basis="consent", purpose="campaigning")

    @cached_property
    def household(self) -> Household:
        """A home in the campaign's ward."""
        return Household.objects.create(
            area=self.area, constituency=self.area, address_lines="1 High Street", address_key="1 high street"
        )

    @cached_property
    def person(self) -> Person:
        """Somebody who lives there, with a number."""
        person = Person.objects.create(
            household=self.household, source=self.source, given_names="Vera", name_key="vera"
        )
        PersonContact.objects.create(person=person, contact_point=self.number, source=self.source)
        return person

    @cached_property
    def number(self) -> ContactPoint:
        """Their number, from the range that is kept for drama."""
        value = "+441632960001"
        return ContactPoint.objects.create(kind="phone", value=value, address_hash=address_hash("phone", value))

    @cached_property
    def inbound(self) -> Inbound:
        """Their answer to a text of the campaign."""
        sender = Sender.objects.create(channel="sms", name="Us", address="+447700900999", provider="console")
        message = Message.objects.create(
            campaign=self.campaign, channel="sms", name="Monday", body="Come?", sender=sender, status="sending"
        )
        bucket, _new = HoursBucket.objects.get_or_create(time_zone="Europe/London", holiday_region="")
        delivery = Delivery.objects.create(
            message=message, person=self.person, contact_point=self.number, bucket=bucket, state="pending"
        )
        return Inbound.objects.create(
            channel="sms",
            provider="console",
            provider_id="1",
            sender=sender,
            our_address=sender.address,
            their_address=self.number.value,
            contact_point=self.number,
            text="Please stop",
            at=timezone.now(),
            answers=delivery,
        )

    @cached_property
    def suppression(self) -> Suppression:
        """Their number is closed."""
        return Suppression.objects.create(
            address_hash=self.number.address_hash, kind="phone", scope="calls", reason="asked"
        )

    @cached_property
    def consent(self) -> Consent:
        """They have agreed to something."""
        return Consent.objects.create(
            person=self.person,
            address_hash=self.number.address_hash,
            channel="call",
            state="given",
            wording="Yes",
            wording_version="1",
            source="stall",
            evidence="paper",
            given_at=timezone.now(),
        )

    @cached_property
    def data_request(self) -> DataRequest:
        """They asked for a copy of what is held."""
        return DataRequest.objects.create(person=self.person, kind="copy", source="letter", asked_at=timezone.now())

    @cached_property
    def preference_token(self) -> str:
        """What the link to their preference page ends in."""
        return preference_token(person_id=self.person.pk, contact_point_id=self.number.pk)

    @cached_property
    def tag(self) -> Tag:
        """A word on them."""
        return PersonTag.objects.create(person=self.person, tag=Tag.objects.create(name="poster")).tag

    @cached_property
    def bank(self) -> PhoneBank:
        """A phone bank of the campaign that is open."""
        return PhoneBank.objects.create(campaign=self.campaign, name="Monday", script=self.script, status="open")

    @cached_property
    def text_bank(self) -> TextBank:
        """A text bank of the campaign that is open."""
        message = Message.objects.create(
            campaign=self.campaign, kind="text_bank", channel="sms", name="Texts", body="Come?", status="draft"
        )
        return TextBank.objects.create(campaign=self.campaign, name="Texts", message=message, status="open")

    @cached_property
    def canned(self) -> CannedReply:
        """Words for its volunteers."""
        return CannedReply.objects.create(text_bank=self.text_bank, title="Yes", body="Lovely.")

    @cached_property
    def conversation(self) -> Conversation:
        """One that a volunteer has who is not among the viewers."""
        bucket, _new = HoursBucket.objects.get_or_create(time_zone="Europe/London", holiday_region="")
        return Conversation.objects.create(
            campaign_id=self.campaign.pk,
            text_bank=self.text_bank,
            person=self.person,
            contact_point=self.number,
            bucket=bucket,
            texter=self.member.user,
            started_at=timezone.now(),
            last_out_at=timezone.now(),
        )

    @cached_property
    def session(self) -> Session:
        """An evening of it that has begun, with one caller in it."""
        now = timezone.now()
        ask = Ask.objects.create(campaign=self.campaign, kind="attend", slug="monday", title="Monday")
        event = Event.objects.create(
            campaign=self.campaign,
            ask=ask,
            title="Monday",
            status="published",
            starts_at=now,
            ends_at=now + timedelta(hours=2),
        )
        session = Session.objects.create(event=event, board_key=uuid4().hex, started_at=now)
        session.banks.create(phone_bank=self.bank)
        session.callers.create(user=self.caller)
        return session

    @cached_property
    def flag(self) -> Flag:
        """A household of it that waits for an organiser."""
        bucket = HoursBucket.objects.get_or_create(time_zone="Europe/London", holiday_region="")[0]
        entry = QueueEntry.objects.create(
            campaign_id=self.campaign.pk, phone_bank=self.bank, household=self.household, bucket=bucket
        )
        return Flag.objects.create(entry=entry, phone_bank=self.bank, raised_by=self.member.user, note="Is rude")

    @cached_property
    def caller(self) -> User:
        """Somebody who has called in it."""
        return CallerStatus.objects.create(phone_bank=self.bank, caller=self.member.user).caller

    @cached_property
    def outcome(self) -> Outcome:
        """One of the outcomes that every installation has."""
        return Outcome.objects.get(code="no_answer")

    @cached_property
    def upload(self) -> ImportBatch:
        """A register of the campaign's area that has been uploaded, its columns named."""
        rows = b"Elector Number Prefix,Elector Number,Elector Surname,PostCode\nAA,1,Voter,E17 9AA\n"
        columns = ["prefix", "number", "surname", "postcode"]
        with kept_upload(ContentFile(rows, "register.csv")) as kept:
            return ImportBatch.objects.create(
                kind="register",
                file=kept.name,
                file_name="register.csv",
                constituency=self.area,
                entitlement="Registered party",
                purpose="Electoral purposes",
                register_date="2026-11-01",
                mapping={"layout": "xpress", "columns": columns, "has_header": True},
            )

    @cached_property
    def imported(self) -> ImportBatch:
        """Numbers of people there that have been imported; one row was left out."""
        with kept_upload(ContentFile(b"line,reason\n2,No number\n", "rejects.csv")) as kept:
            return ImportBatch.objects.create(
                kind="phones", status="done", file_name="phones.csv", constituency=self.area, rejects_file=kept.name
            )

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
    def sender(self) -> Sender:
        """A name to write under, proven."""
        return Sender.objects.create(
            channel="email",
            name="The party",
            address="news@example.org",
            provider="smtp",
            verified_at=timezone.now(),
            verified_how="a code",
        )

    @cached_property
    def message(self) -> Message:
        """A draft of an email that this person would get."""
        value = "vera@example.org"
        point = ContactPoint.objects.create(kind="email", value=value, address_hash=address_hash("email", value))
        PersonContact.objects.create(person=self.person, contact_point=point, source=self.source)
        Consent.objects.create(
            person=self.person,
            address_hash=point.address_hash,
            channel="email",
            state="given",
            wording="Yes",
            wording_version="1",
            source="stall",
            evidence="paper",
            given_at=timezone.now() - timedelta(days=1),
        )
        return self._message("draft")

    @cached_property
    def sent_message(self) -> Message:
        """One that is done."""
        return self._message("done")

    def _message(self, status: str) -> Message:
        everybody = Segment.objects.create(name=status, campaign=self.campaign, expression={"everybody": True})
        return Message.objects.create(
            campaign=self.campaign,
            channel="email",
            name="News",
            subject="News",
            body="Hello.",
            sender=self.sender,
            segment=everybody,
            status=status,
        )
