"""Finding people: by everything staff know, only those they may see, logged, and page by page."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from groundswell.accounts.enums import Role
from groundswell.accounts.models import AuditEvent
from groundswell.compliance.tests.conftest import World
from groundswell.people.models import Elector, Household, Person
from groundswell.places.models import Area
from groundswell.web.person.search import PAGE, Kind, read_question
from groundswell.web.person.tests.conftest import PHONE, Staff


def names(response: Any) -> list[str]:
    return [found.name for found in response.context.get("found") or []]


def find(client: Client, q: str, **more: str) -> list[str]:
    response = client.get("/people/", {"q": q, **more})
    assert response.status_code == 200
    return names(response)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("wyllt", Kind.NAME),
        ("Siân Wyllt", Kind.NAME),
        ("O'Brien", Kind.NAME),
        ("01632 960983", Kind.PHONE),
        ("+44 1632 960983", Kind.PHONE),
        ("e17 4rh", Kind.POSTCODE),
        ("E174RH", Kind.POSTCODE),
        ("sian@example.org", Kind.EMAIL),
        ("KD124", Kind.ELECTOR),
        ("kd-2/2-289/1", Kind.ELECTOR),
        ("x", None),
        ("  ", None),
        ("12345678901234567", None),
        ("a@", None),
    ],
)
def test_what_was_asked_for(text: str, kind: Kind | None) -> None:
    question = read_question(text)
    assert (question.kind if question else None) == kind


@given(st.text(max_size=150))
def test_any_text_is_read_or_refused(text: str) -> None:
    question = read_question(text)
    assert question is None or all(question.values)


def test_by_name_either_way_round(data_manager: Client, person: Person, world: World) -> None:
    world.person(given_names="Tom", family_name="Reed", name_key="reed tom")
    for q in ("wyllt", "Wyl", "WYLLT SIAN", "Siân Wyllt", "wyllt s"):
        assert find(data_manager, q) == ["Siân Wyllt"], q
    assert find(data_manager, "sian") == []


@pytest.mark.parametrize("q", ["01632 960983", "+441632960983", "E17 4RH", "e174rh"])
def test_by_number_and_postcode(data_manager: Client, person: Person, q: str) -> None:
    assert find(data_manager, q) == ["Siân Wyllt"]


@pytest.mark.parametrize(
    ("prefix", "number", "suffix", "asked"),
    [
        ("KD", "124", "0", "KD124"),
        ("KD", "124", "0", "kd 124"),
        ("KD", "124", "0", "KD-124"),
        ("KD2", "124", "0", "KD2124"),
        ("KD", "0124", "1", "KD0124/1"),
        ("KD-2/2", "289", "1", "KD-2/2-289/1"),
        ("K1/2", "5", "0", "K1/25"),
    ],
)
def test_by_elector_number(
    data_manager: Client, world: World, person: Person, prefix: str, number: str, suffix: str, asked: str
) -> None:
    elector = world.elector(person)
    Elector.objects.filter(pk=elector.pk).update(prefix=prefix, number=number, suffix=suffix)
    assert find(data_manager, asked) == ["Siân Wyllt"]
    assert find(data_manager, "ZZ1") == []


def test_page_by_page_nobody_twice_nobody_lost(data_manager: Client, world: World) -> None:
    household = world.household()
    for n in range(PAGE * 2 + 3):
        # Many of one name: the page must not break within them.
        world.person(
            household=household,
            family_name="Smith",
            given_names=f"N{n:03}",
            name_key=f"smith {'ann' if n % 2 else 'bob'}",
        )
    seen: list[int] = []
    after = ""
    for _ in range(3):
        response = data_manager.get("/people/", {"q": "smith", "after": after})
        seen += [found.person_id for found in response.context["found"]]
        after = response.context["after"]
    assert after == ""
    assert sorted(seen) == sorted(Person.objects.values_list("pk", flat=True))


def test_a_search_is_logged_without_its_words(data_manager: Client, person: Person) -> None:
    find(data_manager, "wyllt")
    event = AuditEvent.objects.get(verb="search_people")
    assert event.action == "view"
    assert event.detail == {"by_what": "name", "found": 1}
    assert "wyllt" not in str(event.detail)


def test_an_organiser_finds_only_people_of_their_campaign(staff: Staff, person: Person, world: World) -> None:
    elsewhere = world.constituency("Bury North", "England")
    world.person(household=world.household(elsewhere), family_name="Wyllt", given_names="Tom", name_key="wyllt tom")
    assert find(staff.client(Role.OWNER), "wyllt") == ["Siân Wyllt", "Tom Wyllt"]
    assert find(staff.client(Role.ORGANISER), "wyllt") == ["Siân Wyllt"]


def test_an_organiser_of_a_ward_finds_its_people_and_those_of_its_districts(staff: Staff, world: World) -> None:
    ward = Area.objects.create(kind="ward", boundary_set="t", code="w", name="Hoe Street", parent=world.area)
    district = Area.objects.create(kind="polling_district", boundary_set="t", code="d", name="KD", parent=ward)
    homes = {area: world.household() for area in (world.area, ward, district)}
    for area, home in homes.items():
        Household.objects.filter(pk=home.pk).update(area=area)
        world.person(household=home, given_names=area.name, family_name="Ash", name_key=f"ash {area.name.lower()}")
    client, membership = staff.member(Role.ORGANISER)
    membership.areas.add(ward)
    assert find(client, "ash") == ["Hoe Street Ash", "KD Ash"]
    inside, outside = Person.objects.get(given_names="KD"), Person.objects.get(given_names="Walthamstow")
    assert client.get(f"/people/{inside.pk}/").status_code == 200
    assert client.get(f"/people/{outside.pk}/").status_code == 404


@pytest.mark.parametrize("role", [Role.CALLER, None])
def test_callers_and_visitors_have_no_search(staff: Staff, person: Person, role: Role | None) -> None:
    client = staff.client(role) if role else Client()
    for url in ("/people/?q=wyllt", f"/people/{person.pk}/"):
        response = client.get(url)
        assert response.status_code == (403 if role else 302)
        assert b"Wyllt" not in response.content


@pytest.mark.parametrize("q", ["\x00", "%", "_a", "a" * 500, "'; drop table", "{area}", "\ud7ff\u202e"])
@pytest.mark.parametrize("after", ["", "~", "a~b", "\x00~1", "~99999999999999999999"])
def test_strange_input_is_no_error(data_manager: Client, person: Person, q: str, after: str) -> None:
    assert data_manager.get("/people/", {"q": q, "after": after}).status_code == 200


@pytest.mark.parametrize("people", [1, 3])
def test_few_queries_whatever_is_found(organiser: Client, world: World, people: int) -> None:
    for _ in range(people):
        world.elector(world.person(f"+4416329600{world.made:02}"))
    organiser.get("/people/", {"q": "wyllt"})  # what is cached once is not counted
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert len(find(organiser, "wyllt")) == people
    assert len(queries) == 5, [q["sql"] for q in queries]


def test_what_people_are_called_is_no_markup(data_manager: Client, world: World) -> None:
    world.person(given_names="<b>x</b>", family_name="Ng", name_key="ng x")
    page = data_manager.get("/people/", {"q": "ng"}).content.decode()
    assert not re.search(r"<b>x", page)
    assert PHONE not in page
