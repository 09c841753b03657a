"""Forms of the organiser's pages."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from groundswell.accounts.models import Membership
from groundswell.campaigns.models import Campaign, Option, Script
from groundswell.compliance.enums import Channel
from groundswell.messaging.forms import MessageForm
from groundswell.people.models import Tag
from groundswell.textbank.models import CannedReply, TextBank
from groundswell.textbank.models.bank import MOST_A_DAY, MOST_AT_ONCE
from groundswell.textbank.operations.organising import TextBankDraft


class TextBankForm(MessageForm):
    """Words, number, people and how volunteers work."""

    script = forms.ModelChoiceField(
        label=_("Script"),
        queryset=Script.objects.none(),
        required=False,
        empty_label=_("None: volunteers note no answers"),
        help_text=_("Its questions stand beside each conversation. Calls and texts share them."),
    )
    tags = forms.ModelMultipleChoiceField(
        label=_("Tags volunteers may put on people"),
        queryset=Tag.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple(),
    )
    batch_size = forms.IntegerField(
        label=_("People in a batch"),
        min_value=1,
        max_value=MOST_AT_ONCE,
        initial=25,
        help_text=_("A volunteer has an hour to text them; who is left then goes to others."),
    )
    daily_limit = forms.IntegerField(
        label=_("First texts for each volunteer a day"), min_value=1, max_value=MOST_A_DAY, initial=500
    )

    def __init__(self, *args: Any, campaign: Campaign, membership: Membership, **kwargs: Any) -> None:
        super().__init__(*args, campaign=campaign, membership=membership, channel=Channel.SMS, **kwargs)
        for name in ("no_ask_because", "starts_at", "expires_at", "wave_size", "wave_minutes"):
            del self.fields[name]
        self.fields["name"].help_text = _("Volunteers choose it by that.")
        self.fields["sender"].help_text = _("A number: people answer to it.")
        self.fields["body"].label = _("First words")
        self.fields["body"].widget.attrs["rows"] = 5
        self.fields["ask"].help_text = _("Its own link stands where you write {{ link }}, here and in canned replies.")
        scripts, tags = self.fields["script"], self.fields["tags"]
        assert isinstance(scripts, forms.ModelChoiceField)
        assert isinstance(tags, forms.ModelMultipleChoiceField)
        scripts.queryset = campaign.scripts.order_by("name")
        tags.queryset = Tag.objects.order_by("name")

    def clean(self) -> dict[str, Any]:
        """Without the times of a message to many."""
        return super(MessageForm, self).clean()

    def text_bank(self) -> TextBankDraft:
        """What is to be saved."""
        data = self.cleaned_data
        return TextBankDraft(
            name=data["name"],
            sender=data["sender"],
            body=data["body"],
            conditions=self.expression(),
            ask=data["ask"],
            script=data["script"],
            tags=list(data["tags"]),
            batch_size=data["batch_size"],
            daily_limit=data["daily_limit"],
        )

    @staticmethod
    def initial_of(bank: TextBank) -> dict[str, Any]:
        """The form's values for a text bank as it is."""
        initial = MessageForm.initial_for(bank.message)
        initial |= {"name": bank.name, "script": bank.script_id, "batch_size": bank.batch_size}
        return initial | {"daily_limit": bank.daily_limit, "tags": list(bank.tags.values_list("pk", flat=True))}


class AnswerField(forms.ModelChoiceField):  # type: ignore[type-arg]
    """An answer, with its question before it."""

    def label_from_instance(self, obj: Any) -> str:
        """How it stands in the list."""
        return f"{obj.question.text}: {obj.label}"


class CannedReplyForm(forms.Form):
    """Words that volunteers can take."""

    title = forms.CharField(label=_("Title"), max_length=60, help_text=_("What volunteers tap, such as “Can come”."))
    body = forms.CharField(label=_("Words"), max_length=1600, widget=forms.Textarea(attrs={"rows": 3}))
    after = AnswerField(
        label=_("Only after they answered"), queryset=Option.objects.none(), required=False, empty_label=_("Always")
    )

    def __init__(self, *args: Any, bank: TextBank, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        after = self.fields["after"]
        assert isinstance(after, forms.ModelChoiceField)
        after.queryset = (
            Option.objects.filter(question__steps__script=bank.script_id or 0, retired_at__isnull=True)
            .select_related("question")
            .order_by("question", "position", "pk")
        )

    @staticmethod
    def initial_of(reply: CannedReply) -> dict[str, Any]:
        """The form's values for one that is there."""
        return {"title": reply.title, "body": reply.body, "after": reply.after_id}
