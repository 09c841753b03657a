"""Whatever a file holds, it is read or refused: never a crash, never a row without a name in a house without a seat."""

import datetime as dt

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from groundswell.people.entries import EntryReader
from groundswell.people.files.cells import neutralise, parse_number
from groundswell.people.files.inspection import inspect_file
from groundswell.people.files.refusal import ImportRefusedError
from groundswell.people.files.rows import read_blocks
from groundswell.people.layouts.phones import map_phone_header
from groundswell.people.layouts.recognition import LAYOUTS, recognise
from groundswell.people.phone_rows import PhoneReader

TODAY = dt.date(2026, 11, 1)
QUICK = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
FEW = settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def read(path):
    """Every row of a file through the reader of the layout it has."""
    inspection = inspect_file(path)
    blocks = list(read_blocks(path, inspection))
    found = recognise(blocks[0].cells[:50])
    if found.has_header:
        del blocks[0].cells[: found.header_row + 1], blocks[0].lines[: found.header_row + 1]
    reader = EntryReader(found, nation="Scotland", today=TODAY)
    return [reader.read(block) for block in blocks], reader


@QUICK
@given(st.binary(max_size=3000))
def test_any_bytes_are_read_or_refused(tmp_path, content):
    path = tmp_path / "any"
    path.write_bytes(content)
    reason = "Read."
    try:
        read(path)
    except ImportRefusedError as refusal:
        reason = str(refusal)
    assert reason.endswith((".", "?"))


@QUICK
@given(st.sampled_from([n for n in LAYOUTS if n != "positional"]), st.binary(max_size=2000))
def test_any_bytes_below_a_real_header_are_read_or_refused(tmp_path, name, content):
    path = tmp_path / "any"
    path.write_bytes(",".join(LAYOUTS[name].columns).encode() + b"\n" + content)
    try:
        batches, _reader = read(path)
    except ImportRefusedError:
        return
    for batch in batches:
        assert batch.seen == len(batch.rows) + len(batch.rejects) + batch.ignored
        for row in batch.rows:
            assert row.count("\n") == 1
            assert row.count("\t") == 15
            assert "\0" not in row


cells = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=60)


@QUICK
@given(st.lists(st.lists(cells, min_size=14, max_size=14), max_size=8), st.sampled_from(",;\t"))
def test_any_table_comes_back_cell_for_cell(tmp_path, rows, delimiter):
    import csv
    import io

    out = io.StringIO()
    # Marks of line ends other than \\n are one line end to every reader of text.
    rows = [[cell.replace("\r", " ").replace("\n", " ") for cell in row] for row in rows]
    csv.writer(out, delimiter=delimiter, lineterminator="\n", quoting=csv.QUOTE_ALL).writerows(
        [[f"H{n}" for n in range(14)], *rows]
    )
    path = tmp_path / "table"
    path.write_bytes(out.getvalue().encode())
    inspection = inspect_file(path)
    found = [row for block in read_blocks(path, inspection) for row in block.cells]
    assert found[1:] == [row for row in rows if any(row)]


names = st.text(st.sampled_from("abcdefgŵŷéÀ 'Ł-"), min_size=1, max_size=20).filter(
    lambda n: any(c.isalpha() for c in n)
)


@pytest.mark.slow
@pytest.mark.django_db
@FEW
@given(st.dictionaries(st.integers(1, 999_999), st.tuples(names, names), min_size=1, max_size=12))
def test_any_people_come_in_once_and_a_second_time_change_nothing(desk, people):
    from groundswell.people.models import Elector, Household, Person, Register

    for model in (Elector, Person, Household, Register):
        model.objects.all().delete()
    rows = [
        f'AA,{n},0,,,"{family}","{given}",E17 9AA,"{n % 3} High Road",,,,,' for n, (family, given) in people.items()
    ]
    path = desk.xpress(*rows)
    first = desk.take(path)
    assert (first.created, first.rejected) == (len(people), 0)
    kept = dict(Elector.objects.values_list("number", "person__family_name"))
    assert kept == {str(n): " ".join(family.split()) for n, (family, _given) in people.items()}
    again = desk.take(path)
    assert (again.created, again.updated, again.deleted, again.unchanged) == (0, 0, 0, len(people))


@QUICK
@given(st.lists(st.lists(cells, min_size=3, max_size=5), max_size=6))
def test_any_phone_rows_are_read(tmp_path, rows):
    import csv
    import io

    out = io.StringIO()
    csv.writer(out).writerows([["Elector Number", "Phone", "Mobile"], *rows])
    path = tmp_path / "phones"
    path.write_bytes(out.getvalue().encode())
    blocks = list(read_blocks(path, inspect_file(path)))
    reader = PhoneReader(map_phone_header(blocks[0].cells.pop(0)))
    blocks[0].lines.pop(0)
    for block in blocks:
        batch = reader.read(block)
        assert all(row.count("\t") == 7 and row.count("\n") == 1 for row in batch.rows)


@given(st.text(max_size=40))
def test_no_cell_of_an_export_is_run(cell):
    safe = neutralise(cell)
    assert not safe.startswith(("=", "@", "\t", "\r"))
    assert safe in {cell, "'" + cell}


@given(st.text(max_size=20))
def test_any_text_is_an_elector_number_or_not(cell):
    parsed = parse_number(cell, decimal=True)
    assert parsed is None or (parsed[0].isdigit() and len(parsed[0]) <= 12)
