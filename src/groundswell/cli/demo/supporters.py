"""The demo's supporters: who of the invented voters agreed to be written to, where, and in which words."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import datetime, timedelta

from groundswell.accounts.models import Organisation, User
from groundswell.campaigns.consent_boxes import Box, boxes
from groundswell.cli.demo import story
from groundswell.cli.demo.bulk import insert
from groundswell.cli.demo.invention import MOBILES
from groundswell.compliance.enums import Channel, ConsentState
from groundswell.compliance.models import Consent
from groundswell.compliance.operations.consent import CAMPAIGNING
from groundswell.people.addresses import address_hash, fold
from groundswell.people.enums import ContactKind
from groundswell.people.models import ContactPoint, DataSource, Elector, Person, PersonContact, PersonTag, Tag

# Of those with a mobile number, how many agreed to texts; of these, how many also to emails.
AGREE_TO_TEXTS, AND_TO_EMAILS = 0.55, 0.6
EMAILS_ALONE = 700


@dataclass(frozen=True, slots=True)
class Agreed:
    """One person who agreed to a channel at an address."""

    person: Person
    point: ContactPoint
    box: Box


def make_supporters(*, by: User, now: datetime, rng: random.Random) -> list[Agreed]:
    """Texts at the mobile numbers we hold, emails at invented addresses; all of it confirmed from the address itself."""
    source = DataSource.objects.create(
        name=story.SUPPORTERS_SOURCE, lawful_basis="None needed: they are invented", purpose=story.PURPOSE
    )
    words = {box.channel: box for box in boxes(_organisation(), (Channel.EMAIL, Channel.SMS))}
    holders = list(
        PersonContact.objects.filter(
            contact_point__value__startswith=MOBILES, person__electors__attainment_date=None
        ).select_related("person", "contact_point")
    )
    holders.sort(key=lambda held: (held.contact_point.value, held.person_id))
    texted = [Agreed(h.person, h.contact_point, words[Channel.SMS]) for h in holders if rng.random() < AGREE_TO_TEXTS]
    writable = [agreed.person for agreed in texted if rng.random() < AND_TO_EMAILS]
    mailed = _with_emails([*writable, *_others(rng)], words[Channel.EMAIL], source)
    _write_consents([*texted, *mailed], by=by, now=now, rng=rng)
    tag = Tag.objects.create(name=story.SUPPORTER_TAG.lower())
    people = {agreed.person.pk for agreed in (*texted, *mailed)}
    insert(PersonTag(tag=tag, person_id=person) for person in sorted(people))
    return [*texted, *mailed]


def _others(rng: random.Random) -> list[Person]:
    """Voters without a number, who signed up by email."""
    found = Elector.objects.filter(
        register__source__name=story.DATA_SOURCE,
        anonymous=False,
        attainment_date=None,
        person__person_contacts=None,
    ).exclude(markers="F")
    people = [elector.person for elector in found.select_related("person").order_by("pk")]
    return rng.sample(people, min(EMAILS_ALONE, len(people)))


def _with_emails(people: list[Person], box: Box, source: DataSource) -> list[Agreed]:
    addresses = [f"{_local(person)}.{person.pk}@{story.EMAIL_DOMAIN}" for person in people]
    points = insert(
        ContactPoint(kind=ContactKind.EMAIL, value=value, address_hash=address_hash(ContactKind.EMAIL, value))
        for value in addresses
    )
    insert(
        PersonContact(person=person, contact_point=point, source=source, position=9)
        for person, point in zip(people, points, strict=True)
    )
    return [Agreed(person, point, box) for person, point in zip(people, points, strict=True)]


def _local(person: Person) -> str:
    name = f"{person.given_names.split()[0] if person.given_names else ''} {person.family_name}"
    return (
        ".".join("".join(c for c in word if c.isascii() and c.isalnum()) for word in fold(name).split()) or "somebody"
    )


def _write_consents(agreed: list[Agreed], *, by: User, now: datetime, rng: random.Random) -> None:
    insert(
        Consent(
            person=one.person,
            address_hash=one.point.address_hash,
            channel=one.box.channel,
            purpose=CAMPAIGNING,
            state=ConsentState.GIVEN,
            wording=one.box.wording,
            wording_version=one.box.version,
            source=story.CONSENT_SOURCE,
            evidence=story.CONSENT_EVIDENCE,
            captured_by=by,
            given_at=now - timedelta(days=rng.randrange(30, 400), minutes=rng.randrange(900)),
        )
        for one in agreed
    )


def _organisation() -> str:
    return Organisation.objects.values_list("name", flat=True).get(pk=1)
