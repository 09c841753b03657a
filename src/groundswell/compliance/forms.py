"""The forms of compliance's pages."""

from __future__ import annotations

import json
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from groundswell.compliance.models import Figure
from groundswell.people.addresses import AddressError, normalise_phone


class FigureForm(forms.Form):
    """A dated figure of the owner's own."""

    key = forms.ChoiceField(label=_("Figure"))
    value = forms.CharField(
        label=_("Value"),
        help_text=_("As the figure is written now: a number, true or false, or the hours of each day."),
    )
    valid_from = forms.DateField(
        label=_("Valid from"),
        initial=timezone.localdate,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )
    source = forms.CharField(
        label=_("Where it comes from"),
        max_length=300,
        help_text=_("The law, the regulator’s guidance, or your decision."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        keys = Figure.objects.order_by("key").values_list("key", flat=True).distinct()
        key_field = self.fields["key"]
        assert isinstance(key_field, forms.ChoiceField)
        key_field.choices = [(key, key.replace("_", " ")) for key in keys]

    def clean_value(self) -> str:
        """JSON, as the figures are kept; a bare word is most often a forgotten quotation mark."""
        value: str = self.cleaned_data["value"]
        try:
            json.loads(value)
        except ValueError as problem:
            raise forms.ValidationError(
                _("Write a number, true, false, a text in quotation marks, or hours as they are shown.")
            ) from problem
        return value


class NumberForm(forms.Form):
    """One telephone number."""

    number = forms.CharField(label=_("Telephone number"), widget=forms.TextInput(attrs={"inputmode": "tel"}))

    def clean_number(self) -> str:
        """The number in E.164."""
        try:
            return normalise_phone(self.cleaned_data["number"])
        except AddressError as problem:
            raise forms.ValidationError(str(problem)) from problem


class ReasonForm(forms.Form):
    """Why a suppression is lifted."""

    reason = forms.CharField(
        label=_("Why may this number be called again?"),
        max_length=300,
        help_text=_("Your reason is kept with your name."),
    )
