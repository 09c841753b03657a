"""The numbers of a session: from the ledger of calls, by the rule in `models/session.py`.

`numbers_of` counts the whole evening, exactly. `live_numbers` is for whoever watches: at most two seconds old, one query
in two seconds for each process however many watch. It keeps what can change no more and counts only the last minutes
again, because two thousand callers make eighty thousand calls in an evening.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import connection
from django.utils import timezone

from groundswell.phonebank.dashboards import HERE, Work, sql
from groundswell.phonebank.models import Session
from groundswell.phonebank.rules import ODDITY_CALLS, ODDITY_WINDOW, UNDO_WITHIN
from groundswell.phonebank.session_rules import on_its_clock

# Numbers are read at most once in so many seconds of the wall clock: every process turns over at the same moments, so
# that whoever asks just after one is nowhere shown what was true before the last.
TICK_SECONDS = 2
# A call this old can neither be undone any more, nor still be on its way into the ledger.
SETTLED_AFTER = UNDO_WITHIN + timedelta(seconds=60)
# A household in hand at the close may be finished; a phone that had no signal delivers when it is home.
BELATED = timedelta(hours=12)
WELCOMED_FOR = timedelta(minutes=10)
NEWEST_SHOWN = 12
# What was kept is counted from the ledger again so often, whatever happened: nothing wrong lasts.
RECOUNT_EVERY = timedelta(minutes=5)
# So many sessions are watched in one process before the one longest unwatched is forgotten.
MOST_WATCHED = 64
_BEFORE_EVERYTHING = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class CallerNumbers:
    """What one caller did in a session. `odd_at`: when their last run of odd speed ended, if there was one."""

    user_id: int
    name: str
    is_first_time: bool
    work: Work
    last_at: datetime
    odd_at: datetime | None

    def __add__(self, other: CallerNumbers) -> CallerNumbers:
        odd = [at for at in (self.odd_at, other.odd_at) if at]
        return replace(
            other,
            work=self.work + other.work,
            last_at=max(self.last_at, other.last_at),
            odd_at=max(odd, default=None),
        )


@dataclass(frozen=True, slots=True)
class Moment:
    """A conversation: whose, and when it was recorded."""

    user_id: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Arrival:
    """Somebody who never rang before, and when they came."""

    user_id: int
    name: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Facts:
    """What a session is, apart from its numbers."""

    session_id: int
    board_key: str
    show_leaders: bool
    started_at: datetime | None
    closed_at: datetime | None
    ends_at: datetime
    begins_at: datetime
    title: str
    target: int | None
    hashtag: str
    time_zone: str
    seat: str
    campaign_id: int
    campaign_slug: str
    campaign: str
    bank_ids: tuple[int, ...]
    speed: int = 1

    @property
    def is_rehearsal(self) -> bool:
        """Whether the evening is played faster than time goes by, with invented people."""
        return self.speed > 1

    def shown(self, at: datetime) -> datetime:
        """A moment as the session's own clock has it, which in a rehearsal runs faster from the start on."""
        return on_its_clock(at, started_at=self.started_at, speed=self.speed)


@dataclass(frozen=True, slots=True)
class SessionNumbers:
    """The numbers of one session at one moment: nothing of whom they called, nor of what these said.

    `minutes` are those in which anybody rang, in order, by the session's own clock (`Facts.shown`). `newest` are the last
    conversations, newest first. `caller_hours`: how long its callers were there, together, by that clock.
    `unranked` are the callers with a run of odd speed that no organiser has looked at since.
    """

    facts: Facts
    at: datetime
    work: Work
    minutes: tuple[tuple[datetime, Work], ...]
    callers: dict[int, CallerNumbers]
    unranked: frozenset[int]
    joined: int
    here: int
    caller_hours: float
    arrivals: tuple[Arrival, ...]
    newest: tuple[Moment, ...]

    @property
    def calls(self) -> int:
        """Dials: every call made, answered or not."""
        return self.work.dials

    @property
    def conversations(self) -> int:
        """Calls in which somebody talked."""
        return self.work.contacts

    @property
    def identified(self) -> int:
        """Conversations that placed a voter: how many, never where."""
        return self.work.identified

    @property
    def calls_per_caller_hour(self) -> float:
        """Dials in each hour that a caller was there; 0 when nobody was."""
        return self.calls / self.caller_hours if self.caller_hours else 0.0

    @property
    def ends_shown(self) -> datetime:
        """Where its pictures end, by the session's own clock: now, or its close."""
        return self.facts.shown(min(self.facts.closed_at or self.at, self.at))

    @property
    def callers_who_rang(self) -> int:
        """Callers with one call at least."""
        return sum(1 for caller in self.callers.values() if caller.work.dials)

    def work_of(self, user_id: int) -> Work:
        """What one caller did in it."""
        found = self.callers.get(user_id)
        return found.work if found else Work()


@dataclass(frozen=True, slots=True)
class _Settled:
    """What was counted up to a moment and changes no more, and of which session in which state."""

    facts: Facts
    begun_at: datetime
    until: datetime
    callers: dict[int, CallerNumbers] = field(default_factory=dict)
    minutes: dict[datetime, Work] = field(default_factory=dict)
    newest: list[Moment] = field(default_factory=list)

    def is_of(self, facts: Facts) -> bool:
        """Whether it may be counted on from here: another list, start or close may let in calls of long ago."""
        ours = self.facts
        return (ours.bank_ids, ours.started_at, ours.closed_at) == (facts.bank_ids, facts.started_at, facts.closed_at)


def numbers_of(session_id: int, *, now: datetime) -> SessionNumbers:
    """Every call of the session counted anew, to the row. One query. Raises Session.DoesNotExist."""
    return _count(session_id, None, now)[0]


def _count(session_id: int, settled: _Settled | None, now: datetime) -> tuple[SessionNumbers, _Settled]:
    if settled is not None and now - settled.begun_at > RECOUNT_EVERY:
        settled = None
    until = now - SETTLED_AFTER
    row = _read(session_id, since=settled.until if settled else _BEFORE_EVERYTHING, until=until, now=now)
    facts = Facts(*row[:17])
    if settled is not None and not settled.is_of(facts):
        return _count(session_id, None, now)
    joined, here, present_seconds, reviewed, arrivals, by_caller, by_minute, newest = row[17:]
    kept = _Settled(facts, now, until)
    if settled is not None:
        kept = replace(kept, begun_at=settled.begun_at, **_copies(settled))
    _add(kept, by_caller, by_minute, newest, settled=True)
    found = replace(kept, **_copies(kept))
    _add(found, by_caller, by_minute, newest, settled=False)
    looked_at = {user_id: _moment(at) for user_id, at in reviewed}
    numbers = SessionNumbers(
        facts=facts,
        at=now,
        work=sum(found.minutes.values(), Work()),
        minutes=tuple(sorted(found.minutes.items())),
        callers=found.callers,
        unranked=frozenset(
            user_id
            for user_id, caller in found.callers.items()
            if caller.odd_at and caller.odd_at > looked_at.get(user_id, _BEFORE_EVERYTHING)
        ),
        joined=joined,
        here=here,
        caller_hours=float(present_seconds) * facts.speed / 3600,
        arrivals=tuple(Arrival(user_id, name, _moment(at)) for user_id, name, at in arrivals),
        newest=tuple(found.newest),
    )
    return numbers, kept


def _copies(settled: _Settled) -> dict[str, Any]:
    return {"callers": {**settled.callers}, "minutes": {**settled.minutes}, "newest": [*settled.newest]}


def _add(to: _Settled, by_caller: list[Any], by_minute: list[Any], newest: list[Any], *, settled: bool) -> None:
    """Add the counts that the statement found: those that are settled, or those that are not."""
    for user_id, name, first, settles, dials, contacts, identified, last, odd in by_caller:
        if settles == settled:
            work = Work(dials, contacts, identified)
            more = CallerNumbers(user_id, name, first, work, _moment(last), _moment(odd) if odd else None)
            to.callers[user_id] = to.callers[user_id] + more if user_id in to.callers else more
    for minute, settles, dials, contacts, identified in by_minute:
        if settles == settled:
            at = _moment(minute)
            to.minutes[at] = to.minutes.get(at, Work()) + Work(dials, contacts, identified)
    to.newest.extend(Moment(user_id, _moment(at)) for user_id, settles, at in newest if settles == settled)
    to.newest.sort(key=lambda moment: (moment.at, moment.user_id), reverse=True)
    del to.newest[NEWEST_SHOWN:]


def _read(session_id: int, *, since: datetime, until: datetime, now: datetime) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(
            sql("session_numbers"),
            {
                "session": session_id,
                "since": since,
                "until": until,
                "now": now,
                "odd_calls": ODDITY_CALLS,
                "odd_seconds": ODDITY_WINDOW.total_seconds(),
                "belated": BELATED.total_seconds(),
                "here": HERE.total_seconds(),
                "welcome": WELCOMED_FOR.total_seconds(),
                "newest": NEWEST_SHOWN,
            },
        )
        row = cursor.fetchone()
    if row is None:
        raise Session.DoesNotExist
    return (*row[:15], tuple(row[15]), *row[16:])


def _moment(epoch: float) -> datetime:
    """A moment that the database gave as seconds, so that it could stand in JSON."""
    return datetime.fromtimestamp(epoch, tz=UTC)


class Watched:
    """One session as this process shows it: read by one thread in a tick, while the others wait for what it finds."""

    def __init__(self, session_id: int) -> None:
        self.session_id = session_id
        self._lock = threading.Lock()
        self._tick = -1
        self._settled: _Settled | None = None
        self._numbers: SessionNumbers | None = None

    def numbers(self) -> SessionNumbers:
        """The numbers as of this tick. Raises Session.DoesNotExist."""
        tick = this_tick()
        if self._numbers is not None and self._tick == tick:
            return self._numbers
        with self._lock:
            tick = this_tick()
            if self._numbers is None or self._tick != tick:
                self._numbers, self._settled = _count(self.session_id, self._settled, timezone.now())
                self._tick = tick
            return self._numbers


def tick_at(seconds: float) -> int:
    """Which turn of the wall clock it is."""
    return int(seconds // TICK_SECONDS)


def this_tick() -> int:
    """The turn it is now: what is kept for a tick is read anew in the next."""
    return tick_at(time.time())


def seconds_to_next_tick() -> float:
    """In how long newer numbers can be had."""
    return TICK_SECONDS - time.time() % TICK_SECONDS


_watched: OrderedDict[int, Watched] = OrderedDict()
_watching = threading.Lock()


def live_numbers(session_id: int) -> SessionNumbers:
    """The numbers for a screen, at most TICK_SECONDS old. Raises Session.DoesNotExist."""
    with _watching:
        watched = _watched.setdefault(session_id, Watched(session_id))
        _watched.move_to_end(session_id)
        while len(_watched) > MOST_WATCHED:
            _watched.popitem(last=False)
    try:
        return watched.numbers()
    except Session.DoesNotExist:
        with _watching:
            _watched.pop(session_id, None)
        raise


def forget_numbers(session_id: int | None = None) -> None:
    """Read anew at the next look: after the host has changed something, and between tests."""
    with _watching:
        if session_id is None:
            _watched.clear()
        else:
            _watched.pop(session_id, None)
