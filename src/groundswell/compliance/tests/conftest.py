"""People at numbers that may be called, one thing short of which each test takes away."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from groundswell.accounts.enums import Role
from groundswell.accounts.models import Membership, Organisation, User
from groundswell.compliance.enums import ScreeningList
from groundswell.compliance.models import Screening, ScreeningFile
from groundswell.people.addresses import address_hash
from groundswell.people.models import (
    ContactPoint,
    DataSource,
    Elector,
    Household,
    Person,
    PersonContact,
    Register,
)
from groundswell.places.models import Area


@pytest.fixture
def now() -> datetime:
    return timezone.now()


@pytest.fixture
def today(now: datetime) -> date:
    return now.astimezone(UTC).date()


@pytest.fixture
def organisation(db: None) -> Organisation:
    organisation, _ = Organisation.objects.update_or_create(
        pk=1, defaults={"name": "Red Rose Party", "kind": "party", "jurisdiction": "uk"}
    )
    return organisation


class World:
    """Makes people one at a time; every number is screened yesterday and not listed unless said otherwise."""

    def __init__(self, today: date) -> None:
        self.today = today
        self.made = 0
        self.source = DataSource.objects.create(
            name="Members", lawful_basis="legitimate interests", purpose="campaigning"
        )
        self.area = self.constituency("Walthamstow", "England")
        self.file = ScreeningFile.objects.create(
            list=ScreeningList.TPS,
            screened_on=today - timedelta(days=1),
            file_name="tps.csv",
            file_sha256="0" * 64,
            numbers_in_file=0,
            numbers_screened=0,
            numbers_listed=0,
        )

    def constituency(self, name: str, nation: str) -> Area:
        return Area.objects.create(kind="constituency", boundary_set="test", code=f"X-{name}", name=name, nation=nation)

    def household(self, area: Area | None = None) -> Household:
        self.made += 1
        area = area or self.area
        return Household.objects.create(
            area=area,
            constituency=area,
            address_lines=f"{self.made} Tower Hamlets Road",
            postcode="E17 4RH",
            address_key=f"{self.made} tower hamlets road",
        )

    def person(self, phone: str | None = None, household: Household | None = None, **fields: Any) -> Person:
        self.made += 1
        household = household or self.household()
        person = Person.objects.create(
            household=household,
            source=self.source,
            given_names=fields.pop("given_names", "Sian"),
            family_name=fields.pop("family_name", "Wyllt"),
            name_key=fields.pop("name_key", "wyllt sian"),
            **fields,
        )
        if phone:
            self.phone(person, phone)
        return person

    def phone(self, person: Person, value: str, *, screened: bool = True) -> ContactPoint:
        number, new = ContactPoint.objects.get_or_create(
            kind="phone", value=value, defaults={"address_hash": address_hash("phone", value)}
        )
        PersonContact.objects.create(person=person, contact_point=number, source=self.source)
        if screened and new:
            Screening.objects.create(
                contact_point=number, file=self.file, screened_on=self.file.screened_on, listed=False
            )
        return number

    def register(self, area: Area | None = None) -> Register:
        area = area or self.area
        register, _ = Register.objects.get_or_create(
            constituency=area,
            defaults={
                "source": self.source,
                "entitlement": "party",
                "purpose": "elections",
                "register_date": self.today,
            },
        )
        return register

    def elector(self, person: Person, area: Area | None = None, **fields: Any) -> Elector:
        self.made += 1
        register = self.register(area)
        return Elector.objects.create(
            person=person,
            register=register,
            area=register.constituency,
            prefix="KD",
            number=str(self.made),
            register_date=self.today,
            **fields,
        )


@pytest.fixture
def world(organisation: Organisation, today: date) -> World:
    return World(today)


@pytest.fixture
def refusal(now: datetime) -> Callable[[Person], str | None]:
    """The one answer for a person with one number or none."""
    from groundswell.compliance.contact import statuses_of_people

    def ask(person: Person) -> str | None:
        statuses = statuses_of_people([person.pk], now=now)
        assert len(statuses) == 1
        return statuses[0].refusal

    return ask


@pytest.fixture
def data_manager(organisation: Organisation) -> User:
    user = User.objects.create_user("dm@example.org", name="Dilys")
    Membership.objects.create(user=user, role=Role.DATA_MANAGER)
    return user


@pytest.fixture
def organiser(organisation: Organisation) -> User:
    user = User.objects.create_user("organiser@example.org", name="Owen")
    Membership.objects.create(user=user, role=Role.ORGANISER)
    return user


@pytest.fixture
def text_file(tmp_path: Path) -> Callable[[str], Path]:
    """A file of this text."""

    def write(text: str, name: str = "numbers.csv") -> Path:
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path

    return write
