"""The room's forms: joining, inviting, the team, the organisation, the audit log's filters."""

from __future__ import annotations

import functools
import operator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from allauth.mfa.webauthn.forms import AddWebAuthnForm
from django import forms
from django.contrib.auth.password_validation import validate_password
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from groundswell.accounts.above import areas_of_campaigns, campaigns
from groundswell.accounts.access import limit_to_areas
from groundswell.accounts.enums import AuditAction, Role
from groundswell.accounts.models import Membership, Organisation, User
from groundswell.accounts.names import NameField
from groundswell.accounts.rules import GRANTABLE

if TYPE_CHECKING:
    OrganisationModelForm = forms.ModelForm[Organisation]
    UserModelForm = forms.ModelForm[User]
else:  # Django's forms take no type parameter when they run
    OrganisationModelForm = UserModelForm = forms.ModelForm

EVERY_CAMPAIGN = ("every", _("Every campaign, those to come included"))


class JoinForm(forms.Form):
    """What a volunteer tells us: a name, and an email if they want to come back or the link asks for it."""

    name = NameField(
        label=_("Your name"),
        max_length=100,
        help_text=_("What the organiser and the people you ring know you by. A first name will do."),
        widget=forms.TextInput(attrs={"autocomplete": "name", "autofocus": True}),
    )
    email = forms.EmailField(
        label=_("Email"),
        required=False,
        help_text=_("So that you can sign in again, here or on another phone. We send a code to it."),
        widget=forms.EmailInput(attrs={"autocomplete": "email", "inputmode": "email"}),
    )

    def __init__(self, *args: Any, requires_email: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if requires_email:
            self.fields["email"].required = True
            self.fields["email"].help_text = _("We send a code to it to make sure that it is yours.")

    def clean_email(self) -> str:
        """Addresses are kept in lower case."""
        return str(self.cleaned_data["email"]).lower()


class CodeForm(forms.Form):
    """The code from the email."""

    code = forms.CharField(
        label=_("Code"),
        max_length=20,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "autofocus": True, "class": "code"}),
    )

    def clean_code(self) -> str:
        """As typed or pasted: case, blanks and dashes do not matter."""
        return "".join(c for c in str(self.cleaned_data["code"]).upper() if c.isalnum())


class PasskeyForm(AddWebAuthnForm):  # type: ignore[misc]
    """A new passkey, in our words, and to sign in with it alone unless one says otherwise."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        name, alone = self.fields["name"], self.fields["passwordless"]
        name.label, name.help_text = _("Name"), _("To know it by, such as “My phone”.")
        name.widget.attrs.pop("placeholder", None)
        alone.label, alone.initial = _("Sign in with it alone"), True
        alone.help_text = _("One touch, no code and no password. Without this it is only asked for after them.")


class InvitationForm(forms.Form):
    """A new invitation link, within what the inviting member may give."""

    role = forms.ChoiceField(label=_("As"), choices=[])
    campaign = forms.ChoiceField(label=_("Campaign"), choices=[])
    label = forms.CharField(
        label=_("Note"),
        max_length=100,
        required=False,
        help_text=_("For yourself: where you share this link, such as “Monday WhatsApp group”."),
    )
    days = forms.TypedChoiceField(
        label=_("Works for"),
        coerce=int,
        initial=7,
        choices=[(1, _("a day")), (7, _("a week")), (31, _("a month")), (92, _("three months"))],
    )
    max_uses = forms.IntegerField(
        label=_("How many people"), min_value=1, max_value=5000, initial=30, help_text=_("Then the link stops working.")
    )
    requires_email = forms.BooleanField(
        label=_("Ask callers for their email"),
        required=False,
        help_text=_("Slower to join, but you know who came. Staff are always asked."),
    )
    areas: forms.ModelMultipleChoiceField[Any] = forms.ModelMultipleChoiceField(
        label=_("Only in these areas"), queryset=None, required=False, help_text=_("Choose none for everywhere.")
    )

    def __init__(self, *args: Any, memberships: list[Membership], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.memberships = memberships
        roles = [role for role in Role if any(role in GRANTABLE[Role(m.role)] for m in memberships)]
        roles.sort(key=lambda role: role != Role.CALLER)
        self._choices("role", [(role.value, role.label) for role in roles])
        everywhere = any(m.campaign_id is None for m in memberships)
        wanted = campaigns().filter(archived_at__isnull=True).order_by("name")
        if not everywhere:
            wanted = wanted.filter(pk__in=[m.campaign_id for m in memberships])
        choices: list[tuple[str, Any]] = [(str(c.pk), c.name) for c in wanted]
        _offer_areas(self._areas(), areas_of_campaigns([int(pk) for pk, _name in choices]), memberships)
        if any(m.campaign_id is None and m.role == Role.OWNER for m in memberships):
            choices.append(EVERY_CAMPAIGN)
        self._choices("campaign", choices)
        self.fields["campaign"].error_messages["required"] = _("Choose a campaign.")
        self.fields["campaign"].help_text = _("Callers ring for one campaign.")
        if not self._areas().queryset.exists():
            del self.fields["areas"]

    def _choices(self, field: str, choices: list[tuple[str, Any]]) -> None:
        self.fields[field].choices = choices  # type: ignore[attr-defined]

    def _areas(self) -> Any:
        return self.fields["areas"]

    def clean(self) -> dict[str, Any]:
        """A caller rings for one campaign; a link for staff is for few."""
        cleaned = super().clean() or {}
        if cleaned.get("role") == Role.CALLER and cleaned.get("campaign") == EVERY_CAMPAIGN[0]:
            self.add_error("campaign", self._one_campaign())
        if cleaned.get("role") not in (None, Role.CALLER) and (cleaned.get("max_uses") or 0) > 10:
            self.add_error("max_uses", _("A link for staff can be used by ten people at most. Make another for more."))
        return cleaned

    def _one_campaign(self) -> Any:
        if len(self.fields["campaign"].choices) == 1:  # type: ignore[attr-defined]
            return _("Callers ring for one campaign, and there is none yet: begin it first.")
        return _("Choose the campaign that callers will ring for.")

    def campaign_id(self) -> int | None:
        """The campaign chosen, None for every campaign."""
        chosen = self.cleaned_data["campaign"]
        return None if chosen == EVERY_CAMPAIGN[0] else int(chosen)

    def inviting_as(self) -> Membership | None:
        """The member's membership that covers what they ask for: the one in that campaign, or for every campaign."""
        wanted = self.campaign_id()
        role = Role(self.cleaned_data["role"])
        covering = [m for m in self.memberships if m.campaign_id is None or m.campaign_id == wanted]
        return next((m for m in covering if role in GRANTABLE[Role(m.role)]), None)

    def expires_at(self) -> datetime:
        """From now on for the time chosen."""
        return timezone.now() + timedelta(days=self.cleaned_data["days"])


class MembershipForm(forms.Form):
    """Another role or other areas for a member."""

    role = forms.ChoiceField(label=_("Role"), choices=[])
    areas: forms.ModelMultipleChoiceField[Any] = forms.ModelMultipleChoiceField(
        label=_("Only in these areas"), queryset=None, required=False, help_text=_("Choose none for everywhere.")
    )

    def __init__(self, *args: Any, by: Membership, membership: Membership, **kwargs: Any) -> None:
        kwargs["initial"] = {"role": membership.role, "areas": membership.areas.all()}
        super().__init__(*args, **kwargs)
        roles = [r for r in Role if r in GRANTABLE[Role(by.role)]]
        if membership.campaign_id is None:
            roles = [r for r in roles if r != Role.CALLER]
        self.fields["role"].choices = [(r.value, r.label) for r in roles]  # type: ignore[attr-defined]
        ids = [membership.campaign_id] if membership.campaign_id else list(campaigns().values_list("pk", flat=True))
        areas: Any = self.fields["areas"]
        _offer_areas(areas, areas_of_campaigns(ids), [by])
        if not areas.queryset.exists():
            del self.fields["areas"]


def _offer_areas(field: Any, areas: Any, memberships: list[Membership]) -> None:
    """The areas that one of these memberships may give. Naming none gives all of them, and no more."""
    if all(m.is_limited() for m in memberships):
        offered = [limit_to_areas(areas, m, "pk") for m in memberships]
        areas = functools.reduce(operator.or_, offered)
        field.help_text = _("These are yours. Choose none for all of them.")
    field.queryset = areas


class OrganisationForm(OrganisationModelForm):
    """Who calls and how they can be reached: read out in every call (rule C6), shown on every page (I1)."""

    privacy_url = forms.URLField(
        label=_("Privacy notice"),
        required=False,
        assume_scheme="https",
        help_text=_("Where your privacy notice is. Without one, a plain page of ours is shown."),
    )

    class Meta:
        model = Organisation
        fields = ["name", "kind", "contact_address", "contact_phone", "contact_email", "privacy_url", "imprint"]
        widgets = {
            "contact_address": forms.Textarea(attrs={"rows": 3, "autocomplete": "street-address"}),
            "imprint": forms.Textarea(attrs={"rows": 2}),
            "contact_phone": forms.TextInput(attrs={"type": "tel"}),
        }
        help_texts = {
            "name": _("As callers say it: “I am calling for …”."),
            "kind": _("Many of the rules on contact and money depend on this."),
            "contact_address": _("Callers give it to whoever asks."),
            "contact_phone": _("Callers give it to whoever asks."),
            "imprint": _("Shown on every page: promoter’s name and postal address, and on whose behalf."),
        }


class RenameForm(UserModelForm):
    """The name others see."""

    class Meta:
        model = User
        fields = ["name"]
        field_classes = {"name": NameField}
        widgets = {"name": forms.TextInput(attrs={"autocomplete": "name"})}


class SetupForm(forms.Form):
    """The first owner and the organisation, on the very first page."""

    organisation = forms.CharField(
        label=_("Your organisation"), max_length=200, help_text=_("As callers say it: “I am calling for …”.")
    )
    kind = forms.ChoiceField(
        label=_("It is a"),
        choices=Organisation._meta.get_field("kind").choices or [],
        help_text=_("Many of the rules on contact and money depend on this."),
    )
    name = NameField(label=_("Your name"), max_length=100, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    email = forms.EmailField(label=_("Your email"), widget=forms.EmailInput(attrs={"autocomplete": "username"}))
    password = forms.CharField(
        label=_("Password"),
        strip=False,
        help_text=_("At least ten characters; three unrelated words do well."),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def clean_email(self) -> str:
        """Addresses are kept in lower case; one belongs to one account."""
        email = str(self.cleaned_data["email"]).lower()
        if User.objects.filter(email=email).exists():
            raise forms.ValidationError(_("This address already has an account here. Use another."))
        return email

    def clean_password(self) -> str:
        """Long enough, and none of the common ones."""
        password = str(self.cleaned_data["password"])
        validate_password(password, User(name=self.data.get("name", ""), email=self.data.get("email", "")))
        return password


class AuditFilterForm(forms.Form):
    """What to look for in the audit log. All of it optional."""

    who = forms.CharField(label=_("Who"), required=False, max_length=100)
    action = forms.ChoiceField(
        label=_("What kind"), required=False, choices=[("", _("Anything")), *AuditAction.choices]
    )
    verb = forms.CharField(label=_("What exactly"), required=False, max_length=64)
    subject = forms.RegexField(
        r"^[a-z_.]+(:\d+)?$",
        label=_("On what"),
        required=False,
        help_text=_("Such as people.person:42"),
        error_messages={"invalid": _("Write it as people.person:42, or people.person for all of them.")},
    )
    since = forms.DateField(
        label=_("From"), required=False, widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    )
    until = forms.DateField(
        label=_("To"), required=False, widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    )

    def clean_verb(self) -> str:
        """As the log keeps it, however the words were typed."""
        return "_".join(str(self.cleaned_data["verb"]).lower().split())
