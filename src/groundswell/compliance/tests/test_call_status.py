"""Each refusal of the one definition, against the real database, each by the smallest change that brings it about."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection

from groundswell.compliance.contact import counts_by_refusal, may_call, statuses_of_households, statuses_of_people
from groundswell.compliance.enums import Refusal
from groundswell.compliance.models import Consent, Figure, Screening, Suppression
from groundswell.compliance.rule_texts import RULE_OF_REFUSAL, RULES, WHY_NOT
from groundswell.compliance.tests.conftest import World
from groundswell.people.addresses import address_hash
from groundswell.people.models import ContactPoint, Person, PersonContact

PHONE = "+441632960983"
OTHER = "+441632960001"
Ask = Callable[[Person], str | None]


@pytest.fixture
def person(world: World) -> Person:
    return world.person(PHONE)


def consent(state: str, given_at: datetime, **fields: Any) -> Consent:
    return Consent.objects.create(
        **{
            "address_hash": address_hash("phone", PHONE),
            "channel": "call",
            "state": state,
            "wording": "You may ring me.",
            "wording_version": "1",
            "source": "form",
            "evidence": "form 12",
            "given_at": given_at,
            **fields,
        }
    )


def suppress(scope: str, **fields: Any) -> Suppression:
    return Suppression.objects.create(
        address_hash=address_hash("phone", PHONE), kind="phone", scope=scope, reason="asked", **fields
    )


def list_on_tps(phone: str = PHONE) -> None:
    Screening.objects.filter(contact_point__value=phone).update(listed=True)


def test_a_screened_number_may_be_called(person: Person, refusal: Ask) -> None:
    assert refusal(person) is None


def test_no_number(world: World, refusal: Ask) -> None:
    assert refusal(world.person()) == Refusal.NO_NUMBER


def test_an_email_address_is_no_number(world: World, refusal: Ask) -> None:
    person = world.person()
    email = ContactPoint.objects.create(
        kind="email", value="sian@example.org", address_hash=address_hash("email", "sian@example.org")
    )
    PersonContact.objects.create(person=person, contact_point=email, source=world.source)
    assert refusal(person) == Refusal.NO_NUMBER


@pytest.mark.parametrize(
    ("field", "expected"),
    [("deceased_at", Refusal.DECEASED), ("moved_at", Refusal.MOVED), ("objected_at", Refusal.OBJECTED)],
)
def test_what_is_known_of_the_person(
    person: Person, refusal: Ask, now: datetime, field: str, expected: Refusal
) -> None:
    Person.objects.filter(pk=person.pk).update(**{field: now})
    assert refusal(person) == expected


def test_erased(person: Person, refusal: Ask, now: datetime) -> None:
    Person.objects.filter(pk=person.pk).update(
        erased_at=now, given_names="", family_name="", name_key="", household=None
    )
    assert refusal(person) == Refusal.ERASED


def test_anonymous_entry_r7(world: World, person: Person, refusal: Ask) -> None:
    world.elector(person, anonymous=True)
    assert refusal(person) == Refusal.ANONYMOUS


def test_removed_from_every_register_r9(world: World, person: Person, refusal: Ask, today: date) -> None:
    world.elector(person, removed_on=today)
    assert refusal(person) == Refusal.REMOVED


def test_removed_from_one_register_but_on_another(world: World, person: Person, refusal: Ask, today: date) -> None:
    world.elector(person, removed_on=today)
    world.elector(person, area=world.constituency("Bury North", "England"))
    assert refusal(person) is None


def test_never_on_a_register(person: Person, refusal: Ask) -> None:
    assert not person.electors.exists()
    assert refusal(person) is None


@pytest.mark.parametrize(("days", "expected"), [(0, None), (1, Refusal.UNDER_AGE)])
def test_sixteenth_birthday_r6(world: World, refusal: Ask, today: date, days: int, expected: Refusal | None) -> None:
    # Sixteen years before a leap day is one as well.
    sixteen_years_ago = today.replace(year=today.year - 16)
    person = world.person(PHONE, date_of_birth=sixteen_years_ago + timedelta(days=days))
    assert refusal(person) == expected


@pytest.mark.parametrize(
    ("nation", "years_ahead", "expected"),
    [
        ("Scotland", 1, Refusal.UNDER_AGE),  # turns 16 next year: 15 now
        ("Wales", 1, Refusal.UNDER_AGE),
        ("England", 1, None),  # turns 18 next year: 17 now
        ("Northern Ireland", 1, None),
        ("England", 3, Refusal.UNDER_AGE),
        ("", 1, Refusal.UNDER_AGE),  # unknown: the careful reading
        ("Scotland", -1, None),
    ],
)
def test_date_of_attainment_is_read_by_nation_r5(
    world: World, person: Person, refusal: Ask, today: date, nation: str, years_ahead: int, expected: Refusal | None
) -> None:
    area = world.constituency("Elsewhere", nation)
    world.elector(person, area=area, attainment_date=date(today.year + years_ahead, today.month, 1) + timedelta(days=1))
    assert refusal(person) == expected


@pytest.mark.parametrize(("scope", "expected"), [("calls", "suppressed"), ("all", "suppressed"), ("messages", None)])
def test_suppression_c3(person: Person, refusal: Ask, scope: str, expected: str | None) -> None:
    suppress(scope)
    assert refusal(person) == expected


def test_a_lifted_suppression_counts_no_more(person: Person, refusal: Ask, now: datetime) -> None:
    suppress("calls", lifted_at=now, lifted_reason="pressed by mistake")
    assert refusal(person) is None


def test_consent_does_not_stand_above_our_own_list(person: Person, refusal: Ask, now: datetime) -> None:
    suppress("calls")
    consent("given", now)
    assert refusal(person) == Refusal.SUPPRESSED


def test_retired_number(person: Person, refusal: Ask, now: datetime) -> None:
    ContactPoint.objects.update(retired_at=now, retired_reason="wrong number")
    assert refusal(person) == Refusal.RETIRED


def test_listed_on_tps_c1(person: Person, refusal: Ask) -> None:
    list_on_tps()
    assert refusal(person) == Refusal.TPS


def test_listed_on_ctps_though_not_on_tps(world: World, person: Person, refusal: Ask, today: date) -> None:
    Screening.objects.create(
        contact_point=ContactPoint.objects.get(), list="ctps", file=world.file, screened_on=today, listed=True
    )
    assert refusal(person) == Refusal.TPS


def test_consent_stands_above_tps_and_screening(person: Person, refusal: Ask, now: datetime) -> None:
    list_on_tps()
    consent("given", now - timedelta(days=1))
    assert refusal(person) is None
    Screening.objects.all().delete()
    assert refusal(person) is None


@pytest.mark.parametrize(
    "fields", [{"channel": "sms"}, {"purpose": "fundraising"}, {"address_hash": address_hash("phone", OTHER)}]
)
def test_consent_to_something_else_is_none(person: Person, refusal: Ask, now: datetime, fields: dict[str, Any]) -> None:
    list_on_tps()
    consent("given", now - timedelta(days=1), **fields)
    assert refusal(person) == Refusal.TPS


def test_withdrawal_ends_consent(person: Person, refusal: Ask, now: datetime) -> None:
    list_on_tps()
    consent("given", now - timedelta(days=2))
    consent("withdrawn", now - timedelta(days=1))
    assert refusal(person) == Refusal.TPS


def test_an_old_consent_found_after_the_withdrawal_is_still_withdrawn(
    person: Person, refusal: Ask, now: datetime
) -> None:
    list_on_tps()
    consent("withdrawn", now - timedelta(days=1))
    consent("given", now - timedelta(days=2))
    assert refusal(person) == Refusal.TPS


def test_consent_given_anew_after_a_withdrawal(person: Person, refusal: Ask, now: datetime) -> None:
    list_on_tps()
    consent("given", now - timedelta(days=3))
    consent("withdrawn", now - timedelta(days=2))
    consent("given", now - timedelta(days=1))
    assert refusal(person) is None


def test_never_screened_c2(person: Person, refusal: Ask) -> None:
    Screening.objects.all().delete()
    assert refusal(person) == Refusal.SCREENING_OLD


@pytest.mark.parametrize(("age", "expected"), [(28, None), (29, Refusal.SCREENING_OLD)])
def test_screening_older_than_the_figure_c2(
    person: Person, refusal: Ask, today: date, age: int, expected: Refusal | None
) -> None:
    Screening.objects.update(screened_on=today - timedelta(days=age))
    assert refusal(person) == expected


def test_the_figure_decides_not_the_code(person: Person, refusal: Ask, today: date) -> None:
    Screening.objects.update(screened_on=today - timedelta(days=20))
    assert refusal(person) is None
    Figure.objects.create(
        jurisdiction="uk", key="screening_max_age_days", value=14, valid_from=today, source="new regulation"
    )
    assert refusal(person) == Refusal.SCREENING_OLD


def test_a_figure_of_tomorrow_does_not_count_today(person: Person, refusal: Ask, today: date) -> None:
    Figure.objects.create(
        jurisdiction="uk",
        key="screening_max_age_days",
        value=0,
        valid_from=today + timedelta(days=1),
        source="new regulation",
    )
    assert refusal(person) is None


def test_the_figure_for_our_kind_of_organisation_comes_first(person: Person, refusal: Ask, today: date) -> None:
    Screening.objects.all().delete()
    Figure.objects.create(
        jurisdiction="uk", key="tps_required", organisation_kind="charity", value=False, valid_from=today, source="law"
    )
    assert refusal(person) == Refusal.SCREENING_OLD
    Figure.objects.create(
        jurisdiction="uk", key="tps_required", organisation_kind="party", value=False, valid_from=today, source="law"
    )
    assert refusal(person) is None


def test_without_figures_the_reading_is_strict(person: Person, refusal: Ask) -> None:
    Figure.objects.all().delete()
    assert refusal(person) == Refusal.SCREENING_OLD


def test_the_first_reason_in_order_is_given(world: World, person: Person, refusal: Ask, now: datetime) -> None:
    """Everything is wrong at once; taking the first reason away uncovers the next."""
    list_on_tps()
    ContactPoint.objects.update(retired_at=now, retired_reason="dead")
    suppress("calls")
    Person.objects.update(objected_at=now, moved_at=now, deceased_at=now)
    elector = world.elector(person, anonymous=True, removed_on=now.date())
    order = [refusal(person)]
    elector.anonymous = False
    elector.save()
    order.append(refusal(person))
    elector.removed_on = None
    elector.save()
    for field in ("deceased_at", "moved_at", "objected_at"):
        order.append(refusal(person))
        Person.objects.update(**{field: None})
    order.append(refusal(person))
    Suppression.objects.all().delete()
    order.append(refusal(person))
    ContactPoint.objects.update(retired_at=None, retired_reason="")
    order.append(refusal(person))
    assert order == [
        "anonymous",
        "removed",
        "deceased",
        "moved",
        "objected",
        "suppressed",
        "retired",
        "tps",
    ]


def test_a_shared_number_is_answered_for_each_person(world: World, now: datetime) -> None:
    household = world.household()
    parent = world.person(PHONE, household)
    child = world.person(household=household, date_of_birth=now.date() - timedelta(days=3000))
    world.phone(child, PHONE)
    statuses = statuses_of_households([household.pk], now=now)
    assert [(s.person_id, s.refusal) for s in statuses] == [(parent.pk, None), (child.pk, Refusal.UNDER_AGE)]
    assert may_call(ContactPoint.objects.get().pk, now=now)


def test_each_number_of_a_person_is_answered(world: World, person: Person, now: datetime) -> None:
    world.phone(person, OTHER)
    list_on_tps(OTHER)
    statuses = statuses_of_people([person.pk], now=now)
    assert [s.refusal for s in statuses] == [None, Refusal.TPS]


def test_counting_everybody(world: World, person: Person, now: datetime) -> None:
    world.person()
    world.person()
    world.person(OTHER)
    list_on_tps(OTHER)
    assert counts_by_refusal(now=now) == {None: 1, Refusal.NO_NUMBER: 2, Refusal.TPS: 1}


@pytest.fixture
def crowd(world: World) -> None:
    """Ten thousand people in as many households, each with a screened number: enough for the planner to care."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO people_household (area_id, constituency_id, address_lines, postcode, address_key, uprn)
                SELECT %(area)s, %(area)s, n::text, 'E17', n::text, '' FROM generate_series(1, 10000) n;
            """,
            {"area": world.area.pk},
        )
        cursor.execute(
            """
            INSERT INTO people_person (household_id, source_id, title, given_names, family_name, name_key)
                SELECT id, %(source)s, '', 'A', 'B', 'b a' FROM people_household
            """,
            {"source": world.source.pk},
        )
        cursor.execute(
            """
            INSERT INTO people_contactpoint (kind, value, address_hash, retired_reason)
                SELECT 'phone', '+999' || lpad(id::text, 8, '0'), sha256(id::text::bytea), '' FROM people_person
            """
        )
        cursor.execute(
            """
            INSERT INTO people_personcontact (person_id, contact_point_id, source_id, position)
                SELECT p.id, c.id, %(source)s, 0
                  FROM people_person p
                  JOIN people_contactpoint c ON c.value = '+999' || lpad(p.id::text, 8, '0')
            """,
            {"source": world.source.pk},
        )
        cursor.execute(
            """
            INSERT INTO compliance_screening (contact_point_id, list, file_id, screened_on, listed)
                SELECT id, 'tps', %(file)s, %(day)s, false FROM people_contactpoint
            """,
            {"file": world.file.pk, "day": world.file.screened_on},
        )
        cursor.execute(
            """
            INSERT INTO people_elector (person_id, register_id, area_id, prefix, number, suffix, markers, franchise,
                                        anonymous, opted_out_of_open_register, register_date)
                SELECT id, %(register)s, %(area)s, 'K', id::text, '0', '', 'full', false, false, %(day)s
                  FROM people_person
            """,
            {"register": world.register().pk, "area": world.area.pk, "day": world.today},
        )
        for table in (
            "people_household",
            "people_person",
            "people_contactpoint",
            "people_personcontact",
            "people_elector",
            "compliance_screening",
        ):
            cursor.execute(f"ANALYZE {table}")


def _nodes(plan: dict[str, Any]) -> list[dict[str, Any]]:
    return [plan, *(node for child in plan.get("Plans", []) for node in _nodes(child))]


def explain(sql: str, parameters: list[Any]) -> list[dict[str, Any]]:
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {sql}", parameters)
        answer = cursor.fetchone()[0]
    return _nodes((json.loads(answer) if isinstance(answer, str) else answer)[0]["Plan"])


def _rows_read(nodes: list[dict[str, Any]], table_prefix: str) -> float:
    return sum(
        (n["Actual Rows"] + n.get("Rows Removed by Filter", 0)) * n["Actual Loops"]
        for n in nodes
        if n.get("Relation Name", "").startswith(table_prefix)
    )


HOUSEHOLD = "SELECT min(id) + 77 FROM people_household"


@pytest.mark.usefixtures("crowd")
def test_one_household_touches_only_its_rows(now: datetime) -> None:
    with connection.cursor() as cursor:
        cursor.execute(HOUSEHOLD)
        household = cursor.fetchone()[0]
    nodes = explain("SELECT * FROM compliance_call_status(%s) WHERE household_id = %s", [now, household])
    assert "Function Scan" not in {n["Node Type"] for n in nodes}  # inlined
    assert [
        n["Relation Name"] for n in nodes if n["Node Type"] == "Seq Scan" and n["Relation Name"].startswith("people_")
    ] == []
    # The person, the link, the number, and the entry on the register once for each question about it.
    assert _rows_read(nodes, "people_") <= 8
    assert _rows_read(nodes, "compliance_screening") == 1


@pytest.mark.usefixtures("crowd")
def test_a_join_from_a_queue_looks_up_by_index(now: datetime) -> None:
    """As the phone bank asks: some households from elsewhere, joined by household."""
    nodes = explain(
        """
        SELECT s.refusal
          FROM (SELECT id FROM people_household ORDER BY id LIMIT 3) h
          JOIN compliance_call_status(%s) s ON s.household_id = h.id
        """,
        [now],
    )
    assert _rows_read(nodes, "people_person") <= 10
    assert _rows_read(nodes, "people_elector") <= 10


@pytest.mark.usefixtures("crowd")
def test_counting_everybody_is_one_pass(now: datetime) -> None:
    nodes = explain("SELECT refusal, count(*) FROM compliance_call_status(%s) GROUP BY refusal", [now])
    scans = [n for n in nodes if n.get("Relation Name") == "people_person"]
    assert [n["Actual Loops"] for n in scans] == [1]
    # Nothing is looked up ten thousand times.
    assert [n for n in nodes if n["Actual Loops"] >= 100] == []


def test_every_refusal_can_be_explained() -> None:
    assert set(RULE_OF_REFUSAL) == set(Refusal) == set(WHY_NOT)
    assert len(RULES) == len({str(rule.title) for rule in RULES.values()})
