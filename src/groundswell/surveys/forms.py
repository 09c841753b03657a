"""The questions of a script as form fields, and what an organiser says of a survey."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID, uuid4

from django import forms
from django.utils.translation import gettext_lazy as _

from groundswell.accounts.presses import PressField
from groundswell.campaigns.enums import QuestionKind
from groundswell.campaigns.models import Campaign, Script
from groundswell.campaigns.rules import TEXT_LIMIT, GivenAnswer
from groundswell.campaigns.scripts import PlannedQuestion, PlannedStep
from groundswell.surveys.models import Survey
from groundswell.surveys.operations.surveys import SurveyDetails
from groundswell.surveys.rules import steps_asked

NO_ANSWER = ("", _("no answer"))


class ReplyForm(forms.Form):
    """The questions that somebody is asked, none of them required; more come when an answer leads to more.

    `key` makes one reply of a form that is sent twice. `asked`, which comes beside it, are the questions that were on
    the page.
    """

    key = forms.UUIDField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, steps: Sequence[PlannedStep], wording: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["key"].initial = uuid4
        # All of them first: only what was chosen says which are asked.
        for step in steps:
            self.fields[_name(step.question)] = _field(step.question)
        self.steps = steps_asked(steps, self._chosen(steps))
        shown = {_name(step.question) for step in self.steps}
        for step in steps:
            if _name(step.question) not in shown:
                del self.fields[_name(step.question)]
        self.wording = wording
        if any(step.question.is_voter_id for step in self.steps):
            self.fields["agrees"] = forms.BooleanField(label=wording, required=False, initial=False)

    def _chosen(self, steps: Sequence[PlannedStep]) -> set[int]:
        chosen: set[int] = set()
        for step in steps:
            if self.is_bound and step.question.kind in {QuestionKind.CHOICE, QuestionKind.CHOICES}:
                field = self.fields[_name(step.question)]
                value = field.widget.value_from_datadict(self.data, self.files, _name(step.question))
                for each in value if isinstance(value, list) else [value]:
                    if isinstance(each, str) and each.isascii() and each.isdigit():
                        chosen.add(int(each[:18]))
        return chosen

    @property
    def questions(self) -> list[forms.BoundField]:
        """The questions in order."""
        return [self[_name(step.question)] for step in self.steps]

    @property
    def asked_now(self) -> str:
        """What the page says was on it."""
        return " ".join(str(step.question.id) for step in self.steps)

    @property
    def has_more(self) -> bool:
        """Whether an answer leads on to a question that was not on the page yet."""
        seen = set((self.data.get("asked") or "").split())
        return any(str(step.question.id) not in seen for step in self.steps)

    def clean(self) -> dict[str, Any]:
        """How somebody votes is kept only if they agree."""
        data = super().clean() or {}
        votes = [step.question for step in self.steps if step.question.is_voter_id]
        if any(data.get(_name(question)) not in (None, "", []) for question in votes) and not data.get("agrees"):
            self.add_error("agrees", _("Tick this if we may keep it, or choose “no answer” above."))
        return data

    def given(self, person_id: int) -> list[GivenAnswer]:
        """What they said."""
        found: list[GivenAnswer] = []
        for step in self.steps:
            value: Any = self.cleaned_data.get(_name(step.question))
            if value in (None, "", []):
                continue
            if step.question.kind == QuestionKind.TEXT:
                found.append(GivenAnswer(person_id, step.question.id, text=value))
            elif step.question.kind == QuestionKind.SCALE:
                found.append(GivenAnswer(person_id, step.question.id, number=value))
            else:
                options = value if isinstance(value, list) else [value]
                found.extend(GivenAnswer(person_id, step.question.id, option_id=option) for option in options)
        return found

    @property
    def source_uuid(self) -> UUID:
        """By which the same form, sent again, is the same reply."""
        return self.cleaned_data.get("key") or uuid4()


def _name(question: PlannedQuestion) -> str:
    return f"q{question.id}"


def _field(question: PlannedQuestion) -> forms.Field:
    label = question.text
    if question.kind == QuestionKind.TEXT:
        return forms.CharField(
            label=label, required=False, max_length=TEXT_LIMIT, widget=forms.Textarea(attrs={"rows": 3})
        )
    if question.kind == QuestionKind.SCALE:
        numbers = [(number, str(number)) for number in question.numbers]
        return forms.TypedChoiceField(
            label=label, choices=[NO_ANSWER, *numbers], coerce=int, required=False, empty_value=None
        )
    offered = [(option.id, option.label) for option in question.offered]
    if question.kind == QuestionKind.CHOICES:
        return forms.TypedMultipleChoiceField(
            label=label, choices=offered, coerce=int, required=False, widget=forms.CheckboxSelectMultiple
        )
    return forms.TypedChoiceField(
        label=label,
        choices=[NO_ANSWER, *offered],
        coerce=int,
        required=False,
        empty_value=None,
        widget=forms.RadioSelect,
    )


class SurveyForm(forms.Form):
    """What an organiser says of a survey."""

    title = forms.CharField(
        label=_("Title"), max_length=120, help_text=_("What people see first: “What matters on your street?”")
    )
    about = forms.CharField(
        label=_("What it is about"), required=False, max_length=10_000, widget=forms.Textarea, help_text=_("Markdown.")
    )
    script = forms.ModelChoiceField(
        queryset=Script.objects.none(),
        label=_("Questions"),
        empty_label=None,
        help_text=_("Those of a script, with its branches: the answers stand beside those from calls and texts."),
    )
    thanks = forms.CharField(
        label=_("Thanks"),
        required=False,
        max_length=4_000,
        widget=forms.Textarea,
        help_text=_("Markdown. What they read once they have answered, and what they can do next."),
    )
    press = PressField()

    def __init__(self, *args: Any, campaign: Campaign, survey: Survey | None = None, **kwargs: Any) -> None:
        if survey is not None:
            kwargs.setdefault(
                "initial",
                {
                    "title": survey.ask.title,
                    "about": survey.about,
                    "thanks": survey.thanks,
                    "script": survey.script_id,
                },
            )
        super().__init__(*args, **kwargs)
        field = self.fields["script"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = Script.objects.filter(campaign=campaign, steps__isnull=False).distinct().order_by("name")

    def details(self) -> SurveyDetails:
        """What was said, for `create_survey` and `change_survey`."""
        data = self.cleaned_data
        return SurveyDetails(title=data["title"], script=data["script"], about=data["about"], thanks=data["thanks"])
