"""How answers by text are read: generously where the meaning is plain, and never guessed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundswell.flows.enums import StepKind
from groundswell.flows.rules import (
    Asked,
    Choice,
    FlowRuleError,
    Outline,
    Said,
    check_keyword,
    numbered,
    once_more,
    problems_of,
    read,
    word_of,
    wording,
)

PARTIES = (Choice(11, "Red Rose, firm"), Choice(12, "Red Rose, leaning"), Choice(13, "Blues"), Choice(14, "Undecided"))
VOTE = Asked(StepKind.VOTER_ID, "How would you vote?", "choice", PARTIES)
ISSUES = Asked(StepKind.CHOICE, "Which matter?", "choices", PARTIES)
SCALE = Asked(StepKind.VOTER_ID, "How likely?", "scale", scale=(0, 10))
WORDS = Asked(StepKind.TEXT, "Why?", "text")
CONSENT = Asked(StepKind.CONSENT, "May Red Rose text you? YES or NO. STOP ends it.")
PLAIN = (StepKind.NAME, StepKind.EMAIL, StepKind.POSTCODE, StepKind.AGE)
EVERY = [VOTE, ISSUES, SCALE, WORDS, CONSENT, *[Asked(kind, "?") for kind in PLAIN]]


def test_a_scale_says_from_where_to_where() -> None:
    assert wording(SCALE) == "How likely?\nAnswer with a number from 0 to 10."


def test_options_are_numbered_under_the_question() -> None:
    lines = ["How would you vote?", "1 Red Rose, firm", "2 Red Rose, leaning", "3 Blues", "4 Undecided"]
    assert wording(VOTE).splitlines() == lines


def test_an_option_that_has_its_number_already_has_no_second_one() -> None:
    labels = ["1: certain", "2. probably", "3:", "3 trees", "0: never", "6) won't say"]
    texted = ["1 certain", "2 probably", "3 3:", "4 3 trees", "5 0: never", "6 won't say"]
    assert numbered([Choice(place, label) for place, label in enumerate(labels)]) == texted


@pytest.mark.parametrize(
    "text",
    ["3", " 3. ", "(3)", "#3", "3\ufe0f\u20e3", "３", "3 please", "3 Blues", "blues", "BLUES!", "Blu", "3, thanks"],
)
def test_one_of_several(text: str) -> None:
    assert read(VOTE, text) == Said(options=(13,))


@pytest.mark.parametrize("text", ["", "0", "5", "33", "3 or 4", "1 of my kids", "red rose", "Bl", "yes", "🙂", "3 Red"])
def test_what_is_none_of_several(text: str) -> None:
    assert read(VOTE, text) is None


@pytest.mark.parametrize(
    ("text", "options"),
    [
        ("1 3", (11, 13)),
        ("1,3", (11, 13)),
        ("3 and 1", (13, 11)),
        ("1 1", (11,)),
        ("2", (12,)),
        ("blues", (13,)),
        ("13", None),
    ],
)
def test_several_of_several(text: str, options: tuple[int, ...] | None) -> None:
    assert read(ISSUES, text) == (None if options is None else Said(options=options))


@pytest.mark.parametrize(
    ("text", "number"),
    [("8", 8), ("8/10", 8), ("8 out of 10", 8), ("0", 0), ("11", None), ("eight", None), ("8 or 9", None)],
)
def test_a_number_on_a_scale(text: str, number: int | None) -> None:
    assert read(SCALE, text) == (None if number is None else Said(number=number))


@pytest.mark.parametrize("text", ["YES", "yes!", "Y", "Yes please", "yep", "Ie", "Ydw"])
def test_yes(text: str) -> None:
    assert read(CONSENT, text) == Said(agreed=True)


@pytest.mark.parametrize("text", ["no", "N", "No thanks.", "No thank you", "Nac ydw", "Na"])
def test_no(text: str) -> None:
    assert read(CONSENT, text) == Said(agreed=False)


@pytest.mark.parametrize("text", ["ok", "fine", "sure", "yes but no", "1", "I said yes to Bo", "maybe", "👍", ""])
def test_consent_is_never_guessed(text: str) -> None:
    assert read(CONSENT, text) is None


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Siân Wyllt", "Siân Wyllt"),
        ("my name is Sam", "Sam"),
        ("Hi, I'm Bo Li.", "Bo Li"),
        ("It’s  O'Brien", "O'Brien"),
        ("Ian", "Ian"),
        ("who is this?", ""),
        ("07700900123", ""),
        ("me@example.org", ""),
        ("😀", ""),
        ("I do not want to give you my name", ""),
    ],
)
def test_names(text: str, name: str) -> None:
    assert read(Asked(StepKind.NAME, "?"), text) == (Said(text=name) if name else None)


@pytest.mark.parametrize(
    ("text", "email"),
    [
        ("Sam@Example.org.", "sam@example.org"),
        ("it's <sam@example.org>", "sam@example.org"),
        ("sam@", ""),
        ("a@b.uk c@d.uk", ""),
    ],
)
def test_emails(text: str, email: str) -> None:
    assert read(Asked(StepKind.EMAIL, "?"), text) == (Said(text=email) if email else None)


@pytest.mark.parametrize(
    ("text", "postcode"), [("e174aa", "E17 4AA"), ("I live in E17 4AA, why", "E17 4AA"), ("E17", ""), ("none", "")]
)
def test_postcodes(text: str, postcode: str) -> None:
    assert read(Asked(StepKind.POSTCODE, "?"), text) == (Said(text=postcode) if postcode else None)


@given(st.text(max_size=400) | st.from_regex(r"[0-9yYnN ,./]{1,8}", fullmatch=True))
def test_any_text_is_an_answer_or_none_and_never_a_fault(text: str) -> None:
    for asked in EVERY:
        said = read(asked, text)
        assert once_more(asked)
        if said is None:
            continue
        assert set(said.options) <= {choice.id for choice in asked.offered}
        assert said.number is None or 0 <= said.number <= 10
        assert len(said.text) <= 2000
        if asked.kind in (StepKind.CONSENT, StepKind.AGE):
            assert said.agreed is (word_of(text)[0] in "yio")


@pytest.mark.parametrize(
    "keyword", ["", "!!", "STOP", "s.t.o.p", "Help", "yes", "NO", "12", "a very long keyword", "x" * 25]
)
def test_what_is_no_keyword(keyword: str) -> None:
    with pytest.raises(FlowRuleError):
        check_keyword(keyword)


def test_keywords_are_compared_by_letters_and_figures() -> None:
    assert check_keyword(" Ymuno! ") == check_keyword("YMUNO") == "ymuno"
    assert word_of("“Jóin us.”") == "joinus"


def outline(*steps: Asked, **fields: object) -> Outline:
    said: dict[str, object] = {
        "keyword": "JOIN",
        "thanks": "Thanks",
        "organisation": "Red Rose",
        "ask_is_open": None,
        "no_ask_because": "a test",
        "has_link": False,
    }
    return Outline(steps=steps, **{**said, **fields})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        (outline(), "at least one question"),
        (outline(VOTE, thanks=" "), "at the end"),
        (outline(VOTE, no_ask_because=""), "Choose what it leads on to"),
        (outline(VOTE, has_link=True), "take the link out"),
        (outline(VOTE, ask_is_open=True), "Put {{ link }}"),
        (outline(VOTE, ask_is_open=False, has_link=True), "not open"),
        (outline(Asked(StepKind.VOTER_ID, "?", "choice", PARTIES[:1])), "at least two"),
        (outline(Asked(StepKind.CONSENT, "May we text you? YES or NO. STOP ends it.")), "who asks"),
        (outline(Asked(StepKind.CONSENT, "May Red Rose text you? Yes or no. STOP ends it.")), "YES"),
        (outline(Asked(StepKind.CONSENT, "May Red Rose text you? YES or NO.")), "STOP"),
        (outline(VOTE, Asked(StepKind.AGE, "16?")), "age first"),
    ],
)
def test_what_stands_against_publishing(wrong: Outline, told: str) -> None:
    assert any(told in problem for problem in problems_of(wrong))


def test_nothing_stands_against_what_is_right() -> None:
    assert problems_of(outline(Asked(StepKind.AGE, "16?"), VOTE, ISSUES, SCALE, WORDS, CONSENT)) == []
    assert problems_of(outline(VOTE, ask_is_open=True, has_link=True, no_ask_because="")) == []
