"""An open phone bank with a few households, for tests of the caller's screen."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from django.test import Client

from groundswell.accounts.enums import Role
from groundswell.accounts.models import Membership
from groundswell.accounts.tests.builders import make_member, make_organisation, make_user, sign_in
from groundswell.campaigns.enums import VoterIdTemplate
from groundswell.campaigns.operations.campaigns import create_campaign
from groundswell.campaigns.operations.questions import add_ready_question, add_voter_id
from groundswell.campaigns.operations.scripts import create_script
from groundswell.campaigns.ready_questions import ReadyQuestion
from groundswell.compliance.enums import ScreeningList
from groundswell.compliance.models import Figure, HoursBucket, Screening, ScreeningFile
from groundswell.people.addresses import address_hash
from groundswell.people.models import ContactPoint, DataSource, Household, Person, PersonContact
from groundswell.phonebank import bank_settings
from groundswell.phonebank.models import PhoneBank, QueueEntry
from groundswell.places.models import Area

# From Ofcom's ranges for drama: 01632 960000 to 960999.
FIRST_NUMBER = 441632960000
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class CallerWorld:
    """Walthamstow, one script, one phone bank that is open day and night, and callers as wanted."""

    def __init__(self) -> None:
        bank_settings.forget()
        yesterday = datetime.now(UTC).date() - timedelta(days=1)
        self.organisation = make_organisation(name="Fairer Walthamstow", contact_phone="020 7946 0123")
        for key, value in (
            ("contact_hours", {day: ["00:00", "24:00"] for day in DAYS}),
            ("bank_holidays_closed", False),
            ("screening_max_age_days", 28),
        ):
            Figure.objects.create(jurisdiction="uk", key=key, value=value, valid_from=yesterday, source="these tests")
        self.organiser = make_user("Olu")
        self.seat = Area.objects.create(
            kind="constituency", boundary_set="test", code="W", name="Walthamstow", nation="England"
        )
        self.campaign = create_campaign(
            name="Walthamstow 2029",
            by=self.organiser,
            areas=[self.seat],
            own_party="Forward",
            other_parties=["Backward"],
            election="general-2029",
        )
        self.voter_id = add_voter_id(campaign=self.campaign, template=VoterIdTemplate.PARTY_CODE, by=self.organiser)[0]
        self.poster = add_ready_question(campaign=self.campaign, ready=ReadyQuestion.POSTER, by=self.organiser)
        self.script = create_script(
            campaign=self.campaign, name="Monday", by=self.organiser, questions=[self.voter_id, self.poster]
        )
        self.bank = PhoneBank.objects.create(
            campaign=self.campaign, name="Monday calling", script=self.script, status="open", electoral_purpose=False
        )
        self.bucket = HoursBucket.objects.get_or_create(time_zone="Europe/London", holiday_region="")[0]
        self.source = DataSource.objects.create(name="Members", lawful_basis="legitimate interests", purpose="calls")
        self.screening = ScreeningFile.objects.create(
            list=ScreeningList.TPS,
            screened_on=yesterday,
            file_name="tps.csv",
            file_sha256="0" * 64,
            numbers_in_file=0,
            numbers_screened=0,
            numbers_listed=0,
        )
        self.numbers = 0
        self.households = 0

    def household(self, *names: str) -> QueueEntry:
        """A household with these people, who share one number; queued in the order made."""
        self.households += 1
        household = Household.objects.create(
            area=self.seat,
            constituency=self.seat,
            address_lines=f"{self.households} Tower Hamlets Road",
            postcode="E17 4RH",
            address_key=f"{self.households} tower hamlets road",
        )
        self.numbers += 1
        value = f"+{FIRST_NUMBER + self.numbers}"
        number = ContactPoint.objects.create(kind="phone", value=value, address_hash=address_hash("phone", value))
        Screening.objects.create(
            contact_point=number, file=self.screening, screened_on=self.screening.screened_on, listed=False
        )
        for name in names or (f"Voter Number{self.households}",):
            given, _, family = name.partition(" ")
            person = Person.objects.create(
                household=household, source=self.source, given_names=given, family_name=family, name_key=name.lower()
            )
            PersonContact.objects.create(person=person, contact_point=number, source=self.source)
        return QueueEntry.objects.create(
            campaign_id=self.campaign.pk,
            phone_bank=self.bank,
            household=household,
            bucket=self.bucket,
            position=self.households,
        )

    def caller(self, name: str = "Ada Lovelace") -> Membership:
        """A volunteer of this campaign."""
        return make_member(Role.CALLER, self.campaign, user=make_user(name))

    def client(self, membership: Membership | None = None, **options: Any) -> Client:
        """A browser without scripts, signed in as this caller."""
        return sign_in(Client(**options), (membership or self.caller()).user)
