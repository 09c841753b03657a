from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from groundswell.config.numbers import LARGEST, read_whole_number


@pytest.mark.parametrize(
    "text", [None, "", "-1", "+1", " 1", "1.0", "1e3", "²", "٣", "0x1", "9" * 5000, str(LARGEST + 1)]
)
def test_what_is_no_number_the_database_counts(text):
    assert read_whole_number(text) is None


@pytest.mark.parametrize(("text", "number"), [("0", 0), ("007", 7), (str(LARGEST), LARGEST)])
def test_plain_digits_are_a_number(text, number):
    assert read_whole_number(text) == number


@given(st.text())
@example("²")
def test_any_text_is_a_number_or_none(text):
    assert read_whole_number(text) is None or int(text) == read_whole_number(text)
