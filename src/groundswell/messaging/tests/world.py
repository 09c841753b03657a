"""A campaign with people who may be written to, one thing short of which each test takes away."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from django.utils import timezone

from groundswell.accounts.models import Organisation, User
from groundswell.campaigns.models import Campaign
from groundswell.compliance.models import Consent
from groundswell.messaging.models import Message, Sender
from groundswell.people.addresses import address_hash
from groundswell.people.models import (
    ContactPoint,
    DataSource,
    Household,
    Person,
    PersonContact,
    PersonTag,
    Segment,
    Tag,
)
from groundswell.places.models import Area

# A Wednesday in winter: the hours are the clock's own in the United Kingdom.
NOON = datetime(2026, 11, 18, 12, 0, tzinfo=UTC)
NIGHT = datetime(2026, 11, 18, 23, 30, tzinfo=UTC)


class World:
    """Everybody it makes carries the tag `list`, which is the segment."""

    def __init__(self) -> None:
        self.made = 0
        Organisation.objects.update_or_create(
            pk=1, defaults={"name": "Red Rose Party", "kind": "party", "jurisdiction": "uk"}
        )
        self.source = DataSource.objects.create(name="Members", lawful_basis="consent", purpose="campaigning")
        self.campaign = Campaign.objects.create(name="Walthamstow", slug="walthamstow")
        self.tag = Tag.objects.create(name="list")
        self.segment = Segment.objects.create(name="Everybody", campaign=self.campaign, expression={"tagged": "list"})
        self.sender = self.make_sender()
        self.owen = User.objects.create_user("owen@example.org", name="Owen")

    def make_sender(self, **fields: Any) -> Sender:
        self.made += 1
        return Sender.objects.create(
            **{
                "channel": "email",
                "name": "Red Rose Party",
                "address": f"news{self.made}@example.org",
                "provider": "smtp",
                "rate": 1000,
                "verified_at": timezone.now(),
                "verified_how": "a code that came back",
                **fields,
            }
        )

    def seat(self, name: str, nation: str = "England") -> Area:
        return Area.objects.create(kind="constituency", boundary_set="test", code=f"X-{name}", name=name, nation=nation)

    def person(
        self, email: str | None = None, *, consent: bool = True, seat: Area | None = None, **fields: Any
    ) -> Person:
        self.made += 1
        household = None
        if seat is not None:
            household = Household.objects.create(
                area=seat, constituency=seat, address_lines=f"{self.made} Hoe Street", address_key=f"{self.made} hoe"
            )
        names = {"given_names": "Sian", "family_name": f"Wyllt {self.made}", **fields}
        person = Person.objects.create(household=household, source=self.source, **names)
        PersonTag.objects.create(person=person, tag=self.tag)
        if email is not None:
            self.email(person, email, consent=consent)
        return person

    def email(self, person: Person, value: str, *, consent: bool = True, **fields: Any) -> ContactPoint:
        digest = address_hash("email", value)
        address, _new = ContactPoint.objects.get_or_create(
            kind="email", value=value, defaults={"address_hash": digest, **fields}
        )
        PersonContact.objects.create(person=person, contact_point=address, source=self.source)
        if consent:
            self.consent(person, digest)
        return address

    def consent(self, person: Person, digest: bytes, state: str = "given", **fields: Any) -> Consent:
        lines: dict[str, Any] = {
            "channel": "email",
            "wording": "You may write to me.",
            "wording_version": "1",
            "source": "a form",
            "evidence": "the form",
            "given_at": NOON - timedelta(days=90),
            **fields,
        }
        return Consent.objects.create(person=person, address_hash=digest, state=state, **lines)

    def people(self, count: int) -> list[Person]:
        return [self.person(f"person{n}@example.org") for n in range(count)]

    def message(self, **fields: Any) -> Message:
        self.made += 1
        return Message.objects.create(
            **{
                "campaign": self.campaign,
                "channel": "email",
                "name": f"Newsletter {self.made}",
                "sender": self.sender,
                "subject": "Join us on Monday",
                "body": "We ring on Monday.",
                "segment": self.segment,
                "status": "preparing",
                **fields,
            }
        )
