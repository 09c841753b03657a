"""Words with places: refused where they mean nothing, written for each person, and the same in HTML and text."""

from __future__ import annotations

import html
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from groundswell.messaging.fields import FieldError, filled, missing_from, parts_of
from groundswell.messaging.plain_words import plain
from groundswell.messaging.writing import Button, Frame, email, text_message

FRAME = Frame("The Party & Friends", "Promoted by A. Agent, 1 High Street", "https://example.org/privacy")
BEA = {
    "first_name": "Bea <b>",
    "seat": "Ynys Môn",
    "link": "https://x.test/s/abc/?a=1&b=2",
    "preferences": "https://x.test/preferences/t0ken/",
}


class Reader(HTMLParser):
    """The words, the links and everything that would be fetched."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.words, self.links, self.fetched = "", [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        said = dict(attrs)
        if tag == "a":
            self.links.append(said.get("href"))
        self.fetched += [value for name, value in attrs if name == "src" or (tag == "link" and name == "href")]

    def handle_data(self, data):
        self.words += data


def test_a_place_is_filled_or_its_fallback_stands_there():
    parts = parts_of("Hello {{ first_name|there }}, {{seat| your area }}")
    assert filled(parts, {"first_name": "Bea", "seat": "Hull"}) == "Hello Bea, Hull"
    assert filled(parts, {"first_name": "", "seat": ""}) == "Hello there, your area"


def test_a_place_without_a_fallback_stops_the_message_for_who_lacks_it():
    parts = parts_of("{{ first_name }} {{ seat }} {{ first_name }}")
    assert missing_from(parts, {"seat": "Hull"}) == ["first_name"]
    assert missing_from(parts, {"seat": "Hull", "first_name": "Bea"}) == []
    with pytest.raises(KeyError):
        filled(parts, {"seat": "Hull"})


@pytest.mark.parametrize(
    "words",
    [
        "{{ name }}",
        "{{ first_name",
        "first_name }}",
        "{{}}",
        "{{ first_name| }}",
        "{{ first_name.x }}",
        "{{ {{ seat }} }}",
    ],
)
def test_what_means_nothing_is_refused(words):
    with pytest.raises(FieldError):
        parts_of(words)


def test_a_subject_has_no_link():
    with pytest.raises(FieldError):
        email(["Come {{ link }}"], "Words", frame=FRAME)


def test_an_email_says_the_same_in_html_and_text():
    body = "# Hello {{ first_name|there }}\n\nWe *need* you in {{ seat }}.\n\n- one\n- two & three\n\n[Join us]({{ link }})"
    written = email(["For {{ first_name|you }}"], body, frame=FRAME).for_one(BEA)
    read = Reader(written.html)
    assert written.subject == "For Bea <b>"
    for said in [
        "Hello Bea <b>",
        "Ynys Môn",
        "two & three",
        "Promoted by A. Agent, 1 High Street",
        "The Party & Friends",
    ]:
        assert said in read.words
        assert said in written.text
    for address in [BEA["link"], BEA["preferences"], FRAME.privacy]:
        assert address in read.links
        assert address in written.text
    assert "invalid" not in written.html + written.text


def test_nothing_is_fetched_and_no_script_runs():
    written = email(["S"], "![x](https://evil.test/p.png) <script>alert(1)</script> <img src=x>", frame=FRAME).for_one(
        BEA
    )
    assert Reader(written.html).fetched == []
    assert "<script" not in written.html
    assert "fonts.googleapis" not in written.html


def test_the_button_leads_on_unless_the_words_do():
    with_button = email(["S"], "Words", frame=FRAME, button=Button("Come along")).for_one(BEA)
    assert Reader(with_button.html).links.count(BEA["link"]) == 1
    assert f"Come along:\n{BEA['link']}" in with_button.text
    in_words = email(["S"], "Come: {{ link }}", frame=FRAME, button=Button("Come along")).for_one(BEA)
    assert Reader(in_words.html).links.count(BEA["link"]) == 1
    assert "Come along" not in in_words.text


def test_a_fallback_is_escaped_in_html_alone():
    written = email(["S"], "Hi {{ first_name|you & yours }}", frame=FRAME).for_one({**BEA, "first_name": ""})
    assert "Hi you &amp; yours" in written.html
    assert "Hi you & yours" in written.text


def test_an_address_never_holds_something_about_a_person():
    with pytest.raises(FieldError):
        email(["S"], "[x](https://x.test/?n={{ first_name|a }})", frame=FRAME)


def test_a_second_subject_is_the_other_variant():
    letter = email(["First", "Second {{ first_name }}"], "Words", frame=FRAME)
    assert letter.for_one(BEA, variant=1).subject == "Second Bea <b>"
    assert letter.missing({}, variant=1) == ["first_name"]
    assert letter.missing({}, variant=0) == []


def test_what_has_to_be_looked_up_is_named():
    letter = email(["{{ seat|x }}"], "{{ first_name }}", frame=FRAME, button=Button("Go"))
    assert letter.fields() == {"seat", "first_name", "preferences", "link"}


def test_a_text_is_its_words():
    assert text_message(" Hi {{ first_name|there }}\r\nSTOP to end ").for_one({}).text == "Hi there\nSTOP to end"


def test_plain_words_keep_lists_quotes_tables_and_addresses():
    lists = "Go:\n\n1. one\n2. two\n   - three\n\n> kind\n> words\n\n"
    table = "| a | b |\n|---|---|\n| c | d |\n\n"
    said = plain(lists + table + "[x](https://y.test) <https://z.test>\n\n---\nend")
    assert said == (
        "Go:\n\n1. one\n2. two\n   - three\n\n> kind\n> words\n\na | b\nc | d\n\nx (https://y.test) https://z.test\n\n"
        "--------------------\n\nend"
    )


@settings(max_examples=60, deadline=None)
@given(body=st.text(max_size=200), name=st.text(max_size=40))
def test_whatever_is_written_an_email_comes_out_of_it_or_a_sentence(body, name):
    try:
        letter = email(["S"], body, frame=FRAME)
    except FieldError:
        return
    written = letter.for_one({**BEA, "first_name": name})
    assert html.escape(FRAME.organisation) in written.html
    assert "<script" not in written.html.lower()
