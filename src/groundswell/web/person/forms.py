"""The forms of a person's page."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from groundswell.compliance.enums import Channel
from groundswell.compliance.operations.consent import KIND_OF_CHANNEL
from groundswell.people.models import Person


class NameForm(forms.Form):
    """A name put right."""

    title = forms.CharField(label=_("Title"), max_length=35, required=False)
    given_names = forms.CharField(label=_("Given names"), max_length=150, required=False)
    family_name = forms.CharField(label=_("Family name"), max_length=150, required=False)


class AddressForm(forms.Form):
    """A number or email the person gave us."""

    value = forms.CharField(label=_("Telephone number or email"), max_length=254)


class TagForm(forms.Form):
    """A tag, new or known."""

    name = forms.CharField(label=_("Tag"), max_length=64)


class ConsentForm(forms.Form):
    """A consent with its evidence; nothing is filled in beforehand, for nobody agrees by default."""

    address = forms.ChoiceField(label=_("For which number or address?"))
    channel = forms.ChoiceField(label=_("To what?"), choices=[("", "—"), *Channel.choices])
    wording = forms.CharField(
        label=_("The exact words they agreed to"), widget=forms.Textarea(attrs={"rows": 3}), max_length=4000
    )
    evidence = forms.CharField(
        label=_("Evidence"),
        max_length=1000,
        help_text=_("Where the proof lies: a form’s number, a recording, an email."),
    )
    source = forms.CharField(
        label=_("How it came to us"), max_length=200, help_text=_("A stall, the website, a letter.")
    )
    given_on = forms.DateField(
        label=_("Given on"),
        initial=timezone.localdate,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )

    def __init__(self, person: Person, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.points = {
            str(point.pk): point for point in person.contact_points.filter(retired_at=None).order_by("kind", "pk")
        }
        field = self.fields["address"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(key, point.value) for key, point in self.points.items()] + [
            ("post", _("their postal address"))
        ]

    def clean(self) -> dict[str, Any]:
        """The channel must go with the kind of address."""
        data: dict[str, Any] = super().clean() or {}
        point = self.points.get(data.get("address", ""))
        channel = data.get("channel")
        if channel and channel != Channel.POST and (point is None or point.kind != KIND_OF_CHANNEL[Channel(channel)]):
            self.add_error("channel", _("This does not go with that kind of address."))
        if channel == Channel.POST and point is not None:
            self.add_error("channel", _("Post goes to their postal address."))
        return data


class EraseForm(forms.Form):
    """Erasure, confirmed by typing the word."""

    source = forms.CharField(
        label=_("How did they ask?"), max_length=200, help_text=_("A letter, an email, a call; with its date.")
    )
    confirmation = forms.CharField(
        label=_("Type ERASE to confirm"), widget=forms.TextInput(attrs={"autocomplete": "off"})
    )

    def clean_confirmation(self) -> str:
        """The word itself, in any case."""
        typed: str = self.cleaned_data["confirmation"].strip()
        if typed.upper() != "ERASE":
            raise forms.ValidationError(_("Type the word ERASE, so that nobody is erased by a slip of the thumb."))
        return typed
