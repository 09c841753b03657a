"""Cards for social networks: of the right size, readable, in Welsh too, and never without their imprint (rule I2)."""

from __future__ import annotations

import io

import pytest
from PIL import Image, ImageChops

from groundswell.accounts.models import Organisation
from groundswell.campaigns import cards
from groundswell.campaigns.cards import Card, NoImprintError, draw_card, fitted, font, imprint_of, wrapped

# Pictures are drawn: not of the fast part.
pytestmark = pytest.mark.slow

IMPRINT = "Promoted by A. Agent on behalf of Fairer Bury, both of 12 Silver Street, Bury BL9 0EX"
EVENING = Card(
    title="Ring Bury North with us",
    kicker="Monday 23 November",
    lines=("10 contacts in half an hour",),
    imprint=IMPRINT,
)
PLACE = "Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogoch"


def picture(card: Card) -> Image.Image:
    image = Image.open(io.BytesIO(draw_card(card)))
    image.load()
    return image


def differs(one: Image.Image, other: Image.Image, box: tuple[int, int, int, int]) -> bool:
    return ImageChops.difference(one.crop(box), other.crop(box)).getbbox() is not None


FOOT = (0, cards.HEIGHT - cards.STRIP_LEAST, cards.WIDTH, cards.HEIGHT)
ABOVE = (0, 0, cards.WIDTH, cards.HEIGHT - cards.STRIP_LEAST)


def test_a_card_is_a_png_of_the_size_networks_show_whole():
    image = picture(EVENING)
    assert (image.format, image.size, image.mode) == ("PNG", (1200, 630), "RGB")
    assert len(draw_card(EVENING)) < 300_000


def test_the_imprint_is_in_the_image_itself():
    other = Card(title=EVENING.title, kicker=EVENING.kicker, lines=EVENING.lines, imprint="Promoted by B. Other, Leeds")
    assert differs(picture(EVENING), picture(other), FOOT)
    assert not differs(picture(EVENING), picture(other), ABOVE)


@pytest.mark.parametrize("imprint", ["", "  \n "])
def test_no_card_is_drawn_without_an_imprint(imprint):
    with pytest.raises(NoImprintError):
        draw_card(Card(title="Ring Bury North", imprint=imprint))


def test_an_imprint_is_never_cut_however_long(monkeypatch):
    drawn = []
    write = cards._lines
    monkeypatch.setattr(
        cards, "_lines", lambda draw, lines, *more, **by: drawn.append(lines) or write(draw, lines, *more, **by)
    )
    long = " ".join([IMPRINT] * 5)
    draw_card(Card(title="Ring Bury North", imprint=long))
    assert " ".join(drawn[0]) == long


def test_the_imprint_is_the_organisations_or_made_of_its_name_and_address():
    said = Organisation(name="Fairer Bury", imprint="Promoted by A. Agent,\n12 Silver Street")
    assert imprint_of(said) == "Promoted by A. Agent, 12 Silver Street"
    made = Organisation(name="Fairer Bury", contact_address="12 Silver Street,\nBury BL9 0EX")
    assert imprint_of(made) == "Promoted by Fairer Bury, 12 Silver Street, Bury BL9 0EX"


@pytest.mark.parametrize("organisation", [None, Organisation(name="Fairer Bury")])
def test_who_has_entered_no_imprint_is_told_to(organisation):
    with pytest.raises(NoImprintError, match="Enter the imprint"):
        imprint_of(organisation)


@pytest.mark.parametrize(
    "letters", ["âêîôûŵŷÂÊÎÔÛŴŶ", "àèìòùẁỳ", "áéíóúẃý", "äëïöüẅÿ", "ÀÈÌÒÙẀỲ", "GàidhligÓÉ", "–—‘’“”…·£€"]
)
def test_every_letter_of_the_islands_is_written(letters):
    assert cards._writable(letters) == letters


def test_what_the_font_has_no_letter_for_is_left_out_and_no_box_is_drawn_instead():
    assert cards._writable("We did it 🎉 together ✊🏽 today") == "We did it together today"
    plain = Card(title="We did it", imprint=IMPRINT, number="297", number_label="calls")
    festive = Card(title="We did it 🎉", imprint=IMPRINT, number="297 🎉", number_label="calls")
    assert not differs(picture(plain), picture(festive), (0, 0, *picture(plain).size))


@pytest.mark.parametrize("size", [112, 40])
def test_no_line_is_wider_than_its_room_and_nothing_is_lost(size):
    face = font(size, cards.BLACK)
    text = f"Ring {PLACE} on Monday"
    lines = wrapped(text, face, 700)
    assert max(face.getlength(line) for line in lines) <= 700
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")


def test_a_long_word_is_shrunk_first_and_broken_only_when_that_is_not_enough():
    face, lines = fitted("Middlesbrough", sizes=range(112, 39, -4), weight=cards.BLACK, width=500, height=300)
    assert lines == ["Middlesbrough"]
    assert 40 <= face.size < 112
    face, lines = fitted(PLACE, sizes=range(112, 39, -4), weight=cards.BLACK, width=700, height=300)
    assert len(lines) > 1
    assert "".join(lines) == PLACE


def test_what_does_not_fit_says_that_it_goes_on():
    _face, lines = fitted("word " * 200, sizes=range(50, 39, -4), weight=cards.BOLD, width=600, height=170)
    assert len(lines) == 3
    assert lines[-1].endswith("…")


@pytest.mark.parametrize(
    "card",
    [
        Card(title=PLACE * 4, kicker=PLACE * 3, lines=(PLACE * 3,) * 9, imprint=IMPRINT * 4),
        Card(title=PLACE, imprint=IMPRINT, number="123,456,789,012,345", number_label=PLACE),
        Card(title="", imprint=IMPRINT),
        Card(title="🎉", imprint=IMPRINT, number="🎉"),
    ],
)
def test_too_much_and_nothing_at_all_still_make_a_picture_with_words_inside_it(card):
    image = picture(card)
    bright = {cards.INK, cards.BRIGHT, cards.SOFT_INK}
    edge = [image.getpixel((x, y)) for x in (4, cards.WIDTH - 4) for y in range(cards.HEIGHT - 300)]
    assert not bright & set(edge)


def luminance(colour: tuple[int, int, int]) -> float:
    """WCAG 2.2, relative luminance."""
    parts = [v / 255 / 12.92 if v <= 10 else ((v / 255 + 0.055) / 1.055) ** 2.4 for v in colour]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


@pytest.mark.parametrize(
    ("ink", "ground"),
    [
        (cards.STRIP_INK, cards.STRIP_GROUND),
        *[
            (ink, ground)
            for ink in (cards.INK, cards.SOFT_INK, cards.BRIGHT)
            for ground in (cards.GROUND, cards.PANEL_GROUND)
        ],
    ],
)
def test_words_stand_out(ink, ground):
    light, dark = sorted((luminance(ink), luminance(ground)), reverse=True)
    assert (light + 0.05) / (dark + 0.05) >= 7
