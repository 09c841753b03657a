"""Every layout, encoding and delimiter, read from files of invented people."""

import datetime as dt

import pytest

from groundswell.people.enums import Franchise
from groundswell.people.files.refusal import ImportRefusedError
from groundswell.people.layouts.recognition import LAYOUTS, recognise
from groundswell.people.models import Elector
from groundswell.people.tests.conftest import XPRESS, entry

EROS = (
    "PD,ENO,Status,Title,First Names,Initials,Surname,Suffix,Date of Attainment,Franchise Flag,"
    "Address 1,Address 2,Address 3,Address 4,Address 5,Address 6,Address 7,Address 8,Address 9,Postcode,Opt Out"
)
PDCODE = (
    "PDCode,RollNo,ElectorTitle,ElectorSurname,ElectorForename,ElectorMiddleName,AttainersDOB,FranchiseMarker,"
    "RegisteredAddress1,RegisteredAddress2,RegisteredAddress3,RegisteredAddress4,RegisteredAddress5,RegisteredAddress6,"
    "PostCode,Euro,Parl,County,Ward,SubHouse,House"
)
CHANGES = (
    "CompanyName,CompanyOPCSRef,DistrictRef,StreetName,PropertyAddress1,PropertyAddress2,PropertyAddress3,"
    "PropertyAddress4,PropertyAddress5,PropertyPostCode,PropertyAddressPrefix,PropertyAddressNumber,ElectorNumber,"
    "ElectorForename,ElectorSurname,ElectorDOB,ElectorCreatedMonth,ElectorChangedMonth,ElectorDeletedMonth,"
    "MarkersRegisterText,RecordCount,RecordTotal,CurrentRegisterMonth"
)


def change(number, forename, surname, created=0, changed=0, deleted=0, total="", house="1 High Road", markers=""):
    return (
        f"Council,E1,D1,High Road,{house},Testham,,,,E17 9AA,,,{number},{forename},{surname},,{created},{changed},{deleted},"
        f"{markers},1,{total},11"
    )


def test_xpress_with_one_name_column(desk):
    header = XPRESS.replace("Elector Surname,Elector Forename", "Elector Name")
    result = desk.take(f"{header}\nAA,1,0,,,MCDONALD Siân Mary,E17 9AA,1 High Road,,,,,\n")
    assert (result.layout, result.created) == ("xpress", 1)
    person = entry("AA", "1").person
    assert (person.family_name, person.given_names) == ("MCDONALD", "Siân Mary")


@pytest.mark.parametrize("with_status", [True, False])
def test_eros_with_and_without_status(desk, with_status):
    header, row = EROS, "AA,0012,E,Ms,Gwen,G,(z) Llŷr,,12/03/2027,,Flat 1,2 High Road,,,,,,,,E17 9AA,"
    if not with_status:
        header, row = header.replace("Status,", ""), row.replace("0012,E,", "0012,")
    result = desk.take(
        f"{header}\n{row}\nAA,13,{'E,' if with_status else ''},Al,A,Open,,,,3 High Road,,,,,,,,,E17 9AA,Y\n"
    )
    assert (result.layout, result.created) == ("eros", 2)
    gwen = entry("AA", "0012")
    assert gwen.person.family_name == "Llŷr"
    assert gwen.opted_out_of_open_register
    assert gwen.attainment_date == dt.date(2027, 3, 12)
    assert gwen.person.date_of_birth is None
    assert gwen.person.title == "Ms"
    assert entry("AA", "13").opted_out_of_open_register


def test_eros_with_seven_addresses_one_first_name_and_a_uprn(desk):
    header = EROS.replace("First Names", "First Name").replace("Address 8,Address 9,", "") + ",UPRN"
    result = desk.take(f"{header}\nAA,1,E,Mr,Cai,C,Rees,,,G,2 High Road,,,,,,,E17 9AA,N,100021234567\n")
    assert (result.layout, result.created) == ("eros", 1)
    cai = entry("AA", "1")
    assert cai.franchise == Franchise.EU
    assert cai.person.household.uprn == "100021234567"
    assert not cai.opted_out_of_open_register


@pytest.mark.parametrize(
    ("more_header", "more_cells"),
    [("", ""), (",IERStatus,DateOfAttainment,UPRN,Suffix", ",C,14/02/2027,100021234567,")],
)
def test_pdcode_and_roll_number(desk, more_header, more_cells):
    rows = (
        f"AA,5.000,Mrs,Shah,Nila,Devi,,B,1 High Road,,,,,,E17 9AA,,,,Hill Ward,,{more_cells}\n"
        f"AA,3.5,,Shah,Om,,,,1 High Road,,,,,,E17 9AA,,,,Hill Ward,,{more_cells}\n"
    )
    result = desk.take(f"{PDCODE}{more_header}\n{rows}")
    assert (result.layout, result.created) == ("pdcode", 2)
    nila = entry("AA", "5")
    assert nila.person.given_names == "Nila Devi"
    assert nila.franchise == Franchise.EU_RETAINED
    assert nila.area.parent.name == "Hill Ward"
    assert nila.area.parent.parent == desk.seat
    assert entry("AA", "3", "5").person.household == nila.person.household
    if more_cells:
        assert nila.attainment_date == dt.date(2027, 2, 14)
        assert nila.person.household.uprn == "100021234567"


def test_positional_without_a_header(desk):
    row = "AA,{n},F,,Ade,Bola,,,,,,,,,12,The Lodge,High Road,,,,,E17 9AA\n"
    result = desk.take("".join(row.format(n=n) for n in range(1, 6)))
    assert (result.layout, result.created) == ("positional", 5)
    bola = entry("AA", "1")
    assert bola.franchise == Franchise.OVERSEAS
    assert bola.person.household.address_lines == "The Lodge\n12 High Road"


def test_canvass_export_leaves_opinions_where_they_are(desk):
    header = (
        "Elector No. Prefix,Elector No.,Elector No. Suffix,Full Elector No.,Surname,Forename,Middle Names,Address1,Address2,"
        "Address3,Address4,Address5,Address6,PostCode,UPRN,2024 Party,2024 Voted,2024 Postal Voter,2024 Intention"
    )
    result = desk.take(f"{header}\nAA,1,0,AA1,Frost,Joe,Lee,1 High Road,,,,,,E17 9AA,,Red,Y,N,5\n")
    assert (result.layout, result.created) == ("canvass", 1)
    assert entry("AA", "1").person.name_key == "frost joe lee"


# --- monthly changes ---


def start(desk):
    desk.take(
        f"{XPRESS}\nKD-2/2,1,0,,,Smith,Ann,E17 9AA,1 High Road,Testham,,,,\n"
        "KD-2/2,2,0,,,Smith,Ben,E17 9AA,1 High Road,Testham,,,,\nKD-2/2,289,1,,,Cole,Cy,E17 9AA,1 High Road,Testham,,,,\n"
    )


def test_changes_add_amend_delete_and_ignore(desk):
    start(desk)
    rows = [
        change("KD-2/2-4", "Dan", "Dean", created=11),
        change("KD-2/2-1", "Ann", "Smith", changed=11, markers="F"),
        change("KD-2/2-289/1", "Cy", "Cole", deleted=11, changed=11),
        change("KD-2/2-7", "Gone", "Again", created=11, deleted=11),
        change("KD-2/2-2", "Ben", "Smith"),
    ]
    content = "\n".join([CHANGES, *rows]) + "\n"
    path = desk.file(content, "cp1252")
    result = desk.take(path, date=dt.date(2026, 11, 30))
    assert result.layout == "xpress-changes"
    assert (result.created, result.updated, result.deleted, result.ignored, result.unchanged) == (1, 1, 1, 1, 1)
    assert entry("KD-2/2", "1").franchise == Franchise.OVERSEAS
    assert not Elector.objects.filter(number="289", removed_on=None).exists()
    assert not Elector.objects.filter(number="7").exists()
    again = desk.take(desk.file(content, "cp1252"), date=dt.date(2026, 11, 30))
    assert (again.created, again.updated, again.deleted, again.unchanged) == (0, 0, 0, 4)


def test_a_number_deleted_and_given_to_another_in_one_file_twice(desk):
    start(desk)
    rows = [change("KD-2/2-2", "Ben", "Smith", deleted=11), change("KD-2/2-2", "Eve", "Ek", created=11)]
    content = "\n".join([CHANGES, *rows]) + "\n"
    result = desk.take(content)
    assert (result.created, result.deleted) == (1, 1)
    again = desk.take(content)
    assert (again.created, again.deleted, again.unchanged) == (0, 0, 2)
    assert entry("KD-2/2", "2").person.given_names == "Eve"


def test_a_deletion_of_nobody_is_a_reject(desk):
    start(desk)
    content = (
        "\n".join([CHANGES, change("KD-2/2-99", "No", "One", deleted=11), change("KD-2/2-1", "Ann", "Smith")]) + "\n"
    )
    result = desk.take(content)
    assert (result.rejected, result.unchanged) == (1, 1)


def test_a_change_file_that_misses_records_is_refused(desk):
    start(desk)
    content = "\n".join([CHANGES, change("KD-2/2-2", "Ben", "Smith", deleted=11, total="3")]) + "\n"
    with pytest.raises(ImportRefusedError, match="says that it holds 3"):
        desk.take(content)


# --- encodings and delimiters ---


@pytest.mark.slow
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_every_encoding_delimiter_and_line_end(desk, encoding, delimiter, newline):
    name = "Zoë" if encoding == "cp1252" else "Siân Ŵŷ"
    lines = [
        XPRESS,
        "",
        f"AA,1,0,,,D'Arcy,{name},E17 9AA,1 High Road,,,,,",
        "  ",
        "AA,2,0,,,Low,Lee,E17 9AA,1 High Road,,,,,",
        "",
    ]
    content = newline.join(lines).replace(",", delimiter).encode(encoding)
    result = desk.take(content)
    assert (result.created, result.rejected, result.delimiter) == (2, 0, delimiter)
    assert entry("AA", "1").person.given_names == name


# --- recognition ---


def test_a_title_above_the_header_is_passed_over(desk):
    assert (
        desk.take(f"Register of electors for Testham\n{XPRESS}\nAA,1,0,,,Low,Lee,E17 9AA,1 High Road,,,,,\n").created
        == 1
    )


def test_the_mapping_can_be_corrected():
    header = ["Area", "No", "Last", "First", "Addr", "Code"]
    with pytest.raises(ImportRefusedError):
        recognise([header])
    columns = ["prefix", "number", "surname", "forename", "address", "postcode"]
    found = recognise([header], name="xpress", columns=columns)
    assert found.columns == columns


def test_a_mapping_without_what_a_register_has_is_refused():
    with pytest.raises(ImportRefusedError, match="the elector number, the surname, the address"):
        recognise([["a", "b"]], name="xpress", columns=["", "title"])


@pytest.mark.parametrize("name", [n for n in LAYOUTS if n != "positional"])
def test_each_layout_recognises_its_own_header_surely(name):
    header = list(LAYOUTS[name].columns)
    found = recognise([header])
    assert found.layout.name == name
    assert found.confidence == 1.0
