"""Forms of senders and messages."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from groundswell.accounts.models import Membership
from groundswell.accounts.presses import PressField
from groundswell.campaigns.models import Ask, Campaign
from groundswell.campaigns.whom import WhomForm, conditions_initial
from groundswell.compliance.enums import Channel
from groundswell.messaging.enums import WinsBy
from groundswell.messaging.models import Message, Sender
from groundswell.messaging.operations.composing import Draft
from groundswell.messaging.providers.registry import ready_for

# The fields of a test of two subjects, and the share where none is said.
TRIAL = ("subject_b", "test_share", "wins_by", "test_minutes")
USUAL_SHARE = 20


class PriceField(forms.DecimalField):
    """What one email or one part of a text costs, in pence; None where it is not known."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            label=_("Price in pence"),
            required=False,
            min_value=0,
            max_value=1000,
            max_digits=8,
            decimal_places=4,
            **kwargs,
        )


class SenderForm(forms.Form):
    """A name to write under."""

    name = forms.CharField(
        label=_("Name"), max_length=120, help_text=_("What people see first: your organisation, or somebody they know.")
    )
    address = forms.CharField(
        label=_("Email address"), max_length=254, help_text=_("Answers go there. A code goes there now, to prove it.")
    )
    rate = forms.IntegerField(
        label=_("Emails a second at most"),
        min_value=1,
        max_value=1000,
        initial=10,
        help_text=_("What your mail provider allows; ask them before you raise it."),
    )
    price = PriceField(help_text=_("Of one email, as your provider bills it. Empty: not known, or nothing."))
    press = PressField()


class TextSenderForm(forms.Form):
    """A number or name that texts come from. No code can go there: whoever adds it says how it is known to be ours."""

    name = forms.CharField(label=_("Name"), max_length=120, help_text=_("For your team: what this number is for."))
    address = forms.CharField(
        label=_("Number or name"),
        max_length=20,
        help_text=_("A number people can answer, or up to eleven letters that they cannot."),
    )
    provider = forms.ChoiceField(label=_("Sent by"))
    how = forms.CharField(
        label=_("How do you know that it is yours?"),
        max_length=200,
        help_text=_("For example: listed for us in the provider’s account since March. Kept with your name (rule M7)."),
    )
    rate = forms.IntegerField(
        label=_("Texts a second at most"),
        min_value=1,
        max_value=1000,
        initial=1,
        help_text=_("What your provider allows for this number."),
    )
    price = PriceField(help_text=_("Of one part of a text, as your provider bills it. Empty: not known."))
    press = PressField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        provider = self.fields["provider"]
        assert isinstance(provider, forms.ChoiceField)
        provider.choices = [(name, name) for name in ready_for(Channel.SMS)]


class PaceForm(forms.Form):
    """What can be changed of a sender that is there: its pace and its price."""

    rate = forms.IntegerField(label=_("A second at most"), min_value=1, max_value=1000)
    price = PriceField(
        help_text=_("Of one email, or of one part of a text, as your provider bills it. Empty: not known.")
    )


class CodeForm(forms.Form):
    """The code that came to a sender's address."""

    code = forms.CharField(
        label=_("The code from the letter"),
        max_length=20,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "one-time-code"}),
    )


def _moment() -> forms.DateTimeInput:
    return forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")


class MessageForm(WhomForm):
    """Words, sender, people and times of a message."""

    name = forms.CharField(label=_("Name"), max_length=120, help_text=_("For your team. Nobody else sees it."))
    sender = forms.ModelChoiceField(label=_("From"), queryset=Sender.objects.none(), required=False)
    subject = forms.CharField(label=_("Subject"), max_length=200)
    subject_b = forms.CharField(
        label=_("Another subject, to try both"),
        max_length=200,
        required=False,
        help_text=_("Some of the list get the one or the other; the rest get the better one."),
    )
    test_share = forms.IntegerField(label=_("Tried on so many in a hundred"), min_value=2, max_value=50, required=False)
    wins_by = forms.ChoiceField(label=_("The better one is"), choices=WinsBy.choices, required=False)
    test_minutes = forms.TypedChoiceField(
        label=_("Decided after"),
        choices=[(60, _("an hour")), (120, _("two hours")), (240, _("four hours")), (1440, _("a day"))],
        coerce=int,
        initial=120,
        required=False,
        empty_value=None,
        help_text=_("Counted from when the last of them has left."),
    )
    body = forms.CharField(label=_("Words"), max_length=50_000, widget=forms.Textarea())
    ask = forms.ModelChoiceField(
        label=_("It leads on to"),
        queryset=Ask.objects.none(),
        required=False,
        empty_label=_("Nothing"),
        help_text=_("What people can do next. It gets a link of its own, so that you see what came of this message."),
    )
    no_ask_because = forms.CharField(label=_("If nothing: why"), max_length=200, required=False)
    starts_at = forms.DateTimeField(
        label=_("Not before"), required=False, widget=_moment(), help_text=_("Empty: as soon as it is ready.")
    )
    expires_at = forms.DateTimeField(
        label=_("Not after"), required=False, widget=_moment(), help_text=_("Whoever has not got it by then, does not.")
    )
    wave_size = forms.IntegerField(
        label=_("In waves of"), min_value=0, max_value=10_000_000, required=False, help_text=_("Empty: all at once.")
    )
    wave_minutes = forms.IntegerField(label=_("Minutes between waves"), min_value=0, max_value=10_080, required=False)
    press = PressField()

    def __init__(self, *args: Any, campaign: Campaign, membership: Membership, channel: Channel, **kwargs: Any) -> None:
        super().__init__(*args, campaign=campaign, membership=membership, **kwargs)
        self.channel = channel
        chosen = self.initial.get("sender")
        is_usable = Q(verified_at__isnull=False, retired_at__isnull=True) | Q(pk=chosen or 0)
        senders, asks = self.fields["sender"], self.fields["ask"]
        assert isinstance(senders, forms.ModelChoiceField)
        assert isinstance(asks, forms.ModelChoiceField)
        senders.queryset = Sender.objects.filter(is_usable, channel=channel).order_by("name", "address")
        is_open = Q(published_at__isnull=False, closed_at__isnull=True) | Q(pk=self.initial.get("ask") or 0)
        asks.queryset = campaign.asks.filter(is_open).order_by("-published_at", "title")
        if channel == Channel.SMS:
            for name in ("subject", *TRIAL):
                del self.fields[name]

    def clean(self) -> dict[str, Any]:
        """It ends after it begins."""
        data = super().clean()
        starts, expires = data.get("starts_at"), data.get("expires_at")
        if expires is not None and expires <= (starts or timezone.now()):
            self.add_error("expires_at", _("It has to end after it begins."))
        if data.get("wave_minutes") and not data.get("wave_size"):
            self.add_error("wave_size", _("Say how many go in each wave, or leave the minutes empty."))
        if data.get("wave_size") and not data.get("wave_minutes"):
            self.add_error("wave_minutes", _("Say how long to wait between waves, or leave the size empty."))
        self._check_trial(data)
        return data

    def _check_trial(self, data: dict[str, Any]) -> None:
        if self.channel != Channel.EMAIL or "test_share" in self.errors or "subject_b" in self.errors:
            return
        other = (data.get("subject_b") or "").strip()
        if data.get("test_share") and not other:
            self.add_error("subject_b", _("Write the other subject, or leave the share empty."))
        elif other and other == (data.get("subject") or "").strip():
            self.add_error("subject_b", _("Both subjects are the same."))
        elif other and not data.get("test_share"):
            data["test_share"] = USUAL_SHARE
        if other and data.get("ask") is None and data.get("wins_by") != WinsBy.HAND:
            self.add_error("wins_by", _("Without something to open, no subject can win by it: choose it yourself."))

    def expression(self) -> dict[str, Any]:
        """The list these choices mean, areas included."""
        parts: list[dict[str, Any]] = (
            [{"in_area": sorted(self.cleaned_data["areas"])}] if self.cleaned_data["areas"] else []
        )
        others = self.conditions()
        parts += others["all"] if others else []
        return {"all": parts or [{"everybody": True}]}

    def draft(self) -> Draft:
        """What is to be saved."""
        data = self.cleaned_data
        return Draft(
            name=data["name"],
            sender=data["sender"],
            subject=data.get("subject", ""),
            body=data["body"],
            ask=data["ask"],
            no_ask_because=data["no_ask_because"],
            conditions=self.expression(),
            starts_at=data["starts_at"],
            expires_at=data["expires_at"],
            wave_size=data["wave_size"] or 0,
            wave_minutes=data["wave_minutes"] or 0,
            subject_b=data.get("subject_b", ""),
            test_share=data.get("test_share") or 0,
            wins_by=WinsBy(data.get("wins_by") or WinsBy.CLICKS),
            test_minutes=data.get("test_minutes") or 120,
        )

    @staticmethod
    def initial_for(message: Message) -> dict[str, Any]:
        """The form's values for a message as it is."""
        initial: dict[str, Any] = {
            name: getattr(message, name)
            for name in ("name", "subject", "subject_b", "body", "no_ask_because", "starts_at", "expires_at")
        }
        initial |= {"sender": message.sender_id, "ask": message.ask_id, "test_share": message.test_share or None}
        initial |= {"wins_by": message.wins_by, "test_minutes": message.test_minutes}
        initial |= {"wave_size": message.wave_size or None, "wave_minutes": message.wave_minutes or None}
        if message.segment is not None:
            initial |= conditions_initial(message.segment.expression)
        return initial


class ReplyForm(forms.Form):
    """An answer to a text in the inbox."""

    words = forms.CharField(label=_("Your answer"), max_length=1600, widget=forms.Textarea(attrs={"rows": 3}))
    press = PressField()
