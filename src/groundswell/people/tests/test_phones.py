from pathlib import Path

import pytest
from django.utils import timezone

from groundswell.people.enums import ImportKind, ImportStatus
from groundswell.people.files.refusal import ImportRefusedError
from groundswell.people.models import ContactPoint, ImportBatch, Person, PersonContact
from groundswell.people.operations.batches import declare_phones, receive_batch
from groundswell.people.operations.phones import import_phones
from groundswell.people.operations.undo import undo_import
from groundswell.people.tests.conftest import entry

ROWS = (
    "AA,1,0,,,Smith,Ann Mary,E17 9AA,1 High Road,,,Testham,,",
    "AA,2,0,,,Smith,Ben,E17 9AA,1 High Road,,,Testham,,",
    "AA,3,1,,,McDonald,Siân,E17 9AB,2 High Road,,,Testham,,",
    "AA,4,0,,,Twin,Tam,E17 9AC,3 High Road,,,Testham,,",
    "AA,5,0,,,Twin,Tam,E17 9AC,4 High Road,,,Testham,,",
    "AA,6,0,N,,,,,Other electors,,,,,",
)


@pytest.fixture
def register(desk):
    desk.take(desk.xpress(*ROWS))
    return desk


def phones(desk, content, source="Members", **options):
    path = desk.file(content)
    batch = receive_batch(kind=ImportKind.PHONES, file_name=path.name, sha256="", by=None)
    declare_phones(
        batch=batch,
        source=source,
        lawful_basis="legitimate interests",
        purpose="campaigning",
        constituency=None,
        by=None,
    )
    return import_phones(batch=batch, path=path, by=None, **options)


def numbers(person) -> list[str]:
    return list(person.person_contacts.order_by("position").values_list("contact_point__value", flat=True))


def test_by_elector_number_in_every_spelling(register):
    result = phones(
        register,
        "Elector Number,Phone\nAA1,01632 960001\nAA-2,01632 960002\nAA3/1,020 7946 0003\n",
    )
    assert (result.rows, result.created, result.rejected, result.numbers) == (3, 3, 0, 3)
    assert numbers(entry("AA", "1").person) == ["+441632960001"]
    assert numbers(entry("AA", "2").person) == ["+441632960002"]
    assert numbers(entry("AA", "3", "1").person) == ["+442079460003"]


def test_by_prefix_number_and_suffix_in_columns(register):
    result = phones(
        register, "PD;Elector No.;Suffix;Tel\n".replace("Suffix", "Elector No. Suffix") + "AA;3;1;01632 960003\n"
    )
    assert result.created == 1
    assert numbers(entry("AA", "3", "1").person) == ["+441632960003"]


def test_by_name_and_postcode_with_and_without_middle_names(register):
    result = phones(
        register,
        "First name,Surname,Postcode,Mobile\nAnn,SMITH,e179aa,07700 900001\nSian,MCDONALD,E17 9AB,07700 900002\n"
        "Nobody,Known,E17 9AA,07700 900003\nTam,Twin,E17 9AC,07700 900004\n",
    )
    assert (result.created, result.rejected, result.unmatched, result.ambiguous) == (2, 2, 1, 1)
    assert numbers(entry("AA", "1").person) == ["+447700900001"]
    reasons = Path(result.rejects_file).read_text("utf-8-sig")
    assert "Nobody of that name is known at that postcode." in reasons
    assert "2 people fit this row" in reasons


def test_a_whole_name_in_one_column(register):
    assert phones(register, "Name,Postcode,Phone\nBen Smith,E17 9AA,01632 960005\n").created == 1


def test_several_numbers_each_and_one_shared_by_the_household(register):
    result = phones(
        register,
        "Elector Number,Home phone,Mobile\nAA1,01632 960001,07700 900001\nAA2,01632 960001,\n",
    )
    assert (result.created, result.numbers, result.contacts) == (2, 2, 3)
    shared = ContactPoint.objects.get(value="+441632960001")
    assert shared.people.count() == 2
    assert numbers(entry("AA", "1").person) == ["+441632960001", "+447700900001"]


@pytest.mark.parametrize(
    ("number", "says"),
    [
        ("12345", "too short"),
        ("abc", "not a telephone"),
        ("+33 1 70 18 99 00", "abroad"),
        ("", "no number"),
        ("0909 879 0001", "number"),
    ],
)
def test_numbers_nobody_should_ring_are_rejected_with_their_reason(register, number, says):
    result = phones(register, f"Elector Number,Phone\nAA1,{number}\nAA2,01632 960002\n")
    assert (result.rows, result.created, result.rejected) == (2, 1, 1)
    assert says in Path(result.rejects_file).read_text("utf-8-sig")


def test_one_bad_number_does_not_lose_the_good_one(register):
    result = phones(register, "Elector Number,Phone 1,Phone 2\nAA1,123,01632 960001\n")
    assert (result.created, result.rejected) == (1, 0)
    assert "123" in Path(result.rejects_file).read_text("utf-8-sig")


def test_the_same_file_twice_changes_nothing(register):
    content = "Elector Number,Phone\nAA1,01632 960001\n"
    phones(register, content)
    again = phones(register, content)
    assert (again.created, again.unchanged, again.numbers, again.contacts) == (0, 1, 0, 0)
    assert PersonContact.objects.count() == 1


def test_an_import_never_clears_a_retirement(register):
    phones(register, "Elector Number,Phone\nAA1,01632 960001\n")
    ContactPoint.objects.update(retired_at=timezone.now(), retired_reason="wrong_number")
    phones(register, "Elector Number,Phone\nAA1,01632 960001\n", source="Appended")
    assert ContactPoint.objects.get().retired_at is not None


def test_the_dry_run_writes_nothing(register):
    assert phones(register, "Elector Number,Phone\nAA1,01632 960001\n", dry_run=True).created == 1
    assert not ContactPoint.objects.exists()


def test_anonymous_removed_erased_and_renamed_entries_get_no_number(register):
    register.take(register.xpress(*ROWS[1:]), force=True)
    ben = entry("AA", "2").person
    Person.objects.filter(pk=ben.pk).update(
        title="", given_names="", family_name="", name_key="", household=None, erased_at=timezone.now()
    )
    result = phones(
        register,
        "Elector Number,Surname,Phone\nAA1,Smith,01632 960001\nAA2,Smith,01632 960002\nAA6,,01632 960006\n"
        "AA3/1,Jones,01632 960003\n",
    )
    assert (result.created, result.rejected) == (0, 4)
    assert "belongs to somebody of another name" in Path(result.rejects_file).read_text("utf-8-sig")


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("Elector Number,Email\nAA1,a@example.org\n", "telephone"),
        ("Surname,Phone\nSmith,01632 960001\n", "whose"),
        ("Elector Number,Phone\n", "no rows"),
    ],
)
def test_files_that_are_no_phone_files_are_refused(register, content, says):
    with pytest.raises(ImportRefusedError, match=says):
        phones(register, content)
    assert not ContactPoint.objects.exists()


def test_a_source_says_one_thing(register):
    phones(register, "Elector Number,Phone\nAA1,01632 960001\n")
    batch = receive_batch(kind=ImportKind.PHONES, file_name="x", sha256="", by=None)
    with pytest.raises(ImportRefusedError, match="known already"):
        declare_phones(
            batch=batch, source="Members", lawful_basis="consent", purpose="calls", constituency=None, by=None
        )
    with pytest.raises(ImportRefusedError, match="lawful basis"):
        declare_phones(batch=batch, source="Others", lawful_basis=" ", purpose="calls", constituency=None, by=None)


def test_undo_takes_back_what_the_file_gave_and_nothing_else(register):
    phones(register, "Elector Number,Phone\nAA1,01632 960001\n")
    second = phones(
        register, "Elector Number,Phone\nAA1,01632 960001\nAA2,01632 960001\nAA2,01632 960002\n", source="Other"
    )
    undo_import(batch=ImportBatch.objects.get(pk=second.batch), by=None)
    assert numbers(entry("AA", "1").person) == ["+441632960001"]
    assert ContactPoint.objects.count() == 1
    assert ImportBatch.objects.get(pk=second.batch).status == ImportStatus.UNDONE
