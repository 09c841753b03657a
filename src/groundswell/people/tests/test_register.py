import csv
import datetime as dt
from pathlib import Path

import pytest
from django.db import connection
from django.utils import timezone

from groundswell.accounts.models import AuditEvent, Organisation
from groundswell.people.enums import Franchise, ImportStatus
from groundswell.people.files.refusal import ImportRefusedError
from groundswell.people.models import DataSource, Elector, Household, ImportBatch, ImportChange, Person, Register
from groundswell.people.operations.statements import Script
from groundswell.people.tests.conftest import TODAY, entry, make_seat

ROWS = (
    "AA,1,0,,,Smith,Ann,E17 9AA,1 High Road,,,Testham,,",
    "AA,2,0,,,Smith,Ben,E17 9AA,1 High Road,,,Testham,,",
    "AA,3,0,G,,Okafor,Chidi,E179AB,2 High Road,,,Testham,,",
    "AB,1,0,,,O'Brien,Dara,E17 9AC,3 Low Street,,,Testham,,",
    "AB,1,1,,,Ŵyn-Jones,Siân,,4 Low Street,,,Testham,,",
)


def register_of(count: int, prefix: str = "AA", start: int = 1) -> list[str]:
    return [
        f"{prefix},{n},0,,,Family{chr(97 + n % 26)}{chr(97 + n // 26 % 26)},Given,E17 9AA,{n} Long Road,,,Testham,,"
        for n in range(start, start + count)
    ]


def snapshot() -> list[list[tuple]]:
    return [
        list(Elector.objects.order_by("pk").values_list()),
        list(Person.objects.order_by("pk").values_list()),
        list(Household.objects.order_by("pk").values_list()),
    ]


def test_people_households_and_districts_come_in(desk):
    result = desk.take(desk.xpress(*ROWS))
    assert (result.rows, result.created, result.rejected, result.layout) == (5, 5, 0, "xpress")
    assert result.households == 4
    ann, ben = entry("AA", "1"), entry("AA", "2")
    assert ann.person.household == ben.person.household
    assert ann.person.household.address_lines == "1 High Road\nTestham"
    assert ann.person.household.postcode == "E17 9AA"
    assert ann.area.name == "AA"
    assert ann.area.parent == desk.seat
    chidi = entry("AA", "3")
    assert chidi.franchise == Franchise.EU
    assert chidi.person.household.postcode == "E17 9AB"
    assert str(entry("AB", "1", "1")) == "AB1/1"
    assert entry("AB", "1", "1").person.name_key == "wyn jones sian"


def test_what_was_declared_is_kept_with_the_register_and_its_source(desk):
    result = desk.take(desk.xpress(*ROWS))
    register = Register.objects.get()
    assert register.entitlement == "Registered party, RPR 2001 reg. 106"
    assert register.register_date == TODAY
    source = DataSource.objects.get(pk=register.source_id)
    assert source.is_register
    assert source.lawful_basis
    batch = ImportBatch.objects.get(pk=result.batch)
    assert batch.status == ImportStatus.DONE
    assert batch.counts["created"] == 5
    assert AuditEvent.objects.filter(verb="import_register", subject_id=batch.pk).count() == 1


def test_a_planner_that_expects_nobody_does_not_read_all_matches_for_each_entry(desk, monkeypatch):
    """Right after a large import its statistics are missing and the planner goes entry by entry: here it is made to."""
    rows, read = register_of(500), []
    desk.take(desk.xpress(*rows))

    def run(script: Script, name: str, **more) -> int:
        if name != "mark_gone_full":
            return run_statement(script, name, **more)
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_hashjoin = off; SET LOCAL enable_mergejoin = off")
            count = run_statement(script, name, **more)
            cursor.execute("SELECT seq_tup_read FROM pg_stat_xact_all_tables WHERE relname = 'import_matches'")
            read.extend(cursor.fetchone())
            cursor.execute("SET LOCAL enable_hashjoin = on; SET LOCAL enable_mergejoin = on")
        return count

    run_statement = Script.run
    monkeypatch.setattr(Script, "run", run)
    assert desk.take(desk.xpress(*rows)).unchanged == 500
    assert len(read) == 1
    assert read[0] <= 10 * 500


def test_the_same_file_twice_changes_nothing(desk):
    desk.take(desk.xpress(*ROWS))
    before = snapshot()
    again = desk.take(desk.xpress(*ROWS))
    assert (again.created, again.updated, again.deleted, again.unchanged) == (0, 0, 0, 5)
    assert snapshot() == before
    assert not ImportChange.objects.filter(batch=again.batch).exists()


def test_a_dry_run_says_what_would_happen_and_writes_nothing(desk):
    desk.take(desk.xpress(*ROWS))
    before = snapshot()
    result = desk.take(desk.xpress(*ROWS[1:], "AB,9,0,,,New,Nia,E17 9AA,1 High Road,,,,,"), dry_run=True)
    assert (result.created, result.deleted, result.unchanged) == (1, 1, 4)
    assert snapshot() == before


def test_a_full_register_removes_whom_it_no_longer_names_and_brings_back_the_same_person(desk):
    desk.take(desk.xpress(*ROWS))
    ann = entry("AA", "1")
    result = desk.take(desk.xpress(*ROWS[1:]), date=dt.date(2026, 11, 20))
    assert result.deleted == 1
    ann.refresh_from_db()
    assert ann.removed_on == dt.date(2026, 11, 20)
    back = desk.take(desk.xpress(*ROWS), date=dt.date(2026, 11, 25))
    assert (back.created, back.updated, back.unchanged) == (0, 1, 4)
    ann.refresh_from_db()
    assert ann.removed_on is None


def test_a_number_used_again_for_another_name_is_another_person(desk):
    desk.take(desk.xpress(*ROWS))
    ann = entry("AA", "1").person
    result = desk.take(desk.xpress("AA,1,0,,,Nowak,Ola,E17 9AZ,9 New Road,,,,,", *ROWS[1:]))
    assert (result.created, result.deleted) == (1, 1)
    assert entry("AA", "1").person != ann
    assert ann.electors.get().removed_on == TODAY
    again = desk.take(desk.xpress("AA,1,0,,,Nowak,Ola,E17 9AZ,9 New Road,,,,,", *ROWS[1:]))
    assert again.unchanged == 5


def test_a_new_surname_at_the_same_number_address_and_first_name_is_the_same_person(desk):
    desk.take(desk.xpress(*ROWS))
    ann = entry("AA", "1").person
    result = desk.take(desk.xpress("AA,1,0,,,Jones,Ann,E17 9AA,1 High Road,,,Testham,,", *ROWS[1:]))
    assert (result.created, result.updated, result.deleted) == (0, 1, 0)
    ann.refresh_from_db()
    assert (ann.family_name, ann.name_key) == ("Jones", "jones ann")


def test_a_renumbered_register_keeps_everybody(desk):
    desk.take(desk.xpress(*ROWS))
    before = dict(Person.objects.values_list("name_key", "pk"))
    renumbered = [row.replace(",", "9,", 2).replace("AA9,", "AA,").replace("AB9,", "AB,") for row in ROWS]
    result = desk.take(desk.xpress(*renumbered), date=dt.date(2026, 12, 1))
    assert (result.created, result.deleted, result.updated) == (0, 0, 5)
    live = Elector.objects.filter(removed_on=None).values_list("person__name_key", "person_id")
    assert dict(live) == before


def test_a_person_who_moves_within_the_number_keeps_their_identity(desk):
    desk.take(desk.xpress(*ROWS))
    ann = entry("AA", "1").person
    desk.take(desk.xpress("AA,1,0,,,Smith,Ann,E17 9ZZ,99 Far Road,,,,,", *ROWS[1:]))
    ann.refresh_from_db()
    assert ann.household.postcode == "E17 9ZZ"


def test_a_changed_marker_is_an_update(desk):
    desk.take(desk.xpress(*ROWS))
    result = desk.take(desk.xpress(ROWS[0].replace("AA,1,0,,", "AA,1,0,F,"), *ROWS[1:]), date=dt.date(2026, 11, 9))
    assert (result.updated, result.unchanged) == (1, 4)
    ann = entry("AA", "1")
    assert ann.franchise == Franchise.OVERSEAS
    assert ann.register_date == dt.date(2026, 11, 9)
    assert entry("AA", "2").register_date == TODAY


def test_an_erased_person_is_not_brought_back_by_the_next_register(desk):
    desk.take(desk.xpress(*ROWS))
    ann = entry("AA", "1").person
    Person.objects.filter(pk=ann.pk).update(
        title="", given_names="", family_name="", name_key="", household=None, erased_at=timezone.now()
    )
    result = desk.take(desk.xpress(*ROWS))
    assert (result.created, result.unchanged) == (0, 5)
    ann.refresh_from_db()
    assert ann.family_name == ""


def test_other_seats_are_left_alone(desk):
    desk.take(desk.xpress(*ROWS))
    other = make_seat("Testham East")
    result = desk.take(desk.xpress(*ROWS[:2]), seat=other)
    assert (result.created, result.deleted) == (2, 0)
    assert Elector.objects.filter(removed_on=None).count() == 7


def test_a_part_removes_nobody_of_other_districts(desk):
    desk.take(desk.xpress(*ROWS))
    result = desk.take(desk.xpress(*ROWS[:2]), part=True)
    assert result.deleted == 1
    assert Elector.objects.filter(removed_on=None, prefix="AB").count() == 2


def test_anonymous_entries_are_counted_and_never_named_or_housed(desk):
    result = desk.take(desk.xpress(*ROWS, "AA,77,0,N,,,,,Other electors,,,,,", "AA,78,0,,,Other electors,,,,,,,,"))
    assert (result.created, result.rejected) == (7, 0)
    hidden = entry("AA", "77")
    assert hidden.anonymous
    assert hidden.person.household is None
    assert str(hidden.person) == "name withheld"
    again = desk.take(desk.xpress(*ROWS, "AA,77,0,N,,,,,Other electors,,,,,", "AA,78,0,,,Other electors,,,,,,,,"))
    assert again.unchanged == 7


@pytest.mark.parametrize(
    ("nation", "attains", "taken"),
    [
        ("England", "01/11/2028", True),
        ("England", "02/11/2028", False),
        ("Scotland", "01/11/2026", True),
        ("Scotland", "02/11/2026", False),
        ("Wales", "02/11/2026", False),
    ],
)
def test_under_16s_are_refused(desk, nation, attains, taken):
    seat = make_seat("Youngton", nation)
    row = f"AA,9,0,N,{attains},Young,Yan,E17 9AA,5 High Road,,,,,"
    result = desk.take(desk.xpress(*ROWS, row), seat=seat)
    assert result.rejected == (0 if taken else 1)
    assert Person.objects.filter(name_key="young yan").exists() is taken
    if not taken:
        rejects = Path(result.rejects_file).read_text("utf-8-sig")
        assert "Young" not in rejects
        assert "Under 16" in rejects


def test_the_rejects_file_holds_the_row_its_line_and_the_reason_and_runs_no_formula(desk):
    result = desk.take(
        desk.xpress(
            *ROWS,
            "AA,1,0,,,Copy,Cat,E17 9AA,8 High Road,,,,,",
            "AA,x,0,,,Bad,Number,E17 9AA,8 High Road,,,,,",
            "\"=cmd|'/c calc'!A1\",12,0,,,=1+1,Eve,E17 9AA,8 High Road,,,,,",
            "AA,13,0,,,,,E17 9AA,8 High Road,,,,,",
            "AA,14,0,,,Odd,Post,not a code,8 High Road,,,,,",
        )
    )
    assert (result.rows, result.created, result.rejected) == (10, 5, 5)
    with Path(result.rejects_file).open(encoding="utf-8-sig", newline="") as file:
        rows = {row[0]: row for row in csv.reader(file)}
    assert rows["7"][1] == "Elector number AA1 stands on line 2 already."
    assert rows["7"][7] == "Copy"
    assert "elector number" in rows["8"][1]
    assert rows["9"][2].startswith("'=")
    assert rows["10"][1] == "The name is missing."
    assert "postcode" in rows["11"][1]


def test_names_that_are_no_names_are_rejected_row_by_row(desk):
    result = desk.take(
        desk.xpress(
            *ROWS,
            f"AA,21,0,,,{'x' * 300},Long,E17 9AA,8 High Road,,,,,",
            "AA,22,0,,,Nul\0l,Ned,E17 9AA,8 High Road,,,,,",
            "AA,23,0,,,Tur\u202en,Tom,E17 9AA,8 High Road,,,,,",
            "AA,24,0,,,Back\\slash,Bo\\N,E17 9AA,8 High\\nRoad,,,,,",
        )
    )
    assert (result.created, result.rejected) == (6, 3)
    assert entry("AA", "24").person.family_name == "Back\\slash"
    assert entry("AA", "24").person.household.address_lines == "8 High\\nRoad"


def test_an_unquoted_comma_in_an_address_is_taken_back_into_it(desk):
    result = desk.take(desk.xpress(*ROWS, "AA,31,0,,,Shift,Sue,E17 9AD,Flat 2, The Towers,High Road,,,,Testham,"))
    assert (result.created, result.rejected) == (6, 0)
    assert entry("AA", "31").person.household.address_lines == "Flat 2, The Towers\nHigh Road\nTestham"


# --- whole files ---


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "empty"),
        (b"PK\x03\x04" + b"\0" * 100, "Excel"),
        (b"%PDF-1.7 ...", "PDF"),
        (bytes(range(256)) * 50, "not a text file"),
        (b"name,amount\nAnn,5\n", "not those of an electoral register"),
        (b"Elector Number Prefix,Elector Number,Elector Surname,Address1\n", "no rows"),
        ("ÿ".encode("utf-32"), "UTF-32"),
    ],
)
def test_what_is_no_register_is_refused_with_a_sentence(desk, content, says):
    with pytest.raises(ImportRefusedError, match=says):
        desk.take(content)
    batch = ImportBatch.objects.get()
    assert batch.status == ImportStatus.REFUSED
    assert says in batch.refusal
    assert not Elector.objects.exists()


def test_a_file_cut_in_the_middle_of_a_row_is_refused_unless_forced(desk):
    whole = "\n".join(
        ["Elector Number Prefix,Elector Number,Elector Surname,Elector Forename,PostCode,Address1,Address2"]
    )
    cut = whole + "\nAA,1,Smith,Ann,E17 9AA,1 High Road,\nAA,2,Smith,Ben,E17 9AA,1 High"
    with pytest.raises(ImportRefusedError, match="cut off"):
        desk.take(cut)
    assert not Person.objects.exists()
    assert desk.take(cut, force=True).created == 2


def test_a_file_cut_within_a_letter_is_refused(desk):
    path = desk.xpress(*ROWS)
    with pytest.raises(ImportRefusedError, match="cut off"):
        desk.take(path.read_bytes() + "AA,5,0,,,Ŵ".encode()[:-1])


def test_a_register_that_lost_a_quarter_is_refused(desk):
    desk.take(desk.xpress(*register_of(100)))
    with pytest.raises(ImportRefusedError, match="100 are held"):
        desk.take(desk.xpress(*register_of(70)))
    assert Elector.objects.filter(removed_on=None).count() == 100
    assert desk.take(desk.xpress(*register_of(70)), force=True).deleted == 30


def test_totals_are_checked(desk):
    assert desk.take(desk.xpress(*ROWS, "", "Total electors: 5,,,,,,,,,,,,,", "")).created == 5
    with pytest.raises(ImportRefusedError, match="says that it holds 9"):
        desk.take(desk.xpress(*ROWS, "Total electors: 9"))


def test_an_older_register_does_not_overwrite_a_newer(desk):
    desk.take(desk.xpress(*ROWS))
    with pytest.raises(ImportRefusedError, match="newer"):
        desk.take(desk.xpress(*ROWS), date=dt.date(2025, 12, 1))


def test_a_wrongly_mapped_file_is_refused_by_its_rejects(desk):
    rows = [f"AA,number{n},0,,,Family,Given,E17 9AA,{n} Long Road,,,,," for n in range(40)]
    with pytest.raises(ImportRefusedError, match=r"wrong file|No row"):
        desk.take(desk.xpress(*rows))


@pytest.mark.slow
def test_one_line_of_fifty_megabytes_is_one_reject(desk):
    content = (
        "\n".join(
            [desk.xpress(*ROWS).read_text().rstrip(), "AA,9," + "x" * 50_000_000, ROWS[0].replace("AA,1", "AA,40")]
        )
        + "\n"
    )
    result = desk.take(content)
    assert (result.created, result.rejected) == (6, 1)


def test_a_quotation_mark_that_never_closes_loses_one_row(desk):
    many = register_of(30)
    result = desk.take(desk.xpress('AA,99,0,,,"Open,Olga,E17 9AA,8 High Road,,,,,', *many))
    assert (result.created, result.rejected) == (30, 1)


def test_a_quoted_address_may_hold_line_breaks(desk):
    result = desk.take(desk.xpress(*ROWS, 'AA,41,0,,,Line,Liz,E17 9AA,"8 High Road\nBack Yard",,,,,'))
    assert (result.created, result.rejected) == (6, 0)
    assert entry("AA", "41").person.household.address_lines == "8 High Road Back Yard"


# --- who may ---


def test_charities_and_unions_merely_as_such_may_not(desk):
    Organisation.objects.filter(pk=1).update(kind="union")
    path = desk.xpress(*ROWS)
    with pytest.raises(ImportRefusedError, match=r"The Party has no right to the electoral register .*: trade union"):
        desk.batch(path, is_entitled=False)
    assert desk.batch(path, is_entitled=False, entitlement_confirmed=True).entitlement


def test_a_batch_is_run_once(desk):
    path = desk.xpress(*ROWS)
    result = desk.take(path)
    from groundswell.people.operations.register import import_register

    with pytest.raises(ImportRefusedError, match="already"):
        import_register(batch=ImportBatch.objects.get(pk=result.batch), path=path, by=None, today=TODAY)
    assert ImportBatch.objects.get(pk=result.batch).status == ImportStatus.DONE
