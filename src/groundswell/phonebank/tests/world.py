"""A phone bank to test with: any number of households, one number a person, everything screened yesterday."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from groundswell.accounts.identity import CallerIdentity
from groundswell.accounts.models import Membership, Organisation, User
from groundswell.campaigns.models import Campaign, Option, Question, Script, ScriptStep
from groundswell.compliance.models import Screening, ScreeningFile
from groundswell.people.addresses import address_hash
from groundswell.people.models import ContactPoint, DataSource, Household, Person, PersonContact, Segment
from groundswell.phonebank import bank_settings
from groundswell.phonebank.claims import CallResult, HouseholdToCall
from groundswell.phonebank.enums import PhoneBankStatus
from groundswell.phonebank.models import PhoneBank
from groundswell.phonebank.operations import build_queue
from groundswell.places.models import Area

# A Wednesday at noon: open by every hours rule.
NOON = datetime(2026, 11, 18, 12, 0, tzinfo=UTC)
# The ranges Ofcom keeps for drama, a thousand each.
RANGES = ("+4420794600", "+44113496", "+44114496", "+44115496", "+44116496", "+44117496", "+44121496", "+44131496")


def number_at(index: int) -> str:
    """The index-th fictional number."""
    block, rest = divmod(index, 1000)
    prefix = RANGES[block]
    return f"{prefix}{rest:0{13 - len(prefix)}d}"


@dataclass
class Home:
    """One household of the world, with its people and their numbers."""

    row: Household
    people: list[Person]
    numbers: list[ContactPoint]


class World:
    """Organisation, campaign, script, areas and households, made in bulk."""

    def __init__(self, now: datetime = NOON) -> None:
        bank_settings.forget()
        self.now = now
        self.numbers_used = 0
        self.organisation, _ = Organisation.objects.update_or_create(
            pk=1, defaults={"name": "Red Rose Party", "kind": "party", "jurisdiction": "uk"}
        )
        self.organiser = User.objects.create_user(f"organiser-{uuid4().hex[:8]}@example.org", name="Olu")
        self.campaign = Campaign.objects.create(name=f"Walthamstow {uuid4().hex[:6]}", slug=uuid4().hex[:12])
        self.area = self.new_area("Walthamstow", "England")
        self.question = Question.objects.create(
            campaign=self.campaign, key="voter-id", kind="choice", text="Who will you vote for?", is_voter_id=True
        )
        self.ours = Option.objects.create(
            question=self.question, label="Red Rose", position=1, meaning="strong_support"
        )
        self.script = Script.objects.create(campaign=self.campaign, name="Voter ID", opening="Hello {{ person }}")
        ScriptStep.objects.create(script=self.script, question=self.question, position=1)
        self.source = DataSource.objects.create(
            name=f"Members {uuid4().hex[:6]}", lawful_basis="legitimate interests", purpose="campaigning"
        )
        self.file = ScreeningFile.objects.create(
            list="tps",
            screened_on=(now - timedelta(days=1)).date(),
            file_name="tps.csv",
            file_sha256="0" * 64,
            numbers_in_file=0,
            numbers_screened=0,
            numbers_listed=0,
        )

    def new_area(self, name: str, nation: str, parent: Area | None = None, zone: str = "Europe/London") -> Area:
        return Area.objects.create(
            kind="constituency" if parent is None else "ward",
            boundary_set="test",
            code=uuid4().hex[:12],
            name=name,
            nation=nation,
            parent=parent,
            time_zone=zone,
        )

    def households(self, count: int, *, people: int = 1, area: Area | None = None) -> list[Home]:
        """New households with `people` persons, each with a number of their own."""
        area = area or self.area
        seat = area.parent or area
        made = Household.objects.bulk_create(
            Household(
                area=area,
                constituency=seat,
                address_lines=f"{i + 1} Tower Hamlets Road\nLondon",
                postcode="E17 4RH",
                address_key=uuid4().hex,
            )
            for i in range(count)
        )
        persons = Person.objects.bulk_create(
            Person(
                household=household,
                source=self.source,
                given_names=("Sian", "Tom", "Mair", "Ade", "Bo")[i % 5],
                family_name="Wyllt",
                name_key="wyllt",
            )
            for household in made
            for i in range(people)
        )
        numbers = self.numbers(persons)
        return [
            Home(household, persons[i * people : (i + 1) * people], numbers[i * people : (i + 1) * people])
            for i, household in enumerate(made)
        ]

    def numbers(self, people: Iterable[Person]) -> list[ContactPoint]:
        """A fresh screened number for each of these people."""
        people = list(people)
        values = [number_at(self.numbers_used + i) for i in range(len(people))]
        self.numbers_used += len(people)
        points = ContactPoint.objects.bulk_create(
            ContactPoint(kind="phone", value=v, address_hash=address_hash("phone", v)) for v in values
        )
        Screening.objects.bulk_create(
            Screening(contact_point=p, file=self.file, list="tps", screened_on=self.file.screened_on, listed=False)
            for p in points
        )
        PersonContact.objects.bulk_create(
            PersonContact(person=person, contact_point=point, source=self.source)
            for person, point in zip(people, points, strict=True)
        )
        return points

    def lone_person(self) -> Person:
        person = Person.objects.create(source=self.source, given_names="Ade", family_name="Solo", name_key="solo ade")
        self.numbers([person])
        return person

    def bank(self, *, build: bool = True, segment: Segment | None = None, **fields: Any) -> PhoneBank:
        """An open phone bank over everybody there is."""
        bank = PhoneBank.objects.create(
            campaign=self.campaign,
            name=fields.pop("name", f"Monday {uuid4().hex[:6]}"),
            script=self.script,
            segment=segment,
            **{"status": PhoneBankStatus.OPEN, **fields},
        )
        if build:
            build_queue(bank, by=self.organiser, now=self.now)
        return bank

    def caller(self, name: str = "Cai") -> CallerIdentity:
        user = User.objects.create(name=name, email=f"{uuid4().hex}@example.org")
        membership = Membership.objects.create(user=user, role="caller", campaign=self.campaign)
        return CallerIdentity(user.pk, membership.pk, self.campaign.pk, 0)

    def callers(self, count: int) -> list[CallerIdentity]:
        return [self.caller(f"Cai {i}") for i in range(count)]


def result_of(
    bank: PhoneBank,
    household: HouseholdToCall,
    outcome: str = "no_answer",
    *,
    at: datetime = NOON,
    client_uuid: UUID | None = None,
    **fields: Any,
) -> CallResult:
    """What a caller's phone sends about this household: the first person's first number unless said otherwise."""
    person = household.people[0]
    fields.setdefault("person_id", person.id)
    fields.setdefault("contact_point_id", household.numbers[0].id)
    return CallResult(
        client_uuid=client_uuid or uuid4(),
        phone_bank_id=bank.pk,
        entry_id=household.entry_id,
        lease_key=household.lease_key,
        outcome=outcome,
        occurred_at=at,
        **fields,
    )
