"""Forms of the campaign's pages."""

from __future__ import annotations

from difflib import get_close_matches
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from groundswell.campaigns.enums import Meaning, QuestionKind
from groundswell.campaigns.models import Campaign
from groundswell.campaigns.operations.cribs import CRIB_LIMIT
from groundswell.campaigns.operations.scripts import default_closing, default_opening
from groundswell.campaigns.ready_questions import OptionDraft, QuestionDraft
from groundswell.campaigns.rules import CampaignRuleError, check_line
from groundswell.campaigns.sharing import server_name
from groundswell.places.enums import PARLIAMENT_2010, AreaKind
from groundswell.places.models import Area

# Wards and polling districts come with the register: a campaign is fought in something larger.
TOO_SMALL = [AreaKind.WARD, AreaKind.POLLING_DISTRICT]
OPTION_ROWS = 8


def seats() -> QuerySet[Area]:
    """The areas a campaign may be fought in: today's constituencies and every area somebody imported."""
    return Area.objects.exclude(kind__in=TOO_SMALL).exclude(boundary_set=PARLIAMENT_2010)


class SeatsWidget(forms.Widget):
    """A text field for each seat chosen and two empty ones, each completing from the same list. Needs no script."""

    template_name = "campaigns/widgets/seats.html"

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        """The fields to show."""
        context = super().get_context(name, value, attrs)
        names = [str(entry) for entry in (value or []) if str(entry).strip()]
        context["fields"] = [*names, "", ""]
        context["choices"] = seats().order_by("name").values_list("name", flat=True).distinct()
        return context

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[str]:  # noqa: ARG002 - Django's signature
        """Every field's text."""
        values: list[str] = data.getlist(name) if hasattr(data, "getlist") else list(data.get(name) or [])
        return values

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:  # noqa: ARG002 - Django's signature
        """Empty fields are an answer."""
        return name not in data


class SeatsField(forms.Field):
    """Seats by name, as an organiser types them."""

    widget = SeatsWidget

    def clean(self, value: Any) -> list[Area]:
        """The areas of these names. Raises ValidationError naming the nearest one for a slip of the pen."""
        names = [entry.strip() for entry in (value or []) if entry.strip()]
        if not names:
            return []
        known = list(seats().order_by("name"))
        by_name = {area.name.casefold(): area for area in reversed(known)}
        found = []
        for name in dict.fromkeys(names):
            area = by_name.get(name.casefold())
            if area is None:
                raise forms.ValidationError(_no_such_seat(name, known))
            found.append(area)
        return found


def _no_such_seat(name: str, known: list[Area]) -> str:
    near = get_close_matches(name, [area.name for area in known], n=1, cutoff=0.5)
    if near:
        return _t("There is no seat called “%(name)s”. Do you mean “%(near)s”?") % {"name": name, "near": near[0]}
    return _t("There is no seat called “%(name)s”. Start typing and choose from the list.") % {"name": name}


class CampaignForm(forms.Form):
    """Name, seats, parties, election."""

    name = forms.CharField(label=_("Name"), max_length=120, help_text=_("Callers see it at the top of their screen."))
    seats = SeatsField(
        label=_("Seats"), required=False, help_text=_("Start typing. For more than two new ones, save and come back.")
    )
    own_party = forms.CharField(
        label=_("Your party"),
        max_length=120,
        required=False,
        help_text=_("As voters know it. Leave it empty if you are a union, a charity or a cause."),
    )
    other_parties = forms.CharField(
        label=_("Other parties standing"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("One on each line. The voter ID question offers them in this order."),
    )
    election = forms.CharField(
        label=_("Election"), max_length=64, required=False, help_text=_("For example 2029 general.")
    )
    poll_closes_at = forms.DateTimeField(
        label=_("The poll closes"),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        help_text=_("Until then, how people mean to vote stays inside your team: nobody may publish it (rule E1)."),
    )

    def clean_other_parties(self) -> list[str]:
        """One party a line."""
        lines: list[str] = self.cleaned_data["other_parties"].splitlines()
        return [line.strip()[:120] for line in lines if line.strip()]

    @staticmethod
    def initial_for(campaign: Campaign) -> dict[str, Any]:
        """The form's values for a campaign as it is."""
        return {
            "name": campaign.name,
            "seats": [area.name for area in campaign.areas.all()],
            "own_party": campaign.own_party,
            "other_parties": "\n".join(campaign.other_parties),
            "election": campaign.election,
            "poll_closes_at": campaign.poll_closes_at,
        }


class CandidateForm(forms.Form):
    """Who stands where."""

    area = forms.ModelChoiceField(label=_("Seat"), queryset=Area.objects.none(), empty_label=None)
    name = forms.CharField(label=_("Name"), max_length=120)
    party = forms.CharField(label=_("Party on the ballot paper"), max_length=120, required=False)
    about = forms.CharField(label=_("About"), required=False, widget=forms.Textarea(attrs={"rows": 3}), max_length=2000)

    def __init__(self, *args: Any, campaign: Campaign, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["area"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = campaign.areas.all()


class CribForm(forms.Form):
    """A crib sheet, in Markdown."""

    body = forms.CharField(
        label=_("What callers should know"),
        max_length=CRIB_LIMIT,
        widget=forms.Textarea(attrs={"rows": 18}),
        help_text=_(
            "Headings with ##, **bold**, lists with -, links as [words](https://…). Keep it short: it is read mid-call."
        ),
    )
    # The version it was opened at: who saved meanwhile is not passed over in silence.
    seen = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=0)


class ScriptForm(forms.Form):
    """A script's name and lines. The identification block is not here: nobody can edit it away (rule C6)."""

    name = forms.CharField(label=_("Name of the script"), max_length=120)
    opening = forms.CharField(
        label=_("Opening line"),
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_(
            "Said after the caller has introduced themselves. "
            "{{ person }}, {{ caller }}, {{ organisation }} and {{ candidate }} are filled in."
        ),
        initial=default_opening,
    )
    closing = forms.CharField(
        label=_("Closing line"), widget=forms.Textarea(attrs={"rows": 2}), required=False, initial=default_closing
    )

    def clean_opening(self) -> str:
        """Only what we can fill in stands between double braces."""
        return _checked_line(self.cleaned_data["opening"])

    def clean_closing(self) -> str:
        """The same."""
        return _checked_line(self.cleaned_data["closing"])


def _checked_line(line: str) -> str:
    try:
        check_line(line)
    except CampaignRuleError as error:
        raise forms.ValidationError(str(error)) from error
    return line


class QuestionForm(forms.Form):
    """A question of one's own."""

    text = forms.CharField(
        label=_("Question"), max_length=500, help_text=_("As the caller should ask it, in one breath.")
    )
    help = forms.CharField(label=_("Note for the caller"), max_length=500, required=False)
    kind = forms.ChoiceField(
        label=_("Kind of answer"),
        choices=QuestionKind.choices,
        widget=forms.RadioSelect,
        initial=QuestionKind.CHOICE,
    )
    is_voter_id = forms.BooleanField(
        label=_("This is voter ID"),
        required=False,
        help_text=_(
            "Its answers say how somebody means to vote: they count as identified, and stay inside the team (E1)."
        ),
    )
    scale_from = forms.IntegerField(label=_("Lowest number"), required=False, initial=0, min_value=-100, max_value=100)
    scale_to = forms.IntegerField(label=_("Highest number"), required=False, initial=10, min_value=-100, max_value=100)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for number in range(1, OPTION_ROWS + 1):
            self.fields[f"label_{number}"] = forms.CharField(
                label=_("Option %(number)s") % {"number": number}, max_length=120, required=False
            )
            self.fields[f"meaning_{number}"] = forms.ChoiceField(
                label=_("What it means"), choices=Meaning.choices, initial=Meaning.OTHER, required=False
            )

    @property
    def option_rows(self) -> list[tuple[forms.BoundField, forms.BoundField]]:
        """Label and meaning, row by row."""
        return [(self[f"label_{n}"], self[f"meaning_{n}"]) for n in range(1, OPTION_ROWS + 1)]

    def draft(self) -> QuestionDraft:
        """The question as the form describes it."""
        data = self.cleaned_data
        kind = QuestionKind(data["kind"])
        is_scale = kind == QuestionKind.SCALE
        rows = [(data[f"label_{n}"], data[f"meaning_{n}"]) for n in range(1, OPTION_ROWS + 1)]
        options = tuple(
            OptionDraft(label.strip(), Meaning(meaning or Meaning.OTHER)) for label, meaning in rows if label.strip()
        )
        return QuestionDraft(
            key="",
            kind=kind,
            text=data["text"],
            help=data["help"],
            options=options if kind in {QuestionKind.CHOICE, QuestionKind.CHOICES} else (),
            is_voter_id=data["is_voter_id"],
            scale_from=data["scale_from"] if is_scale else None,
            scale_to=data["scale_to"] if is_scale else None,
        )


class MastodonForm(forms.Form):
    """Mastodon is many servers: which one is yours."""

    text = forms.CharField(widget=forms.HiddenInput, max_length=400)
    server = forms.CharField(
        label=_("Your server"),
        help_text=_("The part after your name, such as mastodon.social."),
        max_length=260,
        widget=forms.TextInput(attrs={"autocapitalize": "none", "spellcheck": "false"}),
    )

    def clean_server(self) -> str:
        """The bare name of the server."""
        try:
            return server_name(self.cleaned_data["server"])
        except ValueError as error:
            raise forms.ValidationError(str(error)) from error
