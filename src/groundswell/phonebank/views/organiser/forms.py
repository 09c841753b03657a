"""Forms for flags and outcomes."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from groundswell.phonebank.enums import OutcomeEffect, OutcomeNext
from groundswell.phonebank.models import Outcome


class SolveFlagForm(forms.Form):
    """What an organiser did about a flag."""

    solution = forms.CharField(label=_("What did you do about it?"), max_length=2000, required=False)
    back_in_queue = forms.BooleanField(required=False)


class OutcomeForm(forms.Form):
    """How a call may end, and what follows."""

    label = forms.CharField(label=_("Label"), max_length=60, help_text=_("What callers tap."))
    next = forms.ChoiceField(label=_("Then the household is"), choices=OutcomeNext.choices)
    retry_after_minutes = forms.IntegerField(
        label=_("Try again after, in minutes"), required=False, min_value=1, max_value=60 * 24 * 60
    )
    effect = forms.ChoiceField(label=_("Besides"), choices=OutcomeEffect.choices)
    is_dial = forms.BooleanField(label=_("Counts as a dial"), required=False, initial=True)
    is_contact = forms.BooleanField(label=_("Counts as a contact: somebody was spoken to"), required=False)
    takes_answers = forms.BooleanField(label=_("The script's answers are recorded with it"), required=False)

    @staticmethod
    def initial_for(outcome: Outcome) -> dict[str, Any]:
        """The form's values for an outcome as it is."""
        names = ("label", "next", "retry_after_minutes", "effect", "is_dial", "is_contact", "takes_answers")
        return {name: getattr(outcome, name) for name in names}
