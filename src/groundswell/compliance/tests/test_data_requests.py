"""Breaks, and what people ask for about their data: kept, seen to once, and gone with the person as far as they may be."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError
from django.test import Client
from django.urls import reverse

from groundswell.accounts.enums import Role
from groundswell.accounts.models import AuditEvent, User
from groundswell.accounts.tests.builders import make_member, sign_in
from groundswell.compliance.enums import DataRequestKind
from groundswell.compliance.models import DataRequest, Pause
from groundswell.compliance.operations import (
    PauseError,
    ask_for_data,
    erase_person,
    handle_data_request,
    held_on,
    pause_messages,
)
from groundswell.compliance.tests.conftest import World
from groundswell.people.models import Person

PHONE = "+441632960983"


@pytest.fixture
def person(world: World) -> Person:
    return world.person(PHONE)


def ask(person: Person, now: datetime, kind: DataRequestKind = DataRequestKind.COPY) -> DataRequest:
    return ask_for_data(person=person, kind=kind, source="letter", now=now, by=None)[0]


def test_one_of_each_is_open_at_most(person: Person, now: datetime, data_manager: User) -> None:
    first = ask(person, now)
    assert ask(person, now) == first
    with pytest.raises(IntegrityError, match="data_request_open_once"):
        DataRequest.objects.create(person=person, kind="copy", source="letter", asked_at=now)


def test_after_it_was_seen_to_one_may_ask_again(person: Person, now: datetime, data_manager: User) -> None:
    first = handle_data_request(request=ask(person, now), now=now, by=data_manager)
    again = handle_data_request(request=first, now=now + timedelta(days=1), by=data_manager)
    assert again.handled_at == first.handled_at
    assert ask(person, now) != first


@pytest.mark.parametrize(
    ("constraint", "fields"),
    [
        ("data_request_kind_known", {"kind": "joke"}),
        ("data_request_handled_after", {"kind": "copy", "handled_at": datetime.fromisoformat("2020-01-01T00:00Z")}),
    ],
)
def test_the_database_refuses(person: Person, now: datetime, constraint: str, fields: dict[str, object]) -> None:
    with pytest.raises(IntegrityError, match=constraint):
        DataRequest.objects.create(person=person, source="letter", asked_at=now, **fields)


def test_a_break_ends_later(person: Person, now: datetime) -> None:
    with pytest.raises(PauseError):
        pause_messages(person=person, until=now, now=now, by=None)
    with pytest.raises(IntegrityError, match="pause_ends_later"):
        Pause.objects.create(address_hash=b"x" * 32, until=now - timedelta(days=1), asked_at=now)


def test_only_whoever_answers_for_the_law_sees_to_it(person: Person, now: datetime, organiser: User) -> None:
    with pytest.raises(PermissionDenied):
        handle_data_request(request=ask(person, now), now=now, by=organiser)


def test_erasing_settles_them_and_ends_the_break(person: Person, now: datetime, data_manager: User) -> None:
    ask(person, now, DataRequestKind.ERASURE)
    pause_messages(person=person, until=now + timedelta(days=7), now=now, by=None)
    assert {"pauses", "requests"} <= {h["key"] for h in held_on(person, now=now)["held"] if h["rows"]}
    erase_person(person=person, by=data_manager)
    assert not Pause.objects.exists()
    done = DataRequest.objects.get()
    assert done.handled_by == data_manager


def test_a_break_at_a_shared_number_stays_for_the_other(world: World, person: Person, now: datetime) -> None:
    other = world.person()
    world.phone(other, PHONE)
    pause_messages(person=person, until=now + timedelta(days=7), now=now, by=None)
    erase_person(person=person, by=None)
    assert Pause.objects.count() == 1


def test_the_page_lists_them_until_done(person: Person, now: datetime, client: Client) -> None:
    manager = make_member(Role.DATA_MANAGER).user
    late = ask(person, now - timedelta(days=29))
    sign_in(client, manager)
    body = client.get(reverse("compliance:requests")).content.decode()
    assert "Sian Wyllt" in body
    assert "late" in body
    assert AuditEvent.objects.filter(verb="view_data_requests", subject_id=person.pk, actor=manager).exists()
    body = client.post(reverse("compliance:request_handled", args=[late.pk]), follow=True).content.decode()
    assert "Nobody waits for you" in body
    assert DataRequest.objects.get().handled_by == manager
