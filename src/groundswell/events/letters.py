"""What the letters of an event say: text and simple HTML, with the imprint and where the data comes from (rules I1, D9)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from groundswell.accounts.models import Organisation
from groundswell.campaigns.cards import NoImprintError, imprint_of
from groundswell.campaigns.consent_boxes import unconfirmed
from groundswell.events.calendars import calendar_of
from groundswell.events.enums import NoticeKind, Venue
from groundswell.events.models import Attendance, Event, Notice
from groundswell.events.own_links import own_address
from groundswell.events.wall_clock import shown, shown_in
from groundswell.messaging.letters import LetterWords
from groundswell.messaging.providers.contract import Enclosed

WITH_CALENDAR = frozenset({NoticeKind.CONFIRMATION, NoticeKind.PLACE, NoticeKind.MOVED, NoticeKind.CANCELLED})


@dataclass(frozen=True)
class Words:
    """Subject and paragraphs of a letter; `facts` says when and where, `button` leads to their own page."""

    subject: str
    paragraphs: tuple[str, ...]
    button: str
    has_facts: bool = True


def compose(notice: Notice, *, now: datetime) -> LetterWords:
    """The letter as it goes out, with what is true of the event by now, in the site's language."""
    with translation.override(settings.LANGUAGE_CODE):
        return _compose(notice, now)


def _compose(notice: Notice, now: datetime) -> LetterWords:
    attendance, event = notice.attendance, notice.attendance.event
    organisation = Organisation.objects.get(pk=1)
    words = _words(notice)
    context = {
        "words": words,
        "name": attendance.person.given_names,
        "event": event,
        "when": when(event, attendance.time_zone),
        "where": where(event),
        "address": own_address(attendance),
        "organisation": organisation,
        "imprint": _imprint(organisation),
        "privacy": organisation.privacy_url or settings.PUBLIC_URL + reverse("privacy"),
        "boxes": unconfirmed(attendance.action) if notice.kind == NoticeKind.CONFIRMATION else [],
    }
    enclosed: tuple[Enclosed, ...] = ()
    if notice.kind in WITH_CALENDAR:
        calendar = calendar_of(event, address=page_address(event), now=now)
        enclosed = (Enclosed("event.ics", "text/calendar", calendar),)
    return LetterWords(
        subject=words.subject,
        text=render_to_string("events/letters/letter.txt", context),
        html=render_to_string("events/letters/letter.html", context),
        enclosed=enclosed,
    )


def page_address(event: Event) -> str:
    """The whole address of the event's public page."""
    return settings.PUBLIC_URL + reverse("events:page", args=[event.ask.slug])


def when(event: Event, time_zone: str) -> str:
    """ "Monday 23 November 2026, 18:00–20:00, London time (GMT)" by the reader's clock; by the event's where it differs."""
    there, here = shown(event), shown_in(time_zone, event.starts_at, event.ends_at)
    if event.venue == Venue.ROOM or (here.day, here.hours) == (there.day, there.hours):
        return f"{there.day}, {there.hours}, {there.zone}"
    said = {"here": f"{here.day}, {here.hours}, {here.zone}", "there": f"{there.day}, {there.hours}, {there.zone}"}
    return _("%(here)s, which is %(there)s where it is held") % said


def where(event: Event) -> str:
    """The address, or that it is online, or both."""
    if event.venue == Venue.ONLINE:
        return _("Online, wherever you are")
    return event.place if event.venue == Venue.ROOM else _("%(place)s, or online") % {"place": event.place.rstrip(". ")}


def _imprint(organisation: Organisation) -> str:
    try:
        return imprint_of(organisation)
    except NoImprintError:
        return organisation.name


def _words(notice: Notice) -> Words:
    attendance: Attendance = notice.attendance
    said = {"title": attendance.event.title}
    own_page = _("Your page")
    match notice.kind:
        case NoticeKind.CONFIRMATION if attendance.is_waiting:
            return Words(
                _("You are on the waiting list: %(title)s") % said,
                (
                    _("Thank you! Every place is taken just now, so you are on the waiting list."),
                    _(
                        "We will write as soon as a place comes free. If you cannot come after all, tell us on your page."
                    ),
                ),
                own_page,
            )
        case NoticeKind.CONFIRMATION:
            return Words(
                _("You are coming: %(title)s") % said,
                (
                    _("Thank you for signing up! Everything you need is on your page."),
                    _("If something comes up, say so there: it takes one press, and somebody else gets the place."),
                ),
                own_page,
            )
        case NoticeKind.PLACE:
            return Words(
                _("A place came free: %(title)s") % said,
                (
                    _(
                        "Good news: a place came free, and it is yours. If you cannot come any more, tell us on your page."
                    ),
                ),
                own_page,
            )
        case NoticeKind.DAY_BEFORE:
            return Words(
                _("Tomorrow: %(title)s") % said,
                (_("Tomorrow it is! You need nothing but a telephone and this link."),)
                if attendance.event.venue != Venue.ROOM
                else (_("Tomorrow it is! We look forward to seeing you."),),
                own_page,
            )
        case NoticeKind.HOUR_BEFORE:
            return Words(
                _("In an hour: %(title)s") % said,
                (_("We begin in an hour. Your page takes you there."),),
                own_page,
            )
        case NoticeKind.MOVED:
            return Words(
                _("Changed: %(title)s") % said,
                (
                    _(
                        "The time or place has changed. This is what holds now; the file attached updates your calendar."
                    ),
                    _("If it does not suit you any more, tell us on your page: it takes one press."),
                ),
                own_page,
            )
        case NoticeKind.CANCELLED:
            reason = attendance.event.cancelled_reason
            because = (_("The reason: %(reason)s") % {"reason": reason},) if reason else ()
            return Words(
                _("Cancelled: %(title)s") % said,
                (_("We are sorry: this is not going to take place."), *because),
                own_page,
            )
        case NoticeKind.THANKS:
            return Words(
                _("Thank you: %(title)s") % said,
                (
                    _("Thank you for coming. Each of you made a difference, and together you made a big one."),
                    _("We hope to see you again soon."),
                ),
                own_page,
                has_facts=False,
            )
    raise ValueError(f"no letter of kind {notice.kind}")
