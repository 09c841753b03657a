"""People who tell us themselves who they are."""

from __future__ import annotations

import pytest

from groundswell.accounts.models import AuditEvent
from groundswell.people.addresses import AddressError
from groundswell.people.models import ContactPoint, DataSource, Person, PersonContact
from groundswell.people.operations.supporters import SupporterError, find_or_make_supporter

pytestmark = pytest.mark.django_db
PHONE = "+447700900123"


def known(email: str, given: str, family: str) -> Person:
    """Somebody who is in the records for another reason."""
    first = find_or_make_supporter(name=f"{given} {family}", email=email).person
    source, _new = DataSource.objects.get_or_create(
        name=f"list of {family}", defaults={"lawful_basis": "consent", "purpose": "members"}
    )
    Person.objects.filter(pk=first.pk).update(source=source)
    return first


def test_somebody_new_is_made_with_what_they_typed() -> None:
    made = find_or_make_supporter(name="  Siân   Mair Wyllt ", email="Sian@Example.org", phone="07700 900123")
    assert (made.person.given_names, made.person.family_name) == ("Siân Mair", "Wyllt")
    assert made.email.value == "sian@example.org"
    assert made.phone is not None
    assert made.phone.value == PHONE
    assert made.person.source.lawful_basis
    assert AuditEvent.objects.filter(verb="make_supporter", subject_id=made.person.pk).exists()


@pytest.mark.parametrize("typed", ["Sam Okoro", "okoro, SAM", "Sam", "Sam Ade Okoro", "Säm Okoro"])
def test_the_same_name_at_the_same_email_is_the_same_person(typed: str) -> None:
    sam = known("sam@example.org", "Sam", "Okoro")
    assert find_or_make_supporter(name=typed, email="SAM@example.org ").person == sam


def test_the_very_same_name_comes_before_a_part_of_it() -> None:
    known("home@example.org", "Sam Ade", "Okoro")
    son = known("home@example.org", "Tom", "Okoro")
    assert find_or_make_supporter(name="Tom Okoro", email="home@example.org").person == son


def test_another_name_at_the_same_email_is_somebody_else() -> None:
    sam = known("home@example.org", "Sam", "Okoro")
    other = find_or_make_supporter(name="Bea Lindqvist", email="home@example.org").person
    assert other != sam
    assert ContactPoint.objects.get(value="home@example.org").people.count() == 2


def test_nothing_held_is_overwritten() -> None:
    sam = known("sam@example.org", "Sam", "Okoro")
    held = find_or_make_supporter(name="Sam Okoro", email="sam@example.org", phone="020 7946 0001").phone
    find_or_make_supporter(name="sam", email="sam@example.org", phone=PHONE)
    sam.refresh_from_db()
    assert (sam.given_names, sam.family_name) == ("Sam", "Okoro")
    assert sam.source.name == "list of Okoro"
    links = PersonContact.objects.filter(person=sam).order_by("position").values_list("contact_point__value", flat=True)
    assert held is not None
    assert list(links) == ["sam@example.org", held.value, PHONE]


def test_a_retired_number_stays_retired() -> None:
    ContactPoint.objects.create(
        kind="phone", value=PHONE, address_hash=b"x", retired_at="2020-01-01T00:00Z", retired_reason="dead"
    )
    made = find_or_make_supporter(name="Bea", email="bea@example.org", phone=PHONE)
    assert made.phone is not None
    assert made.phone.retired_at is not None


def test_whoever_is_erased_or_dead_is_not_who_types() -> None:
    gone = known("home@example.org", "Sam", "Okoro")
    Person.objects.filter(pk=gone.pk).update(deceased_at="2020-01-01T00:00Z")
    assert find_or_make_supporter(name="Sam Okoro", email="home@example.org").person != gone


@pytest.mark.parametrize("name", ["", "   ", "\x00", "..."])
def test_a_name_is_asked_for(name: str) -> None:
    with pytest.raises(SupporterError):
        find_or_make_supporter(name=name, email="bea@example.org")
    assert not ContactPoint.objects.exists()


@pytest.mark.parametrize(("email", "phone"), [("bea", ""), ("bea@example.org", "call me")])
def test_what_is_no_address_is_refused_and_nothing_made(email: str, phone: str) -> None:
    with pytest.raises(AddressError):
        find_or_make_supporter(name="Bea", email=email, phone=phone)
    assert not Person.objects.exists()
