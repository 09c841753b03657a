"""The wizard end to end: pages by the test client, the job by a real worker."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from groundswell.accounts.enums import OrganisationKind
from groundswell.accounts.models import AuditEvent, Organisation
from groundswell.compliance.figures import figures_in_force
from groundswell.people.enums import ImportStatus
from groundswell.people.models import ContactPoint, Elector, ImportBatch, Person, PersonContact
from groundswell.places.enums import PARLIAMENT_2010
from groundswell.places.models import Area
from groundswell.web.imports.tests.conftest import DECLARED, PHONES_DECLARED, ROWS, Wizard, text, xpress

# Whole imports, page by page: not of the fast part.
pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def test_the_same_file_twice_changes_nothing_and_says_so_beforehand(wizard: Wizard) -> None:
    wizard.take("register", xpress(*ROWS))
    before = list(Person.objects.order_by("pk").values())
    wizard.register(xpress(*ROWS))
    second = ImportBatch.objects.latest("pk")
    assert "This very file was imported on" in text(wizard.columns(second))
    wizard.post("run", second)
    wizard.work(second)
    assert [second.counts[name] for name in ("created", "updated", "deleted", "unchanged")] == [0, 0, 0, 4]
    assert list(Person.objects.order_by("pk").values()) == before


@pytest.mark.parametrize("files", [1, 3])
def test_the_list_of_imports_asks_as_little_whatever_it_holds(wizard: Wizard, files: int) -> None:
    for number in range(files):
        wizard.register(xpress(*ROWS[number:]))
    wizard.client.get(reverse("imports:index"))
    with CaptureQueriesContext(connection) as queries:
        page = wizard.client.get(reverse("imports:index"))
    assert page.content.decode().count("file.csv") >= files
    assert len(queries) == 7, [q["sql"] for q in queries]


def test_a_mapping_corrected_by_hand(wizard: Wizard) -> None:
    """Two headings are exchanged in the file: by the headings alone everybody would be called by their street."""
    content = xpress(*ROWS).replace("Elector Surname,Elector Forename", "Elector Forename,Elector Surname")
    wizard.register(content)
    batch = ImportBatch.objects.get()
    twice = wizard.columns(batch, column_5="surname")
    assert twice.status_code == 422
    assert "“surname” is chosen for column 6 already." in text(twice)
    right = wizard.columns(batch, column_5="surname", column_6="forename")
    assert right.context["preview"].rows[0].whose == "Ann Smith"
    wizard.post("run", batch)
    assert wizard.work(batch).status == ImportStatus.DONE
    assert set(Person.objects.values_list("family_name", flat=True)) == {"Smith", "Okafor", "O'Brien"}


def test_a_file_of_no_known_layout_is_named_by_hand(wizard: Wizard) -> None:
    page = wizard.register("Liste;Nr;Wer;Wo;PLZ\nAA;1;Smith Ann;1 High Road;E17 9AA\n")
    assert "These columns are not those of an electoral register that Groundswell knows" in text(page)
    batch = ImportBatch.objects.get()
    refused = wizard.columns(batch, column_0="prefix", column_1="number")
    assert "No column holds the surname, the address." in text(refused)
    preview = wizard.columns(
        batch, column_0="prefix", column_1="number", column_2="name", column_3="address", column_4="postcode"
    )
    assert preview.context["preview"].rows[0].whose == "Ann Smith"
    wizard.post("run", batch)
    assert wizard.work(batch).counts["created"] == 1


def test_a_title_above_the_header_and_a_layout_chosen_by_hand(wizard: Wizard) -> None:
    wizard.register("Register of electors,,,\n" + xpress(*ROWS))
    batch = ImportBatch.objects.get()
    other = wizard.client.get(reverse("imports:columns", args=[batch.pk]), {"layout": "xpress"})
    assert other.context["mapping"].layout == "xpress"
    wizard.columns(batch)
    wizard.post("run", batch)
    assert wizard.work(batch).counts["created"] == 4


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "The file is empty."),
        (b"PK\x03\x04" + b"\0" * 500, "This is an Excel workbook or a zip archive, not a text file."),
        (b"%PDF-1.7\n" + bytes(range(256)) * 20, "This is a PDF, not a text file."),
        (bytes(range(1, 32)) * 500, "This is not a text file."),
    ],
    ids=["empty", "workbook", "pdf", "binary"],
)
def test_what_is_no_text_is_refused_at_the_field_and_not_kept(wizard: Wizard, content: bytes, sentence: str) -> None:
    page = wizard.register(content)
    assert page.status_code == 422
    assert sentence in " ".join(page.context["form"].errors["file"])
    assert not ImportBatch.objects.exists()
    assert wizard.files() == []


@pytest.mark.parametrize(
    ("declared", "field"),
    [
        ({"entitlement": ""}, "entitlement"),
        ({"purpose": " "}, "purpose"),
        ({"register_date": "2036-01-01"}, "register_date"),
        ({"register_date": "yesterday"}, "register_date"),
        ({"constituency": ""}, "constituency"),
    ],
)
def test_an_undeclared_register_is_refused_at_its_field(wizard: Wizard, declared: dict, field: str) -> None:
    page = wizard.register(xpress(*ROWS), **declared)
    assert page.status_code == 422
    assert list(page.context["form"].errors) == [field]
    assert not ImportBatch.objects.exists()
    assert wizard.files() == []


@pytest.mark.parametrize("kind", OrganisationKind)
def test_the_figure_shown_says_who_must_confirm(wizard: Wizard, kind: OrganisationKind) -> None:
    Organisation.objects.update(kind=kind)
    shown = {row.key: row.value for row in figures_in_force(on=timezone.localdate())}["register_entitled"]
    assert shown is (kind in {"party", "candidate", "registered_non_party"})
    page = wizard.register(xpress(*ROWS))
    assert ImportBatch.objects.exists() is shown
    if not shown:
        assert list(page.context["form"].errors) == ["entitlement_confirmed"]


def test_a_union_confirms_its_entitlement_expressly(wizard: Wizard) -> None:
    Organisation.objects.update(kind="union")
    assert list(wizard.register(xpress(*ROWS)).context["form"].errors) == ["entitlement_confirmed"]
    assert not ImportBatch.objects.exists()
    wizard.register(xpress(*ROWS), entitlement_confirmed="on")
    assert AuditEvent.objects.get(verb="declare_register").detail["confirmed"] is True


def test_a_file_cut_off_is_refused_whole_and_can_be_taken_with_force(wizard: Wizard) -> None:
    content = xpress(*ROWS)[:-40]
    wizard.register(content)
    batch = ImportBatch.objects.get()
    wizard.columns(batch)
    wizard.post("run", batch)
    assert wizard.work(batch).status == ImportStatus.REFUSED
    page = wizard.get("import", batch)
    assert "The file ends in the middle of line 5: it was cut off." in text(page)
    assert "Nothing of this file was imported." in text(page)
    assert not Person.objects.exists()
    wizard.post("run", batch, force="on")
    assert (wizard.work(batch).status, batch.counts["created"]) == (ImportStatus.DONE, 4)


def test_bad_rows_are_left_out_and_given_back_harmless(wizard: Wizard) -> None:
    bad = (
        f"AA,11,0,,,{'A' * 300},Ann,E17 9AA,1 High Road,,,,,",
        "AA,12,0,,,Nul\0l,Ann,E17 9AA,1 High Road,,,,,",
        "AA,13,0,,,\u202egnorw,Ann,E17 9AA,1 High Road,,,,,",
        "AA,14,0,,,=HYPERLINK(1),Ann,E17 9AA,1 High Road,,,,,",
        " =1+1,x,0,,,Smith,@SUM(A1),E17 9AA,1 High Road,,,,,",
        "AA,16,0,,," + "y" * 25_000 + ",Ann,E17 9AA,1 High Road,,,,,",
    )
    batch = wizard.take("register", xpress(*ROWS, *bad))
    assert (batch.status, batch.counts["created"], batch.counts["rejected"]) == (ImportStatus.DONE, 4, 6)
    response = wizard.get("rejects", batch)
    rows = b"".join(response.streaming_content).decode("utf-8-sig")
    assert response["Content-Disposition"] == f'attachment; filename="left-out-{batch.pk}.csv"'
    assert response["Cache-Control"] == "no-store"
    assert "'=HYPERLINK(1)" in rows
    assert "' =1+1" in rows
    assert "'@SUM(A1)" in rows
    assert AuditEvent.objects.get(verb="export_rejects").detail["rows"] == 6
    page = wizard.get("import", batch)
    assert len(page.context["report"].reasons) == 6


def test_bad_rows_in_the_preview_stand_beside_their_reason(wizard: Wizard) -> None:
    wizard.register(
        xpress(
            *ROWS[:1],
            ROWS[0],
            f"AA,11,0,,,{'A' * 300},Ann,E17 9AA,1 High Road,,,,,",
            "AA,12,0,,,Nul\0l,Ann,E17 9AA,1 High Road,,,,,",
            "AA,13,0,,,\u202egnorw,Ann,E17 9AA,1 High Road,,,,,",
            "AA,14,0,,01/01/2040,Young,Una,E17 9AA,1 High Road,,,,,",
        )
    )
    page = wizard.columns(ImportBatch.objects.get())
    problems = [row.problem for row in page.context["preview"].rows]
    assert [bool(problem) for problem in problems] == [False, True, True, True, True, True]
    assert problems[1] == "Elector number AA1 stands on line 2 already."
    assert "Una" not in text(page), "nobody under 16 is shown (rule R6)"
    assert "\0" not in page.content.decode()


def test_monthly_changes_are_shown_as_such(wizard: Wizard) -> None:
    wizard.take("register", xpress(*ROWS))
    header = (
        "CompanyName,CompanyOPCSRef,DistrictRef,StreetName,PropertyAddress1,PropertyAddress2,PropertyAddress3,"
        "PropertyAddress4,PropertyAddress5,PropertyPostCode,PropertyAddressPrefix,PropertyAddressNumber,ElectorNumber,"
        "ElectorForename,ElectorSurname,ElectorDOB,ElectorCreatedMonth,ElectorChangedMonth,ElectorDeletedMonth,"
        "MarkersRegisterText,RecordCount,RecordTotal,CurrentRegisterMonth"
    )
    content = (
        f"{header}\n"
        ",,AA,High Road,,,,,,E17 9AA,,1,AA-9,Eve,Smith,,11,0,0,,1,2,11\n"
        ",,AA,High Road,,,,,,E17 9AB,,2,AA-3,Chidi,Okafor,,0,0,11,,2,2,11\n"
    )
    wizard.register(content.encode("cp1252"), register_date="2026-11-20")
    batch = ImportBatch.objects.latest("pk")
    page = wizard.columns(batch)
    assert [row.note for row in page.context["preview"].rows] == ["new", "to be taken off"]
    wizard.post("run", batch)
    wizard.work(batch)
    assert [batch.counts[name] for name in ("created", "deleted", "rejected")] == [1, 1, 0]
    assert Elector.objects.filter(removed_on=None).count() == 4


def test_undo_says_what_it_will_do_and_does_it(wizard: Wizard) -> None:
    wizard.take("register", xpress(*ROWS))
    batch = wizard.take(
        "register", xpress(*ROWS[1:], "AC,1,0,,,New,Nia,E17 9AZ,9 New Road,,,,,"), register_date="2026-11-10"
    )
    page = wizard.get("undo", batch)
    assert page.context["sentences"] == [
        "1 entry that came with this file is deleted, with the person if nothing else holds them.",
        "1 entry that it took off the register returns.",
    ]
    done = wizard.post("undo", batch)
    assert "is taken back" in text(done)
    batch.refresh_from_db()
    assert batch.status == ImportStatus.UNDONE
    assert sorted(e.full_number for e in Elector.objects.filter(removed_on=None)) == ["AA1", "AA2", "AA3", "AB1"]
    assert "so there is nothing to take back" in text(wizard.get("undo", batch))


def test_undo_is_refused_in_a_sentence_when_something_stands_on_it(wizard: Wizard) -> None:
    first = wizard.take("register", xpress(*ROWS))
    wizard.take("register", xpress(*ROWS, "AC,1,0,,,New,Nia,E17 9AZ,9 New Road,,,,,"), "later.csv")
    assert "“later.csv” was imported for the same seat later. Take that back first." in text(wizard.get("undo", first))
    assert "Take that back first." in text(wizard.post("undo", first))
    first.refresh_from_db()
    assert first.status == ImportStatus.DONE


def test_phones_are_matched_in_the_preview(wizard: Wizard) -> None:
    wizard.take("register", xpress(*ROWS))
    content = (
        "Elector Number,Surname,Phone,Mobile\n"
        "AA1,Smith,01632 960001,07700 900001\n"
        "AA2,Jones,01632 960002,\n"
        "ZZ9,Smith,01632 960003,\n"
        "AA3,Okafor,12,\n"
    )
    wizard.upload("phones", content, constituency=wizard.seat.pk, **PHONES_DECLARED)
    batch = ImportBatch.objects.latest("pk")
    rows = wizard.columns(batch).context["preview"].rows
    assert (rows[0].whose, rows[0].number) == ("Ann Smith", "+441632960001, +447700900001")
    assert rows[1].problem == "Elector number AA2 belongs to somebody of another name."
    assert rows[2].problem == "Nobody on a register held here has the elector number ZZ9."
    assert "too short" in rows[3].problem
    assert not ContactPoint.objects.exists()
    wizard.post("run", batch)
    wizard.work(batch)
    assert [batch.counts[name] for name in ("created", "rejected", "numbers")] == [1, 3, 2]
    wizard.post("undo", batch)
    assert not PersonContact.objects.exists()
    assert not ContactPoint.objects.exists()


def test_phones_without_a_heading_are_named_by_hand(wizard: Wizard) -> None:
    wizard.take("register", xpress(*ROWS))
    wizard.upload("phones", "AA1,01632 960001\nAA2,01632 960002\n", **PHONES_DECLARED)
    batch = ImportBatch.objects.latest("pk")
    assert "No column holds telephone numbers" in text(wizard.get("columns", batch))
    wizard.columns(batch, column_0="full_number", column_1="phone")
    wizard.post("run", batch)
    assert wizard.work(batch).counts["created"] == 2


def test_a_known_source_on_another_basis_is_refused(wizard: Wizard) -> None:
    wizard.upload("phones", "Elector Number,Phone\nAA1,01632960001\n", **PHONES_DECLARED)
    page = wizard.upload(
        "phones", "Elector Number,Phone\nAA1,01632960001\n", **{**PHONES_DECLARED, "lawful_basis": "Consent"}
    )
    assert "is known already, with the lawful basis “Legitimate interests”" in text(page)
    assert ImportBatch.objects.count() == 1


def test_progress_is_told_to_whoever_comes_back(wizard: Wizard) -> None:
    wizard.register(xpress(*ROWS))
    batch = ImportBatch.objects.get()
    wizard.columns(batch)
    wizard.post("run", batch)
    ImportBatch.objects.update(status=ImportStatus.RUNNING, stage="reading", progress_rows=3, total_rows=5)
    page = wizard.get("import", batch)
    assert "Reading the file 3 of 5" in text(page)
    fragment = wizard.get("progress", batch)
    assert 'hx-trigger="every 1s"' in fragment.content.decode()
    assert "<html" not in fragment.content.decode()
    wizard.work(batch)
    assert wizard.get("progress", batch)["HX-Refresh"] == "true"


def test_pages_of_a_finished_import_lead_to_its_report(wizard: Wizard) -> None:
    batch = wizard.take("register", xpress(*ROWS))
    report = reverse("imports:import", args=[batch.pk])
    for page in ("columns", "preview"):
        assert wizard.get(page, batch)["Location"] == report
    assert "done already" in text(wizard.post("run", batch))
    assert "cannot be thrown away" in text(wizard.post("discard", batch))
    assert wizard.get("rejects", batch).status_code == 404


def test_a_data_manager_of_one_area_sees_and_imports_that_only(wizard: Wizard) -> None:
    from groundswell.accounts.enums import Role
    from groundswell.accounts.tests.builders import make_member, sign_in
    from groundswell.people.tests.conftest import make_seat

    batch = wizard.take("register", xpress(*ROWS))
    other_seat = make_seat("Otherham")
    member = make_member(Role.DATA_MANAGER)
    member.areas.add(other_seat)
    client = sign_in(Client(), member.user)
    for page in ("import", "undo", "progress", "rejects"):
        assert client.get(reverse(f"imports:{page}", args=[batch.pk])).status_code == 404
    assert "file.csv" not in client.get(reverse("imports:index")).content.decode()
    form = client.get(reverse("imports:new", args=["register"])).context["form"]
    assert list(form.fields["constituency"].queryset) == [other_seat]
    mine = Wizard(client, member.user, wizard.seat, wizard.uploads)
    assert list(mine.register(xpress(*ROWS)).context["form"].errors) == ["constituency"]
    page = mine.upload("phones", "Elector Number,Phone\nAA1,01632960001\n", **PHONES_DECLARED)
    assert list(page.context["form"].errors) == ["constituency"]


def test_the_declaration_is_in_the_audit_log(wizard: Wizard) -> None:
    wizard.take("register", xpress(*ROWS))
    declared = AuditEvent.objects.get(verb="declare_register")
    assert declared.actor == wizard.user
    assert declared.detail["entitlement"] == DECLARED["entitlement"]
    verbs = set(AuditEvent.objects.filter(actor=wizard.user).values_list("verb", flat=True))
    assert {"receive_import", "view_upload", "choose_import_columns", "queue_import", "import_register"} <= verbs


def test_seats_of_older_boundaries_are_offered_only_where_their_register_is_held(wizard: Wizard) -> None:
    old = Area.objects.create(kind="constituency", boundary_set=PARLIAMENT_2010, code="E0", name=wizard.seat.name)
    form = wizard.client.get(reverse("imports:new", args=["register"])).context["form"]
    assert old not in form.fields["constituency"].queryset
    assert wizard.seat in form.fields["constituency"].queryset


def test_a_file_that_was_cut_off_is_refused_in_the_words_of_the_page(wizard: Wizard) -> None:
    half = xpress(*ROWS)[:-25]
    batch = wizard.take("register", half, constituency=wizard.seat.pk, **DECLARED)
    assert (
        "Take it even if it looks wrong"
        in wizard.client.get(reverse("imports:import", args=[batch.pk])).content.decode()
    )
    assert "take it even if it looks wrong" in batch.refusal
