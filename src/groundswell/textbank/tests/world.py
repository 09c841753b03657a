"""A text bank that is open at noon, with people who may be texted and volunteers to do it."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from uuid import uuid4

from groundswell.accounts.enums import Role
from groundswell.accounts.models import Membership
from groundswell.accounts.tests.builders import make_member, make_user
from groundswell.campaigns.enums import VoterIdTemplate
from groundswell.campaigns.operations.questions import add_voter_id
from groundswell.campaigns.operations.scripts import create_script
from groundswell.compliance.models import Figure
from groundswell.messaging.models import Inbound, Message
from groundswell.messaging.operations.inbound import receive
from groundswell.messaging.providers.contract import InboundOf
from groundswell.messaging.tests.world import NOON
from groundswell.messaging.tests.world import World as MessagingWorld
from groundswell.people.addresses import address_hash
from groundswell.people.models import ContactPoint, Person, PersonContact
from groundswell.textbank.models import Conversation, Entry, TextBank
from groundswell.textbank.operations.building import build_list
from groundswell.textbank.operations.leasing import lease_batch
from groundswell.textbank.operations.organising import TextBankDraft, create_text_bank, open_text_bank
from groundswell.textbank.operations.pressing import send_first

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
OURS = "+447700900900"
WORDS = "Hi {{ first_name|there }}, {{ texter }} here from Red Rose. Will you come on Monday? Reply STOP to end."


def nothing(*_: Any) -> None:
    """For what tells a worker."""


class World(MessagingWorld):
    """Everybody it makes carries the tag `list`, whom the text bank means."""

    def __init__(self) -> None:
        super().__init__()
        self.numbers = 0
        self.organiser = make_user("Olu")
        self.number = self.make_sender(channel="sms", address=OURS, provider="http", rate=1000)
        self.seat_here = self.seat("Walthamstow")
        self.campaign.own_party, self.campaign.other_parties = "Forward", ["Backward"]
        self.campaign.save()
        self.voter_id = add_voter_id(campaign=self.campaign, template=VoterIdTemplate.PARTY_CODE, by=self.organiser)[0]
        self.script = create_script(
            campaign=self.campaign, name="By text", by=self.organiser, questions=[self.voter_id]
        )

    def open_day_and_night(self) -> None:
        """For tests that run by the real clock."""
        Figure.objects.update_or_create(
            jurisdiction="uk",
            key="message_hours_sms",
            organisation_kind="",
            valid_from=date(2026, 1, 2),
            defaults={"value": {day: ["00:00", "24:00"] for day in DAYS}, "source": "these tests"},
        )
        Figure.objects.filter(key="bank_holidays_closed").update(value=False)

    def texted(self, name: str = "", *, consent: bool = True, number: str = "", **fields: Any) -> Person:
        """Somebody with a number, who agreed to texts."""
        given, _, family = name.partition(" ")
        names = {"given_names": given, "family_name": family} if name else {}
        person = self.person(seat=fields.pop("seat", self.seat_here), **names, **fields)
        if not number:
            self.numbers += 1
            number = f"+447700900{self.numbers:03}"
        point, _new = ContactPoint.objects.get_or_create(
            kind="phone", value=number, defaults={"address_hash": address_hash("phone", number)}
        )
        PersonContact.objects.create(person=person, contact_point=point, source=self.source)
        if consent:
            self.consent(person, bytes(point.address_hash), channel="sms")
        return person

    def draft(self, **fields: Any) -> TextBankDraft:
        return TextBankDraft(
            **{
                "name": "Will you come?",
                "sender": self.number,
                "body": WORDS,
                "conditions": {"tagged": "list"},
                "script": self.script,
                **fields,
            }
        )

    def bank(self, *, now: datetime = NOON, **fields: Any) -> TextBank:
        """An open one."""
        bank = create_text_bank(campaign=self.campaign, draft=self.draft(**fields), by=self.organiser)
        opened = open_text_bank(bank, by=self.organiser, now=now, enqueue=nothing)
        # By the test's clock, not by the database's.
        Message.objects.filter(pk=opened.message_id).update(created_at=now - timedelta(days=1))
        build_list(opened, by=self.organiser, now=now)
        opened.refresh_from_db()
        return opened

    def volunteer(self, name: str = "Ada Lovelace") -> Membership:
        return make_member(Role.CALLER, self.campaign, user=make_user(name))

    def conversation(self, bank: TextBank, by: Membership, *, now: datetime = NOON) -> Conversation:
        """The first text of a batch, pressed."""
        lease_batch(bank, by=by, now=now)
        entry = Entry.objects.filter(text_bank=bank, leased_by=by.user_id, state=1).order_by("position", "pk")[0]
        assert send_first(entry.pk, by=by, now=now, enqueue=nothing).is_safe
        return Conversation.objects.get(text_bank=bank, person=entry.person)

    def says(self, conversation: Conversation, text: str, *, now: datetime = NOON) -> Inbound:
        """They write."""
        assert conversation.contact_point is not None
        said = InboundOf(str(uuid4()), OURS, conversation.contact_point.value, text, now)
        inbound = receive(said, provider="http", now=now, enqueue=nothing)
        assert inbound is not None
        conversation.refresh_from_db()
        return inbound


def later(**by: float) -> datetime:
    """So long after noon."""
    return NOON + timedelta(**by)
