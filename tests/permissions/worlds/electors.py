"""An elector of the campaign, and what is kept of them."""

from __future__ import annotations

from functools import cached_property

from django.core.files.base import ContentFile
from django.utils import timezone

from groundswell.compliance.models import Consent, DataRequest, Suppression
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
    Tag,
)
from permissions.worlds.campaign import CampaignWorld


class ElectorsWorld(CampaignWorld):
    """Somebody who lives there, the files they came in, and what they agreed to."""

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
