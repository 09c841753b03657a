"""Where personal data lies, how it is handed over (D6) and how it is forgotten (D5): one register of both.

Every model that holds something about a person is registered, or listed with the reason why it need not be; a test
goes through all models and finds the one that was forgotten. A room above registers its own in a module
`personal_data.py`, which is found when Django starts.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db.models import Model, QuerySet
from django.utils.functional import Promise

from groundswell.people.models import Person

Row = Mapping[str, Any]
Exporter = Callable[[Person], Iterable[Row]]
Eraser = Callable[[Person], int]


@dataclass(frozen=True)
class Holding:
    """What is held on people in some models. `erase` answers how many rows it emptied or deleted; None: they are kept,
    for the reason in `kept_because`."""

    key: str
    label: str | Promise
    models: tuple[type[Model], ...]
    export: Exporter
    erase: Eraser | None
    kept_because: str | Promise
    order: int


_HOLDINGS: dict[str, Holding] = {}
_EXEMPT: dict[type[Model], str] = {}


def register(
    key: str,
    *,
    order: int,
    label: str | Promise,
    models: Iterable[type[Model]],
    export: Exporter,
    erase: Eraser | None = None,
    kept_because: str | Promise = "",
) -> None:
    """Say how these models' share of a person's data is exported and erased.

    `order` is the place in an export, the person being first; erasure goes the other way round. Raises ValueError
    when it says neither how to erase nor why not.
    """
    if (erase is None) == (not kept_because):
        raise ValueError(f"{key}: either an eraser or the reason why it is kept.")
    _HOLDINGS[key] = Holding(key, label, tuple(models), export, erase, kept_because, order)


def exempt(model: type[Model], because: str) -> None:
    """This model refers to people but says nothing about them that outlives the moment."""
    _EXEMPT[model] = because


def holdings() -> list[Holding]:
    """Every holding in the order of an export: the person first, what refers to them after."""
    return sorted(_HOLDINGS.values(), key=lambda holding: (holding.order, holding.key))


@dataclass(frozen=True)
class Share:
    """One holding's share of a person's data: how many rows, and why they are kept if they are."""

    label: str | Promise
    rows: int
    kept_because: str | Promise


def shares_of(person: Person) -> list[Share]:
    """What erasing a person would empty and what it would leave, holding by holding; those with nothing left out."""
    counted = [Share(h.label, sum(1 for _row in h.export(person)), h.kept_because) for h in holdings()]
    return [share for share in counted if share.rows]


def registered_models() -> set[type[Model]]:
    """The models of all holdings and the exempt ones."""
    return {model for holding in _HOLDINGS.values() for model in holding.models} | set(_EXEMPT)


# Names under which personal data is kept, apart from references to a person or number: words of people and about them,
# and ids of rows that are kept without a foreign key.
PERSONAL_FIELDS = frozenset(
    {
        "given_names",
        "family_name",
        "name_key",
        "date_of_birth",
        "address_lines",
        "address_hash",
        "note",
        "evidence",
        "subject_id",
        "row_id",
        "rejects_file",
    }
)
# What everything that says something about a person hangs on.
ROOTS = frozenset({"people.person", "people.contactpoint", "people.household"})


def models_with_personal_data() -> set[type[Model]]:
    """Every model of ours that hangs on a person, directly or by way of others, or has a field with a telling name.

    A flag hangs on a queue entry, which hangs on a household, in which people live: so a flag is about people.
    """
    ours = [model for model in apps.get_models() if model.__module__.startswith("groundswell.")]
    found = {model for model in ours if model._meta.label_lower in ROOTS or _has_telling_field(model)}
    hanging = {model for model in ours if model._meta.label_lower in ROOTS}
    while more := {m for m in ours if m not in hanging and _references(m) & hanging}:
        hanging |= more
    return found | hanging


def _has_telling_field(model: type[Model]) -> bool:
    return any(field.name in PERSONAL_FIELDS for field in model._meta.get_fields())


def _references(model: type[Model]) -> set[type[Model]]:
    """The models that this one's rows point at."""
    fields = [*model._meta.fields, *model._meta.many_to_many]
    return {field.related_model for field in fields if isinstance(field.related_model, type)}


def plain(value: Any) -> Any:
    """A value as JSON can hold it."""
    if isinstance(value, (dt.datetime, dt.date, uuid.UUID)):
        return str(value) if isinstance(value, uuid.UUID) else value.isoformat()
    if isinstance(value, Promise):
        return str(value)
    return value


def rows_of(queryset: QuerySet[Any], *fields: str) -> list[dict[str, Any]]:
    """The rows of a query with these fields (paths allowed, a final `__` part is not shown), as JSON can hold them."""
    return [
        {field.replace("__", " ").replace("_", " "): plain(value) for field, value in row.items()}
        for row in queryset.values(*fields)
    ]
