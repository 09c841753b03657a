"""One A4 page: never two, never cut, readable, with its imprint on it (rule I6)."""

from __future__ import annotations

import io
import re

import pytest
from pypdf import PdfReader

from groundswell.accounts.models import Organisation
from groundswell.campaigns.cards import NoImprintError
from groundswell.campaigns.papers import (
    Drawing,
    Heading,
    Paper,
    Run,
    Table,
    TooLongError,
    Words,
    print_imprint,
    print_paper,
)
from groundswell.campaigns.papers.blocks import SMALLEST
from groundswell.campaigns.papers.fonts import writable

# Papers are drawn: not of the fast part.
pytestmark = pytest.mark.slow

IMPRINT = "Printed and promoted by A. Agent on behalf of Fairer Bury, both of 12 Silver Street, Bury BL9 0EX"
WELSH = "Ŵy ŷd â ê î ô û ŵ ẁ ẃ ẅ ŷ ỳ ý ÿ"


def read(pdf: bytes) -> str:
    """The text of the one page there is."""
    [page] = PdfReader(io.BytesIO(pdf)).pages
    assert [round(float(side)) for side in page.mediabox[2:]] == [595, 842]
    return re.sub(r"\s+", " ", page.extract_text())


def paper(*blocks, **more) -> Paper:
    return Paper(**{"title": "Bury North", "imprint": IMPRINT, "blocks": blocks, **more})


def words(count: int, word: str = "pavement") -> Words:
    return Words((Run(" ".join(f"{word}{n}" for n in range(count))),))


def sizes(pdf: bytes) -> set[float]:
    content = PdfReader(io.BytesIO(pdf)).pages[0].get_contents().get_data().decode("latin-1")
    return {float(size) for size in re.findall(r"/F\d+ ([\d.]+) Tf", content)}


def test_a_short_paper_is_one_page_in_large_letters():
    pdf = print_paper(paper(Heading("The candidate"), words(20), kicker="Spring", figures=(("6,944", "majority"),)))
    text = read(pdf)
    for said in ("Spring", "Bury North", "6,944 majority", "The candidate", "pavement0 pavement1", IMPRINT):
        assert said in text
    assert 11.0 in sizes(pdf)


def test_a_long_paper_shrinks_and_stays_one_page():
    pdf = print_paper(paper(*[words(40) for _ in range(14)]))
    assert read(pdf).count("pavement39") == 14
    body = max(size for size in sizes(pdf) if size < 12)
    assert SMALLEST <= body < 11.0


def test_what_cannot_be_read_on_one_page_is_refused_with_the_part_to_shorten():
    blocks = [Heading("The candidate"), words(30), Heading("Hard questions"), *[words(60) for _ in range(20)]]
    with pytest.raises(TooLongError, match=r"Take out about \d+ in a hundred words\. .*“Hard questions”"):
        print_paper(paper(*blocks))


def test_doing_as_told_makes_it_fit():
    long = [words(40) for _ in range(30)]
    with pytest.raises(TooLongError) as refused:
        print_paper(paper(*long))
    percent = int(re.search(r"about (\d+) in", str(refused.value)).group(1))
    assert 5 <= percent < 80
    read(print_paper(paper(*long[: 30 * (100 - percent) // 100])))


def test_every_letter_of_welsh_is_printed():
    assert WELSH in read(print_paper(paper(Words((Run(WELSH), Run(f" {WELSH}", "B"), Run(f" {WELSH}", "I"))))))


def test_letters_typed_in_two_strokes_are_one_and_what_has_no_letter_is_left_out():
    assert writable("w\u0302yn 🎉!") == "ŵyn !"


def test_a_word_longer_than_a_line_is_broken_and_nothing_of_it_lost():
    place = "Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogoch" * 3
    assert place in read(print_paper(paper(words(3), Words((Run(place),))))).replace(" ", "")


def test_a_comma_stays_with_its_bold_word():
    runs = tuple(part for n in range(60) for part in (Run(f"word{n}", "B"), Run(", and ")))
    lines = PdfReader(io.BytesIO(print_paper(paper(Words(runs))))).pages[0].extract_text().splitlines()
    assert not [line for line in lines if line.strip().startswith(",")]


def test_a_heading_is_never_the_last_of_a_column():
    parts = [block for n in range(12) for block in (Heading(f"Part {n}"), words(30))]
    drawn = PdfReader(io.BytesIO(print_paper(paper(*parts)))).pages[0]
    lines = [line.strip() for line in drawn.extract_text().splitlines() if line.strip()]
    after = [lines[i + 1][:8] for i, line in enumerate(lines) if re.fullmatch(r"Part \d+", line)]
    assert after == ["pavement"] * 12


def left_edges(pdf: bytes) -> dict[str, float]:
    """Where each piece of text begins, from the left."""
    places: dict[str, float] = {}

    def place(text, _current, matrix, _font, _size):
        places.setdefault(text.strip(), matrix[4])

    PdfReader(io.BytesIO(pdf)).pages[0].extract_text(visitor_text=place)
    return places


@pytest.mark.parametrize("belongs", [True, False])
def test_a_note_stays_in_the_column_of_its_table(belongs):
    table = Table(("Election", "Majority"), (("2024*", "6,944"),))
    note = Words((Run("* as drawn before"),), belongs=belongs)
    places = left_edges(print_paper(paper(words(6), table, note, words(6))))
    assert (places["* as drawn before"] == pytest.approx(places["2024*"])) is belongs


def test_a_table_and_a_drawing_are_set_in_the_column():
    seen = []

    def draw(pdf, x, y, width, height):
        seen.append((x, round(width), round(height)))
        pdf.line(x, y, x + width, y + height)

    table = Table(("Election", "Majority"), (("2024", "6,944"), ("A long name of an election " * 5, "378")))
    text = read(print_paper(paper(table, Drawing(0.5, draw))))
    assert "Election Majority 2024 6,944" in text
    assert seen == [(14.0, 87, 44)] or seen == [(109.0, 87, 44)]


@pytest.mark.parametrize("imprint", ["", " \n"])
def test_nothing_is_printed_without_an_imprint(imprint):
    with pytest.raises(NoImprintError):
        print_paper(paper(words(3), imprint=imprint))


def test_an_imprint_is_never_cut():
    assert read(print_paper(paper(words(3), imprint=" ".join([IMPRINT] * 6)))).count("both of 12 Silver Street") == 6


def test_the_imprint_of_print_names_the_printer():
    address = "12 Silver Street,\nBury BL9 0EX"
    said = Organisation(name="Fairer Bury", imprint="Printed by Ink & Co, Leeds. Promoted by A. Agent, Bury.")
    assert print_imprint(said) == "Printed by Ink & Co, Leeds. Promoted by A. Agent, Bury."
    own = Organisation(name="Fairer Bury", imprint="Promoted by A. Agent, 100% Bury.", contact_address=address)
    assert print_imprint(own) == (
        "Promoted by A. Agent, 100% Bury. Printed by Fairer Bury, 12 Silver Street, Bury BL9 0EX"
    )
    made = Organisation(name="Fairer Bury", contact_address=address)
    assert print_imprint(made) == "Printed and promoted by Fairer Bury, 12 Silver Street, Bury BL9 0EX"


def test_who_cannot_name_a_printer_is_told_to():
    with pytest.raises(NoImprintError, match="postal address, or name the printer"):
        print_imprint(Organisation(name="Fairer Bury", imprint="Promoted by A. Agent, Bury."))
    with pytest.raises(NoImprintError):
        print_imprint(None)
