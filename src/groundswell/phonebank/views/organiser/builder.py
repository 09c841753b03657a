"""The phone-bank builder: whom it rings, with what script, when, how often and in which order."""

from __future__ import annotations

from datetime import time
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from groundswell.accounts.models import Membership
from groundswell.campaigns.models import Campaign, Script
from groundswell.campaigns.whom import WhomForm, conditions_initial
from groundswell.phonebank.bank_settings import caller_day
from groundswell.phonebank.enums import PriorityOrder
from groundswell.phonebank.limits import limits_in_force, too_many_attempts, too_many_households
from groundswell.phonebank.models import PhoneBank
from groundswell.phonebank.operations import Meant

COOLDOWNS = [
    (240, _("4 hours")),
    (24 * 60, _("a day")),
    (48 * 60, _("two days")),
    (7 * 24 * 60, _("a week")),
]
# The days that share a row of the form.
DAY_ROWS = {"weekday": ("mon", "tue", "wed", "thu", "fri"), "saturday": ("sat",), "sunday": ("sun",)}


class RungForm(WhomForm):
    """Whom a phone bank rings, and how often at most."""

    has_phone = forms.BooleanField(
        label=_("Only people we hold a number for"),
        required=False,
        help_text=_("Nobody without a number is rung either way; this takes them out of the count as well."),
    )
    attempt_cap = forms.IntegerField(
        label=_("Attempts for each number"),
        min_value=1,
    )
    electoral_purpose = forms.BooleanField(
        label=_("This is about an election"),
        required=False,
        initial=True,
        help_text=_("Without this, households with anybody from the electoral register are left out (rule R2)."),
    )

    def __init__(self, *args: Any, campaign: Campaign, membership: Membership, bank_id: int = 0, **kwargs: Any) -> None:
        bank = PhoneBank.objects.filter(campaign=campaign, pk=bank_id).for_member(membership) if bank_id else None
        super().__init__(*args, campaign=campaign, membership=membership, beside=bank, **kwargs)
        self.limits = limits_in_force(on=caller_day(timezone.now()))
        self._limit("attempt_cap", self.limits.attempts, too_many_attempts(self.limits))
        self.fields["attempt_cap"].help_text = _t(
            "At most %(most)s, and never more than %(a_day)s a day, whatever the phone bank (rule C11)."
        ) % {"most": self.limits.attempts, "a_day": self.limits.calls_a_day}

    def _limit(self, name: str, most: int, sentence: str) -> None:
        """The figure in force is where the field starts and where it ends."""
        field = self.fields[name]
        field.initial = most
        field.widget.attrs["max"] = most
        field.validators.append(MaxValueValidator(most, sentence))

    def further_conditions(self) -> list[dict[str, Any]]:
        """That there is a number."""
        return [{"has_phone": True}] if self.cleaned_data["has_phone"] else []

    def meant(self) -> Meant:
        """Whom these choices mean, to be counted; with the calls of the saved phone bank they are to change, if any."""
        areas = tuple(sorted(self.cleaned_data["areas"]))
        data = self.cleaned_data
        is_electoral = data["electoral_purpose"]
        return Meant(self.offered.beside_id, areas, self.conditions(), data["attempt_cap"], is_electoral)


class PhoneBankForm(RungForm):
    """Everything that a phone bank is."""

    name = forms.CharField(label=_("Name"), max_length=120, help_text=_("Callers choose the phone bank by it."))
    script = forms.ModelChoiceField(label=_("Script"), queryset=Script.objects.none(), empty_label=None)
    weekday_from = forms.TimeField(label=_("Monday to Friday from"), required=False)
    weekday_to = forms.TimeField(label=_("to"), required=False)
    saturday_from = forms.TimeField(label=_("Saturday from"), required=False)
    saturday_to = forms.TimeField(label=_("to"), required=False)
    sunday_from = forms.TimeField(label=_("Sunday from"), required=False)
    sunday_to = forms.TimeField(label=_("to"), required=False)
    cooldown_minutes = forms.TypedChoiceField(
        label=_("Wait between attempts"), choices=COOLDOWNS, coerce=int, initial=24 * 60
    )
    priority_order = forms.ChoiceField(
        label=_("In which order"), choices=PriorityOrder.choices, initial=PriorityOrder.RANDOM
    )
    daily_limit = forms.IntegerField(
        label=_("Households for each caller a day"),
        min_value=1,
    )
    ask_everyone = forms.BooleanField(
        label=_("Ask everyone in a household"),
        required=False,
        initial=True,
        help_text=_("Ring again on another day for those who have not answered yet."),
    )

    def __init__(self, *args: Any, campaign: Campaign, **kwargs: Any) -> None:
        super().__init__(*args, campaign=campaign, **kwargs)
        script = self.fields["script"]
        assert isinstance(script, forms.ModelChoiceField)
        script.queryset = campaign.scripts.order_by("name")
        self._limit("daily_limit", self.limits.households_a_day, too_many_households(self.limits))
        self.fields["daily_limit"].help_text = _t(
            "At most %(most)s, so that nobody can read a whole list (rule D12)."
        ) % {"most": f"{self.limits.households_a_day:,}"}
        for row in DAY_ROWS:
            for end in ("from", "to"):
                self.fields[f"{row}_{end}"].widget = forms.TimeInput(attrs={"type": "time"}, format="%H:%M")

    @cached_property
    def has_script(self) -> bool:
        """Whether there is any script to choose; read once, and offered as read."""
        field = self.fields["script"]
        assert isinstance(field, forms.ModelChoiceField)
        field.choices = [(script.pk, field.label_from_instance(script)) for script in field.queryset or []]
        return bool(field.choices)

    @property
    def day_rows(self) -> list[tuple[str, forms.BoundField, forms.BoundField]]:
        """Each row of the hours: its name and its two fields."""
        names = {"weekday": _t("Monday to Friday"), "saturday": _t("Saturday"), "sunday": _t("Sunday")}
        return [(names[row], self[f"{row}_from"], self[f"{row}_to"]) for row in DAY_ROWS]

    def clean(self) -> dict[str, Any]:
        """Hours come in pairs and run forward."""
        data = super().clean()
        for row in DAY_ROWS:
            start, end = data.get(f"{row}_from"), data.get(f"{row}_to")
            if (start is None) != (end is None):
                self.add_error(f"{row}_to", _t("Give both times, or neither."))
            elif start is not None and end is not None and end <= start:
                self.add_error(f"{row}_to", _t("The end has to be later than the beginning."))
        return data

    def settings(self) -> dict[str, Any]:
        """What goes onto the phone bank itself."""
        data = self.cleaned_data
        plain = (
            "attempt_cap",
            "cooldown_minutes",
            "priority_order",
            "daily_limit",
            "ask_everyone",
            "electoral_purpose",
        )
        return {"script": data["script"], "hours": self._hours(), **{name: data[name] for name in plain}}

    def _hours(self) -> dict[str, list[str]]:
        hours = {}
        for row, days in DAY_ROWS.items():
            start, end = self.cleaned_data.get(f"{row}_from"), self.cleaned_data.get(f"{row}_to")
            if start is not None and end is not None:
                hours.update({day: [f"{start:%H:%M}", f"{end:%H:%M}"] for day in days})
        return hours

    @staticmethod
    def initial_for(phone_bank: PhoneBank) -> dict[str, Any]:
        """The form's values for a phone bank as it is."""
        initial: dict[str, Any] = {
            name: getattr(phone_bank, name)
            for name in (
                "name",
                "attempt_cap",
                "cooldown_minutes",
                "priority_order",
                "daily_limit",
                "ask_everyone",
                "electoral_purpose",
            )
        }
        initial["script"] = phone_bank.script_id
        known: list[int] | None = getattr(phone_bank, "area_ids", None)
        initial["areas"] = list(phone_bank.areas.values_list("pk", flat=True)) if known is None else known
        for row, days in DAY_ROWS.items():
            if window := phone_bank.hours.get(days[0]):
                initial[f"{row}_from"], initial[f"{row}_to"] = (time.fromisoformat(moment) for moment in window)
        if phone_bank.segment is not None:
            initial.update(conditions_initial(phone_bank.segment.expression))
        return initial
