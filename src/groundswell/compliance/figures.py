"""The figures in force on a day, for the organisation as it is: read by the same SQL function as the call rules."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final

from django.db import connection

from groundswell.accounts.models import Organisation
from groundswell.compliance.enums import Channel
from groundswell.compliance.hours import ContactHours, read_week
from groundswell.compliance.models import Figure

HOURS_FIGURES: Final = ("contact_hours", "bank_holidays_closed")


class FigureMissingError(LookupError):
    """No figure of this key is in force: the jurisdiction has no pack, or it starts later."""


def figure(key: str, *, on: date) -> Any:
    """The value in force on a day. Raises FigureMissingError."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT value FROM compliance_figures_in_force(ARRAY[%s], %s)", [key, on])
        row = cursor.fetchone()
    if row is None:
        raise FigureMissingError(
            f"No figure “{key}” is in force on {on}. Add one, with its source, on the page of figures."
        )
    return json.loads(row[0]) if isinstance(row[0], str) else row[0]


def figures_of(keys: Sequence[str], *, on: date) -> dict[str, Any]:
    """The values in force on a day, by key, in one query; a key without a figure is left out."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT key, value FROM compliance_figures_in_force(%s, %s)", [list(keys), on])
        return {key: json.loads(value) if isinstance(value, str) else value for key, value in cursor.fetchall()}


def is_register_entitled(*, on: date) -> bool:
    """Whether the organisation has a right to the electoral register by what it is (rule R1); without a figure, not.

    As long as nobody has said what it is, the entitlement that is declared stands for itself.
    """
    if not Organisation.objects.filter(pk=1).exists():
        return True
    return bool(figures_of(("register_entitled",), on=on).get("register_entitled", False))


def texts_need_code(*, on: date) -> bool:
    """Whether a number that was typed on a page is agreed to be texted only by a code that went there (rule M4); without a
    figure, it is.
    """
    return bool(figures_of(("texts_confirmed_by_code",), on=on).get("texts_confirmed_by_code", True))


def soft_opt_in_from(*, on: date) -> datetime | None:
    """From when on addresses count that this charity collected itself with a way to say no (rule M3).

    None: there is no soft opt-in, for a party, a union or whoever else is no charity (rule M2).
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT compliance_soft_opt_in_from(%s)", [on])
        row = cursor.fetchone()
    return row[0] if row else None


def figures_in_force(*, on: date) -> list[Figure]:
    """Every figure in force on a day, by key: for the page that shows them."""
    organisation = Organisation.objects.filter(pk=1).first()
    jurisdiction = organisation.jurisdiction if organisation else "uk"
    kinds = {"", organisation.kind if organisation else ""}
    return list(
        Figure.objects.filter(jurisdiction=jurisdiction, organisation_kind__in=kinds, valid_from__lte=on)
        .order_by("key", "-organisation_kind", "-valid_from")
        .distinct("key")
    )


def contact_hours(*, on: date) -> ContactHours:
    """The hours in which people may be rung (rule C10). Raises FigureMissingError."""
    return hours_from({key: figure(key, on=on) for key in HOURS_FIGURES})


def hours_from(values: Mapping[str, Any]) -> ContactHours:
    """The contact hours that the figures of HOURS_FIGURES make."""
    return ContactHours(read_week(values["contact_hours"]), closed_on_holidays=bool(values["bank_holidays_closed"]))


def message_hours(channel: Channel, *, on: date) -> ContactHours:
    """The hours in which messages of a channel may reach people (rule M9). Raises FigureMissingError."""
    week = read_week(figure(f"message_hours_{channel.value}", on=on))
    return ContactHours(week, closed_on_holidays=bool(figure("bank_holidays_closed", on=on)))
