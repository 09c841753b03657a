"""Which press of a form something came from: pressed twice, or sent again because no answer came, it is made once.

The form carries a key that is made when it is drawn; the row it makes keeps it, and the database takes each only once.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

from django import forms


class PressField(forms.UUIDField):
    """The key of a drawn form, unseen. A form without one, or with another thing in its place, works as it did."""

    def __init__(self) -> None:
        super().__init__(required=False, initial=uuid4, widget=forms.HiddenInput)

    def clean(self, value: Any) -> UUID | None:
        """The key; None where there is none that could be one."""
        try:
            found: UUID | None = super().clean(value)
        except forms.ValidationError:
            return None
        return found
