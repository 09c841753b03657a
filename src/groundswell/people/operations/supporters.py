"""People who tell us themselves who they are: found if they are known, made if not, and never overwritten.

Whoever fills in a page may type anybody's address. So what is held stays as it is, what they typed is added beside it,
and nothing that a page may show says whether there was somebody.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from groundswell.accounts import audit
from groundswell.accounts.enums import AuditAction
from groundswell.accounts.models import User
from groundswell.people.addresses import address_hash, fold, name_key, normalise_email, normalise_phone
from groundswell.people.enums import ContactKind
from groundswell.people.models import ContactPoint, DataSource, Person, PersonContact
from groundswell.places.models import Area

# What people type in themselves has a source and a lawful basis of its own (rule D1).
OWN_WORDS = "Signed up on our pages"
OWN_WORDS_BASIS = "legitimate interests: what they asked us for"
OWN_WORDS_PURPOSE = "to run what they signed up for"
NAME_LIMIT = 150


class SupporterError(ValueError):
    """What was typed makes no supporter; the message says why."""


@dataclass(frozen=True)
class Supporter:
    """A person and the addresses they typed."""

    person: Person
    email: ContactPoint
    phone: ContactPoint | None


@transaction.atomic
def find_or_make_supporter(*, name: str, email: str, phone: str = "", by: User | None = None) -> Supporter:
    """The person of this name at this email, or a new one, with the number added beside what they have.

    The same person is one whose name is the same in any order, or is a part of the other ("Sam" and "Sam Okoro");
    several people may share an address. The email's row is locked, so that two presses at once make one person.
    Raises SupporterError without a name, AddressError for what is no email or number.
    """
    words = " ".join(name.replace("\x00", "").split())[:NAME_LIMIT]
    if not fold(words):
        raise SupporterError(_("Tell us your name, so that the host can greet you."))
    number = normalise_phone(phone) if phone.strip() else ""
    point = _locked_point(ContactKind.EMAIL, normalise_email(email))
    source = own_words_source()
    person = _known(point, words)
    is_new = person is None
    person = person or _made(words, source)
    _link(person, point, source)
    telephone = add_own_number(person=person, number=number, by=by) if number else None
    if is_new:
        audit.record("make_supporter", by=by, action=AuditAction.CREATE, subject=person)
    return Supporter(person, point, telephone)


@transaction.atomic
def add_own_number(*, person: Person, number: str, by: User | None) -> ContactPoint:
    """A number that the person gave for themselves, in E.164, beside those they have. A retired one stays retired."""
    point = _locked_point(ContactKind.PHONE, number)
    if _link(person, point, own_words_source()):
        audit.record("add_own_number", by=by, subject=person, contact_point_id=point.pk)
    return point


@transaction.atomic
def supporter_at_number(
    *, number: str, likely: Person | None = None, by: User | None = None
) -> tuple[Person, ContactPoint]:
    """Who has this number, in E.164, and the number: `likely` if it is theirs, else who is known longest, else somebody new
    without a name. The number's row is locked, so that two texts at once make one person.
    """
    point = _locked_point(ContactKind.PHONE, number)
    having = Person.objects.filter(contact_points=point, erased_at__isnull=True, deceased_at__isnull=True).order_by(
        "pk"
    )
    person = (having.filter(pk=likely.pk).first() if likely is not None else None) or having.first()
    if person is None:
        source = own_words_source()
        person = Person.objects.create(source=source)
        _link(person, point, source)
        audit.record("make_supporter", by=by, action=AuditAction.CREATE, subject=person)
    return person, point


@transaction.atomic
def name_supporter(*, person: Person, point: ContactPoint, name: str, by: User | None = None) -> Person:
    """Who of those at this address says that this is their name: somebody of that name there, `person` if they had none
    yet, or somebody new. Raises SupporterError for what is no name.
    """
    words = " ".join(name.replace("\x00", "").split())[:NAME_LIMIT]
    if not fold(words):
        raise SupporterError(_("That is no name."))
    locked = _locked_point(ContactKind(point.kind), point.value)
    known = _known(locked, words)
    if known is not None:
        return known
    given, family = _parts(words)
    current = Person.objects.select_for_update().get(pk=person.pk)
    if fold(f"{current.given_names} {current.family_name}") or current.erased_at is not None:
        source = own_words_source()
        current = _made(words, source)
        _link(current, locked, source)
        audit.record("make_supporter", by=by, action=AuditAction.CREATE, subject=current)
    else:
        current.given_names, current.family_name, current.name_key = given, family, name_key(given, family)
        current.save(update_fields=["given_names", "family_name", "name_key"])
        audit.record("name_supporter", by=by, subject=current)
    return current


@transaction.atomic
def add_own_email(*, person: Person, email: str, by: User | None = None) -> ContactPoint:
    """A normalised address that the person gave for themselves, beside those they have; that agrees to nothing."""
    point = _locked_point(ContactKind.EMAIL, email)
    if _link(person, point, own_words_source()):
        audit.record("add_own_email", by=by, subject=person, contact_point_id=point.pk)
    return point


@transaction.atomic
def place_supporter(*, person: Person, constituency: Area, by: User | None = None) -> None:
    """Where they say that they live, by a postcode of theirs: found by it, and texted by its clock, as long as no register
    has their address. What they said last counts.
    """
    if (
        Person.objects.filter(pk=person.pk, erased_at__isnull=True)
        .exclude(constituency=constituency)
        .update(constituency=constituency)
    ):
        audit.record("place_supporter", by=by, subject=person, area_id=constituency.pk)
    person.constituency = constituency


def own_words_source() -> DataSource:
    """The source of what people typed themselves."""
    return DataSource.objects.get_or_create(
        name=OWN_WORDS, defaults={"lawful_basis": OWN_WORDS_BASIS, "purpose": OWN_WORDS_PURPOSE}
    )[0]


def _locked_point(kind: ContactKind, value: str) -> ContactPoint:
    ContactPoint.objects.get_or_create(kind=kind, value=value, defaults={"address_hash": address_hash(kind, value)})
    return ContactPoint.objects.select_for_update().get(kind=kind, value=value)


def _known(email: ContactPoint, name: str) -> Person | None:
    """Who of those at this address it is: the same name before a part of it, the one known longest first."""
    typed = set(fold(name).split())
    at_address = Person.objects.filter(
        person_contacts__contact_point=email, erased_at__isnull=True, deceased_at__isnull=True
    ).order_by("pk")
    partly = None
    for person in at_address:
        held = set(fold(f"{person.given_names} {person.family_name}").split())
        if held == typed:
            return person
        if partly is None and held and (held <= typed or typed <= held):
            partly = person
    return partly


def _made(name: str, source: DataSource) -> Person:
    given, family = _parts(name)
    return Person.objects.create(source=source, given_names=given, family_name=family, name_key=name_key(given, family))


def _parts(name: str) -> tuple[str, str]:
    """Given and family name; of one word the given one."""
    given, _space, family = name.rpartition(" ")
    return (given, family) if given else (family, "")


def _link(person: Person, point: ContactPoint, source: DataSource) -> bool:
    """Add the address after those the person has; whether it was not there."""
    last = person.person_contacts.aggregate(last=Max("position"))["last"]
    return PersonContact.objects.get_or_create(
        person=person,
        contact_point=point,
        defaults={"source": source, "position": 0 if last is None else min(last + 1, 32_767)},
    )[1]
