"""May we write to this address? What stands against it, each by the smallest change that brings it about."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from django.db import connection

from groundswell.compliance.enums import MessageRefusal
from groundswell.compliance.tests.conftest import World
from groundswell.compliance.tests.test_call_status import PHONE, consent, suppress
from groundswell.people.models import Person


@pytest.fixture
def person(world: World, now: datetime) -> Person:
    """Somebody who may be texted."""
    consent("given", now - timedelta(days=1), channel="sms")
    return world.person(PHONE)


def refusal(person: Person, now: datetime, channel: str = "sms") -> str | None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT refusal FROM compliance_message_status(%s, %s, 'campaigning') WHERE person_id = %s",
            [now, channel, person.pk],
        )
        [(found,)] = cursor.fetchall()
    return found


def test_a_consent_for_this_channel_and_address_m1(person: Person, now: datetime) -> None:
    assert refusal(person, now) is None


def test_a_consent_to_calls_is_none_to_texts_m1(world: World, now: datetime) -> None:
    consent("given", now - timedelta(days=1))
    assert refusal(world.person(PHONE), now) == MessageRefusal.NO_CONSENT


def test_a_withdrawal_ends_it(person: Person, now: datetime) -> None:
    consent("withdrawn", now, channel="sms")
    assert refusal(person, now) == MessageRefusal.NO_CONSENT


@pytest.mark.parametrize(("scope", "expected"), [("messages", "suppressed"), ("all", "suppressed"), ("calls", None)])
def test_what_is_closed_is_closed_whatever_was_agreed_to_m5(
    person: Person, now: datetime, scope: str, expected: str | None
) -> None:
    suppress(scope)
    assert refusal(person, now) == expected


@pytest.mark.parametrize(
    ("nation", "years_ahead", "expected"),
    [
        ("Scotland", 1, MessageRefusal.UNDER_AGE),
        ("England", 1, None),
        ("England", 3, MessageRefusal.UNDER_AGE),
        ("", 1, MessageRefusal.UNDER_AGE),
    ],
)
def test_under_sixteen_by_the_register_r6(
    world: World, person: Person, today: date, now: datetime, nation: str, years_ahead: int, expected: str | None
) -> None:
    area = world.constituency("Elsewhere", nation)
    world.elector(person, area=area, attainment_date=date(today.year + years_ahead, today.month, 1) + timedelta(days=1))
    assert refusal(person, now) == expected


def test_an_anonymous_entry_is_not_written_to_r7(world: World, person: Person, now: datetime) -> None:
    world.elector(person, anonymous=True)
    assert refusal(person, now) == MessageRefusal.ANONYMOUS


def test_whoever_objected_is_not_written_to_d4(person: Person, now: datetime) -> None:
    Person.objects.filter(pk=person.pk).update(objected_at=now)
    assert refusal(person, now) == MessageRefusal.OBJECTED
