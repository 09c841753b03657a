"""Somebody's own areas, office-holders, postcodes and results: all or nothing, and clear about each row."""

import csv
import io
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from groundswell.accounts.models import AuditEvent
from groundswell.places.imports import AREAS, LAYOUTS, OFFICE_HOLDERS, POSTCODES, RESULTS
from groundswell.places.models import Area, OfficeHolder, Postcode
from groundswell.places.operations import import_places, rejects_csv
from groundswell.places.queries import find_area
from groundswell.places.tables import ImportRefusedError, read

pytestmark = pytest.mark.django_db

RIDINGS = (
    b"code,name,kind,parent_code,nation,time_zone\nON,Ontario,region,,Canada,America/Toronto\n"
    + (
        "10,Québec–Centre,constituency,ON,Canada,America/Toronto\n11,Ottawa South,constituency,ON,Canada,America/Toronto\n"
    ).encode()
)


def bring(layout, content, **options):
    return import_places(layout, content=content, **{"by": None, "boundary_set": "canada", **options})


def counts(report):
    return report.rows, report.created, report.updated, report.unchanged, report.rejected


def reasons(report):
    return {reject.line: reject.reason for reject in report.rejects}


def test_areas_of_another_country_then_the_same_file_again():
    assert counts(bring(AREAS, RIDINGS)) == (3, 3, 0, 0, 0)
    quebec = Area.objects.get(boundary_set="canada", code="10")
    assert (quebec.name, quebec.parent.name, quebec.time_zone) == ("Québec–Centre", "Ontario", "America/Toronto")
    assert counts(bring(AREAS, RIDINGS)) == (3, 0, 0, 3, 0)
    renamed = RIDINGS.replace(b"Ottawa South", b"Ottawa Sud")
    assert counts(bring(AREAS, renamed)) == (3, 0, 1, 2, 0)


def test_a_dry_run_says_what_would_happen_and_leaves_nothing():
    before = AuditEvent.objects.count()
    assert counts(bring(AREAS, RIDINGS, dry_run=True)) == (3, 3, 0, 0, 0)
    assert not Area.objects.filter(boundary_set="canada").exists()
    assert AuditEvent.objects.count() == before


def test_an_import_is_in_the_audit_log():
    bring(AREAS, RIDINGS)
    event = AuditEvent.objects.latest("pk")
    assert (event.verb, event.detail["created"]) == ("import_areas", 3)


def test_each_bad_area_is_rejected_with_its_reason_and_the_good_ones_come_in():
    report = bring(
        AREAS,
        b"code,name,kind,parent_code,latitude,longitude,time_zone\n"
        b"1,Good,ward,,51.5,-0.1,\n"
        b"2,,ward,,,,\n"
        b"3,Kind,galaxy,,,,\n"
        b"4,North of north,ward,,95,0,\n"
        b"5,Half a centre,ward,,51,,\n"
        b"6,Zone,ward,,,,Mars/Olympus\n"
        b"7,Own parent,ward,7,,,\n"
        b"8,Orphan,ward,nobody,,,\n"
        b"1,Twice,ward,,,,\n"
        b"9,Round,ward,10,,,\n"
        b"10,And round,ward,9,,,\n"
        b"11,Too,many,,,,,cells\n",
    )
    assert counts(report) == (12, 1, 0, 0, 11)
    assert sorted(reasons(report)) == list(range(3, 14))
    assert reasons(report)[4].startswith("kind must be one of nation")
    assert "parents form a circle" in reasons(report)[11]
    assert "circle" in reasons(report)[12]
    assert list(Area.objects.filter(boundary_set="canada").values_list("name", flat=True)) == ["Good"]


def test_the_rejects_file_can_be_mended_and_holds_no_formula():
    report = bring(AREAS, b"code,name,kind\n=1+1,=HYPERLINK(1),nonsense\n")
    rows = list(csv.DictReader(io.StringIO(rejects_csv(AREAS, report.rejects))))
    assert (rows[0]["line"], rows[0]["code"], rows[0]["name"]) == ("2", "'=1+1", "'=HYPERLINK(1)")
    assert rows[0]["reason"] == report.rejects[0].reason


def test_a_circle_closed_by_an_area_we_have_already():
    bring(AREAS, b"code,name,parent_code\na,A,\nb,B,a\n")
    report = bring(AREAS, b"code,name,parent_code\na,A,b\n")
    assert "circle" in reasons(report)[2]
    assert Area.objects.get(boundary_set="canada", code="a").parent is None


def test_office_holders_succeed_one_another_leave_and_stay_the_same():
    bring(AREAS, RIDINGS)
    first = b"area_code,name,party,email,starts_on\n10,Ann,Blue,ann@example.org,2021-01-01\n11,Bo,Red,,\n"
    assert counts(bring(OFFICE_HOLDERS, first)) == (2, 2, 0, 0, 0)
    assert counts(bring(OFFICE_HOLDERS, first)) == (2, 0, 0, 2, 0)
    second = b"area_code,name,starts_on\n10,Cy,2025-03-01\n11,,\n"
    assert counts(bring(OFFICE_HOLDERS, second)) == (2, 1, 1, 0, 0)
    assert counts(bring(OFFICE_HOLDERS, second)) == (2, 0, 0, 2, 0)
    assert OfficeHolder.objects.get(name="Ann").ends_on == date(2025, 3, 1)
    assert not OfficeHolder.objects.current().filter(area__code="11", area__boundary_set="canada").exists()
    past = b"area_code,name,starts_on,ends_on\n10,Dee,2015-01-01,2021-01-01\n10,Cy,2025-03-01,2026-01-01\n"
    assert counts(bring(OFFICE_HOLDERS, past)) == (2, 1, 1, 0, 0)
    assert counts(bring(OFFICE_HOLDERS, past)) == (2, 0, 0, 2, 0)
    assert not OfficeHolder.objects.current().filter(area__boundary_set="canada").exists()


def test_bad_office_holders():
    bring(AREAS, RIDINGS)
    report = bring(
        OFFICE_HOLDERS,
        b"area_code,name,email,starts_on,ends_on\n99,Ann,,,\n10,Ann,not an address,,\n10,Bo,,soon,\n"
        b"10,Cy,,2025-01-01,2024-01-01\n10,,,,2024-01-01\n11,Dee,,,\n11,Eve,,,\n",
    )
    assert counts(report) == (7, 1, 0, 0, 6)
    assert list(OfficeHolder.objects.filter(area__boundary_set="canada").values_list("name", flat=True)) == ["Dee"]


def test_postcodes_of_another_country_are_asked_first():
    bring(AREAS, RIDINGS)
    assert counts(bring(POSTCODES, b"postcode;area_code\nk1a 0b1;10\nK1A0B2;11\nK1A-0B1;11\n!!;10\n")) == (
        4,
        2,
        0,
        0,
        2,
    )
    assert find_area("K1A 0B1", boundary_set="canada").code == "10"
    assert find_area("K9Z 9Z9", boundary_set="canada").reason.value == "not_listed"
    assert counts(bring(POSTCODES, b"postcode,area_code\nK1A0B1,11\n")) == (1, 0, 1, 0, 0)
    assert Postcode.objects.filter(boundary_set="canada").count() == 2


def test_results_replace_a_contest_as_a_whole_or_not_at_all():
    bring(AREAS, RIDINGS)
    file = (
        b"area_code,election,party,votes,candidate,held_on,electorate\n"
        b'10,2025,Blue,"1,200",Ann,2025-04-28,2000\n10,2025,Red,700,Bo,2025-04-28,2000\n'
        b"11,2025,Blue,lots,Cy,,\n11,2025,Red,5,Dee,,\n"
    )
    report = bring(RESULTS, file)
    assert counts(report) == (4, 2, 0, 0, 2)
    assert reasons(report)[5] == "Another row of the same election in the same area was rejected."
    contest = Area.objects.get(boundary_set="canada", code="10").contests.get()
    assert (contest.valid_votes, contest.majority, contest.electorate) == (1900, 500, 2000)
    assert counts(bring(RESULTS, file)) == (4, 0, 0, 2, 2)
    assert counts(bring(RESULTS, file.replace(b"700", b"701"))) == (4, 0, 2, 0, 2)
    contest.refresh_from_db()
    assert contest.majority == 499


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_encodings_and_separators(encoding, separator):
    text = "Code,NAME,Parent Code\r\n10,Québec Centre,\r\n\r\n,,\r\n".replace(",", separator)
    assert counts(bring(AREAS, text.encode(encoding))) == (1, 1, 0, 0, 0)
    assert Area.objects.get(boundary_set="canada").name == "Québec Centre"


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "The file is empty."),
        (b"  \n ", "The file is empty."),
        (b"PK\x03\x04\x00\x00binary", "This is not a text file."),
        (b"colour,size\nred,1\n", "it lacks code, name"),
        (b'code,name\n1,"never closed\n' + b"x" * 200_000, "cannot be read as CSV"),
    ],
)
def test_a_file_that_is_none_is_refused_in_plain_words(content, sentence):
    with pytest.raises(ImportRefusedError, match=sentence):
        bring(AREAS, content)
    assert not Area.objects.filter(boundary_set="canada").exists()


def test_it_needs_a_boundary_set_and_cannot_pose_as_our_own():
    with pytest.raises(ImportRefusedError, match="name the boundary set"):
        bring(AREAS, RIDINGS, boundary_set=" ")
    with pytest.raises(ImportRefusedError, match="our own data"):
        bring(AREAS, RIDINGS, source="groundswell")


@pytest.mark.slow
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
@given(st.sampled_from(sorted(LAYOUTS)), st.binary(max_size=200), st.lists(st.lists(st.text(max_size=12), max_size=9)))
def test_whatever_is_in_the_cells_each_row_is_counted_once(name, raw, rows):
    layout = LAYOUTS[name]
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(layout.columns)
    writer.writerows(rows)
    for content in (raw, text.getvalue().encode("utf-8", "surrogatepass")):
        try:
            report = bring(layout, content)
        except ImportRefusedError:
            continue
        assert report.rows == report.created + report.updated + report.unchanged + report.rejected
        assert report.unchanged >= 0


def test_reading_says_the_line_as_an_editor_counts():
    lines = list(read(b'code,name\n1,"two\nlines"\n\n2,b\n', ("code",), ("code", "name")))
    assert [(line.number, line.cells["code"]) for line in lines] == [(3, "1"), (5, "2")]
