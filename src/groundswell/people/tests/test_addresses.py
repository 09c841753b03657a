import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundswell.people.addresses import (
    AddressError,
    address_hash,
    address_key,
    fold,
    name_key,
    normalise_email,
    normalise_phone,
    normalise_postcode,
)

DRAMA = [
    ("0113 496 0000", "+441134960000"),
    ("020 7946 0999", "+442079460999"),
    ("01632 960983", "+441632960983"),
    ("07700 900123", "+447700900123"),
    ("03069 990001", "+443069990001"),
    ("+44 (0)29 2018 0001", "+442920180001"),
    ("0044 191 498 0001", "+441914980001"),
    ("028 9649 6001", "+442896496001"),
]


@pytest.mark.parametrize(("text", "e164"), DRAMA)
def test_numbers_of_invented_people_are_usable(text, e164):
    assert normalise_phone(text) == e164


@pytest.mark.parametrize(
    "text", ["", "   ", "n/a", "12345", "01632", "0163296", "09098790000", "07700 900123 456", "x" * 300]
)
def test_what_is_no_number_is_refused_with_a_sentence(text):
    with pytest.raises(AddressError) as refusal:
        normalise_phone(text)
    assert str(refusal.value).endswith(".") or "?" in str(refusal.value)


def test_foreign_numbers_keep_their_country_and_benchmarks_their_own():
    assert normalise_phone("+33 1 99 00 12 34").startswith("+331")
    assert normalise_phone("+999 0012345") == "+9990012345"


def test_the_hash_is_keyed_stable_and_tells_kinds_apart(settings):
    first = address_hash("phone", "+441632960001")
    assert len(first) == 32
    assert address_hash("phone", "+441632960001") == first
    assert address_hash("email", "+441632960001") != first
    settings.SECRET_KEY = "another"
    assert address_hash("phone", "+441632960001") != first


def test_emails():
    assert normalise_email(" Sian@Example.ORG ") == "sian@example.org"
    with pytest.raises(AddressError):
        normalise_email("sian at example")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("Siân", "MCDONALD"), ("sian", "McDonald")),
        (("Sian", "Mc Donald"), ("Sian", "McDonald")),
        (("Zoë Ann", "O'Brien"), ("ZOE ANN", "O’BRIEN")),
        (("A", "Smith-Jones"), ("A", "SMITH JONES")),
        (("Llŷr", "Gŵyn"), ("Llyr", "Gwyn")),
        (("Łukasz", "Grøn"), ("Lukasz", "Gron")),
        (("Jo\u202ehn", "Sm\u200fith"), ("John", "Smith")),
    ],
)
def test_names_written_differently_are_one_name(one, other):
    assert name_key(*one) == name_key(*other)


def test_names_that_differ_stay_apart():
    assert name_key("Ann", "Smith") != name_key("Anne", "Smith")
    assert name_key("محمد", "علی") != name_key("احمد", "علی")


def test_addresses_and_postcodes():
    assert address_key(["Flat 2", "14, High Street"]) == address_key(("FLAT 2,", "14 High Street."))
    assert address_key(["x" * 900]) == "x" * 400
    assert normalise_postcode("e179aa") == "E17 9AA"
    assert normalise_postcode("BL9  0SW") == "BL9 0SW"
    assert normalise_postcode("London") is None
    assert normalise_postcode("") is None


@given(st.text(max_size=50))
def test_folding_twice_changes_nothing(text):
    assert fold(fold(text)) == fold(text)


@given(st.text(max_size=60))
def test_any_text_is_a_number_or_refused(text):
    try:
        number = normalise_phone(text)
    except AddressError:
        return
    assert number.startswith("+")
    assert number[1:].isdigit()
    assert normalise_phone(number) == number
