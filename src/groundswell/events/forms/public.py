"""What a visitor types."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from groundswell.campaigns.visitors import EmailField, PhoneField, VisitorForm, VisitorNameField


class SignUpForm(VisitorForm):
    """Name, email, perhaps a number; and, apart from these, the boxes."""

    name = VisitorNameField(asked=_("Tell us your name, so that the host can greet you."))
    email = EmailField(
        asked=_("Give us your email: the way in comes by letter."),
        help_text=_("We write to you about this event: how to join, a reminder, and if anything changes."),
    )
    phone = PhoneField(label=_("Your phone"), help_text=_("Only if the host may ring you about this event."))
    # Filled in by a script where there is one.
    time_zone = forms.CharField(max_length=64, required=False, widget=forms.HiddenInput(attrs={"data-own-zone": ""}))
    own_names = ("name", "email", "phone")


class LetterForm(forms.Form):
    """Which address the letter was for."""

    email = EmailField(asked=_("Type the email you signed up with."), help_text=_("The one you signed up with."))


class OwnDetailsForm(forms.Form):
    """What one may change of one's own sign-up."""

    phone = PhoneField(
        label=_("Your phone"),
        help_text=_("Only if the host may ring you about this event. Empty it to take it back."),
    )
    time_zone = forms.CharField(
        label=_("Your time zone"),
        max_length=64,
        required=False,
        widget=forms.TextInput(attrs={"list": "known-zones", "autocomplete": "off"}),
        help_text=_("Letters tell you the time by this clock too."),
    )
