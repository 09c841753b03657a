"""Reads across features for the map, the seat and the finder: areas, results, totals, evenings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from django.db import connection
from django.utils.formats import number_format
from django.utils.translation import gettext

from groundswell.campaigns.models import Campaign
from groundswell.insight.counting import SQL, Figures
from groundswell.insight.models import AreaTally
from groundswell.insight.rules import (
    NEAR_KM,
    Colouring,
    Reason,
    Standing,
    kilometres,
    level_of_calls,
    level_of_coverage,
    level_of_marginality,
    reasons,
)
from groundswell.places.cartogram import Hex
from groundswell.places.enums import PARLIAMENT_2024
from groundswell.places.models import Area
from groundswell.places.queries import seat_facts, standings
from groundswell.places.seats import SeatFacts


@dataclass(frozen=True)
class Seat:
    """One area of the map: where it lies, how it stands, what was done. `is_ours`: of the campaign, and the member may
    see it; of any other only name and place are shown."""

    area: Area
    hexagon: Hex | None
    is_ours: bool
    facts: SeatFacts | None
    tally: AreaTally

    @property
    def coverage(self) -> float:
        """Voters identified, as a share of the electors with a number, from 0 to 1."""
        return min(1.0, self.tally.identified / self.tally.electors) if self.tally.electors else 0.0

    @property
    def waiting(self) -> int:
        """Electors with a number who are not identified yet."""
        return max(0, self.tally.electors - self.tally.identified)

    @property
    def gap(self) -> float | None:
        """The swing in points that wins the seat, or loses it where it is held; between the first two where the own
        party did not stand."""
        if self.facts is None or self.facts.majority_share is None:
            return None
        if self.facts.swing_needed is not None:
            return self.facts.swing_needed
        return self.facts.majority_share * 50

    @property
    def group(self) -> str:
        """The region, or where there is none the nation."""
        return self.area.region or self.area.nation

    @property
    def said(self) -> str:
        """The seat in a line, for whoever points at it."""
        figures = gettext("%(calls)s calls, %(identified)s identified") % {
            "calls": number_format(self.tally.calls, force_grouping=True),
            "identified": number_format(self.tally.identified, force_grouping=True),
        }
        if self.facts is None or self.facts.majority is None or self.facts.winner is None:
            return f"{self.area.name}: {figures}"
        votes = number_format(self.facts.majority, force_grouping=True)
        return f"{self.area.name}: {self.facts.winner.short} {votes}; {figures}"

    def level(self, colouring: Colouring) -> int:
        """How full its hexagon is."""
        match colouring:
            case Colouring.CALLS:
                return level_of_calls(self.tally.calls)
            case Colouring.COVERAGE:
                return level_of_coverage(self.coverage)
        return level_of_marginality(self.facts.majority_share if self.facts else None)


@dataclass(frozen=True)
class Target:
    """A seat that may be rung next, with what speaks for it."""

    seat: Seat
    helpers_near: int
    why: tuple[Reason, ...]
    next_at: datetime | None

    @cached_property
    def points(self) -> int:
        """Of a hundred."""
        return sum(reason.points for reason in self.why)


def seats_of(campaign: Campaign, figures: Figures, *, membership_id: int | None) -> list[Seat]:
    """Every area of the campaign's boundary set by name. Two queries, however many areas.

    With `membership_id`, only areas within that member's are the campaign's own to them.
    """
    placed = _areas(campaign, membership_id=membership_id)
    facts = standings([area for area, _, is_ours in placed if is_ours], own_party=campaign.own_party)
    return [
        Seat(
            area=area,
            hexagon=hexagon,
            is_ours=is_ours,
            facts=facts.get(area.pk),
            tally=figures.of(area.pk) if is_ours else AreaTally(area_id=area.pk),
        )
        for area, hexagon, is_ours in placed
    ]


def places_of(campaign: Campaign, *, membership_id: int | None) -> list[Seat]:
    """The same without how they voted and what was done there; one query."""
    return [
        Seat(area=area, hexagon=hexagon, is_ours=is_ours, facts=None, tally=AreaTally(area_id=area.pk))
        for area, hexagon, is_ours in _areas(campaign, membership_id=membership_id)
    ]


def seat_of(campaign: Campaign, figures: Figures, area_id: int, *, membership_id: int | None) -> Seat | None:
    """One area with its history and Member, in four queries; None if it is not the campaign's, or not the member's."""
    found = next(iter(_areas(campaign, membership_id=membership_id, only=area_id)), None)
    if found is None or not found[2]:
        return None
    area, hexagon, _ = found
    facts = seat_facts(area, own_party=campaign.own_party)
    return Seat(area=area, hexagon=hexagon, is_ours=True, facts=facts, tally=figures.of(area_id))


def _areas(
    campaign: Campaign, *, membership_id: int | None, only: int | None = None
) -> list[tuple[Area, Hex | None, bool]]:
    with connection.cursor() as cursor:
        cursor.execute(
            (SQL / "areas.sql").read_text(encoding="utf-8"),
            {"campaign": campaign.pk, "membership": membership_id, "default_set": PARLIAMENT_2024, "only": only},
        )
        rows = cursor.fetchall()
    names = ("id", "boundary_set", "kind", "code", "name", "nation", "region", "latitude", "longitude")
    return [
        (Area(**dict(zip(names, row[:9], strict=True))), None if row[9] is None else (row[9], row[10]), row[11])
        for row in rows
    ]


def targets(seats: Sequence[Seat], evenings: dict[int, datetime], *, now: datetime) -> list[Target]:
    """The campaign's own seats, best to ring next first; `evenings` are the next ones planned, by area."""
    helping = [seat for seat in seats if seat.is_ours and seat.tally.helpers]
    found = [_target(seat, helping, evenings, now) for seat in seats if seat.is_ours and seat.gap is not None]
    return sorted(found, key=lambda each: (-each.points, each.seat.gap or 0.0, each.seat.area.name))


def _target(seat: Seat, helping: Sequence[Seat], evenings: dict[int, datetime], now: datetime) -> Target:
    near = sum(other.tally.helpers for other in helping if _is_near(seat.area, other.area))
    standing = Standing(seat.gap, seat.waiting, near, seat.tally.last_call_at)
    return Target(seat, near, reasons(standing, now=now), evenings.get(seat.area.pk))


def _is_near(one: Area, other: Area) -> bool:
    if one.pk == other.pk:
        return True
    if one.latitude is None or one.longitude is None or other.latitude is None or other.longitude is None:
        return False
    return kilometres((one.latitude, one.longitude), (other.latitude, other.longitude)) <= NEAR_KM
