"""What an event of one kind needs besides, from a room above that this one may not import.

A phone bank needs its list of households: the room `phonebank` registers an extension when Django starts, and the
organiser's pages ask it for fields of the form, for what is missing before publishing, and for a part of the event's page.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol

from groundswell.events.enums import EventKind

if TYPE_CHECKING:
    from django import forms

    from groundswell.accounts.models import Invitation, User
    from groundswell.campaigns.models import Campaign
    from groundswell.events.models import Event


@dataclass(frozen=True)
class WayIn:
    """How those who signed up come in: from when, by which invitation, and to which page."""

    opens_at: datetime
    is_open: bool
    invitation: Invitation
    address: str


class EventExtension(Protocol):
    """What a room above adds to events of its kind."""

    # A template for the organiser's page of the event, with `event`, `campaign` and what `panel_context` gives.
    panel_template: str

    def form(self, *, campaign: Campaign, event: Event | None, data: Mapping[str, Any] | None) -> forms.Form:
        """The fields below the event's own; with a prefix, so that names do not clash. Not bound where `data` is None."""

    def save(self, *, event: Event, form: forms.Form, by: User) -> None:
        """Keep what the valid form says, in the transaction that saves the event.

        Raises EventRuleError to refuse, whereupon nothing is saved.
        """

    def copy(self, *, source: Event, copy: Event, by: User) -> None:
        """`copy` is `source` a week or more later, perhaps with another seat: give it what it needs of the same."""

    def missing(self, event: Event) -> str:
        """A sentence saying what has to be done before the event can be published; empty when nothing is."""

    def panel_context(self, event: Event) -> Mapping[str, Any]:
        """What the panel needs."""

    def way_in(self, event: Event, *, now: datetime) -> WayIn | None:
        """How whoever has a place comes in, from their own page; None where there is no such way, or no more."""

    def has_begun(self, event: Event) -> str:
        """A sentence saying why it can be neither moved nor called off any more; empty before people began."""

    def ends_at(self, event: Event) -> datetime:
        """When it is over: later than the event says where its host goes on."""

    def outcome(self, event: Event) -> str:
        """What came of it, in a few words for whoever was there; empty where there is nothing to tell."""


_EXTENSIONS: dict[str, EventExtension] = {}


def register(kind: EventKind, extension: EventExtension) -> None:
    """Events of this kind are extended so; the last one registered holds."""
    _EXTENSIONS[kind] = extension


def extension_of(kind: str) -> EventExtension | None:
    """What extends events of this kind, if anything does."""
    return _EXTENSIONS.get(kind)


def end_of(event: Event) -> datetime:
    """When it is over, as far as is known now."""
    extension = extension_of(event.kind)
    return event.ends_at if extension is None else extension.ends_at(event)


def outcome_of(event: Event) -> str:
    """What came of it, for the letter of thanks; empty where nobody counted."""
    extension = extension_of(event.kind)
    return "" if extension is None else extension.outcome(event)


def way_in_of(event: Event, *, now: datetime) -> WayIn | None:
    """How those who signed up for this event come in; None for one at which there is nothing to come in to."""
    extension = extension_of(event.kind)
    return None if extension is None else extension.way_in(event, now=now)
