"""Forms as a browser understands them."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator

from django import forms

import groundswell


def all_forms() -> Iterator[type[forms.BaseForm]]:
    for module in pkgutil.walk_packages(groundswell.__path__, "groundswell."):
        if "forms" in module.name.split(".") and ".tests" not in module.name:
            importlib.import_module(module.name)
    waiting: list[type[forms.BaseForm]] = [forms.BaseForm]
    while waiting:
        form = waiting.pop()
        waiting += form.__subclasses__()
        if form.__module__.startswith("groundswell."):
            yield form


def test_date_fields_fill_in_dates_as_browsers_read_them() -> None:
    """A date input leaves out whatever is not written year-month-day, and the field would open empty."""
    dates = [
        (form, name, field.widget)
        for form in all_forms()
        for name, field in getattr(form, "base_fields", {}).items()
        if getattr(field.widget, "input_type", "") == "date"
    ]
    assert len(dates) >= 5
    assert [(form.__name__, name) for form, name, widget in dates if widget.format != "%Y-%m-%d"] == []
