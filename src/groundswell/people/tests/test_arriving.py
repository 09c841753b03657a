"""Newcomers who go straight into the tables become what those become who are staged and compared."""

import threading
import uuid
from pathlib import Path

import pytest
from django.db import connection, connections
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from groundswell.accounts.models import Organisation
from groundswell.people import newcomers, numbers_met
from groundswell.people.files.refusal import ImportRefusedError
from groundswell.people.models import Elector, Household, ImportBatch, Person, Register
from groundswell.people.numbers_met import PAGE, NumbersMet
from groundswell.people.operations import arriving, reading, register
from groundswell.people.operations.register import import_register
from groundswell.people.operations.undo import undo_import
from groundswell.people.tests.conftest import TODAY, Desk, entry, make_seat

FEW = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture
def way(monkeypatch):
    """Which way the rows went: how many straight, how many staged."""
    taken = {"straight": 0, "staged": 0}
    copy = register.Script.copy

    def noted(script, table, columns, text, **options):
        lines = text.count(b"\n") if isinstance(text, bytes) else len(text)
        taken["straight"] += lines if table == "people_elector" else 0
        taken["staged"] += lines if table == "import_rows" else 0
        return copy(script, table, columns, text, **options)

    monkeypatch.setattr(register.Script, "copy", noted)
    return taken


def what_is_held(seat):
    """Everything about a seat's electors but the ids and the batch."""
    return [
        (
            *(elector.prefix, elector.number, elector.suffix, elector.markers, elector.franchise),
            *(elector.attainment_date, elector.anonymous, elector.opted_out_of_open_register, elector.register_date),
            *(elector.removed_on, elector.area.code.partition("/")[2], elector.register.source_id == person.source_id),
            *(person.title, person.given_names, person.family_name, person.name_key),
            home and (home.postcode, home.address_key, home.address_lines, home.uprn, home.area.code.partition("/")[2]),
        )
        for elector in Elector.objects.filter(register__constituency=seat).order_by("prefix", "number", "suffix")
        for person in [elector.person]
        for home in [person.household]
    ]


def households_of(seat):
    """Who lives with whom."""
    people = Elector.objects.filter(register__constituency=seat).select_related("person")
    homes: dict[int | None, set] = {}
    for elector in people:
        homes.setdefault(elector.person.household_id, set()).add((elector.prefix, elector.number, elector.suffix))
    return sorted(sorted(names) for home, names in homes.items() if home)


def people_at(*homes, prefix="AA"):
    return [
        f"{prefix},{n},0,,,Family{chr(97 + n % 26)},Given,E17 9AA,{home} Long Road,,,Testham,,"
        for n, home in enumerate(homes, 1)
    ]


cells = {
    "number": st.integers(1, 12).map(str),
    "suffix": st.sampled_from(["0", "", "1"]),
    "marker": st.sampled_from(["", "", "G", "N", "K"]),
    "day": st.sampled_from(["", "", "01/11/2027", "nonsense"]),
    "family": st.sampled_from(
        ["Smith", "NULL", "Ŵyn-Jones", "Back\\N", "\\N", "(z) Hid", "", "Other electors", "ß" * 149]
    ),
    "given": st.sampled_from(["Ann", "Ben", "\\", "a\x1fb", "ß" * 150, ""]),
    "postcode": st.sampled_from(["E17 9AA", "e179aa", "", "no"]),
    "house": st.sampled_from(
        ["1 High Road", "2 High Road", "1 high  road", "", "3\\n Low Street", "\x1f", "\ue000 Way"]
    ),
    "town": st.sampled_from(["Testham", ""]),
}
some_rows = st.lists(
    st.tuples(st.sampled_from(["AA", "AB", "B\\N"]), *cells.values()).map(
        lambda c: f"{c[0]},{c[1]},{c[2]},{c[3]},{c[4]},{c[5]},{c[6]},{c[7]},{c[8]},,,{c[9]},,"
    ),
    min_size=1,
    max_size=14,
)


@pytest.mark.slow
@FEW
@given(some_rows, st.sampled_from([3, 6, newcomers.ADDRESS_BITS]))
def test_both_ways_bring_the_same(desk, rows, bits):
    name = uuid.uuid4().hex
    straight, staged = make_seat(f"{name} East"), make_seat(f"{name} West")
    path = desk.xpress(*rows)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(newcomers, "ADDRESS_BITS", bits)
        one = taken_or_refused(desk, path, straight)
        patch.setattr(arriving, "nobody_yet", lambda _seat: False)
        other = taken_or_refused(desk, path, staged)
    if isinstance(one, str) or isinstance(other, str):
        assert one == other
        return
    same = ("rows", "created", "updated", "unchanged", "deleted", "rejected", "households", "rejects_by_reason")
    assert {name: getattr(one, name) for name in same} == {name: getattr(other, name) for name in same}
    assert what_is_held(straight) == what_is_held(staged)
    assert households_of(straight) == households_of(staged)
    again = desk.take(path, seat=straight, force=True)
    assert (again.created, again.updated, again.deleted, again.unchanged) == (0, 0, 0, one.created)
    undo_import(batch=ImportBatch.objects.get(pk=again.batch), by=None)
    undo_import(batch=ImportBatch.objects.get(pk=one.batch), by=None)
    assert not Elector.objects.filter(register__constituency=straight).exists()
    assert not Household.objects.filter(constituency=straight).exists()
    assert not Register.objects.filter(constituency=straight).exists()


def taken_or_refused(desk, path, seat):
    try:
        return desk.take(path, seat=seat, force=True)
    except ImportRefusedError as refusal:
        return str(refusal)


def test_a_first_register_is_not_staged(desk, way):
    assert desk.take(desk.xpress(*people_at(1, 1, 2, 3))).created == 4
    assert way == {"straight": 4, "staged": 0}


def test_those_at_an_address_named_before_are_staged_and_live_in_one_household(desk, way):
    result = desk.take(desk.xpress(*people_at(1, 1, 2, 1, 1, 3)))
    assert (result.created, result.households) == (6, 3)
    assert way == {"straight": 4, "staged": 2}
    assert entry("AA", "5").person.household == entry("AA", "1").person.household


def test_an_address_held_for_met_though_it_was_not_is_a_household_of_its_own(desk, way, monkeypatch):
    monkeypatch.setattr(newcomers, "ADDRESS_BITS", 3)
    result = desk.take(desk.xpress(*people_at(*range(1, 41))))
    assert (result.created, result.households, Household.objects.count()) == (40, 40, 40)
    assert way["staged"] >= 32


def test_a_household_that_is_held_already_is_taken_in(desk, way):
    home = Household.objects.create(
        area=desk.seat,
        constituency=desk.seat,
        postcode="E17 9AA",
        address_key="2 long road testham",
        address_lines="2 Long Road",
    )
    result = desk.take(desk.xpress(*people_at(1, 2, 2)))
    assert (result.created, result.households) == (3, 1)
    assert way["straight"] == 0
    assert entry("AA", "3").person.household == home


def test_rows_beyond_what_the_file_seemed_to_hold_are_staged(desk, way):
    """Lines that end as on the first Macintosh are not counted before reading."""
    path = desk.file(desk.xpress(*people_at(1, 1, 2, 2, 3)).read_bytes().replace(b"\n", b"\r"))
    result = desk.take(path)
    assert (result.created, result.households) == (5, 3)
    assert way == {"straight": 0, "staged": 5}


@pytest.mark.slow
def test_a_reader_that_stops_going_straight_keeps_households_whole(desk, way, monkeypatch):
    monkeypatch.setattr(reading, "SMALL", 0)
    monkeypatch.setattr(arriving, "_reserved", lambda _table, _count: [range(1_000_000, 1_020_000)])
    rows = [f"A{n // 2000:02d},{n},0,,,Some,One,E17 9AA,{n // 7} Long Road,,,Testham,," for n in range(40_000)]
    result = desk.take(desk.xpress(*rows))
    assert (result.created, result.households) == (40_000, 5715)
    assert 0 < way["straight"] < 20_000
    assert way["straight"] + way["staged"] == 40_000
    for elector in Elector.objects.select_related("person__household")[::777]:
        assert elector.person.household.address_lines.startswith(f"{int(elector.number) // 7} Long Road")
    assert Household.objects.count() == 5715


@pytest.mark.slow
def test_numbers_too_widely_strewn_are_compared_by_the_database(desk, way, monkeypatch):
    monkeypatch.setattr(numbers_met, "MOST_PAGES", 3)
    monkeypatch.setattr(reading, "SMALL", 0)
    count = 40_000
    rows = [f"AA,{n * PAGE},0,,,Some,One,E17 9AA,{n} Long Road,,,Testham,," for n in range(1, count)]
    result = desk.take(desk.xpress(*rows, rows[0], rows[-1]))
    assert (result.created, result.rejected) == (count - 1, 2)
    assert min(way.values()) > 0
    said = Path(result.rejects_file).read_text("utf-8-sig")
    assert f"number AA{PAGE} stands on line 2 already" in said
    assert f"number AA{PAGE * (count - 1)} stands on line {count} already" in said


@given(st.lists(st.tuples(st.sampled_from("AB"), st.integers(0, 700), st.integers(1, 5), st.booleans()), max_size=60))
def test_numbers_met_are_as_a_dictionary_keeps_them(numbers):
    met, kept = NumbersMet(), {}
    for line, (prefix, number, width, gone) in enumerate(numbers, 2):
        text = f"{number:0{width}d}"
        assert met.line_of(line, prefix, text, "0", gone=gone) == kept.setdefault((prefix, text, gone), line) % line


def test_ids_are_given_to_nobody_twice(transactional_db):
    taken: list[int] = []

    def take():
        try:
            for run in arriving._reserved("people_person", 3000):
                taken.extend(run)
        finally:
            connections.close_all()

    def disturb():
        try:
            with connection.cursor() as cursor:
                for _ in range(300):
                    cursor.execute("SELECT nextval('people_person_id_seq')")
                    taken.append(cursor.fetchone()[0])
        finally:
            connections.close_all()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(arriving, "RUN", 100)
        threads = [threading.Thread(target=work) for work in (take, take, disturb)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len(taken) == len(set(taken)) > 300


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_household_that_somebody_writes_meanwhile_is_found_after_all(tmp_path):
    Organisation.objects.update_or_create(pk=1, defaults={"name": "The Party", "kind": "party"})
    desk = Desk(make_seat("Testham West"), tmp_path)
    rows = [f"A{n // 2000:02d},{n},0,,,Some,One,E17 9AA,{n} Long Road,,,Testham,," for n in range(40_000)]
    path = desk.xpress(*rows)
    written = []

    def write_a_household(_stage, _rows, _total):
        if written:
            return

        def work():
            try:
                written.append(
                    Household.objects.create(
                        area=desk.seat,
                        constituency=desk.seat,
                        postcode="E17 9AA",
                        address_key="39999 long road testham",
                        address_lines="39999 Long Road",
                    )
                )
            finally:
                connections.close_all()

        thread = threading.Thread(target=work)
        thread.start()
        thread.join()

    result = import_register(batch=desk.batch(path), path=path, by=None, today=TODAY, listener=write_a_household)
    assert (result.created, result.households, result.rejected) == (40_000, 39_999, 0)
    assert Elector.objects.count() == Person.objects.count() == Household.objects.count() == 40_000
    assert entry("A19", "39999").person.household == written[0]
