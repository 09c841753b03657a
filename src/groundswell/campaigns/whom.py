"""Whom a list means, as an organiser chooses it: areas, answers, tags and ages. Phone banks and messages share it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from groundswell.accounts.models import Membership
from groundswell.campaigns.models import Campaign
from groundswell.campaigns.offered import Choice, Offered
from groundswell.config.numbers import read_whole_number

YOUNGEST, OLDEST = 16, 120


def _number(value: Any) -> int:
    """The id in a posted choice."""
    return int(value)


class WhomForm(forms.Form):
    """Whom a list means: enough to count them, before anything is saved.

    All there is to choose is read in one query. There may be thousands of wards, so their boxes are drawn by the
    template: a widget for each would cost more than the rest of the page.
    """

    areas = forms.TypedMultipleChoiceField(
        label=_("Areas"),
        coerce=_number,
        required=False,
        help_text=_("A seat includes its wards. Choose none for everywhere you hold data for."),
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

    def __init__(
        self,
        *args: Any,
        campaign: Campaign,
        membership: Membership,
        beside: QuerySet[Any] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.offered = Offered.by(campaign, membership, beside=beside)
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

    def further_conditions(self) -> list[dict[str, Any]]:
        """Conditions that a form of more fields adds."""
        return []

    def conditions(self) -> dict[str, Any] | None:
        """The segment these choices mean; None: everybody."""
        data = self.cleaned_data
        parts: list[dict[str, Any]] = []
        parts += self.further_conditions()
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


def _pairs(choices: Sequence[Choice]) -> list[tuple[int, str]]:
    return [(choice.id, choice.label) for choice in choices]


def conditions_initial(expression: Mapping[str, Any]) -> dict[str, Any]:
    """The form's values for an expression it once made; what it did not make is left as it is."""
    initial: dict[str, Any] = {}
    for part in expression.get("all", []):
        if asked := part.get("not", {}).get("asked"):
            initial["not_asked"] = asked
        if "any" in part:
            initial["answered"] = [pk for each in part["any"] for pk in each.get("answered", {}).get("options", [])]
        if "has_phone" in part:
            initial["has_phone"] = True
        if "in_area" in part:
            initial["areas"] = part["in_area"]
        if "age" in part:
            initial["age_from"], initial["age_to"] = part["age"].get("from"), part["age"].get("to")
        if "tagged" in part:
            initial["tag_name"] = part["tagged"]
    return initial
