"""What an organiser says of a flow and of its questions, and what they text when they try it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from groundswell.accounts.models import Organisation
from groundswell.accounts.presses import PressField
from groundswell.campaigns.models import Ask, Campaign, Question
from groundswell.compliance.enums import Channel
from groundswell.compliance.figures import FigureMissingError, figure
from groundswell.flows.enums import ANSWERED_KINDS, StepKind
from groundswell.flows.models import CONSENT_CHANNELS, Flow, FlowStep
from groundswell.flows.operations.making import KINDS_OF_QUESTION, FlowDetails, StepDetails
from groundswell.messaging.models import Sender

HOURS = [(2, _("2 hours")), (24, _("a day")), (48, _("two days")), (168, _("a week"))]


class FlowForm(forms.Form):
    """The keyword, the number, and what is said before and after the questions."""

    name = forms.CharField(label=_("Name"), max_length=120, help_text=_("For your team. Nobody else sees it."))
    keyword = forms.CharField(
        label=_("Keyword"),
        max_length=24,
        widget=forms.TextInput(attrs={"class": "short", "autocapitalize": "characters", "autocomplete": "off"}),
        help_text=_("What people text, such as JOIN or VOTE. Capitals, dots and spaces make no difference."),
    )
    sender = forms.ModelChoiceField(
        label=_("Number"), queryset=Sender.objects.none(), help_text=_("The number of ours that they text.")
    )
    greeting = forms.CharField(
        label=_("Before the first question"),
        max_length=300,
        required=False,
        help_text=_("Empty: the organisation’s name. The privacy notice and STOP come by themselves."),
    )
    thanks = forms.CharField(
        label=_("At the end"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        initial=_("Thank you, {{ first_name|friend }}! Here is what to do next: {{ link }}"),
        help_text=_("{{ link }} is the tracked link of what it leads on to."),
    )
    ask = forms.ModelChoiceField(
        label=_("It leads on to"),
        queryset=Ask.objects.none(),
        required=False,
        empty_label=_("Nothing"),
        help_text=_("What people can do next: come to a session, sign up, volunteer, answer a survey."),
    )
    no_ask_because = forms.CharField(label=_("If nothing: why"), max_length=200, required=False)
    tag = forms.CharField(
        label=_("Tag"), max_length=64, required=False, help_text=_("Put on everybody who comes to the end.")
    )
    hours = forms.TypedChoiceField(label=_("Wait for an answer"), choices=HOURS, coerce=int, initial=48)
    press = PressField()

    def __init__(self, *args: Any, campaign: Campaign, flow: Flow | None = None, **kwargs: Any) -> None:
        if flow is not None:
            names = ("name", "keyword", "sender", "greeting", "thanks", "ask", "no_ask_because", "tag", "hours")
            kwargs["initial"] = {name: getattr(flow, f"{name}_id", getattr(flow, name)) for name in names}
        super().__init__(*args, **kwargs)
        senders, asks = self.fields["sender"], self.fields["ask"]
        assert isinstance(senders, forms.ModelChoiceField)
        assert isinstance(asks, forms.ModelChoiceField)
        is_ours = Q(verified_at__isnull=False, retired_at__isnull=True, address__regex=r"^\+?[0-9]+$")
        senders.queryset = Sender.objects.filter(is_ours, channel=Channel.SMS).order_by("name", "address")
        if flow is None and senders.queryset.count() == 1:
            senders.initial = senders.queryset.get()
        is_open = Q(published_at__isnull=False, closed_at__isnull=True) | Q(pk=self.initial.get("ask") or 0)
        asks.queryset = campaign.asks.filter(is_open).order_by("-published_at", "title")

    def details(self) -> FlowDetails:
        """What was said, for `create_flow` and `change_flow`."""
        names = ("name", "keyword", "sender", "greeting", "thanks", "ask", "no_ask_because", "tag", "hours")
        return FlowDetails(**{name: self.cleaned_data[name] for name in names})


class StepForm(forms.Form):
    """One question of a kind; what that kind does not need is not there."""

    text = forms.CharField(label=_("What they read"), max_length=1000, widget=forms.Textarea(attrs={"rows": 4}))
    question = forms.ModelChoiceField(
        label=_("Question of the campaign"), queryset=Question.objects.none(), required=False
    )
    options = forms.CharField(
        label=_("Answers, one on a line"),
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("For a new question. They are numbered by themselves: people answer with the number."),
    )
    takes_several = forms.BooleanField(label=_("They may choose several"), required=False)
    channel = forms.ChoiceField(
        label=_("What they agree to"),
        choices=[
            (Channel.SMS, _("texts to their number")),
            (Channel.CALL, _("calls to their number")),
            (Channel.EMAIL, _("email to the address they texted before; a letter there confirms it")),
        ],
        widget=forms.RadioSelect,
        initial=Channel.SMS,
    )

    def __init__(
        self, *args: Any, campaign: Campaign, kind: StepKind, step: FlowStep | None = None, **kwargs: Any
    ) -> None:
        initial: dict[str, Any] = {"text": first_words(kind)}
        if step is not None:
            initial = {"text": step.text, "question": step.question_id, "channel": step.channel}
        super().__init__(*args, **{**kwargs, "initial": initial})
        self.kind = kind
        if kind != StepKind.CONSENT:
            del self.fields["channel"]
        if kind != StepKind.CHOICE:
            del self.fields["options"], self.fields["takes_several"]
        if kind not in ANSWERED_KINDS:
            del self.fields["question"]
            return
        questions = self.fields["question"]
        assert isinstance(questions, forms.ModelChoiceField)
        fitting = Q(kind__in=KINDS_OF_QUESTION[kind], is_voter_id=kind == StepKind.VOTER_ID, retired_at__isnull=True)
        questions.queryset = campaign.questions.filter(fitting).order_by("kind", "text")
        questions.empty_label = str(_("A new one")) if kind != StepKind.VOTER_ID else None
        questions.required = kind == StepKind.VOTER_ID
        if kind == StepKind.VOTER_ID:
            self.fields["text"].required = False
            self.fields["text"].help_text = _("Empty: as callers ask it. The answers are numbered by themselves.")
        if kind != StepKind.VOTER_ID:
            questions.help_text = _("Answers stand beside those from calls. A new one is asked in the words above.")

    @property
    def has_no_question(self) -> bool:
        """Voter ID, and the campaign has no such question yet."""
        questions = self.fields.get("question")
        return (
            self.kind == StepKind.VOTER_ID
            and isinstance(questions, forms.ModelChoiceField)
            and not (questions.queryset is not None and questions.queryset.exists())
        )

    def details(self) -> StepDetails:
        """What was said, for `add_step` and `change_step`."""
        data = self.cleaned_data
        return StepDetails(
            kind=self.kind,
            text=data["text"].strip() or (question.text if (question := data.get("question")) else ""),
            question=data.get("question"),
            options=data.get("options", "").splitlines(),
            takes_several=data.get("takes_several", False),
            channel=Channel(data["channel"]) if data.get("channel") in CONSENT_CHANNELS else None,
        )


class TryForm(forms.Form):
    """A text of a rehearsal."""

    text = forms.CharField(
        label=_("Your text"), max_length=1000, widget=forms.TextInput(attrs={"autocomplete": "off", "class": "short"})
    )


def first_words(kind: StepKind) -> str:
    """How a question of this kind may begin; a consent in words that say all it needs to (M4)."""
    organisation = Organisation.objects.filter(pk=1).first()
    name = organisation.name if organisation else ""
    if kind == StepKind.CONSENT:
        return _now(
            "May %(organisation)s text you about its campaigns and how you can help? Answer YES or NO. "
            "STOP ends it at any time."
        ) % {"organisation": name}
    if kind == StepKind.AGE:
        try:
            age = int(figure("minimum_contact_age", on=timezone.localdate()))
        except FigureMissingError:
            age = 16
        return _now("Are you %(age)s or older? Answer YES or NO.") % {"age": age}
    return {
        StepKind.VOTER_ID: "",
        StepKind.CHOICE: _now("Which matters most to you? Answer with a number."),
        StepKind.TEXT: _now("What should we do about it? Tell us in your own words."),
        StepKind.NAME: _now("What is your name?"),
        StepKind.EMAIL: _now("What is your email address?"),
        StepKind.POSTCODE: _now("What is your postcode?"),
    }[kind]
