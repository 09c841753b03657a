"""The board on the wall and on the phone: who sees it, how it is polled, and that no voter is in it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from threading import Barrier, Thread
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection, connections
from django.db.models import F
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from groundswell.accounts.enums import Role
from groundswell.accounts.models import AuditEvent, Membership, User
from groundswell.accounts.tests.builders import make_member, sign_in
from groundswell.phonebank import session_numbers
from groundswell.phonebank.models import Outcome, Session
from groundswell.phonebank.session_numbers import TICK_SECONDS
from groundswell.phonebank.tests.board_world import Evening
from groundswell.phonebank.tests.organiser_world import answer
from groundswell.phonebank.tests.world import World

MINUTE = timedelta(minutes=1)


@pytest.fixture
def evening(live: World) -> Evening:
    return Evening(live)


@pytest.fixture
def still(monkeypatch: pytest.MonkeyPatch) -> Iterator[SimpleNamespace]:
    """A clock that stands until it is moved."""
    clock = SimpleNamespace(now=timezone.now())
    monkeypatch.setattr(session_numbers, "timezone", SimpleNamespace(now=lambda: clock.now))
    monkeypatch.setattr(session_numbers, "time", SimpleNamespace(time=lambda: clock.now.timestamp()))
    return clock


def wall(evening: Evening, part: str = "") -> str:
    return reverse(f"phonebank:wall{part}", args=[evening.session.board_key])


def phone(evening: Evening, part: str = "") -> str:
    return reverse(f"phonebank:board{part}", args=[evening.session.pk])


def test_the_wall_is_open_to_whoever_has_its_key_and_to_nobody_else(evening: Evening, client: Client):
    ada = evening.caller()
    for ago in (3, 5, 8):
        evening.call(ada, ago=ago * MINUTE)
    page = client.get(wall(evening))
    assert page.status_code == 200
    assert "Monday for Bury North" in page.content.decode()
    assert page["X-Robots-Tag"] == "noindex"
    assert client.get(reverse("phonebank:wall", args=["guessed"])).status_code == 404
    assert client.get("/phonebank/board/%00/").status_code == 404
    Session.objects.update(board_key="another")
    session_numbers.forget_numbers()
    assert client.get(wall(evening)).status_code == 404, "a key that was changed opens nothing"


def test_what_has_not_changed_is_not_sent_again(evening: Evening, client: Client, still: SimpleNamespace):
    ada = evening.caller()
    first = client.get(wall(evening, "_numbers"))
    assert 0 < float(first["X-Next-In"]) <= TICK_SECONDS
    again = client.get(wall(evening, "_numbers"), headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert float(again["X-Next-In"]) > 0
    evening.call(ada, ago=MINUTE)
    assert client.get(wall(evening, "_numbers"), headers={"If-None-Match": first["ETag"]}).status_code == 304
    still.now += timedelta(seconds=TICK_SECONDS)
    fresh = client.get(wall(evening, "_numbers"), headers={"If-None-Match": first["ETag"]})
    assert fresh.status_code == 200
    assert fresh["ETag"] != first["ETag"]


def test_when_it_is_over_screens_ask_less(evening: Evening, client: Client):
    evening.call(evening.caller(), ago=MINUTE)
    Session.objects.update(closed_at=timezone.now())
    over = client.get(wall(evening, "_numbers"))
    assert "1 person made 1 call for Walthamstow" in over.content.decode()
    assert float(over["X-Next-In"]) > 10


def test_a_phone_has_its_owners_numbers_above_the_teams(evening: Evening):
    ada, bo = evening.caller("Ada Lovelace"), evening.caller("Bo Peep")
    for minute in range(12):
        evening.call(ada, ago=(minute + 1) * MINUTE)
    evening.call(bo, ago=MINUTE, outcome="completed")
    phones = {user: sign_in(Client(), user) for user in (ada, bo)}
    first = {user: client.get(phone(evening, "_numbers")) for user, client in phones.items()}
    assert "12 calls" in first[ada].content.decode()
    assert "10 calls" in first[ada].content.decode(), "the badge"
    assert "1 conversation" in first[bo].content.decode()
    assert first[ada]["ETag"] != first[bo]["ETag"]
    assert phones[ada].get(phone(evening, "_numbers"), headers={"If-None-Match": first[ada]["ETag"]}).status_code == 304


def test_whoever_is_unranked_is_told_so_and_nobody_else_is(evening: Evening):
    ada, bo = evening.caller("Ada Lovelace"), evening.caller("Bo Peep")
    evening.call(bo, ago=9 * MINUTE)
    for index in range(20):
        evening.call(ada, ago=9 * MINUTE - timedelta(seconds=5 * index))
    said = "until an organiser has looked"
    assert said in sign_in(Client(), ada).get(phone(evening)).content.decode()
    for watching in (sign_in(Client(), bo).get(phone(evening)), Client().get(wall(evening))):
        assert said not in watching.content.decode()
        assert "Ada" not in watching.content.decode().replace("Ada Lovelace", "")


def test_the_leaders_are_the_organisers_choice(evening: Evening, client: Client):
    for name in ("Ada Lovelace", "Bo Peep"):
        evening.call(evening.caller(name), ago=MINUTE)
    assert "Most calls" in client.get(wall(evening)).content.decode()
    Session.objects.update(show_leaders=False)
    session_numbers.forget_numbers()
    assert "Most calls" not in client.get(wall(evening)).content.decode()


def test_polling_costs_one_query_in_a_tick_whoever_asks(evening: Evening, still: SimpleNamespace):
    """Fifty polls of a wall and of two phones: the first of a tick asks for the numbers, the first phone for all phones."""
    clients = [sign_in(Client(), evening.caller(name)) for name in ("Ada", "Bo")]
    nobody = Client()
    nobody.get(wall(evening, "_numbers"))
    for client in clients:
        client.get(phone(evening, "_numbers"))
    for _tick in range(3):
        still.now += timedelta(seconds=TICK_SECONDS)
        with CaptureQueriesContext(connection) as captured:
            for _ in range(50):
                assert nobody.get(wall(evening, "_numbers")).status_code == 200
                for client in clients:
                    assert client.get(phone(evening, "_numbers")).status_code == 200
        assert len(captured) == 2


def test_whoever_is_out_sees_nothing_more_from_the_next_tick_on(evening: Evening, still: SimpleNamespace):
    """Revoked, or signed out everywhere: what the phone's cookie says no longer counts, and nobody else is disturbed."""
    ada, bo, cai = (evening.caller(name) for name in ("Ada Lovelace", "Bo Peep", "Cai Morgan"))
    phones = {user: sign_in(Client(), user) for user in (ada, bo, cai)}
    for client in phones.values():
        assert client.get(phone(evening)).status_code == 200
        assert client.get(phone(evening, "_numbers")).status_code == 200
    Membership.objects.filter(user=bo).update(revoked_at=timezone.now())
    User.objects.filter(pk=cai.pk).update(session_epoch=F("session_epoch") + 1)
    still.now += timedelta(seconds=TICK_SECONDS)
    answers = {user: client.get(phone(evening, "_numbers")) for user, client in phones.items()}
    assert answers[ada].status_code == 200
    assert answers[bo].status_code in {302, 403, 404}
    assert answers[cai].status_code == 302
    assert "data-part" not in answers[bo].content.decode() + answers[cai].content.decode()
    assert phones[bo].get(phone(evening)).status_code in {302, 403, 404}


def test_a_board_gets_another_address_and_the_old_one_opens_nothing(evening: Evening):
    old, screen = wall(evening), Client()
    assert screen.get(old).status_code == 200
    leader = sign_in(Client(), make_member(Role.ORGANISER, evening.world.campaign).user)
    address = reverse("phonebank:board_key", args=[evening.session.pk])
    assert address in leader.get(phone(evening)).content.decode()
    said = leader.post(address, follow=True).content.decode()
    assert "has a new address" in said
    assert (screen.get(old).status_code, screen.get(old + "numbers/").status_code) == (404, 404)
    evening.session.refresh_from_db()
    assert wall(evening) != old
    assert wall(evening) in said
    assert screen.get(wall(evening)).status_code == 200
    assert AuditEvent.objects.filter(verb="renew_board_key", subject_id=evening.session.pk).count() == 1


@pytest.mark.django_db(transaction=True)
def test_forty_screens_at_once_cost_one_query_in_a_tick(lasting_world: World, still: SimpleNamespace):
    """Forty threads, each a screen with a connection of its own; every statement any of them sends is counted."""
    evening = Evening(lasting_world)
    evening.call(evening.caller(), ago=MINUTE)
    address = wall(evening, "_numbers")
    Client().get(address)
    statements: list[str] = []
    answers: list[int] = []
    barrier = Barrier(40)

    def screen() -> None:
        def count(execute: Any, sql: str, *rest: Any) -> Any:
            statements.append(sql)
            return execute(sql, *rest)

        client = Client()
        try:
            with connection.execute_wrapper(count):
                barrier.wait()
                answers.extend(client.get(address).status_code for _ in range(5))
        finally:
            connections.close_all()

    for _tick in range(3):
        still.now += timedelta(seconds=TICK_SECONDS)
        statements.clear()
        threads = [Thread(target=screen) for _ in range(40)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(statements) == 1
    assert answers == [200] * 600


def test_nothing_of_any_voter_is_on_any_board(evening: Evening):
    """Names, address, number, answer, note, outcome: each made to be unmistakable, recorded, and looked for."""
    world = evening.world
    ada, bo = evening.caller("Ada Lovelace"), evening.caller("Bo Peep", is_first_time=True, joined=MINUTE)
    (home,) = world.households(1)
    person, number = home.people[0], home.numbers[0]
    type(person).objects.filter(pk=person.pk).update(given_names="Zephyrine", family_name="Quillfeather")
    type(home.row).objects.filter(pk=home.row.pk).update(address_lines="77 Marzipan Crescent", postcode="E17 9ZZ")
    world.ours.label = "Vermilion Party"
    world.ours.save()
    answer(world, person, world.ours)
    for minute, caller in enumerate([ada] * 12 + [bo] * 3):
        evening.call(
            caller,
            ago=(15 - minute) * MINUTE,
            outcome="completed",
            is_identified=True,
            person=person,
            household=home.row,
            contact_point=number,
            note="Bring marmalade",
        )
    secrets = [
        "Zephyrine",
        "Quillfeather",
        "Marzipan",
        "E17 9ZZ",
        number.value,
        number.value[-6:],
        "Vermilion",
        world.ours.meaning,
        world.ours.get_meaning_display(),
        world.question.text,
        "marmalade",
        Outcome.objects.get(code="completed").label,
        evening.bank.name,
        "Lovelace",
        "Peep",
        "@example.org",
    ]
    client = sign_in(Client(), ada)
    pages = [
        Client().get(wall(evening)),
        Client().get(wall(evening, "_numbers")),
        client.get(phone(evening, "_numbers")),
    ]
    for page in pages:
        text = page.content.decode()
        assert "15" in text
        assert "Ada had a conversation" in text
        assert [secret for secret in secrets if secret.lower() in text.lower()] == []
