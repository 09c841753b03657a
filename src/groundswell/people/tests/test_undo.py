import datetime as dt

import pytest
from django.apps import apps
from django.utils import timezone

from groundswell.people.enums import ImportKind, ImportStatus
from groundswell.people.files.refusal import ImportRefusedError
from groundswell.people.models import Elector, Household, ImportBatch, ImportChange, Person, Register
from groundswell.people.operations.undo import undo_import
from groundswell.people.tests.conftest import entry
from groundswell.people.tests.test_phones import phones
from groundswell.people.tests.test_register import ROWS, snapshot


def batch(result) -> ImportBatch:
    return ImportBatch.objects.get(pk=result.batch)


def test_undoing_the_first_register_leaves_nothing(desk):
    result = desk.take(desk.xpress(*ROWS))
    taken = undo_import(batch=batch(result), by=None)
    assert (taken["people"], taken["electors"], taken["households"]) == (5, 5, 4)
    assert not Person.objects.exists()
    assert not Household.objects.exists()
    assert not Register.objects.exists()
    assert batch(result).status == ImportStatus.UNDONE
    assert not ImportChange.objects.exists()
    assert desk.take(desk.xpress(*ROWS)).created == 5


def test_undoing_a_second_register_puts_back_every_row_as_it_was(desk):
    desk.take(desk.xpress(*ROWS))
    before = snapshot()
    register = Register.objects.values().get()
    second = desk.take(
        desk.xpress(
            "AA,1,0,,,Nowak,Ola,E17 9AZ,9 New Road,,,,,",  # a number used again
            "AA,2,0,F,,Smith,Ben,E17 9AA,1 High Road,,,Testham,,",  # a marker
            "AA,3,0,G,,Okafor,Chidi,E17 9ZZ,77 Far Road,,,,,",  # moved
            "AC,1,0,,,O'Brien,Dara,E17 9AC,3 Low Street,,,Testham,,",  # another district and number
            "AB,9,0,,,New,Nia,E17 9AB,2 High Road,,,Testham,,",  # new
        ),
        date=dt.date(2026, 11, 20),
        force=True,
    )
    assert snapshot() != before
    undo_import(batch=batch(second), by=None)
    assert snapshot() == before
    assert Register.objects.values().get() == register


def test_undoing_a_return_when_the_number_had_been_given_to_another(desk):
    desk.take(desk.xpress(*ROWS))
    desk.take(desk.xpress("AA,1,0,,,Nowak,Ola,E17 9AZ,9 New Road,,,,,", *ROWS[1:]), date=dt.date(2026, 11, 10))
    before = snapshot()
    third = desk.take(desk.xpress(*ROWS), date=dt.date(2026, 11, 20))
    assert entry("AA", "1").person.family_name == "Smith"
    undo_import(batch=batch(third), by=None)
    assert snapshot() == before


def test_later_imports_go_first(desk):
    first = desk.take(desk.xpress(*ROWS))
    desk.take(desk.xpress(*ROWS))
    with pytest.raises(ImportRefusedError, match="later"):
        undo_import(batch=batch(first), by=None)
    assert Elector.objects.count() == 5


def test_phones_go_first(desk):
    first = desk.take(desk.xpress(*ROWS))
    phones(desk, "Elector Number,Phone\nAA1,01632 960001\n")
    with pytest.raises(ImportRefusedError, match="Phone numbers were imported"):
        undo_import(batch=batch(first), by=None)


def test_what_others_have_built_on_stays(desk):
    first = desk.take(desk.xpress(*ROWS))
    apps.get_model("compliance", "Consent").objects.create(
        person=entry("AA", "1").person,
        address_hash=b"0" * 32,
        channel="call",
        state="given",
        wording="Yes, ring me.",
        wording_version="1",
        source="form",
        evidence="paper",
        given_at=timezone.now(),
    )
    with pytest.raises(ImportRefusedError, match="can no longer be taken back"):
        undo_import(batch=batch(first), by=None)


def test_undo_twice_is_refused(desk):
    first = desk.take(desk.xpress(*ROWS))
    undo_import(batch=batch(first), by=None)
    with pytest.raises(ImportRefusedError, match="undone"):
        undo_import(batch=batch(first), by=None)


def test_a_refused_file_has_nothing_to_undo(desk):
    with pytest.raises(ImportRefusedError):
        desk.take(b"")
    with pytest.raises(ImportRefusedError, match="nothing to take back"):
        undo_import(batch=ImportBatch.objects.get(kind=ImportKind.REGISTER), by=None)
