"""The consent ledger: whole lines only, never altered."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction

from groundswell.accounts.models import AuditEvent, User
from groundswell.compliance.enums import Channel, Refusal
from groundswell.compliance.models import Consent, Screening
from groundswell.compliance.operations import object_to_marketing, record_consent, withdraw_consent
from groundswell.compliance.queries import current_consents
from groundswell.compliance.tests.conftest import World
from groundswell.people.models import ContactPoint, Person

PHONE = "+441632960983"
Ask = Callable[[Person], str | None]


@pytest.fixture
def person(world: World) -> Person:
    return world.person(PHONE)


@pytest.fixture
def number(person: Person) -> ContactPoint:
    return ContactPoint.objects.get()


@pytest.fixture
def agree(person: Person, number: ContactPoint, data_manager: User, now: datetime) -> Callable[..., Consent]:
    def record(**changes: Any) -> Consent:
        return record_consent(
            **{
                "person": person,
                "channel": Channel.CALL,
                "contact_point": number,
                "wording": "You may ring me about the campaign.",
                "evidence": "signed form 12",
                "source": "street stall",
                "given_at": now - timedelta(days=1),
                "by": data_manager,
                **changes,
            }
        )

    return record


def test_a_consent_opens_a_listed_number(agree: Callable[..., Consent], person: Person, refusal: Ask) -> None:
    Screening.objects.update(listed=True)
    assert refusal(person) == Refusal.TPS
    line = agree()
    assert refusal(person) is None
    assert current_consents(person) == [line]
    assert AuditEvent.objects.get(verb="record_consent").subject_id == person.pk


def test_a_withdrawal_closes_it(
    agree: Callable[..., Consent], person: Person, number: ContactPoint, refusal: Ask, data_manager: User
) -> None:
    Screening.objects.update(listed=True)
    agree()
    withdraw_consent(person=person, channel=Channel.CALL, contact_point=number, by=data_manager)
    assert refusal(person) == Refusal.TPS
    assert current_consents(person) == []
    assert Consent.objects.count() == 2


@pytest.mark.parametrize("missing", ["wording", "evidence", "source"])
def test_without_evidence_there_is_no_consent(agree: Callable[..., Consent], missing: str) -> None:
    with pytest.raises(ValidationError, match="M4"):
        agree(**{missing: "  "})
    assert not Consent.objects.exists()


def test_the_database_asks_for_evidence_too(person: Person, now: datetime) -> None:
    with pytest.raises(IntegrityError, match="consent_needs_evidence"):
        Consent.objects.create(
            person=person, address_hash=b"x" * 32, channel="call", state="given", wording="w", evidence="", given_at=now
        )


def test_a_consent_of_tomorrow(agree: Callable[..., Consent], now: datetime) -> None:
    with pytest.raises(ValidationError, match="future"):
        agree(given_at=now + timedelta(days=1))


def test_a_consent_goes_with_the_persons_own_address(
    agree: Callable[..., Consent], world: World, number: ContactPoint
) -> None:
    with pytest.raises(ValidationError, match="not this person"):
        agree(person=world.person())
    with pytest.raises(ValidationError, match="does not go"):
        agree(channel=Channel.EMAIL)
    with pytest.raises(ValidationError, match="which"):
        agree(contact_point=None)


def test_post_needs_no_address_of_ours(agree: Callable[..., Consent], person: Person) -> None:
    agree(channel=Channel.POST, contact_point=None)
    assert [c.channel for c in current_consents(person)] == ["post"]


def test_no_consent_after_an_objection(agree: Callable[..., Consent], person: Person, data_manager: User) -> None:
    object_to_marketing(person=person, by=data_manager)
    with pytest.raises(ValidationError, match="objected"):
        agree(person=Person.objects.get(pk=person.pk))


@pytest.mark.parametrize(
    "statement", ["UPDATE compliance_consent SET evidence = 'better'", "DELETE FROM compliance_consent"]
)
def test_the_ledger_refuses_change(agree: Callable[..., Consent], statement: str) -> None:
    agree()
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert Consent.objects.get().evidence == "signed form 12"


def test_current_consents_are_per_channel_and_purpose(
    agree: Callable[..., Consent], person: Person, number: ContactPoint, data_manager: User, now: datetime
) -> None:
    agree()
    agree(given_at=now - timedelta(hours=1), evidence="signed form 13")
    agree(channel=Channel.SMS)
    agree(purpose="fundraising")
    withdraw_consent(person=person, channel=Channel.SMS, contact_point=number, by=data_manager)
    held = [(c.channel, c.purpose, c.evidence) for c in current_consents(person)]
    assert held == [("call", "campaigning", "signed form 13"), ("call", "fundraising", "signed form 12")]
