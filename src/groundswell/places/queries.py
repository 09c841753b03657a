"""Reads across places: where a postcode lies, how a seat stands."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import groupby
from pathlib import Path

from django.db import connection
from django.db.models import Prefetch, Q

from groundswell.places.enums import PARLIAMENT_2024
from groundswell.places.models import Area, Contest, OfficeHolder, Result
from groundswell.places.postcodes import Answer, Reason, Unknown, compact, look_up
from groundswell.places.seats import ContestFacts, SeatFacts, contest_rows

STANDINGS = Path(__file__).resolve().parent / "sql" / "standings.sql"


def find_area(postcode: str, *, boundary_set: str = PARLIAMENT_2024) -> Area | Unknown:
    """The area of a postcode in a boundary set: from somebody's own imported look-up first, then from the packaged one.

    `Unknown` with its reason where neither knows; never a guess.
    """
    area = Area.objects.filter(postcodes__boundary_set=boundary_set, postcodes__postcode=compact(postcode)[:40]).first()
    if area is not None:
        return area
    if boundary_set != PARLIAMENT_2024:
        return Unknown(postcode[:40], Reason.NOT_LISTED)
    answer: Answer = look_up(postcode)
    if isinstance(answer, Unknown):
        return answer
    known = Area.objects.filter(boundary_set=boundary_set, code=answer.area_code).first()
    return known or Unknown(answer.postcode, Reason.NO_AREA)


def places_of(postcode: str) -> list[SeatFacts] | Unknown:
    """Where a postcode lies, the present constituency first: how each area voted last, and who represents it.

    Other areas are those of imported look-ups. Five queries, however many areas. `Unknown` where nobody knows any.
    """
    found = find_area(postcode)
    areas = [] if isinstance(found, Unknown) else [found]
    known = [area.pk for area in areas]
    areas += Area.objects.filter(postcodes__postcode=compact(postcode)[:40]).exclude(pk__in=known).distinct()
    if isinstance(found, Unknown) and not areas:
        return found
    facts = standings(areas)
    # "MP" first: another body's office-holder stands for an area of that body.
    holders: dict[int, OfficeHolder] = {}
    for holder in OfficeHolder.objects.current().filter(area__in=areas).order_by("office", "pk"):
        if holder.area_id not in holders or holder.office == "MP":
            holders[holder.area_id] = holder
    return [replace(facts.get(area.pk) or SeatFacts(area=area, history=()), mp=holders.get(area.pk)) for area in areas]


def seat_facts(area: Area, *, own_party: str = "") -> SeatFacts:
    """A seat's elections, newest first, with its Member and the swing `own_party` needs. Three queries.

    Elections from before the seat's own first one come from the seat of the same name as it was drawn then, and say
    so. Without `own_party` the runner-up is the one who needs a swing.
    """
    listed = Prefetch("results", queryset=Result.objects.order_by("-votes", "party", "candidate"))
    same_name = Q(area__kind=area.kind, area__name=area.name, area__nation=area.nation)
    contests = Contest.objects.filter(Q(area=area) | same_name).prefetch_related(listed)
    # Without a day the election's name has to say which was first: "2010" before "2015".
    newest_first = sorted(contests, key=lambda contest: (str(contest.held_on or contest.election), contest.pk))[::-1]
    mp = OfficeHolder.objects.current().filter(area=area, office="MP").first()
    return SeatFacts(area=area, history=tuple(_history(area, newest_first)), mp=mp, own_party=own_party)


def standings(areas: Sequence[Area], *, own_party: str = "") -> dict[int, SeatFacts]:
    """The newest election of each of many areas, without history and Member, by the area's id. One query.

    An area without known votes is left out.
    """
    by_id = {area.pk: area for area in areas}
    with connection.cursor() as cursor:
        cursor.execute(STANDINGS.read_text(encoding="utf-8"), {"areas": list(by_id)})
        found = cursor.fetchall()
    facts = {}
    for (area_id, *contest), rows in groupby(found, key=lambda row: row[:6]):
        listed = [(row[6], row[7], row[8], row[9]) for row in rows if row[6]]
        election, held_on, electorate, valid_votes, majority = contest
        newest = ContestFacts(
            election=election,
            held_on=held_on,
            electorate=electorate,
            valid_votes=valid_votes,
            majority=majority,
            rows=contest_rows(listed, valid_votes),
        )
        facts[area_id] = SeatFacts(area=by_id[area_id], history=(newest,), own_party=own_party)
    return facts


def _history(area: Area, newest_first: list[Contest]) -> Iterator[ContestFacts]:
    own = [index for index, contest in enumerate(newest_first) if contest.area_id == area.pk]
    first = own[-1] if own else -1
    for index, contest in enumerate(newest_first):
        is_own = contest.area_id == area.pk
        if not is_own and index < first:
            continue
        rows = [(row.party, row.party_abbreviation, row.candidate, row.votes) for row in contest.results.all()]
        yield ContestFacts(
            election=contest.election,
            held_on=contest.held_on,
            electorate=contest.electorate,
            valid_votes=contest.valid_votes,
            majority=contest.majority,
            rows=contest_rows(rows, contest.valid_votes),
            earlier_boundaries=not is_own,
        )
