"""Texts in their parts: by table at every edge, and by Hypothesis against rules said in another way."""

from __future__ import annotations

import itertools
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundswell.messaging.sms import BASIC, EXTENSION, ROOM, Encoding, as_sent, parts_of, segments_of

GSM, UCS = Encoding.GSM_7, Encoding.UCS_2
letters = st.one_of(st.sampled_from(sorted(BASIC)), st.sampled_from(sorted(EXTENSION)))
texts = st.one_of(st.text(letters, max_size=700), st.text(max_size=400), st.text("aŵ😀€", max_size=400))


@pytest.mark.parametrize(
    ("text", "encoding", "count", "characters", "left"),
    [
        ("", GSM, 0, 0, 160),
        ("a", GSM, 1, 1, 159),
        ("a" * 160, GSM, 1, 160, 0),
        ("a" * 161, GSM, 2, 161, 145),
        ("a" * 306, GSM, 2, 306, 0),
        ("a" * 307, GSM, 3, 307, 152),
        ("£1 am £1", GSM, 1, 8, 152),
        ("€", GSM, 1, 2, 158),
        ("€" * 80, GSM, 1, 160, 0),
        ("a" + "€" * 80, GSM, 2, 161, 145),
        # The pair does not fit after 152: it starts the second part, and the odd place stays empty.
        ("a" * 152 + "€" + "a" * 151, GSM, 2, 305, 0),
        ("a" * 152 + "€" + "a" * 152, GSM, 3, 306, 152),
        ("Bore da", GSM, 1, 7, 153),
        ("Dŵr", UCS, 1, 3, 67),
        ("ŵ" * 70, UCS, 1, 70, 0),
        ("ŵ" * 71, UCS, 2, 71, 63),
        ("ŵ" * 134, UCS, 2, 134, 0),
        ("ŵ" * 135, UCS, 3, 135, 66),
        ("😀", UCS, 1, 2, 68),
        ("ŵ" * 66 + "😀" * 3, UCS, 2, 72, 61),
        ("one\r\ntwo", GSM, 1, 7, 153),
    ],
)
def test_a_text_takes_this_many_parts(text: str, encoding: Encoding, count: int, characters: int, left: int) -> None:
    sized = segments_of(text)

    assert (sized.encoding, sized.count, sized.characters, sized.left) == (encoding, count, characters, left)


def test_the_alphabet_has_its_127_letters_and_ten_more() -> None:
    assert (len(BASIC), len(EXTENSION)) == (127, 10)
    assert not BASIC & EXTENSION
    assert "ç" not in BASIC
    assert "Ç" in BASIC


@pytest.mark.parametrize("letter", "âêîôûŵŷÂÊÎÔÛŴŶ")
def test_welsh_letters_are_kept_and_named(letter: str) -> None:
    sized = segments_of(f"T{letter} ni")

    assert sized.encoding is UCS
    assert sized.outside == (letter,)
    assert as_sent(letter) == letter


def test_a_letter_typed_as_two_is_one() -> None:
    assert as_sent("w\u0302") == "ŵ"
    assert segments_of("e\u0301").encoding is GSM  # é is in the alphabet, its accent alone is not


def test_what_makes_it_dear_is_named_once_in_order() -> None:
    assert segments_of("“Dŵr” – dŵr").outside == ("“", "ŵ", "”", "–")


def width(text: str, encoding: Encoding) -> int:
    """As the standards say it: septets with an escape before extended ones, or sixteen-bit units."""
    if encoding is GSM:
        return len(text) + sum(text.count(letter) for letter in EXTENSION)
    return len(text.encode("utf-16-be", "surrogatepass")) // 2


@given(texts)
def test_the_parts_are_the_text_full_and_none_torn(text: str) -> None:
    sized = segments_of(text)
    parts = parts_of(text)

    assert "".join(parts) == unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    assert sized.count == len(parts)
    assert sized.characters == sum(width(part, sized.encoding) for part in parts)
    room = ROOM[sized.encoding][0 if len(parts) < 2 else 1]
    assert all(width(part, sized.encoding) <= room for part in parts)
    # Every part but the last is as full as its successor's first letter allows.
    for part, following in itertools.pairwise(parts):
        assert width(part + following[0], sized.encoding) > room
    assert sized.left == room - (width(parts[-1], sized.encoding) if parts else 0)


@given(texts)
def test_one_letter_more_never_costs_less_and_fits_where_room_was_left(text: str) -> None:
    before, after = segments_of(text), segments_of(text + "a")

    assert after.count >= before.count
    if before.left and text and not text.endswith("\r"):
        assert after.count == before.count


@given(texts)
def test_what_is_sent_is_counted_as_it_was_written(text: str) -> None:
    assert as_sent(as_sent(text)) == as_sent(text)
    assert segments_of(as_sent(text)) == segments_of(text)
