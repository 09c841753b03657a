"""An event with people signed up for it, made directly: what the letters' tests need and no more."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from groundswell.accounts.models import Organisation
from groundswell.campaigns.models import Action, Ask, Campaign
from groundswell.events.models import Attendance, Event, Notice
from groundswell.people.addresses import address_hash
from groundswell.people.models import ContactPoint, DataSource, Person, PersonContact

# A Wednesday at noon, and the Monday after at six in the evening.
NOW = datetime(2026, 11, 18, 12, 0, tzinfo=UTC)
MONDAY = datetime(2026, 11, 23, 18, 0, tzinfo=UTC)


class Evening:
    """One published evening of calling, and a hand to sign people up with."""

    def __init__(self, starts_at: datetime = MONDAY, hours: float = 2, **fields: Any) -> None:
        Organisation.objects.update_or_create(
            pk=1,
            defaults={
                "name": "Fairer Bury",
                "kind": "party",
                "contact_address": "12 Silver Street\nBury BL9 0EX",
                "contact_email": "hello@fairer.example.org",
                "privacy_url": "https://fairer.example.org/privacy",
                "imprint": "Promoted by A. Agent on behalf of Fairer Bury, both of 12 Silver Street, Bury BL9 0EX",
            },
        )
        self.source, _ = DataSource.objects.get_or_create(
            name="sign-ups", defaults={"lawful_basis": "consent", "purpose": "events"}
        )
        slug = f"evening-{uuid4().hex[:8]}"
        self.campaign = Campaign.objects.create(name=f"Bury {slug}", slug=slug)
        self.ask = Ask.objects.create(
            campaign=self.campaign, kind="attend", slug=slug, title="Ring Bury North", published_at=NOW
        )
        self.event = Event.objects.create(
            campaign=self.campaign,
            ask=self.ask,
            title="Ring Bury North",
            status="published",
            starts_at=starts_at,
            ends_at=starts_at + timedelta(hours=hours),
            **fields,
        )

    def sign_up(self, name: str = "Siân", *, email: str = "", waiting: bool = False, **fields: Any) -> Attendance:
        """Somebody is signed up, without a letter: the test says which."""
        email = email or f"{uuid4().hex[:10]}@example.org"
        person = Person.objects.create(source=self.source, given_names=name, family_name="Wyllt", name_key=name.lower())
        address, _ = ContactPoint.objects.get_or_create(
            kind="email", value=email, defaults={"address_hash": address_hash("email", email)}
        )
        PersonContact.objects.create(person=person, contact_point=address, source=self.source)
        action = Action.objects.create(
            ask=self.ask,
            person=person,
            state="confirmed",
            dedupe_key=str(person.pk),
            happened_at=NOW,
            state_at=NOW,
        )
        return Attendance.objects.create(
            action=action, event=self.event, person=person, email=address, is_waiting=waiting, **fields
        )

    def move(self, starts_at: datetime) -> None:
        """What the organiser's move does to the row, without telling anybody."""
        length = self.event.ends_at - self.event.starts_at
        self.event.starts_at, self.event.ends_at = starts_at, starts_at + length
        self.event.sequence += 1
        self.event.save()

    def letters(self, attendance: Attendance | None = None) -> list[tuple[str, int, str]]:
        """Kind, sequence and state of each letter, in the order in which they were written down."""
        rows = Notice.objects.filter(attendance__event=self.event).order_by("pk")
        rows = rows.filter(attendance=attendance) if attendance else rows
        return list(rows.values_list("kind", "sequence", "state"))
