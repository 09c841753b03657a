import csv
import io

import pytest

from groundswell.accounts.exports import csv_response, neutralise


@pytest.mark.parametrize(
    "cell", ["=1+1", "+44", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "  =1", "＝1", '=HYPERLINK("http://x")', "\n=1"]
)
def test_what_a_spreadsheet_might_run_is_text(cell):
    assert neutralise(cell) == "'" + cell


@pytest.mark.parametrize("cell", ["Smith", "O'Hara", "", "a=b", 5, -5, -1.5, None, True])
def test_anything_else_stays_as_it_is(cell):
    assert neutralise(cell) == cell


def test_a_download_reads_back_and_names_no_path():
    rows = (row for row in [["name", "note"], ['Łukasz, "Lu"', "=cmd|' /C calc'!A0"], ["line\nbreak", "nul\x00l"]])
    response = csv_response(rows, "../evil\r\nname.csv")
    assert response["Content-Disposition"] == 'attachment; filename="..evilname.csv"'
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    assert list(csv.reader(io.StringIO(text, newline=""))) == [
        ["name", "note"],
        ['Łukasz, "Lu"', "'=cmd|' /C calc'!A0"],
        ["line\nbreak", "null"],
    ]
