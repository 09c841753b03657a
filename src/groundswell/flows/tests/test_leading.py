"""A text to many whose answers go into a flow."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from groundswell.campaigns.models import Answer
from groundswell.compliance.models import HoursBucket, Suppression
from groundswell.flows.models import Flow, Run
from groundswell.flows.operations.publishing import lead_many, retire_flow
from groundswell.flows.rules import FlowRuleError
from groundswell.flows.tests.world import Flows, states
from groundswell.messaging.composed import problems_with
from groundswell.messaging.leading import lead_of
from groundswell.messaging.models import Delivery, Message
from groundswell.messaging.tests.texting import THEIRS, texted
from groundswell.people.models import ContactPoint, Person, PersonContact

pytestmark = pytest.mark.django_db


def routes(*texts: str) -> list[str]:
    return [inbound.route for text in texts if (inbound := texted(text))]


def deliver(message: Message, person: Person, *, hours_ago: int = 1) -> Delivery:
    bucket, _new = HoursBucket.objects.get_or_create(time_zone="Europe/London", holiday_region="")
    return Delivery.objects.create(
        message=message,
        person=person,
        contact_point=ContactPoint.objects.get(value=THEIRS),
        bucket=bucket,
        state="sent",
        sent_at=timezone.now() - timedelta(hours=hours_ago),
    )


@pytest.fixture
def flow(flows: Flows) -> Flow:
    return flows.live(flows.vote(), flows.consent(), keyword="VOTE")


@pytest.fixture
def message(flows: Flows, flow: Flow) -> Message:
    return lead_many(flow, by=flows.owen)


def test_the_reply_answers_the_first_question(message: Message, person: Person) -> None:
    deliver(message, person)
    assert routes("2", "yes", "1") == ["conversation", "conversation", "inbox"]

    assert Answer.objects.get().meaning == "opposed"
    run = Run.objects.get()
    assert (run.state, run.began_with, run.person) == ("done", message, person)


def test_what_makes_no_sense_is_asked_again(message: Message, person: Person) -> None:
    deliver(message, person)
    assert routes("who is this?", "1") == ["conversation", "conversation"]
    assert Answer.objects.get().meaning == "strong_support"


def test_a_late_reply_is_for_a_person(message: Message, person: Person) -> None:
    deliver(message, person, hours_ago=49)
    assert routes("2") == ["inbox"]


def test_a_retired_flow_takes_no_replies(flows: Flows, flow: Flow, message: Message, person: Person) -> None:
    deliver(message, person)
    retire_flow(flow, by=flows.owen, now=timezone.now())
    assert routes("2") == ["inbox"]


def test_who_stopped_is_not_opened_by_an_answer(message: Message, person: Person) -> None:
    deliver(message, person)
    assert routes("STOP", "2") == ["stop", "inbox"]
    assert not Answer.objects.exists()
    assert Suppression.objects.filter(lifted_at=None).exists()


def test_it_is_later_than_what_was_open(flows: Flows, message: Message, person: Person) -> None:
    flows.live(flows.name())
    routes("JOIN")
    deliver(message, person, hours_ago=0)
    assert routes("2") == ["conversation"]
    assert states() == ["left", "open"]


def test_a_shared_number_is_theirs_whom_we_wrote_to(flows: Flows, message: Message, person: Person) -> None:
    other = flows.world.person(given_names="Bo", family_name="Li")
    PersonContact.objects.create(person=other, contact_point=ContactPoint.objects.get(), source=flows.world.source)
    deliver(message, other)
    routes("1")
    assert Answer.objects.get().person == other


def test_its_words_must_keep_the_numbers(flows: Flows, flow: Flow, message: Message) -> None:
    assert problems_with(message) == []
    lead = lead_of(message)
    assert lead is not None
    assert lead.label == flow.name

    message.body = message.body.replace("2 Somebody else", "2 The Blues")
    assert "2 Somebody else" in problems_with(message)[0]
    message.sender = flows.world.sender
    assert len(problems_with(message)) == 2
    retire_flow(flow, by=flows.owen, now=timezone.now())
    assert len(problems_with(message)) == 3


def test_a_draft_leads_nobody(flows: Flows) -> None:
    with pytest.raises(FlowRuleError):
        lead_many(flows.draft(flows.vote()), by=flows.owen)
