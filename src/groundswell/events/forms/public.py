"""What a visitor types."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from groundswell.accounts.names import NameField
from groundswell.campaigns.consent_boxes import Box
from groundswell.people.addresses import AddressError, fold, normalise_email, normalise_phone
from groundswell.people.operations.supporters import NAME_LIMIT


class PhoneField(forms.CharField):
    """A number as people write it, or nothing."""

    widget = forms.TextInput(attrs={"type": "tel", "autocomplete": "tel", "inputmode": "tel"})

    def clean(self, value: Any) -> str:
        """The number as it was typed, once it is known to be one."""
        text: str = super().clean(value).strip()
        if text:
            try:
                normalise_phone(text)
            except AddressError as problem:
                raise forms.ValidationError(str(problem)) from problem
        return text


def _an_address(typed: str) -> str:
    try:
        return normalise_email(typed)
    except AddressError as problem:
        raise forms.ValidationError(str(problem)) from problem


class SignUpForm(forms.Form):
    """Name, email, perhaps a number; and, apart from these, the boxes."""

    name = NameField(
        label=_("Your name"),
        max_length=NAME_LIMIT,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
        error_messages={"required": _("Tell us your name, so that the host can greet you.")},
    )
    email = forms.CharField(
        label=_("Your email"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        help_text=_("We write to you about this event: how to join, a reminder, and if anything changes."),
        error_messages={"required": _("Give us your email: the way in comes by letter.")},
    )
    phone = PhoneField(
        label=_("Your phone"),
        max_length=40,
        required=False,
        help_text=_("Only if the host may ring you about this event."),
    )
    # Filled in by a script where there is one.
    time_zone = forms.CharField(max_length=64, required=False, widget=forms.HiddenInput(attrs={"data-own-zone": ""}))
    # People do not see this field, programs that fill in everything do.
    website = forms.CharField(required=False, max_length=200)

    def __init__(self, *args: Any, boxes: list[Box], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._boxes = boxes
        for box in boxes:
            self.fields[f"agree_{box.channel}"] = forms.BooleanField(label=box.wording, required=False, initial=False)

    @property
    def own_fields(self) -> list[forms.BoundField]:
        """What the sign-up itself needs."""
        return [self["name"], self["email"], self["phone"]]

    @property
    def consent_fields(self) -> list[forms.BoundField]:
        """What stands apart from it."""
        return [self[f"agree_{box.channel}"] for box in self._boxes]

    def clean_name(self) -> str:
        """A name has letters in it."""
        name: str = self.cleaned_data["name"]
        if not any(letter.isalpha() for letter in fold(name)):
            raise forms.ValidationError(self.fields["name"].error_messages["required"])
        return name

    def clean_email(self) -> str:
        """An address that could be one."""
        return _an_address(self.cleaned_data["email"])

    @property
    def is_a_program(self) -> bool:
        """Whether the field was filled in that nobody sees."""
        return bool(self.cleaned_data.get("website"))

    def ticked(self) -> list[Box]:
        """The boxes that were ticked."""
        return [box for box in self._boxes if self.cleaned_data[f"agree_{box.channel}"]]


class LetterForm(forms.Form):
    """Which address the letter was for."""

    email = forms.CharField(
        label=_("Your email"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        help_text=_("The one you signed up with."),
        error_messages={"required": _("Type the email you signed up with.")},
    )

    def clean_email(self) -> str:
        """An address that could be one."""
        return _an_address(self.cleaned_data["email"])


class OwnDetailsForm(forms.Form):
    """What one may change of one's own sign-up."""

    phone = PhoneField(
        label=_("Your phone"),
        max_length=40,
        required=False,
        help_text=_("Only if the host may ring you about this event. Empty it to take it back."),
    )
    time_zone = forms.CharField(
        label=_("Your time zone"),
        max_length=64,
        required=False,
        widget=forms.TextInput(attrs={"list": "known-zones", "autocomplete": "off"}),
        help_text=_("Letters tell you the time by this clock too."),
    )
