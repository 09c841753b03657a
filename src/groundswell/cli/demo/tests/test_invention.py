"""The invented towns: plausible, the same every time, and nobody's numbers but drama's."""

import random
from collections import Counter
from datetime import UTC, date, datetime, timedelta

import pytest

from groundswell.cli.demo import evenings, invention
from groundswell.people.addresses import DRAMA
from groundswell.places.postcodes import Found, look_up, postcodes_of

TODAY = date(2026, 11, 21)
TOWNS = (invention.WALTHAMSTOW, invention.BURY_NORTH)


def invent(town, electors=2000, seed=1):
    return invention.invent(
        town, electors=electors, postcodes=list(postcodes_of(town.code)), today=TODAY, rng=random.Random(seed)
    )


@pytest.fixture(scope="module", params=TOWNS, ids=lambda town: town.letters)
def town(request):
    return request.param


@pytest.fixture(scope="module")
def homes(town):
    return invent(town, electors=6000)


def test_about_as_many_as_asked_in_homes_of_one_to_six(homes):
    sizes = Counter(len(home.voters) for home in homes)
    assert 6000 <= sum(size * number for size, number in sizes.items()) < 6010
    assert set(sizes) == {1, 2, 3, 4, 5, 6}
    assert 1.9 < 6000 / len(homes) < 2.7


def test_every_postcode_is_one_of_the_seat(town, homes):
    assert {look_up(home.postcode) for home in homes} == {
        Found(postcode, town.code) for postcode in {home.postcode for home in homes}
    }


def test_addresses_and_elector_numbers_are_never_given_twice(homes):
    assert len({(home.postcode, home.lines) for home in homes}) == len(homes)
    entries = [(home.district, voter.number, voter.suffix) for home in homes for voter in home.voters]
    assert len(set(entries)) == len(entries)


def test_numbers_are_dramas_and_nearly_half_the_homes_have_one(homes):
    numbers = [number for home in homes for voter in home.voters for number in voter.phones]
    assert all(DRAMA.match(number) and len(number) == 13 for number in numbers)
    share = sum(any(voter.phones for voter in home.voters) for home in homes) / len(homes)
    assert 0.4 < share < 0.5
    assert len(numbers) > len(set(numbers)), "some are shared by a household"


def test_no_number_is_in_both_towns():
    first, second = ({n for home in invent(town) for voter in home.voters for n in voter.phones} for town in TOWNS)
    assert first
    assert not first & second


def test_all_kinds_of_entries_are_there(homes):
    voters = [voter for home in homes for voter in home.voters]
    kinds = Counter(voter.markers for voter in voters)
    assert all(kinds[marker] for marker in ("F", "G", "B", "N"))
    assert all((voter.attains_on is not None) == (voter.markers == "N") for voter in voters)
    assert all(TODAY < voter.attains_on < TODAY + timedelta(days=365) for voter in voters if voter.attains_on)
    anonymous = [voter for voter in voters if voter.anonymous]
    assert len(anonymous) == 3
    assert not any(voter.given or voter.family or voter.phones or voter.tags for voter in anonymous)
    assert {voter.suffix for voter in voters} >= {"0", "1"}


def test_families_mostly_share_a_name_and_names_are_many(homes):
    pairs = [home.voters for home in homes if len(home.voters) == 2 and not any(v.anonymous for v in home.voters)]
    shared = sum(first.family == second.family for first, second in pairs) / len(pairs)
    assert 0.5 < shared < 0.9
    assert len({voter.family for home in homes for voter in home.voters}) > 150


def test_the_same_seed_is_the_same_town():
    assert invent(TOWNS[0], 200) == invent(TOWNS[0], 200)
    assert invent(TOWNS[0], 200) != invent(TOWNS[0], 200, seed=2)


def ring(seed=3):
    homes = [
        evenings.QueuedHome(number, [(number, number), (number + 10_000, number)], number) for number in range(1, 900)
    ]
    starts = [datetime(2026, 10, 26, 18, tzinfo=UTC) + timedelta(weeks=week) for week in range(4)]
    history = evenings.ring(homes, callers=list(range(1, 15)), starts=starts, rng=random.Random(seed))
    return homes, starts, history


def test_evenings_look_like_those_measured():
    _, starts, history = ring()
    dials = len(history.calls)
    hours = sum(
        2
        for start in starts
        for caller in {c.caller for c in history.calls if start <= c.at <= start + evenings.EVENING}
    )
    assert 9 < dials / hours < 16
    outcomes = Counter(call.outcome for call in history.calls)
    assert 0.2 < sum(outcomes[code] for code in evenings.SPOKEN_TO) / dials < 0.4
    assert 0.08 < (outcomes["wrong_number"] + outcomes["number_dead"]) / dials < 0.2


def test_somebody_was_too_fast_for_any_conversation():
    history = ring()[2]
    contacts = [call for call in history.calls if call.outcome in evenings.SPOKEN_TO]
    fastest = max(
        sum(
            timedelta() <= other.at - call.at <= timedelta(minutes=2) and other.caller == call.caller
            for other in contacts
        )
        for call in contacts
    )
    assert fastest >= 20


@pytest.mark.parametrize("seed", range(6))
def test_nobody_is_rung_against_the_rules(seed):
    homes, starts, history = ring(seed)
    ended = {}
    tries = Counter()
    for call in sorted(history.calls, key=lambda call: call.at):
        assert any(start <= call.at <= start + evenings.EVENING for start in starts)
        number = call.number_id
        assert number not in ended, "a number that ended is not rung again"
        if call.outcome in evenings.ENDS_THE_NUMBER:
            ended[number] = call.at
        tries[number, call.at.date()] += 1
        assert tries[number, call.at.date()] == 1, "once a day"
    assert all(home.attempts <= evenings.ATTEMPT_CAP + 1 for home in homes)
    assert {home.flag for home in homes} > {""}
    assert all(home.due_at is None for home in homes if home.done_reason)
