"""Hexagon maps: no two on one hexagon, neighbours near, islands apart, and the same map each time."""

from itertools import pairwise
from math import dist
from random import Random

import pytest

from groundswell.places import reference
from groundswell.places.cartogram import Place, around, centre, hexagons, steps, surroundings
from groundswell.places.cartogram.grid import nearest, ring
from groundswell.places.cartogram.neighbours import neighbours

HEXES = next(packaged for packaged in reference.PACKAGED_SETS if packaged.table == "packaged_hexagon")
AREAS = next(packaged for packaged in reference.PACKAGED_SETS if packaged.table == "packaged_area")


@pytest.fixture(scope="module")
def seats():
    """The constituencies of 2024 as places, in order."""
    rows = (row for row in reference.rows(AREAS) if row["boundary_set"] == "uk-parliament-2024")
    listed = [
        Place(row["code"], float(row["latitude"]), float(row["longitude"]), row["region"] or row["nation"])
        for row in rows
    ]
    return sorted(listed, key=lambda place: place.key)


@pytest.fixture(scope="module")
def packaged():
    """The packaged map: a hexagon by code."""
    return {row["code"]: (int(row["q"]), int(row["r"])) for row in reference.rows(HEXES)}


@pytest.fixture(scope="module")
def named(packaged):
    """The middle of the hexagon of a seat by its name: x to the east, y to the south."""
    rows = (row for row in reference.rows(AREAS) if row["boundary_set"] == "uk-parliament-2024")
    return {row["name"]: centre(packaged[row["code"]]) for row in rows}


def scattered(count, seed=7):
    dice = Random(seed)
    return [Place(f"p{number:04}", 52 + dice.random(), dice.random() * 1.6, "g") for number in range(count)]


def pieces(hexes):
    """How many separate pieces hexagons form."""
    left, found = set(hexes), 0
    while left:
        found += 1
        waiting = [left.pop()]
        while waiting:
            touching = [each for each in around(waiting.pop()) if each in left]
            left.difference_update(touching)
            waiting.extend(touching)
    return found


def holes(hexes):
    """Empty hexagons that the sea does not reach."""
    taken = set(hexes)
    qs, rs = [q for q, _ in taken], [r for _, r in taken]
    field = {(q, r) for q in range(min(qs) - 1, max(qs) + 2) for r in range(min(rs) - 1, max(rs) + 2)} - taken
    sea, waiting = set(), [(min(qs) - 1, min(rs) - 1)]
    while waiting:
        each = waiting.pop()
        if each in field and each not in sea:
            sea.add(each)
            waiting.extend(around(each))
    return field - sea


def test_all_650_seats_have_a_hexagon_of_their_own(seats, packaged):
    assert sorted(packaged) == [seat.key for seat in seats]
    assert len(set(packaged.values())) == 650


def test_neighbours_stay_near(seats, packaged):
    known = surroundings(seats)
    apart = [steps(packaged[seats[one].key], packaged[seats[other].key]) for one, other in known.by_land]
    assert sum(each == 1 for each in apart) / len(apart) >= 0.74
    assert sum(each <= 2 for each in apart) / len(apart) >= 0.97
    assert max(apart) <= 4
    assert sum(apart) / len(apart) < 1.3


def test_seats_stay_near_where_they_lie(seats, packaged):
    """Displacement: both laid over each other by their middles; measured in hexagons, of which the map is 27 by 47."""
    points = surroundings(seats).points
    drawn = [centre(packaged[seat.key]) for seat in seats]
    by = [sum(point[axis] for point in points) / 650 - sum(point[axis] for point in drawn) / 650 for axis in (0, 1)]
    moved = [dist(point, (x + by[0], y + by[1])) for point, (x, y) in zip(points, drawn, strict=True)]
    assert sum(moved) / 650 < 5


def test_it_reads_as_the_united_kingdom(seats, packaged):
    middle = {}
    for group in {seat.group for seat in seats}:
        centres = [centre(packaged[seat.key]) for seat in seats if seat.group == group]
        middle[group] = tuple(sum(point[axis] for point in centres) / len(centres) for axis in (0, 1))
    north_to_south = ["Scotland", "North East", "Yorkshire and The Humber", "East Midlands", "London", "South East"]
    assert all(middle[one][1] < middle[other][1] for one, other in pairwise(north_to_south))
    west_to_east = ["Northern Ireland", "Wales", "West Midlands", "East Midlands", "East of England"]
    assert all(middle[one][0] < middle[other][0] for one, other in pairwise(west_to_east))
    assert middle["South West"][0] < middle["South East"][0]
    assert middle["North West"][0] < middle["Yorkshire and The Humber"][0]


def test_lands_hold_together_and_islands_lie_apart(seats, packaged):
    known = surroundings(seats)
    lands = {}
    for seat, land in zip(seats, known.lands, strict=True):
        lands.setdefault(land, []).append(packaged[seat.key])
    # Great Britain, Northern Ireland, the Isle of Wight's two seats, Orkney and Shetland, the Western Isles.
    assert sorted(map(len, lands.values())) == [1, 1, 2, 18, 628]
    assert all(pieces(hexes) == 1 for hexes in lands.values())
    assert pieces(packaged.values()) == 5


def test_regions_hold_together_and_nothing_is_a_hole(seats, packaged):
    groups = {}
    for seat in seats:
        groups.setdefault(seat.group, []).append(packaged[seat.key])
    assert holes(packaged.values()) == set()
    broken = {group for group, hexes in groups.items() if pieces(hexes) > 1}
    # Scotland has its islands, the South East the Isle of Wight; at one corner of three regions a seat may lie over it.
    assert broken <= {"Scotland", "South East", "South West", "East Midlands"}
    assert sum(pieces(hexes) for hexes in groups.values()) <= len(groups) + 6


def test_known_ends_of_the_country_are_its_ends(named):
    assert min(named, key=lambda name: named[name][1]) == "Orkney and Shetland"
    far_west = sorted(named, key=lambda name: named[name][0])
    assert far_west.index("St Ives") < 40
    assert named["Ynys Môn"][0] < named["Manchester Central"][0] < named["Kingston upon Hull East"][0]
    assert named["Dover and Deal"][0] > named["Lewisham North"][0]
    assert named["Isle of Wight West"][1] > named["Southampton Test"][1]


@pytest.mark.slow
@pytest.mark.parametrize("count", [1, 2, 3, 60])
def test_any_set_gets_a_map_and_the_same_one_each_time(count):
    places = scattered(count)
    first = hexagons(places)
    assert len(set(first.values())) == len(first) == count
    assert hexagons(places[::-1]) == first


def test_places_on_one_spot_or_in_one_line_still_get_each_their_own():
    heap = [Place(str(number), 51.5, -0.1) for number in range(12)]
    assert len(set(hexagons(heap).values())) == 12
    row = [Place(f"{number:02}", 51.5, number / 10) for number in range(12)]
    found = hexagons(row)
    assert [centre(found[place.key])[0] for place in row] == sorted(centre(found[place.key])[0] for place in row)
    assert hexagons([]) == {}


@pytest.mark.slow
def test_random_places_keep_their_neighbours():
    places = scattered(150)
    found, known = hexagons(places), surroundings(sorted(places, key=lambda place: place.key))
    apart = [steps(found[places[one].key], found[places[other].key]) for one, other in known.by_land]
    assert sum(each == 1 for each in apart) / len(apart) > 0.6
    assert holes(found.values()) == set()


def test_neighbours_are_those_without_a_third_between():
    square = [(0.0, 0.0), (1.0, 0.02), (0.0, 1.0), (1.0, 1.0), (0.5, 0.45)]
    assert (0, 4) in neighbours(square)
    assert (0, 3) not in neighbours(square)
    line = [(float(number), 0.0) for number in range(6)]
    assert neighbours(line) == [(number, number + 1) for number in range(5)]


def test_water_parts_who_look_at_each_other_over_it():
    cardiff, weston = Place("c", 51.46, -3.17), Place("w", 51.34, -2.98)
    assert surroundings([cardiff, weston]).over_water == [(0, 1)]
    newcastle, gateshead = Place("g", 54.95, -1.60), Place("n", 54.98, -1.61)
    assert surroundings([newcastle, gateshead]).by_land == [(0, 1)]


def test_a_point_lies_in_the_nearest_hexagon():
    for hexagon in [(0, 0), (3, -2), (-4, 5)]:
        x, y = centre(hexagon)
        assert nearest(x + 0.4, y - 0.1) == hexagon
        assert all(dist(centre(hexagon), centre(each)) == pytest.approx(1) for each in around(hexagon))
    assert len(set(ring((2, 3), 4))) == 24
    assert all(steps((2, 3), each) == 4 for each in ring((2, 3), 4))
