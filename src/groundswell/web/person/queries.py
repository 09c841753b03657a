"""Everything a person's page shows, in a handful of queries."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils import timezone

from groundswell.campaigns.models import Answer
from groundswell.compliance.enums import ConsentState, Refusal, SuppressionScope
from groundswell.compliance.figures import HOURS_FIGURES, figures_of, hours_from
from groundswell.compliance.hours import holiday_region, opens_next
from groundswell.compliance.models import Consent, HoursBucket, Suppression
from groundswell.compliance.queries import consents_about, still_held, suppressions_of
from groundswell.compliance.rule_texts import WHY_NOT, explanation_anchor
from groundswell.people.enums import ContactKind, Franchise
from groundswell.people.franchise import Election, elections_open_to
from groundswell.people.models import Elector, Person
from groundswell.phonebank.bank_settings import day_start
from groundswell.phonebank.models import Call
from groundswell.web.person.statements import ask
from groundswell.web.person.timeline import Event, timeline_of
from groundswell.web.person.written import Written, written_to

SHOWN_CALLS = 50
# Of refusals, the one nearest to calling is named: the last in the order in which they are asked.
NEAREST = {refusal: place for place, refusal in enumerate(Refusal)}


@dataclass(frozen=True)
class Verdict:
    """May we call, now? `refusal` says why not; `opens_at` from when, where only the hour is wrong."""

    refusal: Refusal | None
    opens_at: datetime | None = None

    @property
    def why(self) -> str:
        """The reason in words; empty where we may."""
        return str(WHY_NOT[self.refusal]) if self.refusal else ""

    @property
    def anchor(self) -> str:
        """Where the page of rules explains it."""
        return explanation_anchor(self.refusal) if self.refusal else "C10"


@dataclass
class Address:
    """One number or email of a person, and for a number whether it may be called."""

    id: int
    kind: str
    value: str
    digest: bytes
    retired_at: datetime | None
    verdict: Verdict
    screened_on: date | None
    source: str
    suppressions: list[Suppression] = field(default_factory=list)
    consents: list[Consent] = field(default_factory=list)

    @property
    def is_phone(self) -> bool:
        """Whether it can be rung."""
        return self.kind == ContactKind.PHONE

    @property
    def live_suppressions(self) -> list[Suppression]:
        """What closes it now."""
        return [s for s in self.suppressions if s.lifted_at is None]

    @property
    def may_be_closed(self) -> bool:
        """Whether there is anything left to close to what it is used for."""
        scope = SuppressionScope.CALLS if self.is_phone else SuppressionScope.MESSAGES
        return not any(s.scope in {scope, SuppressionScope.ALL} for s in self.live_suppressions)


@dataclass(frozen=True)
class RegisterEntry:
    """An entry on a register, and what it lets its elector vote in today (rule R5)."""

    elector: Elector
    votes_in: list[Election]


@dataclass
class History:
    """A person's page."""

    verdict: Verdict
    addresses: list[Address]
    entries: list[RegisterEntry]
    answers: list[Answer]
    calls: list[Call]
    consents: list[Consent]
    # The consents and soft opt-ins that still hold, by id: those that can be taken back.
    held: set[int]
    events: list[Event]
    written: list[Written]


def history_of(person: Person, *, now: datetime) -> History:
    """Read a person's whole page, ten queries whatever is known of them."""
    addresses = _addresses(person, now)
    digests = [address.digest for address in addresses]
    consents = list(consents_about(person, digests))
    held = still_held(consents)
    soft = still_held(consents, state=ConsentState.SOFT)
    closed = list(suppressions_of(digests)) if digests else []
    for address in addresses:
        address.suppressions = [s for s in closed if bytes(s.address_hash) == address.digest]
        address.consents = [c for c in held if bytes(c.address_hash) == address.digest]
    return History(
        verdict=_of_all([address.verdict for address in addresses if address.is_phone]),
        addresses=addresses,
        entries=_entries(person, now),
        answers=list(
            Answer.objects.filter(person=person)
            .select_related("question", "option", "campaign", "recorded_by")
            .order_by("-answered_at", "-pk")
        ),
        calls=list(_calls_about(person)[:SHOWN_CALLS]),
        consents=consents,
        held={line.pk for line in (*held, *soft)},
        events=timeline_of(person),
        written=written_to(person),
    )


def _entries(person: Person, now: datetime) -> list[RegisterEntry]:
    electors = person.electors.select_related("register__constituency", "area").order_by("removed_on", "pk")
    return [
        RegisterEntry(
            elector,
            []
            if elector.removed_on
            else elections_open_to(
                franchise=Franchise(elector.franchise),
                nation=elector.register.constituency.nation,
                attainment=elector.attainment_date,
                polling_day=timezone.localdate(now),
            ),
        )
        for elector in electors
    ]


def _of_all(verdicts: list[Verdict]) -> Verdict:
    """The answer for the person: the best of their numbers', or the reason nearest to calling."""
    allowed = [v for v in verdicts if v.refusal is None]
    if allowed:
        return min(allowed, key=lambda v: v.opens_at is not None)
    refusals = [v.refusal for v in verdicts if v.refusal]
    return Verdict(max(refusals, key=NEAREST.__getitem__, default=Refusal.NO_NUMBER))


def _addresses(person: Person, now: datetime) -> list[Address]:
    seat = person.seat
    zone = seat.time_zone if seat else settings.TIME_ZONE
    today = day_start(HoursBucket(time_zone=zone), now)
    figures = figures_of(("max_calls_per_day", *HOURS_FIGURES), on=today.date())
    opens = opens_next(zone, holiday_region(seat.nation) if seat else "", hours_from(figures), now)
    later = opens if opens and opens > now else None
    rows = ask(
        "addresses",
        {"person": person.pk, "calls_a_day": figures["max_calls_per_day"], "today": today, "now": now},
    )
    return [_address(row, later) for row in rows]


def _address(row: tuple[Any, ...], later: datetime | None) -> Address:
    pk, kind, value, digest, retired_at, refusal, screened_on, source = row
    verdict = Verdict(Refusal(refusal)) if refusal else Verdict(None, later)
    return Address(pk, kind, value, bytes(digest), retired_at, verdict, screened_on, source)


def _calls_about(person: Person) -> QuerySet[Call]:
    """Calls with the person, and those to the household in which nobody was named."""
    mine = Q(person=person)
    if person.household_id:
        mine |= Q(person__isnull=True, household=person.household_id)
    related = ("outcome", "phone_bank__campaign", "caller", "contact_point")
    return Call.objects.filter(mine).select_related(*related).order_by("-occurred_at", "-pk")
