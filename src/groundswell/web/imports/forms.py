"""The forms of the import wizard: what is declared about a file, what its columns hold, and how it is to be run."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django import forms
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from groundswell.compliance.enums import ScreeningList
from groundswell.compliance.figures import is_register_entitled
from groundswell.people.layouts.layout import Field
from groundswell.people.layouts.recognition import LAYOUTS, OTHER, REPEATABLE
from groundswell.places.enums import PARLIAMENT_2024
from groundswell.places.models import Area

if TYPE_CHECKING:
    AreaChoiceField = forms.ModelChoiceField[Area]
else:
    AreaChoiceField = forms.ModelChoiceField

# Declared ahead of the day it is published, as councils send it.
AHEAD_DAYS = 31


class SeatField(AreaChoiceField):
    """A seat by name; of older boundaries with the name of their set."""

    def label_from_instance(self, obj: Area) -> str:
        return obj.name if obj.boundary_set == PARLIAMENT_2024 else f"{obj.name} ({obj.boundary_set})"


class UploadForm(forms.Form):
    """A file, and whatever the law wants declared about it."""

    file = forms.FileField(
        label=_("File"),
        allow_empty_file=True,
        help_text=_(
            "As you got it: CSV or text, with commas, tabs or semicolons. A workbook must be saved as CSV first."
        ),
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,.txt,.tsv,.tab,text/csv,text/plain"}),
    )
    # The file is asked for last: what is declared comes first.
    field_order: list[str] | None = None

    def __init__(self, *args: Any, seats: QuerySet[Area], is_limited: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.is_limited = is_limited
        if "constituency" in self.fields:
            field = self.fields["constituency"]
            assert isinstance(field, SeatField)
            field.queryset = seats
        self.order_fields([name for name in self.fields if name != "file"])


class RegisterForm(UploadForm):
    """A register and the right to it (rules R1, D1)."""

    constituency = SeatField(queryset=Area.objects.none(), label=_("Seat"), empty_label=_("Choose the seat"))
    register_date = forms.DateField(
        label=_("Date of the register"),
        help_text=_("The day it was published; of a monthly change file, the day its changes take effect."),
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )
    entitlement = forms.CharField(
        label=_("The right under which you hold it"),
        max_length=300,
        help_text=_(
            "For example: registered political party, Representation of the People Regulations 2001, reg. 106."
        ),
    )
    purpose = forms.CharField(
        label=_("The permitted purpose"), max_length=300, help_text=_("For example: electoral purposes.")
    )
    entitlement_confirmed = forms.BooleanField(
        label=_("We hold this entitlement expressly"),
        required=False,
        help_text=_("Your organisation has no right to the register merely by what it is (rule R1)."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.needs_confirmation = not is_register_entitled(on=timezone.localdate())
        if not self.needs_confirmation:
            del self.fields["entitlement_confirmed"]

    def clean_register_date(self) -> Any:
        """Not further ahead than councils publish."""
        day = self.cleaned_data["register_date"]
        if (day - timezone.localdate()).days > AHEAD_DAYS:
            raise forms.ValidationError(_("The register date lies in the future."))
        return day

    def clean_entitlement_confirmed(self) -> bool:
        """Who is not entitled by what they are, as a charity or a union, says it a second time."""
        confirmed: bool = self.cleaned_data["entitlement_confirmed"]
        if self.needs_confirmation and not confirmed:
            raise forms.ValidationError(
                _("Your organisation has no right to the register by what it is. Confirm the entitlement you named.")
            )
        return confirmed


class PhonesForm(UploadForm):
    """A phone file, where it comes from and why it may be used (rule D1)."""

    source = forms.CharField(
        label=_("Where the numbers come from"), max_length=200, help_text=_("For example: members, spring 2026.")
    )
    lawful_basis = forms.CharField(
        label=_("The lawful basis"),
        max_length=200,
        help_text=_("For example: legitimate interests, assessed on 3 March; or democratic engagement."),
    )
    purpose = forms.CharField(label=_("What they may be used for"), max_length=200)
    constituency = SeatField(
        queryset=Area.objects.none(),
        label=_("Seat"),
        required=False,
        empty_label=_("Any seat whose register is here"),
        help_text=_("Elector numbers are unique within a seat only: name it, and no number goes to a stranger."),
    )

    def clean_constituency(self) -> Area | None:
        """Who is limited to some areas gives numbers to people there only."""
        seat: Area | None = self.cleaned_data["constituency"]
        if seat is None and self.is_limited:
            raise forms.ValidationError(_("Your role covers some areas only, so say which seat these people live in."))
        return seat


class ScreeningForm(UploadForm):
    """A screening and its day (rule C2)."""

    list = forms.ChoiceField(
        label=_("Which list is it?"),
        choices=ScreeningList.choices,
        widget=forms.RadioSelect,
        initial=ScreeningList.TPS,
    )
    screened_on = forms.DateField(
        label=_("Day of screening"),
        help_text=_("The day the bureau screened or the list was drawn, not the day of upload."),
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )

    def clean_screened_on(self) -> Any:
        """Not in the future."""
        day = self.cleaned_data["screened_on"]
        if day > timezone.localdate():
            raise forms.ValidationError(_("The day of screening is in the future."))
        return day


class DoNotCallForm(UploadForm):
    """Numbers that must not be rung."""


class ColumnsForm(forms.Form):
    """What each column of one file holds. A field for each column, named by its place."""

    def __init__(
        self, *args: Any, fields: Iterable[tuple[str, Any]], columns: list[Any], is_register: bool, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.is_register = is_register
        self.columns = columns
        choices = list(fields)
        for column in columns:
            label = column.heading or _now("Column %(number)d") % {"number": column.place + 1}
            self.fields[f"column-{column.place}"] = forms.ChoiceField(
                label=label, choices=choices, required=False, initial=column.field
            )
        self.fields["has_header"] = forms.BooleanField(label=_("The first row names the columns"), required=False)

    @property
    def rows(self) -> list[tuple[Any, forms.BoundField]]:
        """Each column with its control."""
        return [(column, self[f"column-{column.place}"]) for column in self.columns]

    @property
    def chosen(self) -> list[str]:
        """The field of each column, in their order."""
        return [str(self.cleaned_data[f"column-{column.place}"]) for column in self.columns]

    def clean(self) -> None:
        """No two columns hold the same, but for what a file may have several of."""
        seen: dict[str, int] = {}
        for column in self.columns:
            name = f"column-{column.place}"
            value = self.cleaned_data.get(name, "")
            if not value or value in REPEATABLE or value == Field.PHONE:
                continue
            if value in seen:
                field = self.fields[name]
                assert isinstance(field, forms.ChoiceField)
                label = dict(field.choices)[value]  # type: ignore[arg-type]
                self.add_error(
                    name,
                    _now("“%(field)s” is chosen for column %(number)d already.")
                    % {"field": label, "number": seen[value] + 1},
                )
            seen.setdefault(value, column.place)


def layout_choices() -> list[tuple[str, Any]]:
    """The layouts a register may have."""
    return [*[(layout.name, layout.title) for layout in LAYOUTS.values()], (OTHER.name, OTHER.title)]


class RunForm(forms.Form):
    """How a register is to be taken."""

    part = forms.BooleanField(
        label=_("The file covers only the polling districts in it"),
        required=False,
        help_text=_("Nobody of another polling district is taken off the register."),
    )
    force = forms.BooleanField(
        label=_("Take it even if it looks wrong"),
        required=False,
        help_text=_(
            "Cut off, much smaller than the register held, older than it, or mostly unreadable. Be sure first."
        ),
    )


class UndoForm(forms.Form):
    """Why a list of numbers is taken back."""

    reason = forms.CharField(
        label=_("Why is it taken back?"), max_length=300, help_text=_("Your reason is kept with your name (rule C3).")
    )
