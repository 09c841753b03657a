"""The phone-bank builder: whom it rings, with what script, when, how often and in which order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
from groundswell.config.numbers import read_whole_number
from groundswell.phonebank.bank_settings import caller_day
from groundswell.phonebank.enums import PriorityOrder
from groundswell.phonebank.limits import limits_in_force, too_many_attempts, too_many_households
from groundswell.phonebank.models import PhoneBank
from groundswell.phonebank.operations import Meant
from groundswell.phonebank.views.organiser.offered import Choice, Offered

COOLDOWNS = [
    (240, _("4 hours")),
    (24 * 60, _("a day")),
    (48 * 60, _("two days")),
    (7 * 24 * 60, _("a week")),
]
# The days that share a row of the form.
DAY_ROWS = {"weekday": ("mon", "tue", "wed", "thu", "fri"), "saturday": ("sat",), "sunday": ("sun",)}
YOUNGEST, OLDEST = 16, 120


def _number(value: Any) -> int:
    """The id in a posted choice."""
    return int(value)


class WhomForm(forms.Form):
    """Whom a phone bank means: enough to count them, before anything is saved.

    All there is to choose is read in one query. There may be thousands of wards, so their boxes are drawn by the
    template: a widget for each would cost more than the rest of the page.
    """

    areas = forms.TypedMultipleChoiceField(
        label=_("Areas"),
        coerce=_number,
        required=False,
        help_text=_("A seat includes its wards. Choose none to ring everywhere you hold data for."),
    )
    has_phone = forms.BooleanField(
        label=_("Only people we hold a number for"),
        required=False,
        help_text=_("Nobody without a number is rung either way; this takes them out of the count as well."),
    )
    not_asked = forms.TypedChoiceField(
        label=_("Only people not yet asked"), coerce=_number, required=False, empty_value=None
    )
    answered = forms.TypedMultipleChoiceField(
        label=_("Only people who last answered"),
        coerce=_number,
        required=False,
        help_text=_("Anybody who gave one of the answers you tick. Tick none for everybody."),
    )
    tag = forms.TypedChoiceField(label=_("Only people tagged"), coerce=_number, required=False, empty_value=None)
    age_from = forms.IntegerField(label=_("from"), required=False, min_value=YOUNGEST, max_value=OLDEST)
    age_to = forms.IntegerField(label=_("to"), required=False, min_value=YOUNGEST, max_value=OLDEST)
    attempt_cap = forms.IntegerField(
        label=_("Attempts for each number"),
        min_value=1,
    )

    def __init__(self, *args: Any, campaign: Campaign, membership: Membership, bank_id: int = 0, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offered = Offered.by(campaign, membership, bank_id=bank_id)
        if membership.is_limited():
            # None would be everywhere.
            self.fields["areas"].required = True
            self.fields["areas"].help_text = _("A seat includes its wards. You see those that are yours.")
        anybody = [("", _("Anybody"))]
        self._offer("areas", _pairs(self.offered.areas))
        self._offer("not_asked", [*anybody, *_pairs(self.offered.questions)])
        self._offer("answered", _pairs(self.offered.options))
        self._offer("tag", [*anybody, *_pairs(self.offered.tags)])
        # A saved condition knows its tag by name.
        name = self.initial.pop("tag_name", "")
        if name:
            self.initial["tag"] = next((tag.id for tag in self.offered.tags if tag.label == name), None)
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

    def _offer(self, name: str, choices: Any) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices

    @property
    def has_tags(self) -> bool:
        """Whether there is any tag to choose."""
        return bool(self.offered.tags)

    @property
    def area_groups(self) -> list[dict[str, Any]]:
        """Each seat with its wards and how many of them are ticked; a ward stands alone where its seat is not offered."""
        ticked = self._ticked("areas")
        seats = {
            seat.id: {"box": seat, "ticked": seat.id in ticked, "wards": [], "wards_ticked": 0}
            for seat in self.offered.seats
        }
        alone: list[dict[str, Any]] = []
        for ward in self.offered.wards:
            box = {"box": ward, "ticked": ward.id in ticked}
            group: dict[str, Any] | None = seats.get(ward.under or 0)
            if group is None:
                alone.append(box)
            else:
                group["wards"].append(box)
                group["wards_ticked"] += box["ticked"]
        return [*seats.values(), *alone]

    @property
    def answer_groups(self) -> list[dict[str, Any]]:
        """Each question with its answers, and how many of them are ticked."""
        ticked = self._ticked("answered")
        groups = {
            question.id: {"question": question.label, "boxes": [], "ticked": 0} for question in self.offered.questions
        }
        for option in self.offered.options:
            group: dict[str, Any] = groups[option.under or 0]
            group["boxes"].append({"box": option, "ticked": option.id in ticked})
            group["ticked"] += option.id in ticked
        return [group for group in groups.values() if group["boxes"]]

    def _ticked(self, name: str) -> set[int]:
        """What is ticked on the page: as posted, else as saved."""
        return {pk for value in self[name].value() or () if (pk := read_whole_number(str(value))) is not None}

    def clean(self) -> dict[str, Any]:
        """An age band runs upward."""
        data = super().clean() or {}
        youngest, oldest = data.get("age_from"), data.get("age_to")
        if youngest is not None and oldest is not None and oldest < youngest:
            self.add_error("age_to", _t("The upper age has to be at least the lower one."))
        return data

    def conditions(self) -> dict[str, Any] | None:
        """The segment these choices mean; None: everybody."""
        data = self.cleaned_data
        parts: list[dict[str, Any]] = []
        if data["has_phone"]:
            parts.append({"has_phone": True})
        if data["not_asked"]:
            parts.append({"not": {"asked": data["not_asked"]}})
        answered: dict[int, list[int]] = {}
        for option in self.offered.options:
            if option.id in data["answered"]:
                answered.setdefault(option.under or 0, []).append(option.id)
        if answered:
            parts.append({"any": [{"answered": {"question": q, "options": o}} for q, o in sorted(answered.items())]})
        if data["tag"]:
            parts.append({"tagged": next(tag.label for tag in self.offered.tags if tag.id == data["tag"])})
        band = {"from": data["age_from"], "to": data["age_to"]}
        if any(age is not None for age in band.values()):
            parts.append({"age": {end: age for end, age in band.items() if age is not None}})
        return {"all": parts} if parts else None

    def meant(self) -> Meant:
        """Whom these choices mean, to be counted; with the calls of the saved phone bank they are to change, if any."""
        areas = tuple(sorted(self.cleaned_data["areas"]))
        is_electoral = self.cleaned_data.get("electoral_purpose", True)
        return Meant(self.offered.bank_id, areas, self.conditions(), self.cleaned_data["attempt_cap"], is_electoral)


class PhoneBankForm(WhomForm):
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
    electoral_purpose = forms.BooleanField(
        label=_("This is about an election"),
        required=False,
        initial=True,
        help_text=_("Without this, households with anybody from the electoral register are left out (rule R2)."),
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
            initial.update(_conditions_initial(phone_bank.segment.expression))
        return initial


def _pairs(choices: Sequence[Choice]) -> list[tuple[int, str]]:
    return [(choice.id, choice.label) for choice in choices]


def _conditions_initial(expression: Mapping[str, Any]) -> dict[str, Any]:
    """The form's values for an expression it once made; what it did not make is left as it is."""
    initial: dict[str, Any] = {}
    for part in expression.get("all", []):
        if asked := part.get("not", {}).get("asked"):
            initial["not_asked"] = asked
        if "any" in part:
            initial["answered"] = [pk for each in part["any"] for pk in each.get("answered", {}).get("options", [])]
        if "has_phone" in part:
            initial["has_phone"] = True
        if "age" in part:
            initial["age_from"], initial["age_to"] = part["age"].get("from"), part["age"].get("to")
        if "tagged" in part:
            initial["tag_name"] = part["tagged"]
    return initial
