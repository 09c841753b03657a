"""Screening files in both their forms."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundswell.accounts.models import AuditEvent, User
from groundswell.compliance.enums import Refusal, ScreeningList
from groundswell.compliance.models import Screening, ScreeningFile
from groundswell.compliance.number_files import to_e164
from groundswell.compliance.operations import ScreeningReport, import_screening
from groundswell.compliance.tests.conftest import World
from groundswell.people.addresses import AddressError, normalise_phone
from groundswell.people.files.refusal import ImportRefusedError
from groundswell.people.models import Person

PHONES = [f"+44163296000{n}" for n in range(4)]
Ask = Callable[[Person], str | None]
Write = Callable[..., Path]


@pytest.fixture
def people(world: World) -> list[Person]:
    """Four people, each with a number never screened."""
    made = [world.person(phone) for phone in PHONES]
    Screening.objects.all().delete()
    return made


@pytest.fixture
def screen(text_file: Write, data_manager: User, today: date) -> Callable[..., ScreeningReport]:
    def run(text: str, *, on: date | None = None, list_: ScreeningList = ScreeningList.TPS) -> ScreeningReport:
        return import_screening(
            path=text_file(text), file_name="tps.csv", list=list_, screened_on=on or today, by=data_manager
        )

    return run


def test_a_plain_list_screens_every_number_we_hold(
    people: list[Person], screen: Callable[..., ScreeningReport], refusal: Ask
) -> None:
    report = screen("01632960001\n02079460000\n")
    assert (report.numbers.numbers, report.screened, report.listed, report.changed) == (2, 4, 1, 4)
    assert [refusal(p) for p in people] == [None, Refusal.TPS, None, None]
    assert ScreeningFile.objects.filter(pk=report.file.pk, numbers_screened=4, numbers_listed=1).exists()
    assert AuditEvent.objects.get(verb="import_screening").detail["sha256"] == report.file.file_sha256


def test_our_numbers_with_answers_screen_only_those(
    people: list[Person], screen: Callable[..., ScreeningReport], refusal: Ask
) -> None:
    report = screen("ref,Telephone,TPS,CTPS\n1,01632 960000,N,Y\n2,01632 960001,Y,N\n")
    assert report.numbers.answers
    assert (report.screened, report.listed) == (2, 1)
    assert [refusal(p) for p in people] == [None, Refusal.TPS, Refusal.SCREENING_OLD, Refusal.SCREENING_OLD]


def test_the_column_of_the_list_asked_for_answers(
    people: list[Person], screen: Callable[..., ScreeningReport], refusal: Ask
) -> None:
    text = "ref,Telephone,TPS,CTPS\n1,01632 960000,N,Y\n2,01632 960001,N,N\n"
    screen(text)
    assert [refusal(p) for p in people[:2]] == [None, None]
    screen(text, list_=ScreeningList.CTPS)
    assert [refusal(p) for p in people[:2]] == [Refusal.TPS, None]


def test_the_same_file_twice_changes_nothing(people: list[Person], screen: Callable[..., ScreeningReport]) -> None:
    first = screen("01632960001\n")
    before = list(Screening.objects.order_by("pk").values())
    second = screen("01632960001\n")
    assert second.changed == 0
    assert second.file == first.file
    assert list(Screening.objects.order_by("pk").values()) == before


def test_an_older_screening_never_overwrites_a_newer(
    people: list[Person], screen: Callable[..., ScreeningReport], refusal: Ask, today: date
) -> None:
    screen("01632960001\n")
    report = screen("02079460000\n", on=today - timedelta(days=3))
    assert report.changed == 0
    assert refusal(people[1]) == Refusal.TPS


def test_a_newer_screening_takes_a_number_off_the_list(
    people: list[Person], screen: Callable[..., ScreeningReport], refusal: Ask, today: date
) -> None:
    screen("01632960001\n", on=today - timedelta(days=3))
    screen("02079460000\n")
    assert refusal(people[1]) is None


def test_of_two_on_one_day_listed_stands(
    people: list[Person], screen: Callable[..., ScreeningReport], refusal: Ask
) -> None:
    screen("01632960001\n")
    screen("02079460000\n")
    assert refusal(people[1]) == Refusal.TPS


def test_a_number_that_came_after_the_screening_is_not_screened(
    world: World, people: list[Person], screen: Callable[..., ScreeningReport], refusal: Ask
) -> None:
    screen("02079460000\n")
    person = world.person()
    world.phone(person, "+441632960009", screened=False)
    assert refusal(person) == Refusal.SCREENING_OLD


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("surname,street\nWyllt,High Road\n", "No telephone number"),
        ("phone,a,b\n01632960001,y,n\n01632960002,n,n\n", "Several columns"),
    ],
)
def test_another_file_screens_nothing(
    people: list[Person], screen: Callable[..., ScreeningReport], text: str, sentence: str
) -> None:
    """A wrong file taken for an empty list would declare every number clear."""
    with pytest.raises(ImportRefusedError, match=sentence):
        screen(text)
    assert not Screening.objects.exists()


def test_an_answer_that_is_neither_is_reported(people: list[Person], screen: Callable[..., ScreeningReport]) -> None:
    rows = "".join(f"{phone},N\n" for phone in PHONES * 60)
    report = screen(f"phone,tps\n{rows}01632960002,perhaps\n")
    assert report.numbers.rejects_by_reason == {"Neither yes nor no: ….": 1}
    assert report.numbers.rejects_file is not None
    rejects = Path(report.numbers.rejects_file).read_text(encoding="utf-8-sig").splitlines()
    assert rejects[1:] == ["242,Neither yes nor no: “perhaps”.,01632960002,perhaps"]


def test_a_day_that_has_not_come(people: list[Person], screen: Callable[..., ScreeningReport], today: date) -> None:
    with pytest.raises(ImportRefusedError, match="future"):
        screen("01632960001\n", on=today + timedelta(days=2))


@given(st.text(max_size=40))
def test_a_cell_is_a_number_or_none(cell: str) -> None:
    value = to_e164(cell)
    assert value is None or (value.startswith("+") and value[1:].isdigit())


@pytest.mark.parametrize("cell", ["2026-01-01", "01/02/2026", "1.2.2026", "20260101", "100023336956", "0123456"])
def test_dates_and_other_numbers_are_no_telephone_numbers(cell: str) -> None:
    assert to_e164(cell) is None


def test_a_file_of_payments_is_never_taken_for_a_screening_that_clears_everybody(
    people: list[Person], screen: Callable[..., ScreeningReport]
) -> None:
    with pytest.raises(ImportRefusedError, match="No telephone number was found"):
        screen("Date,Payee,Amount\n2026-01-01,Printers,12.00\n2026-01-02,Stamps,3.10\n")
    assert not Screening.objects.exists()


@given(st.sampled_from(["01632 960983", "07700 900123", "020 7946 0018", "0113 496 0000"]), st.data())
def test_numbers_as_people_write_them_match_ours(number: str, data: st.DataObject) -> None:
    """By shape alone the same as by the metadata, however it is written."""
    digits = number.replace(" ", "")
    written = data.draw(
        st.sampled_from(
            [
                number,
                digits,
                digits[1:],
                "+44" + digits[1:],
                "0044" + digits[1:],
                "44" + digits[1:],
                "+44 (0)" + digits[1:],
                number.replace(" ", "-"),
                f'"{number}"',
                f"'{number}",
            ]
        )
    )
    try:
        expected = normalise_phone(number)
    except AddressError:
        pytest.fail("the example is no number")
    assert to_e164(written) == expected
