"""Reads of a session: what stands on every caller's screen, who is here, how each is getting on, what comes next.

What many screens ask for every few seconds is read once in KEPT_SECONDS for each process (`session_line`, `who_is_here`,
`sessions_rung_by`); the rest is for one page.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.core.cache import cache
from django.db import connection
from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery

from groundswell.accounts.models import User
from groundswell.events.enums import EventKind, EventStatus
from groundswell.events.models import Event
from groundswell.phonebank.dashboards import Work, kept, sql
from groundswell.phonebank.models import Call, PhoneBank, Session, SessionBank, SessionCaller, SessionMessage
from groundswell.phonebank.session_numbers import BELATED, live_numbers
from groundswell.phonebank.session_rules import (
    AWAY,
    LOBBY_OPENS,
    Phase,
    Seen,
    Standing,
    clock,
    ends_at,
    first_name,
    minutes_until,
    on_its_clock,
    phase_of,
    standing_of,
    start_spread,
)

KEPT_SECONDS = 2
NAMES_SHOWN = 60
# A closed session leads its callers to the thank-you page for so long; then the list is an ordinary one again.
LEADS_OUT = timedelta(hours=1)
# Who needs the host comes first.
ATTENTION_ORDER = [
    Standing.STUCK,
    Standing.IDLE,
    Standing.AWAY,
    Standing.PAUSED,
    Standing.CALLING,
    Standing.WAITING,
    Standing.LEFT,
]


@dataclass(frozen=True, slots=True)
class SessionLine:
    """What every caller's screen says of their session, the same for all of them."""

    session_id: int
    campaign_id: int
    title: str
    phase: Phase
    begins_at: datetime
    started_at: datetime | None
    ends_at: datetime
    ends_clock: str
    # A rehearsal's clock runs so many times faster from its start on.
    speed: int
    target: int | None
    bank_id: int
    bank_name: str
    message_id: int
    message: str
    said_by: str
    calls: int
    callers: int

    def minutes_left(self, now: datetime) -> int:
        """Whole minutes until its end, the one that has begun counted; 0 once it is over."""
        return minutes_until(self.ends_at, on_its_clock(now, started_at=self.started_at, speed=self.speed))

    @property
    def begun_at(self) -> datetime:
        """When it began; before that, when it will."""
        return self.started_at or self.begins_at

    @property
    def spread_seconds(self) -> int:
        """Over how many seconds from the start the callers are let in: see `start_spread`."""
        return start_spread(self.callers)

    @property
    def poll_seconds(self) -> int:
        """How often a screen should ask: less often the more there are, so that two thousand cost no more than needed."""
        return min(15, 4 + self.callers // 150)


@dataclass(frozen=True, slots=True)
class Present:
    """Somebody in the lobby: a first name, and whether it is their first time."""

    name: str
    is_first_time: bool


@dataclass(frozen=True, slots=True)
class Here:
    """Who is in the lobby: names, newest last and at most NAMES_SHOWN; how many in all, how many for the first time."""

    here: tuple[Present, ...]
    many: int
    newcomers: int

    @property
    def more(self) -> int:
        """How many are not named."""
        return self.many - len(self.here)


@dataclass(frozen=True, slots=True)
class CallerNow:
    """One caller as their host sees them; `minutes` since they are so."""

    user_id: int
    name: str
    standing: Standing
    since: datetime
    minutes: int
    is_first_time: bool
    practised: bool
    work: Work

    @property
    def needs_host(self) -> bool:
        """Whether somebody should ask how it goes."""
        return self.standing in {Standing.STUCK, Standing.IDLE}


@dataclass(frozen=True, slots=True)
class WayOn:
    """Where the session of a list's caller has gone: to its close, or to another list."""

    session_id: int
    phase: Phase
    bank_id: int
    bank_name: str


def session_line(session_id: int, *, now: datetime) -> SessionLine:
    """The line for callers' screens, at most KEPT_SECONDS old. Raises Session.DoesNotExist."""
    return kept(f"phonebank.session.{session_id}", KEPT_SECONDS, lambda: _read_line(session_id, now))


def _read_line(session_id: int, now: datetime) -> SessionLine:
    newest = SessionMessage.objects.filter(session=OuterRef("pk")).order_by("-at", "-pk")
    session = (
        Session.objects.select_related("event")
        .annotate(
            bank_now=Subquery(_banks_of(OuterRef("pk")).values("phone_bank")[:1]),
            bank_name=Subquery(_banks_of(OuterRef("pk")).values("phone_bank__name")[:1]),
            message_id=Subquery(newest.values("pk")[:1]),
            message=Subquery(newest.values("text")[:1]),
            said_by=Subquery(newest.values("by__name")[:1]),
        )
        .get(pk=session_id)
    )
    return SessionLine(
        session_id=session.pk,
        campaign_id=session.event.campaign_id,
        title=session.event.title,
        phase=phase_of(session, now=now),
        begins_at=session.event.starts_at,
        started_at=session.started_at,
        speed=session.speed,
        ends_at=ends_at(session),
        ends_clock=clock(ends_at(session), session),
        target=session.event.target,
        bank_id=session.bank_now,
        bank_name=session.bank_name,
        message_id=session.message_id or 0,
        message=session.message or "",
        said_by=first_name(session.said_by or ""),
        calls=live_numbers(session.pk).calls if session.started_at else 0,
        callers=session.callers.filter(left_at__isnull=True).count(),
    )


def _banks_of(session: Any) -> QuerySet[SessionBank]:
    """The lists of a session, the present one first."""
    return SessionBank.objects.filter(session=session).order_by(F("until").desc(nulls_first=True), "-since", "-pk")


def bank_of(session: Session) -> PhoneBank:
    """The list it rings now, or rang last."""
    return _banks_of(session).select_related("phone_bank")[0].phone_bank


def work_of(session: Session, user_id: int) -> Work:
    """What one caller did in it, to the row; one query. Which calls belong to a session: see models/session.py."""
    if session.started_at is None:
        return Work()
    calls = Call.objects.filter(
        caller=user_id,
        phone_bank__in=session.banks.values("phone_bank"),
        recorded_at__gte=session.started_at,
        undone_at__isnull=True,
    )
    if session.closed_at is not None:
        in_time = Q(recorded_at__lte=session.closed_at) | Q(claimed_at__lte=session.closed_at)
        calls = calls.filter(in_time, recorded_at__lte=session.closed_at + BELATED)
    return Work(
        **calls.aggregate(
            dials=Count("pk", filter=Q(is_dial=True)),
            contacts=Count("pk", filter=Q(is_contact=True)),
            identified=Count("pk", filter=Q(is_identified=True)),
        )
    )


def team_and_own(session: Session, user_id: int) -> tuple[Work, Work]:
    """What the team did and what this caller did. Theirs is to the row and so is their part of the team's; the others'
    part is as fresh as a board, so that two thousand who come to the thanks at once do not count the evening anew each.
    """
    numbers, own = live_numbers(session.pk), work_of(session, user_id)
    known = numbers.work_of(user_id)
    team = zip(numbers.work.nested, known.nested, own.nested, strict=True)
    return Work(*(all_of_it - before + now for all_of_it, before, now in team)), own


def sessions_rung_by(bank_id: int, user_id: int, *, now: datetime) -> int | None:
    """The newest session of this list that the user is in, while it runs or leads out; its id. At most KEPT_SECONDS old."""
    found = kept(f"phonebank.sessions.{bank_id}", KEPT_SECONDS, lambda: _read_callers(bank_id, now))
    return next((session_id for session_id, users in found if user_id in users), None)


def _read_callers(bank_id: int, now: datetime) -> list[tuple[int, frozenset[int]]]:
    rows = (
        SessionCaller.objects.filter(session__in=_sessions_about(bank_id, now), left_at__isnull=True)
        .order_by("-session__started_at", "-session")
        .values_list("session", "user")
    )
    users: dict[int, set[int]] = {}
    for session_id, user_id in rows:
        users.setdefault(session_id, set()).add(user_id)
    return [(session_id, frozenset(found)) for session_id, found in users.items()]


def _sessions_about(bank_id: int, now: datetime) -> QuerySet[Session]:
    return Session.objects.filter(
        Q(closed_at__isnull=True) | Q(closed_at__gte=now - LEADS_OUT),
        pk__in=SessionBank.objects.filter(phone_bank=bank_id).values("session"),
        started_at__isnull=False,
    )


def way_on(bank_id: int, user_id: int, *, now: datetime) -> WayOn | None:
    """For a caller who gets no household from this list: where their session has gone, if it has. Two queries."""
    session = (
        _sessions_about(bank_id, now)
        .filter(callers__user=user_id, callers__left_at__isnull=True)
        .select_related("event")
        .order_by("-started_at", "-pk")
        .first()
    )
    if session is None:
        return None
    bank = bank_of(session)
    phase = phase_of(session, now=now)
    if phase == Phase.LIVE and bank.pk == bank_id:
        return None
    return WayOn(session.pk, phase, bank.pk, bank.name)


def who_is_here(session_id: int, *, now: datetime) -> Here:
    """Those whose page is open, at most KEPT_SECONDS ago."""

    def read() -> Here:
        present = SessionCaller.objects.filter(session=session_id, left_at__isnull=True, last_seen_at__gte=now - AWAY)
        newest = present.order_by("-joined_at", "-pk").values_list("user__name", "is_first_time")[:NAMES_SHOWN]
        names = tuple(Present(first_name(name), is_first) for name, is_first in reversed(newest))
        if len(names) < NAMES_SHOWN:
            return Here(names, len(names), sum(one.is_first_time for one in names))
        return Here(names, **present.aggregate(many=Count("pk"), newcomers=Count("pk", filter=Q(is_first_time=True))))

    return kept(f"phonebank.here.{session_id}", KEPT_SECONDS, read)


def forget_session(session_id: int, bank_ids: Iterable[int] = ()) -> None:
    """Read anew with the next look in this process: after somebody has changed something."""
    cache.delete(f"phonebank.session.{session_id}")
    forget_callers(session_id, bank_ids)


def forget_callers(session_id: int, bank_ids: Iterable[int] = ()) -> None:
    """The same for who is in it: after somebody has come or gone."""
    cache.delete_many([f"phonebank.here.{session_id}", *(f"phonebank.sessions.{bank_id}" for bank_id in bank_ids)])


def callers_now(session: Session, *, now: datetime) -> list[CallerNow]:
    """Everybody in a session, those first who need the host."""
    with connection.cursor() as cursor:
        since = session.started_at or now
        cursor.execute(sql("session_callers"), {"session": session.pk, "bank": bank_of(session).pk, "since": since})
        rows = cursor.fetchall()
    numbers = live_numbers(session.pk)
    live_since = session.started_at if session.closed_at is None else None
    found = []
    for user_id, name, is_first, practised, *moments in rows:
        standing, at = standing_of(Seen(*moments), live_since=live_since, now=now)
        minutes = int((now - at).total_seconds() // 60)
        found.append(CallerNow(user_id, name, standing, at, minutes, is_first, practised, numbers.work_of(user_id)))
    return sorted(found, key=lambda caller: (ATTENTION_ORDER.index(caller.standing), caller.since, caller.user_id))


def sessions_on(campaigns: QuerySet[Any] | Sequence[Any], *, now: datetime) -> QuerySet[Session]:
    """Sessions of these campaigns that people may come to now: running, or with the lobby open."""
    lobby = Q(
        started_at__isnull=True,
        event__starts_at__lte=now + LOBBY_OPENS,
        event__ends_at__gt=now,
    )
    return (
        Session.objects.filter(
            Q(started_at__isnull=False) | lobby,
            closed_at__isnull=True,
            event__campaign__in=campaigns,
            event__status=EventStatus.PUBLISHED,
        )
        .select_related("event__campaign", "event__area")
        .order_by("event__starts_at", "pk")
    )


def joined_of(sessions: Sequence[Session], user: User) -> list[Session]:
    """Those of these sessions that somebody came to and has not left; one query."""
    came = SessionCaller.objects.filter(session__in=sessions, user=user, left_at=None).values_list("session", flat=True)
    joined = set(came)
    return [session for session in sessions if session.pk in joined]


def next_evening(event: Event, *, now: datetime) -> Event | None:
    """The next phone bank of the same campaign that has been published: of the same series, if there is one."""
    coming = (
        Event.objects.filter(
            campaign=event.campaign_id,
            kind=EventKind.PHONE_BANK,
            status=EventStatus.PUBLISHED,
            starts_at__gt=max(now, event.starts_at),
        )
        .exclude(pk=event.pk)
        .select_related("ask")
    )
    same = coming.filter(series=event.series_id) if event.series_id else coming.none()
    return same.order_by("starts_at", "pk").first() or coming.order_by("starts_at", "pk").first()
