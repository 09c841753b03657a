"""Closing addresses: at once, for all campaigns, for good."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction

from groundswell.accounts.models import AuditEvent, User
from groundswell.compliance.contact import may_call
from groundswell.compliance.enums import Refusal, SuppressionReason, SuppressionScope
from groundswell.compliance.models import Suppression
from groundswell.compliance.operations import (
    LiftRefusedError,
    import_do_not_call,
    lift_suppression,
    object_to_marketing,
    suppress,
)
from groundswell.compliance.signals import contact_closed
from groundswell.compliance.tests.conftest import World
from groundswell.people.addresses import AddressError, address_hash
from groundswell.people.enums import ContactKind
from groundswell.people.files.refusal import ImportRefusedError
from groundswell.people.models import ContactPoint, Person

PHONE = "+441632960983"
OTHER = "+441632960001"
Ask = Callable[[Person], str | None]
Write = Callable[..., Path]


@pytest.fixture
def person(world: World) -> Person:
    return world.person(PHONE)


@pytest.fixture
def heard() -> Any:
    """What the floors above are told."""
    received: list[dict[str, Any]] = []

    def listen(sender: object, **told: Any) -> None:
        received.append({key: told[key] for key in ("contact_point_ids", "person_ids")})

    contact_closed.connect(listen)
    yield received
    contact_closed.disconnect(listen)


def test_a_suppressed_number_is_closed_at_once(
    person: Person, refusal: Ask, organiser: User, heard: list[dict[str, Any]]
) -> None:
    suppress(address="01632 960983", by=organiser)
    assert refusal(person) == Refusal.SUPPRESSED
    assert heard == [{"contact_point_ids": [ContactPoint.objects.get().pk], "person_ids": []}]
    event = AuditEvent.objects.get(verb="suppress")
    assert (event.actor, event.detail["scope"]) == (organiser, "calls")


def test_suppressing_twice_changes_nothing(person: Person, organiser: User, heard: list[dict[str, Any]]) -> None:
    first = suppress(address=PHONE, by=organiser)
    assert suppress(address="+44 (0)1632 960 983", by=organiser) == first
    assert Suppression.objects.count() == AuditEvent.objects.filter(verb="suppress").count() == len(heard) == 1


def test_a_number_we_do_not_hold_yet_can_be_closed(world: World, refusal: Ask, organiser: User) -> None:
    suppress(address=PHONE, by=organiser)
    assert refusal(world.person(PHONE)) == Refusal.SUPPRESSED


def test_what_is_no_number_is_refused(db: None, organiser: User) -> None:
    with pytest.raises(AddressError):
        suppress(address="my mum's", by=organiser)
    assert not Suppression.objects.exists()


def test_the_address_itself_is_not_kept(person: Person, organiser: User) -> None:
    suppress(address=PHONE, by=organiser)
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_jsonb(s)::text FROM compliance_suppression s")
        assert "960983" not in cursor.fetchone()[0]


def test_an_email_address_is_closed_to_messages(db: None, organiser: User) -> None:
    suppression = suppress(
        address="Sian@Example.org", kind=ContactKind.EMAIL, scope=SuppressionScope.MESSAGES, by=organiser
    )
    assert bytes(suppression.address_hash) == address_hash("email", "sian@example.org")


def test_a_data_manager_lifts_with_a_reason(person: Person, refusal: Ask, organiser: User, data_manager: User) -> None:
    suppression = suppress(address=PHONE, by=organiser)
    lifted = lift_suppression(suppression=suppression, reason=" pressed by mistake ", by=data_manager)
    assert (lifted.lifted_by, lifted.lifted_reason) == (data_manager, "pressed by mistake")
    assert refusal(person) is None
    assert AuditEvent.objects.get(verb="lift_suppression").actor == data_manager
    # It can be closed again; both lines stay.
    suppress(address=PHONE, by=organiser)
    assert refusal(person) == Refusal.SUPPRESSED
    assert Suppression.objects.count() == 2


def test_nobody_else_lifts(person: Person, refusal: Ask, organiser: User, data_manager: User) -> None:
    suppression = suppress(address=PHONE, by=organiser)
    caller = User.objects.create_user("caller@example.org", name="Cai")
    for by in (caller, organiser, None):
        with pytest.raises(PermissionDenied):
            lift_suppression(suppression=suppression, reason="please", by=by)
    data_manager.memberships.update(revoked_at=suppression.created_at)
    with pytest.raises(PermissionDenied):
        lift_suppression(suppression=suppression, reason="please", by=data_manager)
    assert refusal(person) == Refusal.SUPPRESSED


def test_lifting_needs_a_reason(person: Person, organiser: User, data_manager: User) -> None:
    suppression = suppress(address=PHONE, by=organiser)
    with pytest.raises(LiftRefusedError, match="Say why"):
        lift_suppression(suppression=suppression, reason="  ", by=data_manager)


def test_an_objection_closes_the_person_and_every_address(
    world: World, person: Person, refusal: Ask, organiser: User, heard: list[dict[str, Any]], now: datetime
) -> None:
    world.phone(person, OTHER)
    neighbour = world.person()
    world.phone(neighbour, OTHER)
    object_to_marketing(person=person, by=organiser, source="letter of 3 May")
    assert person.objected_at is not None
    assert Person.objects.get(pk=person.pk).objected_at == person.objected_at
    assert set(Suppression.objects.values_list("scope", "reason")) == {("all", "objected")}
    assert Suppression.objects.count() == 2
    assert refusal(neighbour) == Refusal.SUPPRESSED
    assert not may_call(ContactPoint.objects.get(value=PHONE).pk, now=now)
    assert {"contact_point_ids": [], "person_ids": [person.pk]} in heard


def test_an_objection_has_no_override(person: Person, organiser: User, data_manager: User) -> None:
    asked = suppress(address=PHONE, scope=SuppressionScope.ALL, by=organiser)
    object_to_marketing(person=person, by=organiser)
    asked.refresh_from_db()
    assert asked.reason == SuppressionReason.OBJECTED
    with pytest.raises(LiftRefusedError, match="cannot be undone"):
        lift_suppression(suppression=asked, reason="they joined again", by=data_manager)


def test_a_number_that_comes_after_the_objection_is_closed_too(
    world: World, person: Person, organiser: User, now: datetime
) -> None:
    object_to_marketing(person=person, by=organiser)
    later = world.phone(person, OTHER)
    assert not may_call(later.pk, now=now)


def test_do_not_call_file_adds_and_never_clears(
    world: World, person: Person, refusal: Ask, data_manager: User, text_file: Write, heard: list[dict[str, Any]]
) -> None:
    suppress(address=OTHER, by=data_manager)
    path = text_file(
        "telephone;name\n01632 960983;A\n1632960002;dropped zero\n;nobody\n00441632960003;B\n441632960004;C\n+441632960005\n"
    )
    report = import_do_not_call(path=path, file_name="dnc.csv", by=data_manager)
    assert (report.rows, report.numbers, report.rejected, report.added) == (6, 5, 1, 5)
    assert report.rejects_by_reason == {"No telephone number.": 1}
    assert refusal(person) == Refusal.SUPPRESSED
    assert set(Suppression.objects.values_list("reason", flat=True)) == {"asked", "imported"}
    assert Suppression.objects.filter(lifted_at=None).count() == 6
    again = import_do_not_call(path=path, file_name="dnc.csv", by=data_manager)
    assert again.added == 0
    assert Suppression.objects.count() == 6


def test_an_import_does_not_weaken_an_objection(person: Person, data_manager: User, text_file: Write) -> None:
    object_to_marketing(person=person, by=data_manager)
    import_do_not_call(path=text_file(f"{PHONE}\n"), file_name="dnc.csv", by=data_manager)
    assert Suppression.objects.get(scope="all").reason == SuppressionReason.OBJECTED


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("name,street\nSian,High Road\nTom,Low Road\n", "No telephone number"),
        ("phone\n01632960001\nx\ny\nz\n", "Only 1 of 4 rows"),
        ("telephone\n", "nothing below it"),
        ("\x00\x01\x02PK\x03" * 50, "not a text file"),
        ("", "empty"),
    ],
)
def test_another_file_is_refused_whole(data_manager: User, text_file: Write, text: str, sentence: str) -> None:
    with pytest.raises(ImportRefusedError, match=sentence):
        import_do_not_call(path=text_file(text), file_name="x.csv", by=data_manager)
    assert not Suppression.objects.exists()
    assert not AuditEvent.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_suppressing_the_same_number_from_many_sides_at_once(organiser: User) -> None:
    def press(_: int) -> int:
        try:
            return suppress(address=PHONE, by=organiser).pk
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        ids = set(pool.map(press, range(24)))
    assert len(ids) == Suppression.objects.count() == AuditEvent.objects.filter(verb="suppress").count() == 1


@pytest.mark.parametrize(
    ("fields", "constraint"),
    [
        ({"scope": "some"}, "suppression_scope_known"),
        ({"reason": "because"}, "suppression_reason_known"),
        ({"lifted_at": datetime.fromisoformat("2026-01-01T00:00+00:00")}, "suppression_lifted_with_reason"),
    ],
)
def test_constraints(db: None, fields: dict[str, Any], constraint: str) -> None:
    good = {"address_hash": b"x" * 32, "kind": "phone", "scope": "calls", "reason": "asked"}
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Suppression.objects.create(**{**good, **fields})
    Suppression.objects.create(**good)
    with pytest.raises(IntegrityError, match="suppression_once"):
        Suppression.objects.create(**good)
