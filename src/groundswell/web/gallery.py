"""What the style guide shows: a form with every kind of control, and one message of each level."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import messages
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django.http import HttpRequest


GALLERY: dict[str, Any] = {
    "bars": [
        {"label": "Ours, firm", "value": 24},
        {"label": "Ours, leaning", "value": 13},
        {"label": "Undecided", "value": 17},
        {"label": "Will not say", "value": 7, "soft": True},
    ],
    "columns": [{"label": f"{hour}:00", "value": value} for hour, value in enumerate((12, 48, 96, 70, 31), 17)],
    "steps": ["Upload", "Columns", "Preview", "Run"],
}


class GalleryForm(forms.Form):
    """Every kind of control. Ask for `?email=x` to see the errors."""

    name = forms.CharField(label=_("Name of the phone bank"), help_text=_("Callers see it at the top of their screen."))
    email = forms.EmailField(label=_("Email"), required=False)
    day = forms.DateField(
        label=_("Day"), widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}), required=False
    )
    order = forms.ChoiceField(label=_("Order"), choices=[("a", _("Mixed")), ("b", _("Area by area"))])
    share = forms.ChoiceField(
        label=_("Who may take the call-back"),
        choices=[("me", _("Only me")), ("all", _("Anyone"))],
        widget=forms.RadioSelect,
    )
    areas = forms.MultipleChoiceField(
        label=_("Wards"),
        choices=[("1", "Hoe Street"), ("2", "Chapel End"), ("3", "Higham Hill")],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    notes = forms.CharField(label=_("Notes"), widget=forms.Textarea, required=False)
    register = forms.FileField(label=_("Register"), required=False)
    agreed = forms.BooleanField(label=_("I may use this register"), help_text=_("Regulations 102 and 108 say who may."))


def gallery_messages(request: HttpRequest) -> None:
    """One message of each level."""
    messages.success(request, _("The phone bank is open. 1,204 households are waiting."))
    messages.info(request, _("The import is still running."))
    messages.warning(request, _("The screening file is 26 days old: calls stop in two days."))
    messages.error(request, _("The file was cut off at row 4,112. Nothing was imported."))
