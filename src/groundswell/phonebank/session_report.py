"""The report of a session: what was done, beside its target and the sessions before it; and what people said, for those
who may know (rule E1)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib.humanize.templatetags.humanize import intcomma
from django.core.cache import cache
from django.db import connection
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from groundswell.campaigns.enums import VOTER_ID_MEANINGS, Meaning
from groundswell.phonebank.boards import evening_columns, in_one_line
from groundswell.phonebank.dashboards import Work, sql
from groundswell.phonebank.models import Session
from groundswell.phonebank.session_numbers import BELATED, CallerNumbers, SessionNumbers, numbers_of

EARLIER_SHOWN = 8
KEPT_SECONDS = 3600
# A rate of so short a time would say nothing.
LEAST_HOURS = 1 / 60
TONES = {
    Meaning.STRONG_SUPPORT: "own",
    Meaning.WEAK_SUPPORT: "own-lean",
    Meaning.UNDECIDED: "open",
    Meaning.WEAK_OPPOSED: "rest",
    Meaning.OPPOSED: "rest",
}


@dataclass(frozen=True, slots=True)
class Total:
    """One session in a line. Moments are those of its own clock, which in a rehearsal runs faster."""

    session_id: int
    title: str
    seat: str
    begun_at: datetime | None
    ended_at: datetime
    time_zone: str
    target: int | None
    work: Work
    callers: int
    hours: float

    @property
    def day(self) -> date | None:
        """When it began, by the clock on the wall; None before."""
        return self.begun_at.astimezone(ZoneInfo(self.time_zone)).date() if self.begun_at else None

    @property
    def an_hour(self) -> float | None:
        """Calls in each hour of each caller, to a tenth; None before there is anything to reckon."""
        return round(self.work.dials / self.hours, 1) if self.hours >= LEAST_HOURS and self.work.dials else None

    @property
    def percent(self) -> int | None:
        """Of the target, rounded down; None without one."""
        return 100 * self.work.dials // self.target if self.target else None


@dataclass(frozen=True, slots=True)
class SaidRow:
    """How many people of the session mean this, by what they said last in it."""

    meaning: Meaning
    people: int

    @property
    def is_identified(self) -> bool:
        """Whether it places a voter."""
        return self.meaning in VOTER_ID_MEANINGS


@dataclass(frozen=True, slots=True)
class Report:
    """One session, its callers, and the sessions of the campaign before it, newest first."""

    numbers: SessionNumbers
    total: Total
    earlier: list[Total]
    said: list[SaidRow]

    @property
    def headline(self) -> str:
        """Who made how many calls for which place."""
        return in_one_line(self.numbers)

    @property
    def columns(self) -> list[dict[str, Any]]:
        """The evening as a picture."""
        return evening_columns(self.numbers)

    @property
    def callers(self) -> list[CallerNumbers]:
        """Everybody who called, most calls first."""
        rang = (caller for caller in self.numbers.callers.values() if caller.work.dials)
        return sorted(rang, key=lambda c: (-c.work.dials, -c.work.contacts, c.name, c.user_id))

    @property
    def to_look_at(self) -> list[CallerNumbers]:
        """Callers who are unranked until an organiser has looked at their calls."""
        return [caller for caller in self.callers if caller.user_id in self.numbers.unranked]

    @property
    def is_settled(self) -> bool:
        """Whether no more calls can come: not even from a phone that had no signal at the close."""
        return _is_settled(self.numbers)

    @property
    def usual(self) -> Total | None:
        """The middle one of the sessions before, by calls; None for the first."""
        if not self.earlier:
            return None
        return sorted(self.earlier, key=lambda total: total.work.dials)[len(self.earlier) // 2]

    @property
    def beside_usual(self) -> str:
        """How many calls more or fewer than usual, in words; nothing for the first."""
        if self.usual is None or not self.total.work.dials:
            return ""
        usual = self.usual.work.dials
        more = self.total.work.dials - usual
        if not more:
            words = _("As many calls as usual (%(usual)s).")
        elif more > 0:
            words = ngettext(
                "%(n)s call more than usual (%(usual)s).", "%(n)s calls more than usual (%(usual)s).", more
            )
        else:
            words = ngettext(
                "%(n)s call fewer than usual (%(usual)s).", "%(n)s calls fewer than usual (%(usual)s).", -more
            )
        return words % {"n": intcomma(abs(more)), "usual": intcomma(usual)}

    @property
    def parts(self) -> list[dict[str, Any]]:
        """What people said, for the bar."""
        return [
            {"label": row.meaning.label, "value": row.people, "tone": TONES.get(row.meaning, "none")}
            for row in self.said
        ]


def report_of(session_id: int, *, membership_id: int | None, now: datetime) -> Report:
    """The report, counted from the ledger; those before it are counted once in KEPT_SECONDS. Raises Session.DoesNotExist.

    With `membership_id`, what people said is that of the people in that member's areas.
    """
    numbers = numbers_of(session_id, now=now)
    return Report(
        numbers=numbers,
        total=_total(numbers),
        earlier=[_earlier(pk, now) for pk in _sessions_before(numbers)],
        said=_said(session_id, membership_id),
    )


def _sessions_before(numbers: SessionNumbers) -> list[int]:
    facts = numbers.facts
    began = Session.objects.filter(
        event__campaign=facts.campaign_id,
        started_at__lt=facts.started_at or numbers.at,
        closed_at__isnull=False,
        speed=facts.speed,
    )
    return list(
        began.exclude(pk=facts.session_id).order_by("-started_at", "-pk").values_list("pk", flat=True)[:EARLIER_SHOWN]
    )


def _total(numbers: SessionNumbers) -> Total:
    facts = numbers.facts
    return Total(
        session_id=facts.session_id,
        title=facts.title,
        seat=facts.seat,
        begun_at=facts.started_at,
        ended_at=numbers.ends_shown,
        time_zone=facts.time_zone,
        target=facts.target,
        work=numbers.work,
        callers=numbers.callers_who_rang,
        hours=numbers.caller_hours,
    )


def _earlier(session_id: int, now: datetime) -> Total:
    """A session of before, kept once nothing can come in any more."""
    key = f"phonebank.session_total.{session_id}"
    found: Total | None = cache.get(key)
    if found is None:
        numbers = numbers_of(session_id, now=now)
        found = _total(numbers)
        if _is_settled(numbers):
            cache.set(key, found, KEPT_SECONDS)
    return found


def _is_settled(numbers: SessionNumbers) -> bool:
    closed = numbers.facts.closed_at
    return closed is not None and numbers.at > closed + BELATED


def _said(session_id: int, membership_id: int | None) -> list[SaidRow]:
    with connection.cursor() as cursor:
        cursor.execute(sql("session_said"), {"session": session_id, "membership": membership_id})
        found = dict(cursor.fetchall())
    return [SaidRow(meaning, found[meaning.value]) for meaning in Meaning if found.get(meaning.value)]
