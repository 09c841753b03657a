"""What differs between the kinds of file: their words, their form, how columns are found, shown, run and taken back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from procrastinate.tasks import Task

from groundswell.accounts.models import User
from groundswell.compliance.enums import ScreeningList
from groundswell.compliance.figures import is_register_entitled
from groundswell.compliance.number_files import ANSWER, NUMBER
from groundswell.compliance.number_previews import map_numbers, preview_numbers
from groundswell.compliance.operations import check_can_undo_numbers, declare_screening
from groundswell.compliance.tasks import import_numbers
from groundswell.people.enums import ImportKind
from groundswell.people.models import ImportBatch
from groundswell.people.operations.batches import declare_phones, declare_register
from groundswell.people.operations.undo import check_can_undo
from groundswell.people.previews.phones import FIELDS, map_phones, preview_phones
from groundswell.people.previews.preview import Preview
from groundswell.people.previews.register import Mapping, field_choices, map_register, preview_register
from groundswell.people.tasks import import_people
from groundswell.web.imports.forms import DoNotCallForm, PhonesForm, RegisterForm, ScreeningForm, UploadForm

Choices = list[tuple[str, Any]]


@dataclass(frozen=True)
class Kind:
    """One kind of file in the wizard."""

    kind: ImportKind
    slug: str
    icon: str
    title: Any
    text: Any
    form: type[UploadForm]
    declare: Callable[[ImportBatch, dict[str, Any], User], object]
    fields: Choices
    map_file: Callable[[ImportBatch, dict[str, Any]], Mapping]
    preview: Callable[[ImportBatch, dt.date], Preview]
    job: Task[Any, Any, Any]
    check_undo: Callable[[ImportBatch], None]


def path_of(batch: ImportBatch) -> Path:
    """Where the uploaded file lies."""
    return Path(batch.file.path)


def _declare_register(batch: ImportBatch, data: dict[str, Any], by: User) -> object:
    return declare_register(
        batch=batch,
        constituency=data["constituency"],
        entitlement=data["entitlement"],
        purpose=data["purpose"],
        register_date=data["register_date"],
        is_entitled=is_register_entitled(on=timezone.localdate()),
        entitlement_confirmed=data.get("entitlement_confirmed", False),
        by=by,
    )


def _declare_phones(batch: ImportBatch, data: dict[str, Any], by: User) -> object:
    return declare_phones(
        batch=batch,
        source=data["source"],
        lawful_basis=data["lawful_basis"],
        purpose=data["purpose"],
        constituency=data["constituency"],
        by=by,
    )


def _declare_screening(batch: ImportBatch, data: dict[str, Any], by: User) -> object:
    return declare_screening(batch=batch, list=ScreeningList(data["list"]), screened_on=data["screened_on"], by=by)


def _map_register(batch: ImportBatch, chosen: dict[str, Any]) -> Mapping:
    return map_register(
        path_of(batch),
        layout=chosen.get("layout", "auto"),
        columns=chosen.get("columns"),
        has_header=chosen.get("has_header", True),
    )


def _preview_register(batch: ImportBatch, today: dt.date) -> Preview:
    chosen = batch.mapping
    assert batch.constituency is not None
    return preview_register(
        path_of(batch),
        layout=chosen["layout"],
        columns=chosen["columns"],
        has_header=chosen["has_header"],
        nation=batch.constituency.nation,
        today=today,
    )


def _preview_phones(batch: ImportBatch, _today: dt.date) -> Preview:
    return preview_phones(path_of(batch), columns=batch.mapping["columns"], constituency_id=batch.constituency_id)


def _map_numbers(batch: ImportBatch, chosen: dict[str, Any]) -> Mapping:
    return map_numbers(
        path_of(batch),
        list_name=batch.wishes.get("list", ""),
        columns=chosen.get("columns"),
        has_header=chosen.get("has_header"),
    )


def _preview_numbers(batch: ImportBatch, _today: dt.date) -> Preview:
    return preview_numbers(
        path_of(batch), columns=batch.mapping["columns"], has_header=batch.mapping["has_header"]
    ).preview


NUMBER_FIELDS: Choices = [
    ("", _("not used")),
    (NUMBER, _("telephone number")),
    (ANSWER, _("yes or no: is it on the list?")),
]

KINDS: dict[str, Kind] = {
    kind.kind: kind
    for kind in (
        Kind(
            ImportKind.REGISTER,
            "register",
            "book-user",
            _("Electoral register"),
            _("The full register of one seat, or the month’s changes, as the council sends it."),
            RegisterForm,
            _declare_register,
            [("", _("not used")), *[choice for choice in field_choices() if choice[0]]],
            _map_register,
            _preview_register,
            import_people,
            check_can_undo,
        ),
        Kind(
            ImportKind.PHONES,
            "phones",
            "phone",
            _("Phone numbers"),
            _("Your own numbers, by elector number, or by name and postcode."),
            PhonesForm,
            _declare_phones,
            [("", _("not used")), *[(str(field.value), field.label) for field in FIELDS if field]],
            lambda batch, chosen: map_phones(path_of(batch), columns=chosen.get("columns")),
            _preview_phones,
            import_people,
            check_can_undo,
        ),
        Kind(
            ImportKind.SCREENING,
            "screening",
            "shield-check",
            _("Screening list"),
            _("The Telephone Preference Service, or what a bureau made of your numbers."),
            ScreeningForm,
            _declare_screening,
            NUMBER_FIELDS,
            _map_numbers,
            _preview_numbers,
            import_numbers,
            check_can_undo_numbers,
        ),
        Kind(
            ImportKind.DO_NOT_CALL,
            "do-not-call",
            "phone-off",
            _("Do-not-call list"),
            _("Numbers of people who asked you not to ring them."),
            DoNotCallForm,
            lambda _batch, _data, _by: None,
            NUMBER_FIELDS,
            _map_numbers,
            _preview_numbers,
            import_numbers,
            check_can_undo_numbers,
        ),
    )
}
BY_SLUG = {kind.slug: kind for kind in KINDS.values()}
