"""What every page for visitors asks in the same way: a name, an email, a number, and, apart from these, the boxes."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from groundswell.accounts.names import NameField
from groundswell.campaigns.consent_boxes import Box
from groundswell.people.addresses import AddressError, fold, normalise_email, normalise_phone
from groundswell.people.operations.supporters import NAME_LIMIT


class VisitorNameField(NameField):
    """A name with letters in it; `asked` is said to whoever gives none."""

    def __init__(self, *, asked: Any) -> None:
        super().__init__(
            label=_("Your name"),
            max_length=NAME_LIMIT,
            widget=forms.TextInput(attrs={"autocomplete": "name"}),
            error_messages={"required": asked},
        )

    def clean(self, value: Any) -> str:
        """The name, tidied."""
        name: str = super().clean(value)
        if not any(letter.isalpha() for letter in fold(name)):
            raise forms.ValidationError(self.error_messages["required"])
        return name


class EmailField(forms.CharField):
    """An address that could be one; `asked` is said to whoever gives none."""

    def __init__(self, *, asked: Any, help_text: Any) -> None:
        super().__init__(
            label=_("Your email"),
            max_length=254,
            widget=forms.EmailInput(attrs={"autocomplete": "email"}),
            help_text=help_text,
            error_messages={"required": asked},
        )

    def clean(self, value: Any) -> str:
        """The address as it is kept."""
        try:
            return normalise_email(super().clean(value))
        except AddressError as problem:
            raise forms.ValidationError(str(problem)) from problem


class PhoneField(forms.CharField):
    """A number as people write it, or nothing."""

    widget = forms.TextInput(attrs={"type": "tel", "autocomplete": "tel", "inputmode": "tel"})

    def __init__(self, **said: Any) -> None:
        super().__init__(max_length=40, required=False, **said)

    def clean(self, value: Any) -> str:
        """The number as it was typed, once it is known to be one."""
        text: str = super().clean(value).strip()
        if text:
            try:
                normalise_phone(text)
            except AddressError as problem:
                raise forms.ValidationError(str(problem)) from problem
        return text


class VisitorForm(forms.Form):
    """What a visitor types; and, apart from it, the boxes (rules M1, M4). Subclasses say what is asked."""

    # People do not see this field, programs that fill in everything do.
    website = forms.CharField(required=False, max_length=200)
    # What the thing itself needs, in its order; a page may ask less.
    own_names: tuple[str, ...] = ()

    def __init__(self, *args: Any, boxes: list[Box], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._boxes = boxes
        for box in boxes:
            self.fields[f"agree_{box.channel}"] = forms.BooleanField(label=box.wording, required=False, initial=False)

    @property
    def own_fields(self) -> list[forms.BoundField]:
        """What the thing itself needs."""
        return [self[name] for name in self.own_names if name in self.fields]

    @property
    def consent_fields(self) -> list[forms.BoundField]:
        """What stands apart from it."""
        return [self[f"agree_{box.channel}"] for box in self._boxes]

    @property
    def is_a_program(self) -> bool:
        """Whether the field was filled in that nobody sees."""
        return bool(self.cleaned_data.get("website"))

    def ticked(self) -> list[Box]:
        """The boxes that were ticked."""
        return [box for box in self._boxes if self.cleaned_data[f"agree_{box.channel}"]]
