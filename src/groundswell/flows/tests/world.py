"""A flow that asks for everything, and somebody who texts."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from groundswell.accounts.models import User
from groundswell.campaigns.enums import Meaning, QuestionKind
from groundswell.campaigns.models import Option, Question
from groundswell.compliance.enums import Channel
from groundswell.flows.enums import StepKind
from groundswell.flows.models import Flow, Run
from groundswell.flows.operations.making import FlowDetails, StepDetails, add_step, create_flow
from groundswell.flows.operations.publishing import publish_flow
from groundswell.messaging.models import Delivery, Sender
from groundswell.messaging.tests.texting import OURS
from groundswell.messaging.tests.world import World

CONSENT = "May Red Rose Party text you about its campaigns? Answer YES or NO. STOP ends it at any time."


class Flows:
    """The world of messaging with one number of ours, a voter-ID question and one on issues."""

    def __init__(self, world: World) -> None:
        self.world, self.campaign = world, world.campaign
        self.owen: User = world.owen
        self.sender: Sender = world.make_sender(channel="sms", name="Red Rose", address=OURS, provider="console")
        self.voter_id = self.question("vote", QuestionKind.CHOICE, is_voter_id=True)
        for position, (label, meaning) in enumerate(
            [("Red Rose", Meaning.STRONG_SUPPORT), ("Somebody else", Meaning.OPPOSED), ("Undecided", Meaning.UNDECIDED)]
        ):
            Option.objects.create(question=self.voter_id, label=label, meaning=meaning, position=position)
        self.issues = self.question("issues", QuestionKind.CHOICES)
        for position, label in enumerate(["Buses", "Housing", "Schools"]):
            Option.objects.create(question=self.issues, label=label, meaning=Meaning.OTHER, position=position)

    def question(self, key: str, kind: QuestionKind, **fields: Any) -> Question:
        return Question.objects.create(campaign=self.campaign, key=key, kind=kind, text=f"About {key}?", **fields)

    def details(self, keyword: str = "JOIN", **fields: Any) -> FlowDetails:
        return FlowDetails(
            **{
                "name": f"{keyword} us",
                "keyword": keyword,
                "sender": self.sender,
                "thanks": "Thank you, {{ first_name|friend }}!",
                "no_ask_because": "a test",
                **fields,
            }
        )

    def draft(self, *steps: StepDetails, keyword: str = "JOIN", **fields: Any) -> Flow:
        flow = create_flow(campaign=self.campaign, details=self.details(keyword, **fields), by=self.owen)
        for step in steps:
            add_step(flow, details=step, by=self.owen)
        return flow

    def live(self, *steps: StepDetails, keyword: str = "JOIN", **fields: Any) -> Flow:
        return publish_flow(self.draft(*steps, keyword=keyword, **fields), by=self.owen, now=timezone.now())

    def vote(self) -> StepDetails:
        return StepDetails(StepKind.VOTER_ID, "How would you vote on Monday?", question=self.voter_id)

    def choose(self) -> StepDetails:
        return StepDetails(StepKind.CHOICE, "Which issues matter to you?", question=self.issues)

    @staticmethod
    def name() -> StepDetails:
        return StepDetails(StepKind.NAME, "What is your name?")

    @staticmethod
    def consent(channel: Channel = Channel.SMS) -> StepDetails:
        return StepDetails(StepKind.CONSENT, CONSENT, channel=channel)

    @staticmethod
    def simple(kind: StepKind) -> StepDetails:
        return StepDetails(kind, f"Your {kind}?")


def answers() -> list[str]:
    """What we answered, in order."""
    return list(Delivery.objects.exclude(body="").order_by("pk").values_list("body", flat=True))


def states() -> list[str]:
    return list(Run.objects.order_by("pk").values_list("state", flat=True))
