"""The owner's own dated figures."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from groundswell.accounts import audit
from groundswell.accounts.enums import AuditAction
from groundswell.accounts.models import Organisation, User
from groundswell.compliance.hours import HoursError, read_week
from groundswell.compliance.models import Figure

# Of these, none at all would not be a limit: no call could be made.
AT_LEAST_ONE = frozenset({"attempt_cap", "max_calls_per_day", "households_a_day", "lease_minutes"})


@transaction.atomic
def add_figure(
    *, key: str, value: Any, valid_from: date, source: str, by: User | None, organisation_kind: str = ""
) -> Figure:
    """Add a figure that holds from a day on, with its source; it replaces ours of the same key and day.

    Raises ValidationError for a key no rule reads, a value of another kind than the figure has, or a missing source.
    """
    organisation = Organisation.objects.get(pk=1)
    known = Figure.objects.filter(jurisdiction=organisation.jurisdiction, key=key).order_by("-packaged").first()
    if known is None:
        raise ValidationError(_("No rule reads a figure called “%(key)s”.") % {"key": key})
    if known.is_fixed:
        raise ValidationError(
            _("The product has no means of doing otherwise, so that this figure would change nothing.")
        )
    check_figure_value(key, value, known.value)
    if not source.strip():
        raise ValidationError(_("Say where the figure comes from: the law, the regulator, or your own decision."))
    figure, _new = Figure.objects.update_or_create(
        jurisdiction=organisation.jurisdiction,
        key=key,
        organisation_kind=organisation_kind,
        valid_from=valid_from,
        defaults={"value": value, "source": source.strip()[:300], "packaged": False, "added_by": by},
    )
    audit.record(
        "add_figure",
        by=by,
        action=AuditAction.CREATE,
        subject=figure,
        key=key,
        value=value,
        valid_from=valid_from.isoformat(),
        source=figure.source,
    )
    return figure


def check_figure_value(key: str, value: Any, example: Any) -> None:
    """Raise ValidationError unless `value` is of the same kind as `example`, the figure as it is now."""
    if type(value) is not type(example):
        raise ValidationError(
            _("This figure looks like %(example)s; “%(value)s” does not.") % {"example": example, "value": value}
        )
    if isinstance(value, int) and not isinstance(value, bool) and value < 0:
        raise ValidationError(_("A figure cannot be below zero."))
    if key in AT_LEAST_ONE and value == 0:
        raise ValidationError(_("With zero, no call could be made. To stop the calls, pause the phone banks."))
    if key == "contact_hours" or key.startswith("message_hours_"):
        try:
            read_week(value)
        except HoursError as problem:
            raise ValidationError(str(problem)) from problem
    if key == "attainment_age" and ("" not in value or not all(type(age) is int for age in value.values())):
        raise ValidationError(_("Give an age for each nation, and one for “” where the nation is not known."))
