"""What a session's board says, from its numbers: progress, milestones, the ticker, who has called most. Pure.

Nothing here knows a voter or an answer: it is made of `SessionNumbers`, which hold counts, callers and moments.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib.humanize.templatetags.humanize import intcomma
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from groundswell.phonebank.dashboards import Work
from groundswell.phonebank.session_numbers import CallerNumbers, SessionNumbers
from groundswell.phonebank.session_rules import first_name

# The picture shows the last half hour; the report the whole evening.
MINUTES_SHOWN = 30
TICKER_SHOWN = 7
LEADERS_SHOWN = 8
# A milestone is celebrated for so long after the minute in which it was reached.
CELEBRATED_FOR = timedelta(minutes=2)
CELEBRATED_AT_LEAST = timedelta(seconds=10)
FIRST_MILESTONES = (10, 25, 50, 100, 150, 200, 250, 300, 400, 500, 750, 1000)
MILESTONES_AFTER = 1000
CALLS_BADGES = (100, 50, 25, 10)
CONVERSATIONS_BADGES = (20, 10, 5)
A_MINUTE = timedelta(minutes=1)


class Phase(StrEnum):
    """Where the evening is, as far as the board knows."""

    BEFORE = "before"
    LIVE = "live"
    OVER = "over"


@dataclass(frozen=True, slots=True)
class Milestone:
    """A number of calls that the team reached, in which minute, and whether it is the target."""

    calls: int
    at: datetime
    is_target: bool

    @property
    def words(self) -> str:
        """What is said of it."""
        if self.is_target:
            return _("Target reached: %(calls)s calls together!") % {"calls": intcomma(self.calls)}
        return _("%(calls)s calls together!") % {"calls": intcomma(self.calls)}


@dataclass(frozen=True, slots=True)
class TickerItem:
    """One line of what is going on: when, which icon, what."""

    at: datetime
    icon: str
    words: str


@dataclass(frozen=True, slots=True)
class Leader:
    """A caller in the ranking. Those with as many calls and conversations share a place."""

    place: int
    name: str
    caller: CallerNumbers

    @property
    def work(self) -> Work:
        """What they did."""
        return self.caller.work

    @property
    def badges(self) -> tuple[str, ...]:
        """What they may be proud of."""
        return badges_of(self.caller)


@dataclass(frozen=True, slots=True)
class Board:
    """All that a board shows of a session."""

    numbers: SessionNumbers
    phase: Phase
    celebrated: Milestone | None
    columns: list[dict[str, Any]]
    ticker: list[TickerItem]
    leaders: list[Leader]
    leader_by_id: dict[int, Leader]

    @property
    def in_one_line(self) -> str:
        """Who made how many calls for which place."""
        return in_one_line(self.numbers)

    @property
    def target_done(self) -> int:
        """Calls as far as the target reaches, for the bar."""
        return min(self.numbers.calls, self.numbers.facts.target or 0)

    @property
    def percent(self) -> int:
        """Of the target, rounded down: a hundred is said only when it is reached."""
        target = self.numbers.facts.target
        return 100 * self.numbers.calls // target if target else 0

    @property
    def top(self) -> list[Leader]:
        """Those whom the board has room for; nobody where the organiser shows none, or one calls alone."""
        if not self.numbers.facts.show_leaders or len(self.leaders) < 2:
            return []
        return self.leaders[:LEADERS_SHOWN]

    def leader(self, user_id: int) -> Leader | None:
        """One caller's own place; None for one who has not called, or is not ranked."""
        return self.leader_by_id.get(user_id)


def board_of(numbers: SessionNumbers) -> Board:
    """What the board says of these numbers."""
    reached = list(milestones(numbers))
    names = short_names(numbers)
    leaders = ranking(numbers, names)
    return Board(
        numbers=numbers,
        phase=phase_of(numbers),
        celebrated=_celebrated(reached, numbers),
        columns=minute_columns(numbers),
        ticker=ticker(numbers, reached, names),
        leaders=leaders,
        leader_by_id={leader.caller.user_id: leader for leader in leaders},
    )


def phase_of(numbers: SessionNumbers) -> Phase:
    """Before, during or after the calling."""
    facts = numbers.facts
    if facts.closed_at:
        return Phase.OVER
    return Phase.LIVE if facts.started_at else Phase.BEFORE


def milestones(numbers: SessionNumbers) -> Iterator[Milestone]:
    """The milestones the team has reached, in order, each with the minute in which it was."""
    marks = list(_marks(numbers.calls, numbers.facts.target))
    done = 0
    for minute, work in numbers.minutes:
        done += work.dials
        while marks and marks[0] <= done:
            calls = marks.pop(0)
            yield Milestone(calls, minute, is_target=calls == numbers.facts.target)


def _marks(calls: int, target: int | None) -> Iterator[int]:
    marks = {mark for mark in FIRST_MILESTONES if mark <= calls}
    marks |= set(range(2 * MILESTONES_AFTER, calls + 1, MILESTONES_AFTER))
    if target and target <= calls:
        marks.add(target)
    return iter(sorted(marks))


def _celebrated(reached: list[Milestone], numbers: SessionNumbers) -> Milestone | None:
    # In a rehearsal two minutes are over before anybody has looked up.
    lasts = max(CELEBRATED_FOR, CELEBRATED_AT_LEAST * numbers.facts.speed)
    now = numbers.facts.shown(numbers.at)
    fresh = [each for each in reached if now - each.at < lasts]
    return max(fresh, key=lambda each: (each.is_target, each.calls), default=None)


def minute_columns(numbers: SessionNumbers) -> list[dict[str, Any]]:
    """Calls in each of the last minutes, quiet ones too: up to now, or to the end."""
    facts = numbers.facts
    if facts.started_at is None:
        return []
    by_minute = dict(numbers.minutes)
    end = _minute(numbers.ends_shown)
    begin = max(_minute(facts.started_at), end - (MINUTES_SHOWN - 1) * A_MINUTE)
    return _columns(by_minute, begin, end, 1, facts.time_zone)


def evening_columns(numbers: SessionNumbers, *, most: int = MINUTES_SHOWN) -> list[dict[str, Any]]:
    """The whole evening in at most so many columns of as many minutes each (1, 2, 5, 10, ...)."""
    facts = numbers.facts
    if facts.started_at is None:
        return []
    begin, end = _minute(facts.started_at), _minute(numbers.ends_shown)
    length = int((end - begin) / A_MINUTE) + 1
    step = next((step for step in (1, 2, 5, 10, 15, 30) if length <= most * step), 60)
    return _columns(dict(numbers.minutes), begin, end, step, facts.time_zone)


def _columns(
    by_minute: dict[datetime, Work], begin: datetime, end: datetime, step: int, zone: str
) -> list[dict[str, Any]]:
    columns, at = [], begin
    while at <= end:
        work = sum((by_minute.get(at + each * A_MINUTE, Work()) for each in range(step)), Work())
        columns.append({"label": clock(at, zone), "values": [work.dials]})
        at += step * A_MINUTE
    return columns


def clock(at: datetime, zone: str) -> str:
    """A time of day by the event's own clock."""
    return date_format(at.astimezone(ZoneInfo(zone)), "H:i")


def _minute(at: datetime) -> datetime:
    return at.replace(second=0, microsecond=0)


def short_names(numbers: SessionNumbers) -> dict[int, str]:
    """First names; where two share one, with the first letter of the rest. No surname stands on a wall."""
    people = {user_id: caller.name for user_id, caller in numbers.callers.items()}
    people |= {arrival.user_id: arrival.name for arrival in numbers.arrivals}
    first = {user_id: first_name(name) for user_id, name in people.items()}
    shared = Counter(first.values())
    return {
        user_id: f"{name} {_initial(people[user_id])}".strip() if shared[name] > 1 else name
        for user_id, name in first.items()
    }


def _initial(name: str) -> str:
    words = name.split("@")[0].split()
    return f"{words[-1][0]}." if len(words) > 1 else ""


def ticker(numbers: SessionNumbers, reached: list[Milestone], names: dict[int, str]) -> list[TickerItem]:
    """What is going on, newest first: arrivals of first-timers, conversations, milestones."""
    shown = numbers.facts.shown
    items = [
        TickerItem(
            shown(arrival.at), "hand", _("Welcome, %(name)s: your first session!") % {"name": names[arrival.user_id]}
        )
        for arrival in numbers.arrivals
    ]
    items += [
        TickerItem(
            shown(moment.at), "message-circle", _("%(name)s had a conversation") % {"name": names[moment.user_id]}
        )
        for moment in numbers.newest
        if moment.user_id not in numbers.unranked and moment.user_id in names
    ]
    items += [TickerItem(each.at, "party-popper", each.words) for each in reached[-3:]]
    items.sort(key=lambda item: (item.at, item.words), reverse=True)
    return items[:TICKER_SHOWN]


def ranking(numbers: SessionNumbers, names: dict[int, str]) -> list[Leader]:
    """Everybody who called, most calls first, then conversations.

    Whoever recorded calls faster than anybody makes them is left out until an organiser has looked at it: a place that
    could be had by tapping alone would be no honour for the others.
    """
    ranked = sorted(
        (
            caller
            for user_id, caller in numbers.callers.items()
            if caller.work.dials and user_id not in numbers.unranked
        ),
        key=lambda caller: (-caller.work.dials, -caller.work.contacts, names[caller.user_id], caller.user_id),
    )
    leaders: list[Leader] = []
    for index, caller in enumerate(ranked, start=1):
        before = leaders[-1] if leaders else None
        shares = before and (before.work.dials, before.work.contacts) == (caller.work.dials, caller.work.contacts)
        place = before.place if before and shares else index
        leaders.append(Leader(place, names[caller.user_id], caller))
    return leaders


def badges_of(caller: CallerNumbers) -> tuple[str, ...]:
    """What a caller may be proud of: the highest for calls, the highest for conversations, the first session."""
    badges = []
    if caller.is_first_time:
        badges.append(_("First session"))
    if calls := next((step for step in CALLS_BADGES if caller.work.dials >= step), None):
        badges.append(ngettext("%(n)s call", "%(n)s calls", calls) % {"n": calls})
    if talks := next((step for step in CONVERSATIONS_BADGES if caller.work.contacts >= step), None):
        badges.append(ngettext("%(n)s conversation", "%(n)s conversations", talks) % {"n": talks})
    return tuple(badges)


def in_one_line(numbers: SessionNumbers) -> str:
    """ "14 people made 297 calls for Bury North": fit to be shared. Without a call it says that there was none."""
    place = numbers.facts.seat or numbers.facts.campaign
    if not numbers.calls:
        none = _("No calls were made for %(place)s") if numbers.facts.closed_at else _("No calls for %(place)s yet")
        return none % {"place": place}
    people = numbers.callers_who_rang
    who = ngettext("%(n)s person", "%(n)s people", people) % {"n": intcomma(people)}
    what = ngettext("%(n)s call", "%(n)s calls", numbers.calls) % {"n": intcomma(numbers.calls)}
    return _("%(who)s made %(what)s for %(place)s") % {"who": who, "what": what, "place": place}
