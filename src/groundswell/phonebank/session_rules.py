"""What may happen in a calling session, and how each of its callers is getting on. Pure: `now` is passed in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from groundswell.events.enums import EventKind, EventStatus
from groundswell.phonebank.enums import PhoneBankStatus
from groundswell.phonebank.rules import PhoneBankError

if TYPE_CHECKING:
    from groundswell.events.models import Event
    from groundswell.phonebank.models import PhoneBank, Session

# The host may begin before the hour, but not on another day by mistake.
EARLIEST_START = timedelta(hours=12)
# The lobby's door: from then on callers are led to it instead of to the bare list of phone banks.
LOBBY_OPENS = timedelta(hours=2)
LONGEST_EXTENSION = timedelta(hours=3)
# A session that nobody closed ends by itself, once everybody has had time to finish a call.
CLOSES_BY_ITSELF = timedelta(minutes=15)
# So many times faster than an evening goes by, at most: two hours in a minute.
FASTEST_REHEARSAL = 120
# Somebody whose page has not been heard of for so long is away: no signal, the phone in a pocket, gone home.
AWAY = timedelta(minutes=3)
# A conversation takes three or four minutes; so long on one household, and somebody should ask how it goes.
STUCK = timedelta(minutes=10)
# Nothing in hand and no result for so long.
IDLE = timedelta(minutes=3)


# Where thousands wait for the hour, so many go to their first household in a second, and nobody waits longer for theirs
# than half a minute. A dozen go at once.
STARTS_A_SECOND = 60
LONGEST_SPREAD = 30


class SessionError(PhoneBankError):
    """Something a session does not allow; the message says what is wrong and what to do."""


class Phase(StrEnum):
    """Where a session is."""

    CANCELLED = "cancelled"
    LOBBY = "lobby"
    LIVE = "live"
    CLOSED = "closed"
    # Its time passed and nobody began.
    MISSED = "missed"


class Standing(StrEnum):
    """How a caller is getting on."""

    WAITING = "waiting"
    CALLING = "calling"
    STUCK = "stuck"
    IDLE = "idle"
    PAUSED = "paused"
    AWAY = "away"
    LEFT = "left"


@dataclass(frozen=True, slots=True)
class Seen:
    """What is known of a caller in a session; each moment is None if it never came."""

    joined_at: datetime
    last_seen_at: datetime
    left_at: datetime | None = None
    paused_at: datetime | None = None
    # Since when the household in their hands is there, or the last result about it.
    in_hand_since: datetime | None = None
    last_result_at: datetime | None = None


def ends_at(session: Session) -> datetime:
    """When it ends: as the host extended it, else as the event says."""
    return max(session.extended_until or session.event.ends_at, session.event.ends_at)


def phase_of(session: Session, *, now: datetime) -> Phase:
    """Where it is now."""
    if session.closed_at is not None:
        return Phase.CLOSED
    if session.started_at is not None:
        return Phase.LIVE
    if session.event.status == EventStatus.CANCELLED:
        return Phase.CANCELLED
    return Phase.MISSED if ends_at(session) <= now else Phase.LOBBY


def closes_by_itself_at(session: Session) -> datetime:
    """When it is closed if nobody does."""
    return ends_at(session) + CLOSES_BY_ITSELF


def check_can_ring(event: Event, phone_bank: PhoneBank) -> None:
    """Raise SessionError unless this event's session may ring this list."""
    if event.kind != EventKind.PHONE_BANK:
        raise SessionError(_("Only an event of the kind “phone bank” has a calling session."))
    if phone_bank.campaign_id != event.campaign_id:
        raise SessionError(_("That phone bank belongs to another campaign. Choose one of this campaign."))
    if phone_bank.status == PhoneBankStatus.CLOSED:
        raise SessionError(_("“%(name)s” is closed. Choose another phone bank, or make one.") % {"name": phone_bank})


def check_join(session: Session, *, now: datetime) -> None:
    """Raise SessionError once nobody can join any more."""
    phase = phase_of(session, now=now)
    if phase == Phase.CANCELLED:
        raise SessionError(_("This session was called off. Thank you for wanting to come."))
    if phase in {Phase.CLOSED, Phase.MISSED}:
        raise SessionError(_("This session is over. Thank you for wanting to come; there will be another."))


def can_start(session: Session, *, as_host: bool, now: datetime) -> bool:
    """Callers begin at the hour; the host may begin earlier on the day."""
    if phase_of(session, now=now) != Phase.LOBBY or session.event.status != EventStatus.PUBLISHED:
        return False
    return now >= session.event.starts_at - (EARLIEST_START if as_host else timedelta(0))


def check_start(session: Session, *, as_host: bool, now: datetime) -> None:
    """Raise SessionError unless it may begin."""
    check_join(session, now=now)
    if session.event.status != EventStatus.PUBLISHED:
        raise SessionError(_("This event is still a draft. Publish it first, so that people can come."))
    if not can_start(session, as_host=as_host, now=now):
        raise SessionError(
            _("It is too early: this session begins at %(when)s.") % {"when": clock(session.event.starts_at, session)}
        )


def check_live(session: Session, *, now: datetime) -> None:
    """Raise SessionError unless it is running."""
    phase = phase_of(session, now=now)
    if phase == Phase.CLOSED:
        raise SessionError(_("This session has been closed meanwhile."))
    if phase != Phase.LIVE:
        raise SessionError(_("This session has not begun yet."))


def check_rehearsal(session: Session, *, speed: int) -> None:
    """Raise SessionError unless this session may be played at that speed: whoever is real has time as it is."""
    if not 1 <= speed <= FASTEST_REHEARSAL:
        raise SessionError(
            _("A rehearsal runs at 1 to %(most)s times the speed of an evening.") % {"most": FASTEST_REHEARSAL}
        )
    if speed > 1 and not session.event.campaign.is_demo:
        raise SessionError(
            _("Only a session of the demo can be rehearsed faster: real people are called in real time.")
        )


def check_extension(session: Session, *, until: datetime, now: datetime) -> None:
    """Raise SessionError unless the session may go on until then; an end that is set already is no mistake."""
    check_live(session, now=now)
    end = ends_at(session)
    if until < end:
        raise SessionError(_("It goes on until %(when)s already.") % {"when": clock(end, session)})
    if until <= now:
        raise SessionError(_("That time has passed. Choose a later one."))
    if until > session.event.ends_at + LONGEST_EXTENSION:
        latest = session.event.ends_at + LONGEST_EXTENSION
        raise SessionError(
            _("That is long enough: %(when)s is the latest. Callers need a rest.") % {"when": clock(latest, session)}
        )


def check_message(text: str) -> str:
    """The message, trimmed. Raises SessionError if it says nothing or too much."""
    text = " ".join(text.replace("\0", "").split())
    if not text:
        raise SessionError(_("Write what everybody should read."))
    if len(text) > 280:
        raise SessionError(_("That is too long to read between two calls: at most 280 characters."))
    return text


def clock(moment: datetime, session: Session) -> str:
    """A time of day by the event's own clock."""
    return date_format(timezone.localtime(moment, ZoneInfo(session.event.time_zone)), "H:i")


def start_spread(callers: int) -> int:
    """Over how many seconds from the start so many callers are let in to their first household.

    Each phone takes a moment of its own in them and goes then, or at once if that has passed: all in the same second would
    keep everybody waiting, and the last until their phone gives up.
    """
    return min(LONGEST_SPREAD, callers // STARTS_A_SECOND)


def on_its_clock(moment: datetime, *, started_at: datetime | None, speed: int) -> datetime:
    """A moment as the session's own clock has it, which in a rehearsal runs `speed` times as fast from the start on."""
    if started_at is None or moment <= started_at:
        return moment
    return started_at + (moment - started_at) * speed


def minutes_until(moment: datetime, now: datetime) -> int:
    """Whole minutes until then, the one that has begun counted; 0 once it has passed."""
    return max(0, -int((now - moment).total_seconds() // 60))


def standing_of(seen: Seen, *, live_since: datetime | None, now: datetime) -> tuple[Standing, datetime]:
    """How somebody is getting on, and since when. `live_since`: when the session began, None before."""
    if seen.left_at is not None:
        return Standing.LEFT, seen.left_at
    if now - seen.last_seen_at > AWAY:
        return Standing.AWAY, seen.last_seen_at
    if live_since is None:
        return Standing.WAITING, seen.joined_at
    if seen.paused_at is not None:
        return Standing.PAUSED, seen.paused_at
    if seen.in_hand_since is not None:
        stuck = now - seen.in_hand_since > STUCK
        return (Standing.STUCK if stuck else Standing.CALLING), seen.in_hand_since
    since = max(seen.joined_at, live_since, seen.last_result_at or live_since)
    return (Standing.IDLE if now - since > IDLE else Standing.CALLING), since


def first_name(name: str) -> str:
    """What the others in the lobby see: no surname, and never an email address."""
    words = name.split("@")[0].split()
    return words[0] if words else _("Somebody")
