"""The forms of compliance's pages."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from groundswell.compliance.figure_names import in_order
from groundswell.compliance.models import Figure
from groundswell.people.addresses import AddressError, normalise_phone


class FigureForm(forms.Form):
    """A dated figure of the owner's own, in the place of the one in force: a number, yes or no, or a list of lines."""

    valid_from = forms.DateField(
        label=_("Valid from"),
        initial=timezone.localdate,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    source = forms.CharField(
        label=_("Where it comes from"),
        max_length=300,
        help_text=_("The law, the regulator’s guidance, or your decision."),
    )
    field_order = ("value", "valid_from", "source")

    def __init__(self, figure: Figure, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.example = figure.value
        self.fields["value"] = _field_for(figure.value)
        self.order_fields(self.field_order)

    def clean_value(self) -> Any:
        """The value as the figures are kept: of the same kind as the one in force."""
        value = self.cleaned_data["value"]
        if isinstance(self.example, bool):
            return value == "yes"
        if isinstance(self.example, dict):
            return read_lines(value, is_hours=_are_hours(self.example))
        return value


def _are_hours(value: dict[str, Any]) -> bool:
    return any(isinstance(part, list) for part in value.values())


def _field_for(value: Any) -> forms.Field:
    if isinstance(value, bool):
        answers = [("yes", _("yes")), ("no", _("no"))]
        return forms.ChoiceField(
            label=_("Value"), choices=answers, widget=forms.RadioSelect, initial="yes" if value else "no"
        )
    if isinstance(value, int):
        return forms.IntegerField(label=_("Value"), min_value=0, initial=value)
    if isinstance(value, dict):
        hours = _("One day a line, with its hours: mon 09:00-21:00. A day that is left out is closed.")
        ages = _("One nation a line, with its age: England 18. The line “elsewhere” is for all others.")
        return forms.CharField(
            label=_("Value"),
            initial=written_lines(value),
            widget=forms.Textarea(attrs={"rows": 7, "spellcheck": "false"}),
            help_text=hours if _are_hours(value) else ages,
        )
    return forms.CharField(label=_("Value"), initial=value, max_length=100)


ELSEWHERE = "elsewhere"


def written_lines(value: dict[str, Any]) -> str:
    """Hours or ages as lines that `read_lines` reads back."""
    return "\n".join(
        f"{name or ELSEWHERE} {'-'.join(value[name]) if isinstance(value[name], list) else value[name]}"
        for name in in_order(value)
    )


def read_lines(text: str, *, is_hours: bool) -> dict[str, Any]:
    """Hours (`mon 09:00-21:00`) or ages (`England 18`), one a line. Raises ValidationError for a line that is neither."""
    value: dict[str, Any] = {}
    for line in filter(None, map(str.strip, text.splitlines())):
        name, _space, rest = line.rpartition(" ")
        name = name.strip().rstrip(":")
        if is_hours:
            opens, dash, closes = rest.replace("–", "-").partition("-")
            if not (name and dash):
                raise forms.ValidationError(_("“%(line)s” is not a day and its hours.") % {"line": line})
            value[name[:3].lower()] = [opens, closes]
        elif name and rest.isascii() and rest.isdigit() and len(rest) < 4:
            value["" if name.lower() == ELSEWHERE else name] = int(rest)
        else:
            raise forms.ValidationError(_("“%(line)s” is not a nation and its age.") % {"line": line})
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
