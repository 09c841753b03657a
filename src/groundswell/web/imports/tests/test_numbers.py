"""Screening and do-not-call files in the wizard."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from groundswell.compliance.enums import SuppressionReason
from groundswell.compliance.models import Screening, ScreeningFile, Suppression
from groundswell.compliance.operations import suppress
from groundswell.people.enums import ImportStatus
from groundswell.people.models import ContactPoint, ImportBatch
from groundswell.web.imports.tests.conftest import PHONES_DECLARED, ROWS, Wizard, text, xpress

# Whole imports, page by page: not of the fast part.
pytestmark = [pytest.mark.django_db, pytest.mark.slow]
DAY = (timezone.localdate() - timedelta(days=2)).isoformat()


@pytest.fixture
def numbers(wizard: Wizard) -> Wizard:
    """Three people, each with a number."""
    wizard.take("register", xpress(*ROWS))
    content = "Elector Number,Phone\nAA1,01632960001\nAA2,01632960002\nAA3,01632960003\n"
    wizard.take("phones", content, constituency=wizard.seat.pk, **PHONES_DECLARED)
    assert ContactPoint.objects.count() == 3
    return wizard


def test_a_plain_list(numbers: Wizard) -> None:
    batch = numbers.take("screening", "01632960001\n02079460000\n", list="tps", screened_on=DAY)
    assert (batch.status, batch.counts["screened"], batch.counts["listed"]) == (ImportStatus.DONE, 3, 1)
    assert ScreeningFile.objects.get().batch == batch
    assert Screening.objects.filter(listed=True).count() == 1
    assert dict(numbers.get("import", batch).context["report"].figures)["Our numbers screened"] == 3
    assert numbers.files() == []


def test_answers_are_recognised_and_can_be_corrected(numbers: Wizard) -> None:
    content = "ref,Telephone,TPS,CTPS\n1,01632 960001,N,Y\n2,01632 960002,Y,N\n3,nobody,N,N\n"
    numbers.upload("screening", content, list="tps", screened_on=DAY)
    batch = ImportBatch.objects.latest("pk")
    form = numbers.get("columns", batch).context["form"]
    assert [form[f"column-{n}"].value() for n in range(4)] == ["", "number", "answer", ""]
    rows = numbers.columns(batch).context["preview"].rows
    assert [row.note for row in rows] == ["not listed", "listed", ""]
    assert rows[2].problem == "No telephone number."
    numbers.columns(batch, column_2="", column_3="answer")
    assert [r.note for r in numbers.get("preview", batch).context["preview"].rows[:2]] == ["listed", "not listed"]


def test_undoing_a_screening_leaves_the_numbers_unscreened(numbers: Wizard) -> None:
    batch = numbers.take("screening", "01632960001\n", list="tps", screened_on=DAY)
    page = numbers.get("undo", batch)
    assert page.context["sentences"] == [
        "3 numbers of yours count as not screened and are not rung until the next screening."
    ]
    assert numbers.post("undo", batch, reason="").status_code == 422
    numbers.post("undo", batch, reason="The list of another month")
    batch.refresh_from_db()
    assert batch.status == ImportStatus.UNDONE
    assert not Screening.objects.exists()


def test_a_do_not_call_list_closes_and_its_undo_opens_only_what_it_closed(numbers: Wizard) -> None:
    suppress(address="01632960002", by=numbers.user)
    batch = numbers.take("do-not-call", "01632960001\n01632960002\n01632960003\nx\n01632960009\n")
    assert (batch.counts["created"], batch.counts["unchanged"], batch.counts["rejected"]) == (3, 1, 1)
    suppress(address="01632960003", by=numbers.user)  # asked on the telephone, later
    numbers.post("undo", batch, reason="The list of another organisation")
    batch.refresh_from_db()
    assert batch.status == ImportStatus.UNDONE
    still = Suppression.objects.filter(lifted_at=None)
    assert {s.reason for s in still} == {SuppressionReason.ASKED}
    assert still.count() == 2
    assert set(Suppression.objects.exclude(lifted_at=None).values_list("lifted_reason", flat=True)) == {
        "The list of another organisation"
    }


def test_the_newest_do_not_call_list_is_taken_back_first(numbers: Wizard) -> None:
    first = numbers.take("do-not-call", "01632960001\n")
    numbers.take("do-not-call", "01632960001\n01632960002\n", "second.csv")
    assert "“second.csv” was imported later" in text(numbers.get("undo", first))
    numbers.post("undo", first, reason="why not")
    assert Suppression.objects.filter(lifted_at=None).count() == 2


@pytest.mark.parametrize("kind", ["screening", "do-not-call"])
def test_another_file_closes_and_screens_nothing(numbers: Wizard, kind: str) -> None:
    declared = {"list": "tps", "screened_on": DAY} if kind == "screening" else {}
    numbers.upload(kind, "surname,street\nWyllt,High Road\n", **declared)
    batch = ImportBatch.objects.latest("pk")
    page = numbers.columns(batch, column_0="number", column_1="")
    assert page.context["preview"].is_mostly_wrong
    numbers.post("run", batch)
    numbers.work(batch)
    assert "No telephone number was found in this file." in batch.refusal
    assert not Screening.objects.exists()
    assert not Suppression.objects.exists()


def test_a_day_that_has_not_come(numbers: Wizard) -> None:
    tomorrow = (timezone.localdate() + timedelta(days=2)).isoformat()
    page = numbers.upload("screening", "01632960001\n", list="tps", screened_on=tomorrow)
    assert list(page.context["form"].errors) == ["screened_on"]
