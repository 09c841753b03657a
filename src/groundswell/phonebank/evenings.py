"""What an event of the kind phone bank needs besides: its list of households, and with it its calling session.

Registered with `events.extensions`, which asks for it on the organiser's pages of events.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django import forms
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from groundswell.accounts.models import User
from groundswell.campaigns.models import Campaign, Script
from groundswell.events.enums import EventStatus
from groundswell.events.extensions import WayIn
from groundswell.events.models import Event
from groundswell.events.rules import EventRuleError
from groundswell.phonebank.boards import in_one_line
from groundswell.phonebank.enums import PhoneBankStatus
from groundswell.phonebank.models import PhoneBank, Session
from groundswell.phonebank.operations.organising import create_phone_bank
from groundswell.phonebank.operations.sessions import open_session
from groundswell.phonebank.rules import PhoneBankError
from groundswell.phonebank.session_numbers import live_numbers
from groundswell.phonebank.session_queries import bank_of
from groundswell.phonebank.session_rules import LOBBY_OPENS, Phase, ends_at, phase_of

PREFIX = "calls"
NAME_LENGTH = 110


class EveningForm(forms.Form):
    """Which list is rung, and whether those who ring most are named."""

    phone_bank = forms.ChoiceField(
        label=_("List to ring"),
        required=False,
        help_text=_("Households in it are rung in this session. It is opened when the session begins."),
    )
    show_leaders = forms.BooleanField(
        label=_("Show who has called most"),
        required=False,
        initial=True,
        help_text=_("First names on the board. Nobody wins anything."),
    )

    def __init__(self, *args: Any, campaign: Campaign, **kwargs: Any) -> None:
        kwargs["prefix"] = PREFIX
        super().__init__(*args, **kwargs)
        banks = PhoneBank.objects.filter(campaign=campaign).exclude(status=PhoneBankStatus.CLOSED)
        scripts = Script.objects.filter(campaign=campaign).order_by("name")
        field = self.fields["phone_bank"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [
            ("", _("Decide later")),
            *((f"bank:{bank.pk}", bank.name) for bank in banks.order_by("-pk")),
            *(
                (f"new:{script.pk}", _t("A new list of the seat, with the script “%(name)s”") % {"name": script.name})
                for script in scripts
            ),
        ]


class PhoneBankEvening:
    """The extension of events of the kind phone bank."""

    panel_template = "phonebank/session/panel.html"

    def form(self, *, campaign: Campaign, event: Event | None, data: Mapping[str, Any] | None) -> EveningForm:
        """The list, and the leader board."""
        session = _session_of(event) if event is not None else None
        initial: dict[str, Any] = {}
        if session is not None:
            initial = {"phone_bank": f"bank:{bank_of(session).pk}", "show_leaders": session.show_leaders}
        return EveningForm(data, campaign=campaign, initial=initial)

    def save(self, *, event: Event, form: forms.Form, by: User) -> None:
        """The event's session, ringing what was chosen. Without a choice all stays as it is.

        Raises EventRuleError.
        """
        kind, _colon, number = form.cleaned_data["phone_bank"].partition(":")
        try:
            if kind == "bank":
                bank = PhoneBank.objects.get(pk=int(number), campaign=event.campaign_id)
            elif kind == "new":
                bank = _new_list(event, Script.objects.get(pk=int(number), campaign=event.campaign_id), by)
            else:
                return
            _open(event, bank, by, show_leaders=form.cleaned_data["show_leaders"])
        except PhoneBankError as error:
            raise EventRuleError(str(error)) from error

    def copy(self, *, source: Event, copy: Event, by: User) -> None:
        """The same list for the same seat; for another seat the list that rings there, or a new one."""
        session = _session_of(source)
        if session is None:
            return
        bank = bank_of(session)
        try:
            if copy.area_id != source.area_id or bank.status == PhoneBankStatus.CLOSED:
                there = PhoneBank.objects.filter(campaign=copy.campaign_id, areas=copy.area_id)
                found = there.exclude(status=PhoneBankStatus.CLOSED).order_by("-pk").first() if copy.area_id else None
                bank = found or _new_list(copy, bank.script, by)
            _open(copy, bank, by, show_leaders=session.show_leaders)
        except PhoneBankError as error:
            raise EventRuleError(str(error)) from error

    def missing(self, event: Event) -> str:
        """The list, if it has none that can be rung."""
        session = _session_of(event)
        if session is None:
            return _t("Choose the list to ring: without one there is nobody to call that evening.")
        if bank_of(session).status == PhoneBankStatus.CLOSED:
            return _t("The list of this event has been closed. Choose another one.")
        return ""

    def panel_context(self, event: Event) -> Mapping[str, Any]:
        """The session, and where it is."""
        session = _session_of(event)
        if session is None:
            return {"session": None, "has_script": Script.objects.filter(campaign=event.campaign_id).exists()}
        return {"session": session, "bank": bank_of(session), "phase": phase_of(session, now=timezone.now())}

    def has_begun(self, event: Event) -> str:
        """Once they ring, the evening is the host's; once it is closed, it has been held."""
        session = _session_of(event)
        if session is None or session.started_at is None:
            return ""
        if session.closed_at is None:
            return _t("People are ringing already. On the host’s page you can give it more time, or close it.")
        return _t("This session has been held and closed. Repeat it in another week instead.")

    def ends_at(self, event: Event) -> datetime:
        """As the host prolonged it."""
        session = _session_of(event)
        return event.ends_at if session is None else ends_at(session)

    def outcome(self, event: Event) -> str:
        """ "14 people made 297 calls for Bury North", once somebody rang."""
        session = _session_of(event)
        if session is None or session.started_at is None:
            return ""
        numbers = live_numbers(session.pk)
        return in_one_line(numbers) if numbers.calls else ""

    def way_in(self, event: Event, *, now: datetime) -> WayIn | None:
        """Into the lobby from two hours before, and into the calls: by the invitation that walk-ins have as well."""
        session = _session_of(event)
        if session is None or session.invitation is None or event.status != EventStatus.PUBLISHED:
            return None
        phase = phase_of(session, now=now)
        if phase not in {Phase.LOBBY, Phase.LIVE}:
            return None
        opens_at = event.starts_at - LOBBY_OPENS
        return WayIn(
            opens_at=opens_at,
            is_open=phase == Phase.LIVE or now >= opens_at,
            invitation=session.invitation,
            address=reverse("phonebank:session", args=[session.pk]),
        )


def _session_of(event: Event) -> Session | None:
    return Session.objects.select_related("event", "invitation").filter(event=event).first()


def _open(event: Event, bank: PhoneBank, by: User, *, show_leaders: bool) -> None:
    open_session(event=event, phone_bank=bank, by=by, now=timezone.now(), show_leaders=show_leaders)


def _new_list(event: Event, script: Script, by: User) -> PhoneBank:
    """A draft of everybody in the seat, or in the campaign's areas, named after the event."""
    areas = [event.area] if event.area is not None else list(event.campaign.areas.all())
    base = event.title[:NAME_LENGTH]
    name, number = base, 2
    while PhoneBank.objects.filter(campaign=event.campaign_id, name=name).exists():
        name, number = f"{base} {number}", number + 1
    return create_phone_bank(campaign=event.campaign, name=name, script=script, by=by, areas=areas)
