"""How a seat stands, by the results of known seats: checked against the votes as they were published."""

import pytest

from groundswell.places.enums import PARLIAMENT_2010, PARLIAMENT_2024, AreaKind
from groundswell.places.models import Area, Contest, OfficeHolder
from groundswell.places.operations import load_reference_data
from groundswell.places.queries import seat_facts
from groundswell.places.seats import is_party

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def seats(lasting):
    with lasting():
        load_reference_data()

    def seat(name, boundary_set=PARLIAMENT_2024):
        return Area.objects.get(boundary_set=boundary_set, name=name)

    return seat


def line(facts):
    return [
        (contest.title, contest.notional, contest.earlier_boundaries, contest.winner.short, contest.majority)
        for contest in facts.history
    ]


def test_bury_north_from_2024_back_to_2005_as_it_would_have_been(seats):
    facts = seat_facts(seats("Bury North"), own_party="Labour")
    assert line(facts) == [
        ("2024", False, False, "Lab", 6944),
        ("2015", False, True, "Con", 378),
        ("2010", False, True, "Con", 2243),
        ("2005 (notional)", True, True, "Lab", 2059),
    ]
    assert (facts.is_held, facts.swing_needed, facts.notional) == (True, None, False)
    assert facts.mp.name == "Mr James Frith"


def test_the_marginal_of_2015_needed_less_than_half_a_point(seats):
    facts = seat_facts(seats("Bury North", PARLIAMENT_2010), own_party="Labour")
    assert [contest.election for contest in facts.history] == ["2015", "2010", "2005-notional"]
    assert (facts.winner.party, facts.runner_up.party) == ("Conservative", "Labour")
    assert (facts.winner.votes, facts.runner_up.votes, facts.majority) == (18970, 18592, 378)
    assert facts.latest.valid_votes == sum(row.votes for row in facts.latest.rows)
    assert facts.majority_share == pytest.approx(378 / facts.latest.valid_votes)
    assert facts.swing_needed == pytest.approx(378 / facts.latest.valid_votes * 50)
    assert facts.latest.turnout == pytest.approx(facts.latest.valid_votes / facts.electorate)
    assert facts.mp is None


def test_without_an_own_party_the_runner_up_is_the_challenger(seats):
    seat = seats("Bury North", PARLIAMENT_2010)
    assert seat_facts(seat).challenger.party == "Labour"
    assert seat_facts(seat).swing_needed == seat_facts(seat, own_party="Lab").swing_needed
    assert seat_facts(seat, own_party="Con").swing_needed is None


def test_walthamstow_is_held_by_labour_and_co_operative(seats):
    now = seat_facts(seats("Walthamstow"), own_party="Labour")
    assert now.winner.candidate == "Stella Creasy"
    assert (now.is_held, now.swing_needed) == (True, None)
    assert [contest.title for contest in now.history] == ["2024", "2015", "2010", "2005 (notional)"]
    then = seat_facts(seats("Walthamstow", PARLIAMENT_2010), own_party="Green")
    assert then.winner.short == "Lab"
    gap = then.winner.votes - then.own.votes
    assert then.swing_needed == pytest.approx(gap / then.latest.valid_votes * 50)


def test_every_seat_s_shares_add_up_to_one(seats):
    facts = seat_facts(seats("Walthamstow"))
    assert all(sum(row.share for row in contest.rows) == pytest.approx(1) for contest in facts.history)
    assert all(contest.rows == tuple(sorted(contest.rows, key=lambda row: -row.votes)) for contest in facts.history)


def test_a_party_that_did_not_stand_has_no_swing(seats):
    facts = seat_facts(seats("Bury North"), own_party="Plaid Cymru")
    assert (facts.own, facts.swing_needed, facts.is_held) == (None, None, False)


def test_a_seat_with_totals_only_and_one_with_nothing():
    branch = Area.objects.create(kind=AreaKind.OTHER, boundary_set="branches", code="1", name="North Branch")
    empty = seat_facts(branch, own_party="Red")
    assert (empty.history, empty.latest, empty.majority, empty.swing_needed, empty.mp) == ((), None, None, None, None)
    Contest.objects.create(area=branch, election="2024", electorate=100, valid_votes=40, majority=4)
    totals = seat_facts(branch, own_party="Red")
    assert (totals.majority_share, totals.latest.turnout, totals.winner, totals.swing_needed) == (0.1, 0.4, None, None)


def test_only_who_is_in_office_is_the_member(seats):
    seat = seats("Bury North")
    seat.office_holders.update(ends_on="2026-07-01")
    assert seat_facts(seat).mp is None
    OfficeHolder.objects.create(area=seat, name="Who Follows", starts_on="2026-08-01")
    assert seat_facts(seat).mp.name == "Who Follows"


def test_a_namesake_in_another_nation_is_another_place(seats):
    Contest.objects.create(
        area=Area.objects.create(
            kind=AreaKind.CONSTITUENCY, boundary_set="elsewhere", code="1", name="Bury North", nation="Atlantis"
        ),
        election="1999",
    )
    assert "1999" not in [contest.election for contest in seat_facts(seats("Bury North")).history]


def test_it_takes_three_queries_however_long_the_history(seats, django_assert_num_queries):
    for name in ("Bury North", "Aldershot"):
        seat = seats(name)
        with django_assert_num_queries(3):
            assert seat_facts(seat, own_party="Labour").history


@pytest.mark.parametrize(
    ("wanted", "party", "abbreviation", "same"),
    [
        ("Labour", "Labour and Co-operative", "Lab", True),
        ("the labour party", "Labour", "Lab", True),
        ("Con", "Conservative", "Con", True),
        ("Green Party", "Green", "Green", True),
        ("Labour", "Socialist Labour Party", "SL", False),
        ("", "Labour", "", False),
        ("Party", "", "", False),
    ],
)
def test_a_party_is_known_by_its_name_or_abbreviation(wanted, party, abbreviation, same):
    assert is_party(wanted, party, abbreviation) is same
