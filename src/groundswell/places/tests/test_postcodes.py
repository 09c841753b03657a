"""A postcode is found, or the answer says why not. It is never guessed."""

import sys
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundswell.places import postcodes
from groundswell.places.postcodes import Found, Reason, Unknown, compact, look_up, parse, postcodes_of

WALTHAMSTOW = "E14001563"
BURY_NORTH = "E14001144"


@pytest.mark.parametrize("text", ["E17 4AA", "e174aa", " e17  4aa ", "E17-4AA", "E1.74AA", "E17\u00a04AA"])
def test_however_it_is_written(text):
    assert look_up(text) == Found("E17 4AA", WALTHAMSTOW)


@pytest.mark.parametrize(
    ("text", "postcode", "reason"),
    [
        ("BT1 5GS", "BT1 5GS", Reason.NORTHERN_IRELAND),
        ("je2 3ab", "JE2 3AB", Reason.CROWN_DEPENDENCY),
        ("E17 4AI", "E17 4AI", Reason.NOT_LISTED),
        ("ZZ99 9ZZ", "ZZ99 9ZZ", Reason.NOT_LISTED),
        ("E17", "E17", Reason.MALFORMED),
        ("", "", Reason.MALFORMED),
        ("E17 4AA; DROP TABLE", "E17 4AA; DROP TABLE", Reason.MALFORMED),
        ("Ｅ１７ ４ＡＡ", "Ｅ１７ ４ＡＡ", Reason.MALFORMED),
    ],
)
def test_says_why_there_is_no_answer(text, postcode, reason):
    assert look_up(text) == Unknown(postcode, reason)


def test_a_known_postcode_outside_every_constituency_says_so():
    sector = next(
        (sector, start)
        for sector, (start, end) in postcodes._table().slices.items()
        for start in range(start, end)
        if not postcodes._table().codes[postcodes._table().seats[start]]
    )
    text = sector[0] + postcodes._letters(postcodes._table().units[sector[1]])
    answer = look_up(text)
    assert isinstance(answer, Unknown)
    assert answer.reason is Reason.NO_AREA


@pytest.mark.parametrize("reason", Reason)
def test_every_reason_has_a_sentence(reason):
    assert reason.sentence.endswith(".")


def test_the_postcodes_of_a_seat_are_those_found_in_it():
    for seat in (WALTHAMSTOW, BURY_NORTH):
        mine = list(postcodes_of(seat))
        assert len(mine) == len(set(mine)) > 1000
        assert {look_up(postcode) for postcode in mine} == {Found(postcode, seat) for postcode in mine}
    assert list(postcodes_of("no such seat")) == []


def test_every_seat_of_great_britain_and_every_postcode_is_there():
    table = postcodes._table()
    assert len(table.units) == len(table.seats) == 1_734_274
    assert len([code for code in table.codes if code]) == 632
    assert all(
        table.units[at] < table.units[at + 1] for start, end in table.slices.values() for at in range(start, end - 1)
    )


@given(st.text(max_size=60))
def test_no_text_breaks_it_and_only_whole_postcodes_parse(text):
    answer = look_up(text)
    parts = parse(text)
    assert (parts is None) == (isinstance(answer, Unknown) and answer.reason is Reason.MALFORMED)
    if parts is not None:
        assert "".join(parts) == compact(text)


UNITS = st.text(alphabet="ABDEFGHJLNPQRSTUWXYZ", min_size=2, max_size=2)


@given(
    st.sampled_from(["E17", "BL9", "SW1A", "M1", "EC1A"]), st.integers(0, 9), UNITS, st.sampled_from(["", " ", "  "])
)
def test_spacing_and_case_change_nothing(outward, digit, unit, gap):
    plain = look_up(f"{outward} {digit}{unit}")
    assert look_up(f"{outward}{gap}{digit}{unit}".lower()) == plain
    assert isinstance(plain, Found) or plain.reason in {Reason.NOT_LISTED, Reason.NO_AREA}


@given(UNITS)
def test_units_keep_their_alphabetical_order(unit):
    assert postcodes._letters(postcodes.unit_number(unit)) == unit


def test_a_look_up_is_nothing_beside_reading_the_table():
    """The table is read once: after that a look-up costs less than a hundredth of it (measured: a ten-thousandth)."""
    postcodes._table.cache_clear()
    started = time.perf_counter()
    look_up("E17 4AA")
    loading = time.perf_counter() - started
    started = time.perf_counter()
    for _ in range(100):
        look_up("BL9 6QA")
    assert (time.perf_counter() - started) / 100 < loading / 100


def test_the_table_is_small():
    table = postcodes._table()
    arrays = sys.getsizeof(table.units) + sys.getsizeof(table.seats)
    assert arrays + sum(sys.getsizeof(key) + 72 for key in table.slices) < 12_000_000
