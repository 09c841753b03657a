"""May we write to this address? What stands against it, each by the smallest change that brings it about."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction

from groundswell.accounts.models import Organisation
from groundswell.compliance.enums import Channel, MessageRefusal
from groundswell.compliance.models import Consent, Figure
from groundswell.compliance.operations import record_soft_opt_in
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


ACT = datetime(2026, 2, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("kind", "collected", "channel", "expected"),
    [
        ("charity", ACT, "sms", None),
        ("charity", ACT - timedelta(seconds=1), "sms", MessageRefusal.NO_CONSENT),
        ("charity", ACT, "email", MessageRefusal.NO_CONSENT),  # of another channel
        ("party", ACT, "sms", MessageRefusal.NO_CONSENT),
        ("candidate", ACT, "sms", MessageRefusal.NO_CONSENT),
        ("registered_non_party", ACT, "sms", MessageRefusal.NO_CONSENT),
        ("union", ACT, "sms", MessageRefusal.NO_CONSENT),
        ("other", ACT, "sms", MessageRefusal.NO_CONSENT),
    ],
)
def test_the_soft_opt_in_counts_for_charities_and_since_the_act_m3(
    world: World, kind: str, collected: datetime, channel: str, expected: str | None
) -> None:
    Organisation.objects.update_or_create(pk=1, defaults={"name": "Us", "kind": kind, "jurisdiction": "uk"})
    # A pack that grants it to everybody changes nothing (rule M2).
    Figure.objects.create(
        jurisdiction="uk",
        key="charitable_soft_opt_in_from",
        value="2020-01-01",
        valid_from=date(2020, 1, 1),
        source="x",
    )
    consent("soft_opt_in", collected, channel=channel)
    assert refusal(world.person(PHONE), ACT + timedelta(days=30)) == expected


def test_a_no_ends_the_soft_opt_in_and_it_is_no_consent_to_calls_m3(world: World) -> None:
    Organisation.objects.update_or_create(pk=1, defaults={"name": "Us", "kind": "charity", "jurisdiction": "uk"})
    consent("soft_opt_in", ACT, channel="sms")
    person = world.person(PHONE)
    assert refusal(person, ACT + timedelta(days=2)) is None
    consent("withdrawn", ACT + timedelta(days=1), channel="sms")
    assert refusal(person, ACT + timedelta(days=2)) == MessageRefusal.NO_CONSENT
    with pytest.raises(IntegrityError, match="consent_soft_to_messages"), transaction.atomic():
        consent("soft_opt_in", ACT, channel="call")


@pytest.mark.parametrize(
    ("kind", "days", "channel", "said"),
    [
        ("party", 1, Channel.SMS, "Only a charity"),
        ("charity", -1, Channel.SMS, "or later"),
        ("charity", 1, Channel.CALL, "not for calls"),
    ],
)
def test_what_is_no_soft_opt_in_is_not_written_down_m3(
    world: World, kind: str, days: int, channel: Channel, said: str
) -> None:
    Organisation.objects.update_or_create(pk=1, defaults={"name": "Us", "kind": kind, "jurisdiction": "uk"})
    person = world.person(PHONE)
    with pytest.raises(ValidationError, match=said):
        record_soft_opt_in(
            person=person,
            channel=channel,
            contact_point=person.contact_points.get(),
            wording="We shall text you. Tick here if you would rather not.",
            wording_version="1",
            evidence="form 12",
            source="stall",
            collected_at=ACT + timedelta(days=days),
            by=None,
        )
    assert not Consent.objects.exists()
