"""Signing up, the waiting list, withdrawing, arriving; with everybody at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from groundswell.accounts.models import User
from groundswell.accounts.tests.builders import make_user
from groundswell.campaigns.consent_boxes import boxes, unconfirmed
from groundswell.campaigns.enums import ActionState, ShareChannel
from groundswell.campaigns.models import Action, PendingConsent
from groundswell.campaigns.operations.asks import link_for
from groundswell.campaigns.tests.test_asks import at_once
from groundswell.compliance.enums import Channel
from groundswell.compliance.models import Consent
from groundswell.compliance.operations import erase_person
from groundswell.events.models import Attendance, Event
from groundswell.events.operations import (
    answer_box,
    arrive_by_account,
    cancel_event,
    change_event,
    change_own_details,
    mark_arrived,
    sign_up,
    take_back_arrival,
    withdraw,
)
from groundswell.events.operations.attendance import SignUpClosedError, own_number
from groundswell.events.operations.consents import holds_consent
from groundswell.events.operations.events import details_of
from groundswell.events.own_links import attendance_of, own_token
from groundswell.events.rules import EventRuleError
from groundswell.people.addresses import AddressError
from groundswell.people.models import Person
from groundswell.people.operations.supporters import SupporterError

Make = Callable[..., Event]
Come = Callable[..., Attendance]
PHONE = "+447700900123"


def names(attendances: Any) -> list[str]:
    return [attendance.person.given_names for attendance in attendances.order_by("signed_up_at", "pk")]


def test_signing_up_takes_a_place(event: Event, come: Come, now: datetime) -> None:
    there = come(event, name="Bea Lindqvist", email="Bea@Example.org", phone="07700 900123", time_zone="Asia/Kolkata")
    assert (there.is_waiting, there.email.value, own_number(there)) == (False, "bea@example.org", PHONE)
    assert (there.time_zone, there.signed_up_at, there.arrived_at) == ("Asia/Kolkata", now, None)
    assert (there.action.state, there.action.ask) == (ActionState.CONFIRMED, event.ask)


def test_a_zone_that_a_browser_invents_is_the_events(event: Event, come: Come) -> None:
    assert come(event, time_zone="../../etc/passwd").time_zone == "Europe/London"


def test_signing_up_twice_changes_nothing(event: Event, come: Come, now: datetime) -> None:
    first = come(event, name="Bea Lindqvist", email="bea@example.org")
    tables = (Attendance, Action, Person, PendingConsent)
    before = [list(table.objects.values()) for table in tables]
    again = come(
        event,
        name="Bea",
        email="BEA@example.org",
        now=now + timedelta(hours=1),
        time_zone="Asia/Kolkata",
        ticked=boxes("Fairer Walthamstow"),
    )
    assert again == first
    assert [list(table.objects.values()) for table in tables] == before


def test_a_tracked_link_is_remembered_if_it_led_here(event: Event, make_event: Make, come: Come) -> None:
    link = link_for(ask=event.ask, channel=ShareChannel.WHATSAPP)
    assert come(event, source=link).action.source == link
    assert come(make_event(title="Another"), source=link).action.source is None


@pytest.mark.parametrize("fields", [{"name": " "}, {"email": "nobody"}, {"phone": "ring me"}])
def test_what_makes_no_sense_leaves_nothing_behind(event: Event, come: Come, fields: dict[str, str]) -> None:
    with pytest.raises((SupporterError, AddressError)):
        come(event, **fields)
    assert not Attendance.objects.exists()
    assert not Person.objects.exists()


def test_nobody_signs_up_for_what_is_not_on(event: Event, make_event: Make, come: Come, organiser: User) -> None:
    cancelled = cancel_event(event=make_event(title="Off"), reason="Rain", by=organiser, now=event.ask.published_at)
    for other, moment in ((make_event(draft=True), None), (cancelled, None), (event, event.ends_at)):
        with pytest.raises(SignUpClosedError):
            come(other, **({"now": moment} if moment else {}))


def test_a_full_event_takes_a_waiting_list_in_order(make_event: Make, come: Come, now: datetime) -> None:
    event = make_event(capacity=2)
    people = [come(event, name=name, now=now + timedelta(seconds=n)) for n, name in enumerate("ABCDE")]
    standing = Attendance.objects.filter(event=event)
    assert (names(standing.coming()), names(standing.waiting())) == (["A", "B"], ["C", "D", "E"])
    withdraw(attendance=people[3], now=now)
    withdraw(attendance=people[0], now=now)
    assert (names(standing.coming()), names(standing.waiting())) == (["B", "C"], ["E"])


def test_whoever_comes_back_stands_at_the_end(make_event: Make, come: Come, now: datetime) -> None:
    event = make_event(capacity=1)
    first = come(event, name="A", email="a@example.org")
    come(event, name="B", now=now + timedelta(seconds=1))
    assert withdraw(attendance=first, now=now).action.state == ActionState.WITHDRAWN
    withdraw(attendance=first, now=now)
    back = come(event, name="A", email="a@example.org", now=now + timedelta(seconds=2))
    standing = Attendance.objects.filter(event=event)
    assert back == first
    assert (names(standing.coming()), names(standing.waiting())) == (["B"], ["A"])


def test_more_places_go_to_those_who_wait_and_fewer_send_nobody_home(
    make_event: Make, come: Come, organiser: User, now: datetime
) -> None:
    event = make_event(capacity=1)
    for n, name in enumerate("ABC"):
        come(event, name=name, now=now + timedelta(seconds=n))
    standing = Attendance.objects.filter(event=event)
    change_event(event=event, details=replace(details_of(event), capacity=2), by=organiser, now=now)
    assert names(standing.coming()) == ["A", "B"]
    change_event(event=event, details=replace(details_of(event), capacity=1), by=organiser, now=now)
    assert names(standing.coming()) == ["A", "B"]
    change_event(event=event, details=replace(details_of(event), capacity=None), by=organiser, now=now)
    assert names(standing.coming()) == ["A", "B", "C"]


def test_an_erased_persons_place_goes_to_who_waits(
    make_event: Make, come: Come, organiser: User, now: datetime
) -> None:
    event = make_event(capacity=1)
    gone = come(event, name="A")
    come(event, name="B", now=now + timedelta(seconds=1))
    erase_person(person=gone.person, by=organiser)
    standing = Attendance.objects.filter(event=event)
    assert names(standing.coming()) == ["B"]
    assert Action.objects.filter(ask=event.ask).count() == 1


def test_a_box_ticked_is_no_consent_until_its_owner_says_so(event: Event, come: Come, now: datetime) -> None:
    both = boxes("Fairer Walthamstow")
    there = come(event, phone=PHONE, ticked=both)
    assert [pending.wording for pending in unconfirmed(there.action)] == [box.wording for box in both]
    assert not Consent.objects.exists()
    for box in both:
        assert answer_box(attendance=there, box=box, agreed=True, now=now)
    assert {(line.channel, line.wording, line.wording_version) for line in Consent.objects.all()} == {
        (box.channel, box.wording, box.version) for box in both
    }
    assert unconfirmed(there.action) == []
    assert not answer_box(attendance=there, box=both[0], agreed=True, now=now)
    assert answer_box(attendance=there, box=both[0], agreed=False, now=now + timedelta(seconds=1))
    assert [holds_consent(there, box.channel) for box in both] == [False, True]


def test_a_box_refused_is_settled_and_leaves_no_line(event: Event, come: Come, now: datetime) -> None:
    box = boxes("Fairer Walthamstow")[0]
    there = come(event, ticked=[box])
    assert not answer_box(attendance=there, box=box, agreed=False, now=now)
    assert unconfirmed(there.action) == []
    assert not Consent.objects.exists()


def test_a_box_for_calls_needs_a_number(event: Event, come: Come, now: datetime) -> None:
    email, calls = boxes("Fairer Walthamstow")
    there = come(event, ticked=[email, calls])
    assert [pending.channel for pending in unconfirmed(there.action)] == [Channel.EMAIL]
    with pytest.raises(EventRuleError):
        answer_box(attendance=there, box=calls, agreed=True, now=now)
    assert not answer_box(attendance=there, box=calls, agreed=False, now=now)


def test_own_details_change_and_nothing_held_goes(event: Event, come: Come, now: datetime) -> None:
    there = come(event, phone=PHONE)
    changed = change_own_details(attendance=there, phone="020 7946 0001", time_zone="Asia/Kolkata", now=now)
    assert (own_number(changed), changed.time_zone) == ("+442079460001", "Asia/Kolkata")
    assert own_number(change_own_details(attendance=there, phone="", time_zone="nowhere", now=now)) == ""
    there.refresh_from_db()
    assert there.time_zone == "Asia/Kolkata"
    assert there.person.contact_points.filter(kind="phone").count() == 2
    with pytest.raises(AddressError):
        change_own_details(attendance=there, phone="ring me", time_zone="", now=now)


def test_arriving_and_taking_it_back(make_event: Make, come: Come, organiser: User, now: datetime) -> None:
    event = make_event(capacity=1)
    come(event, name="A")
    waiting = come(event, name="B", now=now + timedelta(seconds=1))
    arrived = mark_arrived(attendance=waiting, by=organiser, now=now)
    assert (arrived.arrived_at, arrived.is_waiting) == (now, False)
    assert mark_arrived(attendance=waiting, by=organiser, now=now + timedelta(hours=1)).arrived_at == now
    with pytest.raises(EventRuleError):
        withdraw(attendance=waiting, now=now)
    assert take_back_arrival(attendance=waiting, by=organiser, now=now).arrived_at is None
    withdraw(attendance=waiting, now=now)
    with pytest.raises(EventRuleError):
        mark_arrived(attendance=waiting, by=organiser, now=now)


def test_an_account_arrives_under_its_own_email(event: Event, come: Come, now: datetime) -> None:
    there = come(event, email="bea@example.org")
    bea = make_user("Bea", email="bea@example.org")
    assert arrive_by_account(event=event, by=bea, now=now) == there
    assert arrive_by_account(event=event, by=bea, now=now + timedelta(hours=1)) == there
    there.refresh_from_db()
    assert (there.user, there.arrived_at) == (bea, now)
    assert arrive_by_account(event=event, by=make_user("Walk-in"), now=now) is None
    assert arrive_by_account(event=event, by=make_user("By link", email=None), now=now) is None


def test_a_link_is_signed_and_ends_with_the_sign_up(event: Event, come: Come, organiser: User) -> None:
    there = come(event)
    token = own_token(there)
    assert attendance_of(token) == there
    for forged in ("", str(there.pk), token[:-1], token.replace(str(there.pk), str(there.pk + 1), 1), "a:b"):
        assert attendance_of(forged) is None
    erase_person(person=there.person, by=organiser)
    assert attendance_of(token) is None


@pytest.mark.parametrize("change", ["another row", "another account", "arrived and waiting"])
def test_the_database_refuses_a_sign_up_that_makes_no_sense(
    event: Event, come: Come, now: datetime, change: str
) -> None:
    there, other = come(event), come(event)
    user = make_user("Bea")
    Attendance.objects.filter(pk=there.pk).update(user=user)
    rows = Attendance.objects.filter(pk=other.pk)
    changes: dict[str, dict[str, Any]] = {
        "another row": {"person": there.person},
        "another account": {"user": user},
        "arrived and waiting": {"arrived_at": now, "is_waiting": True},
    }
    with pytest.raises(IntegrityError), transaction.atomic():
        rows.update(**changes[change])


@pytest.mark.django_db(transaction=True)
def test_the_last_places_go_to_as_many_as_there_are(make_event: Make, now: datetime) -> None:
    event = make_event(capacity=3)
    people = iter([f"caller{n}@example.org" for n in range(10)])
    at_once(10, lambda: sign_up(event=event, name="Caller", email=next(people), now=now))
    standing = Attendance.objects.filter(event=event)
    assert (standing.coming().count(), standing.waiting().count()) == (3, 7)


@pytest.mark.django_db(transaction=True)
def test_one_person_pressing_eight_times_is_one_sign_up(event: Event, now: datetime) -> None:
    at_once(8, lambda: sign_up(event=event, name="Bea Lindqvist", email="bea@example.org", phone=PHONE, now=now))
    assert (Attendance.objects.count(), Person.objects.count()) == (1, 1)


@pytest.mark.django_db(transaction=True)
def test_withdrawing_while_others_come_loses_no_place(make_event: Make, come: Come, now: datetime) -> None:
    event = make_event(capacity=4)
    there = [come(event) for _n in range(4)]
    leaving = iter(there[:3])
    coming = iter([f"late{n}@example.org" for n in range(5)])
    acts = iter(
        [lambda: withdraw(attendance=next(leaving), now=now)] * 3
        + [lambda: sign_up(event=event, name="Late", email=next(coming), now=now)] * 5
    )
    at_once(8, lambda: next(acts)())
    standing = Attendance.objects.filter(event=event)
    assert (standing.coming().count(), standing.waiting().count()) == (4, 2)
