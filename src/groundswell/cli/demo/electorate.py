"""The invented voters written into the database, in bulk, with every constraint honoured."""

from __future__ import annotations

import hashlib
import random
from datetime import datetime, timedelta

from django.db import connection

from groundswell.accounts.models import User
from groundswell.cli.demo import story
from groundswell.cli.demo.bulk import insert
from groundswell.cli.demo.invention import DISTRICTS_A_WARD, Home, Town, Voter
from groundswell.compliance.enums import ScreeningList, SuppressionReason, SuppressionScope
from groundswell.compliance.models import Consent, Screening, ScreeningFile, Suppression
from groundswell.people.addresses import address_hash, address_key, name_key
from groundswell.people.enums import ContactKind, Franchise
from groundswell.people.models import (
    ContactPoint,
    DataSource,
    Elector,
    Household,
    ImportBatch,
    Person,
    PersonContact,
    PersonTag,
    Register,
    Tag,
)
from groundswell.places.enums import AreaKind
from groundswell.places.models import Area

LISTED = 0.07
# Numbers of one exchange of Bury North were last screened before the rest.
STALE_NUMBERS = "+4411349601"
FRANCHISES = {"F": Franchise.OVERSEAS, "G": Franchise.EU, "B": Franchise.EU_RETAINED}


def make_sources() -> tuple[DataSource, DataSource]:
    """Where the data came from and why it may be used (rule D1), said of invented data too."""
    return (
        DataSource.objects.create(
            name=story.DATA_SOURCE,
            lawful_basis="Invented people: no personal data",
            purpose=story.PURPOSE,
            is_register=True,
        ),
        DataSource.objects.create(
            name=story.PHONE_SOURCE,
            lawful_basis="Numbers that Ofcom keeps for drama: nobody has them",
            purpose=story.PURPOSE,
        ),
    )


def make_districts(town: Town, seat: Area) -> list[Area]:
    """The wards of a seat and the polling districts below them, in the order the homes count them."""
    shared = {
        "boundary_set": story.BOUNDARY_SET,
        "nation": seat.nation,
        "region": seat.region,
        "time_zone": seat.time_zone,
        "source": "demo",
    }
    wards = insert(
        Area(kind=AreaKind.WARD, code=f"{town.letters}{chr(65 + nth)}", name=name, parent=seat, **shared)
        for nth, name in enumerate(town.wards)
    )
    return insert(
        Area(
            kind=AreaKind.POLLING_DISTRICT,
            code=f"{ward.code}{chr(65 + nth)}",
            name=f"{ward.name} {nth + 1}",
            parent=ward,
            **shared,
        )
        for ward in wards
        for nth in range(DISTRICTS_A_WARD)
    )


def write(
    homes: list[Home], *, batch: ImportBatch, districts: list[Area], sources: tuple[DataSource, DataSource]
) -> None:
    """The register of one seat, as the import `batch` brought it in: households, people, entries, numbers and tags."""
    register_source, phone_source = sources
    seat, register_date = batch.constituency, batch.register_date
    assert seat is not None
    assert register_date is not None
    register = Register.objects.create(
        constituency=seat,
        source=register_source,
        entitlement=batch.entitlement,
        purpose=batch.purpose,
        register_date=register_date,
    )
    households = insert(
        (
            Household(
                area=districts[home.district],
                constituency=seat,
                address_lines="\n".join(home.lines),
                postcode=home.postcode,
                address_key=address_key(home.lines),
                batch=batch,
            )
            for home in homes
        ),
    )
    placed = [
        (voter, home, household) for home, household in zip(homes, households, strict=True) for voter in home.voters
    ]
    people = insert(
        (
            Person(
                # An anonymous entry has no address either (rule R7).
                household=None if voter.anonymous else household,
                source=register_source,
                title=voter.title,
                given_names=voter.given,
                family_name=voter.family,
                name_key=name_key(voter.given, voter.family),
                batch=batch,
            )
            for voter, _, household in placed
        ),
    )
    insert(
        (
            Elector(
                person=person,
                register=register,
                area=districts[home.district],
                prefix=districts[home.district].code,
                number=str(voter.number),
                suffix=voter.suffix,
                markers=voter.markers,
                franchise=FRANCHISES.get(voter.markers, Franchise.FULL),
                attainment_date=voter.attains_on,
                anonymous=voter.anonymous,
                opted_out_of_open_register=voter.opted_out,
                register_date=register_date,
                batch=batch,
            )
            for (voter, home, _), person in zip(placed, people, strict=True)
        ),
    )
    pairs = [(voter, person) for (voter, _, _), person in zip(placed, people, strict=True)]
    _write_phones(pairs, phone_source)
    _write_tags(pairs)


def _write_phones(pairs: list[tuple[Voter, Person]], source: DataSource) -> None:
    numbers = sorted({number for voter, _ in pairs for number in voter.phones})
    points = insert(
        (
            ContactPoint(kind=ContactKind.PHONE, value=number, address_hash=address_hash(ContactKind.PHONE, number))
            for number in numbers
        ),
    )
    by_number = {point.value: point for point in points}
    insert(
        (
            PersonContact(person=person, contact_point=by_number[number], source=source, position=position)
            for voter, person in pairs
            for position, number in enumerate(voter.phones)
        ),
    )


def _write_tags(pairs: list[tuple[Voter, Person]]) -> None:
    tags = {name: Tag.objects.get_or_create(name=name)[0] for voter, _ in pairs for name in voter.tags}
    insert(PersonTag(tag=tags[name], person=person) for voter, person in pairs for name in voter.tags)


def screen(*, by: User, now: datetime, rng: random.Random) -> None:
    """The demo's numbers screened six days ago, and some of Bury North's so long ago that it no longer counts.

    Some are listed, as everywhere (rules C1, C2).
    """
    points = list(
        ContactPoint.objects.filter(person_contacts__source__name=story.PHONE_SOURCE).distinct().order_by("pk")
    )
    stale = {point.pk for point in points if point.value.startswith(STALE_NUMBERS)}
    _screen([p for p in points if p.pk in stale], story.EARLIER_SCREENING_FILE, days=47, by=by, now=now, rng=rng)
    _screen([p for p in points if p.pk not in stale], story.SCREENING_FILE, days=6, by=by, now=now, rng=rng)


def _screen(points: list[ContactPoint], name: str, *, days: int, by: User, now: datetime, rng: random.Random) -> None:
    listed = {point.pk for point in points if rng.random() < LISTED}
    lines = "\n".join(point.value for point in points if point.pk in listed)
    screened_on = now.date() - timedelta(days=days)
    file = ScreeningFile.objects.create(
        list=ScreeningList.TPS,
        screened_on=screened_on,
        file_name=name,
        file_sha256=hashlib.sha256(f"{name}\n{lines}".encode()).hexdigest(),
        numbers_in_file=len(listed),
        numbers_screened=len(points),
        numbers_listed=len(listed),
        imported_by=by,
        imported_at=now - timedelta(days=days, hours=-2),
    )
    insert(
        (
            Screening(contact_point=point, file=file, screened_on=screened_on, listed=point.pk in listed)
            for point in points
        ),
    )


def analyse() -> None:
    """Tell the database how much there is now: it plans for the tables as they were, and they may have been empty."""
    models = (Household, Person, Elector, ContactPoint, PersonContact, Screening, Suppression, Consent, Area)
    with connection.cursor() as cursor:
        names = ", ".join(connection.ops.quote_name(model._meta.db_table) for model in models)
        cursor.execute(f"ANALYZE {names}")


def suppress_some(*, by: User, now: datetime, rng: random.Random) -> None:
    """A dozen people had asked not to be called before the first call was made."""
    screened = Screening.objects.filter(listed=False, file__file_name=story.SCREENING_FILE)
    points = list(ContactPoint.objects.filter(pk__in=screened.values("contact_point")).order_by("pk"))
    suppress(
        [(point, now - timedelta(days=rng.randrange(40, 400))) for point in rng.sample(points, min(12, len(points)))],
        by=by,
        source="letter or email",
    )


def suppress(points: list[tuple[ContactPoint, datetime]], *, by: User, source: str) -> None:
    """These numbers asked not to be called again (rule C3)."""
    insert(
        Suppression(
            address_hash=point.address_hash,
            kind=ContactKind.PHONE,
            scope=SuppressionScope.CALLS,
            reason=SuppressionReason.ASKED,
            source=source,
            created_by=by,
            created_at=at,
        )
        for point, at in points
    )
