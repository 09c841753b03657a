"""What a visitor types on a sign-up page, and what an organiser says of one."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from groundswell.accounts.presses import PressField
from groundswell.campaigns.consent_boxes import Box
from groundswell.campaigns.enums import AskKind, QuestionKind
from groundswell.campaigns.models import Campaign, Question
from groundswell.campaigns.rules import CampaignRuleError
from groundswell.campaigns.visitors import EmailField, PhoneField, VisitorForm, VisitorNameField
from groundswell.compliance.enums import Channel
from groundswell.compliance.figures import soft_opt_in_from
from groundswell.joining.models import SignUpPage
from groundswell.joining.operations.pages import PageDetails
from groundswell.joining.operations.sign_ups import Typed
from groundswell.joining.rules import origins
from groundswell.people.addresses import normalise_postcode
from groundswell.places.models import Area
from groundswell.places.queries import find_area


class SignUpForm(VisitorForm):
    """Name and email, and what the page asks besides; and, apart from these, the boxes."""

    name = VisitorNameField(asked=_("Tell us your name."))
    email = EmailField(
        asked=_("Give us your email, so that you can confirm it is you."),
        help_text=_("We write to you once, so that you can confirm it is you."),
    )
    phone = PhoneField(label=_("Your mobile number"))
    postcode = forms.CharField(
        label=_("Your postcode"),
        max_length=10,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "postal-code", "class": "short"}),
        help_text=_("So that we tell you about what happens in your constituency."),
    )
    own_names = ("name", "email", "phone", "postcode", "interests")

    def __init__(self, *args: Any, page: SignUpPage, boxes: list[Box], soft_wording: str = "", **kwargs: Any) -> None:
        offered = [
            box
            for box in boxes
            if (page.asks_phone or box.channel == Channel.EMAIL) and not (soft_wording and box.channel == Channel.EMAIL)
        ]
        super().__init__(*args, boxes=offered, **kwargs)
        self.page = page
        # What the visitor's device has to solve first; empty: nothing.
        self.challenge = ""
        self._soft_wording = soft_wording
        if not page.asks_phone:
            del self.fields["phone"]
        if not page.asks_postcode:
            del self.fields["postcode"]
        if page.question is not None:
            self.fields["interests"] = self._interests(page.question)
        if soft_wording:
            self.fields["no_email"] = forms.BooleanField(label=soft_wording, required=False, initial=False)

    @staticmethod
    def _interests(question: Question) -> forms.Field:
        offered = [(option.pk, option.label) for option in question.options.filter(retired_at__isnull=True)]
        label = question.text
        if question.kind == QuestionKind.CHOICES:
            return forms.TypedMultipleChoiceField(
                label=label, choices=offered, coerce=int, required=False, widget=forms.CheckboxSelectMultiple
            )
        return forms.TypedChoiceField(
            label=label, choices=[("", _("no answer")), *offered], coerce=int, required=False, empty_value=None
        )

    @property
    def consent_fields(self) -> list[forms.BoundField]:
        """What stands apart from it."""
        asked = super().consent_fields
        return [self["no_email"], *asked] if self._soft_wording else asked

    def clean_postcode(self) -> str:
        """A postcode of the right shape; where it lies may remain unknown."""
        text: str = self.cleaned_data["postcode"].strip()
        known = normalise_postcode(text) if text else ""
        if known is None:
            raise forms.ValidationError(
                _("That does not look like a UK postcode. It should look like E17 4AA, or leave it empty.")
            )
        return known

    def clean(self) -> dict[str, Any]:
        """A box for texts or calls needs the number it is about."""
        data = super().clean() or {}
        wants_phone = any(data.get(f"agree_{channel}") for channel in (Channel.SMS, Channel.CALL))
        if wants_phone and "phone" in data and not data["phone"]:
            self.add_error("phone", _("Give us the number that we may use, or untick texts and calls."))
        return data

    def typed(self) -> Typed:
        """What was typed, for `sign_up`."""
        data = self.cleaned_data
        chosen = data.get("interests") or ()
        postcode = data.get("postcode", "")
        found = find_area(postcode) if postcode else None
        return Typed(
            name=data["name"],
            email=data["email"],
            phone=data.get("phone", ""),
            postcode=postcode,
            constituency=found if isinstance(found, Area) else None,
            options=tuple(chosen) if isinstance(chosen, (list, tuple)) else (chosen,),
            boxes=tuple(self.ticked()),
            soft_wording="" if data.get("no_email") else self._soft_wording,
        )


class PageForm(forms.Form):
    """What an organiser says of a sign-up page."""

    kind = forms.TypedChoiceField(
        label=_("It asks people to"),
        choices=[
            (AskKind.SIGN_UP, _("sign up, and hear from us as they choose")),
            (AskKind.VOLUNTEER, _("volunteer: whoever confirms counts as somebody who would help")),
        ],
        coerce=AskKind,
        required=False,
        empty_value=AskKind.SIGN_UP,
        initial=AskKind.SIGN_UP,
        widget=forms.RadioSelect,
    )
    title = forms.CharField(
        label=_("Title"), max_length=120, help_text=_("What people see first: “Stand with Walthamstow’s buses”.")
    )
    about = forms.CharField(
        label=_("Why sign up"), required=False, max_length=10_000, widget=forms.Textarea, help_text=_("Markdown.")
    )
    question = forms.ModelChoiceField(
        queryset=Question.objects.none(),
        label=_("Also ask"),
        required=False,
        empty_label=_("nothing more"),
        help_text=_("“Which issues matter to you?”: the answers stand beside those from calls."),
    )
    asks_phone = forms.BooleanField(label=_("Ask for a mobile number"), required=False, initial=True)
    asks_postcode = forms.BooleanField(label=_("Ask for the postcode"), required=False, initial=True)
    soft_opt_in = forms.BooleanField(
        label=_("Say that we shall email them, with a box to say no"),
        required=False,
        help_text=_(
            "For charities alone (rule M3): instead of the box that asks for a yes to email. Texts and calls are asked "
            "for as ever."
        ),
    )
    tag = forms.CharField(
        label=_("Tag"), max_length=64, required=False, help_text=_("Put on everybody who confirms, to find them by.")
    )
    thanks = forms.CharField(
        label=_("Thanks"),
        required=False,
        max_length=4_000,
        widget=forms.Textarea,
        help_text=_("Markdown. What they read once they have confirmed, and what they can do next."),
    )
    sites = forms.CharField(
        label=_("Sites that may show it in a frame"),
        required=False,
        max_length=4_000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("One on a line, such as https://www.example.org. Empty: none."),
    )
    press = PressField()

    def __init__(self, *args: Any, campaign: Campaign, page: SignUpPage | None = None, **kwargs: Any) -> None:
        if page is not None:
            kwargs.setdefault(
                "initial",
                {
                    "title": page.ask.title,
                    "about": page.about,
                    "question": page.question_id,
                    "asks_phone": page.asks_phone,
                    "asks_postcode": page.asks_postcode,
                    "soft_opt_in": page.soft_opt_in,
                    "tag": page.tag,
                    "thanks": page.thanks,
                    "sites": "\n".join(page.embedded_on),
                },
            )
        super().__init__(*args, **kwargs)
        if page is not None:
            del self.fields["kind"]
        if soft_opt_in_from(on=timezone.now().date()) is None:
            del self.fields["soft_opt_in"]
        field = self.fields["question"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = Question.objects.filter(
            campaign=campaign,
            kind__in=[QuestionKind.CHOICE, QuestionKind.CHOICES],
            is_voter_id=False,
            retired_at__isnull=True,
        ).order_by("text")

    def clean_sites(self) -> list[str]:
        """Origins."""
        try:
            return origins(self.cleaned_data["sites"])
        except CampaignRuleError as error:
            raise forms.ValidationError(str(error)) from error

    def details(self) -> PageDetails:
        """What was said, for `create_page` and `change_page`."""
        data = self.cleaned_data
        return PageDetails(
            title=data["title"],
            about=data["about"],
            thanks=data["thanks"],
            question=data["question"],
            tag=data["tag"],
            asks_phone=data["asks_phone"],
            asks_postcode=data["asks_postcode"],
            soft_opt_in=data.get("soft_opt_in", False),
            embedded_on=data["sites"],
            kind=data.get("kind", AskKind.SIGN_UP),
        )
