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
from groundswell.events.extensions import outcome_of, way_in_of
from groundswell.events.models import Attendance, Event, Notice
from groundswell.events.own_links import own_address
from groundswell.events.queries import next_events
from groundswell.events.wall_clock import own_clock, shown
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
    words = _words(notice, now)
    says_goodbye = notice.kind in {NoticeKind.THANKS, NoticeKind.CANCELLED}
    context = {
        "words": words,
        "name": attendance.person.given_names,
        "event": event,
        "when": when(event, attendance.time_zone),
        "where": where(event),
        "next_time": _next_time(event, attendance.time_zone, now=now) if says_goodbye else None,
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
    there, here = shown(event), own_clock(event, time_zone)
    if here is None:
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


def _next_time(event: Event, time_zone: str, *, now: datetime) -> dict[str, str] | None:
    """Where to meet again, for letters that say goodbye."""
    coming = next_events(event, now=now).first()
    if coming is None:
        return None
    return {"title": coming.title, "when": when(coming, time_zone), "address": page_address(coming)}


def _reminder_of_the_day(event: Event, *, has_way_in: bool) -> str:
    if event.venue == Venue.ROOM:
        return _("Tomorrow it is! We look forward to seeing you.")
    if has_way_in:
        return _("Tomorrow it is! You need nothing but a telephone and your page, which lets you in when it is time.")
    return _("Tomorrow it is! Everything you need is on your page.")


def _reminder_of_the_hour(event: Event, *, has_way_in: bool) -> str:
    if event.venue == Venue.ROOM:
        if has_way_in:
            return _("We begin in an hour. See you there, with a charged telephone: your page leads to the calls.")
        return _("We begin in an hour. See you there!")
    if has_way_in:
        return _("We begin in an hour, and the door is open: your page lets you in.")
    return _("We begin in an hour. Everything you need is on your page.")


def _words(notice: Notice, now: datetime) -> Words:
    attendance: Attendance = notice.attendance
    said = {"title": attendance.event.title}
    own_page = _("Your page")
    way_in = way_in_of(attendance.event, now=now) is not None
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
                    _("Thank you for signing up! Your page lets you in when it is time, without account or password.")
                    if way_in
                    else _("Thank you for signing up! Everything you need is on your page."),
                    _("If something comes up, say so there: it takes one press, and nobody waits for you."),
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
                (_reminder_of_the_day(attendance.event, has_way_in=way_in),),
                own_page,
            )
        case NoticeKind.HOUR_BEFORE:
            return Words(
                _("In an hour: %(title)s") % said,
                (_reminder_of_the_hour(attendance.event, has_way_in=way_in),),
                _("Come in") if way_in else own_page,
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
                    *([f"{outcome}."] if (outcome := outcome_of(attendance.event)) else []),
                    _("We hope to see you again soon."),
                ),
                own_page,
                has_facts=False,
            )
    raise ValueError(f"no letter of kind {notice.kind}")
