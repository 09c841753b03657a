"""The packaged data: complete, loaded once, and never over somebody's own rows."""

from datetime import date
from decimal import Decimal

import pytest

from groundswell.places import reference
from groundswell.places.enums import PACKAGED, PARLIAMENT_2010, PARLIAMENT_2024
from groundswell.places.imports import AREAS, OFFICE_HOLDERS, RESULTS
from groundswell.places.models import Area, Contest, OfficeHolder, ReferenceSet, Result
from groundswell.places.operations import import_places, load_reference_data
from groundswell.places.queries import find_area

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def loaded(lasting):
    with lasting():
        load_reference_data()


def forget_version():
    ReferenceSet.objects.all().delete()


def test_every_constituency_with_nation_region_centre_result_and_member(loaded):
    seats = Area.objects.filter(boundary_set=PARLIAMENT_2024)
    assert seats.count() == seats.exclude(nation="").exclude(region="").count() == 650
    assert seats.filter(latitude=None).count() == 0
    assert seats.filter(parent=None).count() == 0
    assert Area.objects.filter(boundary_set=PARLIAMENT_2010).count() == 650
    assert OfficeHolder.objects.current().filter(office="MP", area__in=seats).count() == 650
    assert seats.with_marginality().filter(marginality=None).count() == 0


def test_the_figures_of_a_known_seat(loaded):
    seat = Area.objects.with_marginality().get(boundary_set=PARLIAMENT_2024, code="E14001144")
    assert (seat.name, seat.nation, seat.region) == ("Bury North", "England", "North West")
    contest = seat.contests.get(election="2024")
    votes = list(contest.results.values_list("votes", flat=True))
    assert sum(votes) == contest.valid_votes
    assert votes[0] - votes[1] == contest.majority
    assert seat.marginality == pytest.approx(Decimal(contest.majority) / contest.valid_votes)
    assert seat.office_holders.get().email == "james.frith.mp@parliament.uk"
    assert [str(above) for above in (seat.parent, seat.parent.parent)] == ["North West", "England"]


def test_history_on_the_boundaries_of_2010_with_2005_as_it_would_have_been(loaded):
    seat = Area.objects.get(boundary_set=PARLIAMENT_2010, name="Bury North")
    elections = list(seat.contests.order_by("held_on").values_list("election", "majority", "valid_votes"))
    assert [election for election, _, _ in elections] == ["2005-notional", "2010", "2015"]
    assert elections[2][1] == 378
    assert elections[0][1] == 2059


def test_results_add_up_wherever_both_are_published(loaded):
    first = Contest.objects.raw(
        "SELECT c.* FROM places_contest c JOIN (SELECT contest_id, sum(votes) AS votes FROM places_result "
        "GROUP BY 1) r ON r.contest_id = c.id WHERE r.votes <> c.valid_votes ORDER BY c.id"
    )
    assert list(first) == []
    assert Result.objects.count() == 16_006


def test_a_second_start_does_nothing(loaded, django_assert_max_num_queries):
    with django_assert_max_num_queries(6):  # one to see that there is nothing to do, two to count, the savepoint
        assert load_reference_data()["loaded"] is False


@pytest.mark.slow
def test_loading_again_changes_no_row(loaded):
    before = (list(Area.objects.order_by("pk").values()), list(OfficeHolder.objects.order_by("pk").values()))
    forget_version()
    assert load_reference_data()["loaded"] is True
    assert (list(Area.objects.order_by("pk").values()), list(OfficeHolder.objects.order_by("pk").values())) == before
    assert (Contest.objects.count(), Result.objects.count()) == (2600, 16_006)


@pytest.mark.slow
def test_a_new_version_leaves_somebodys_own_rows_alone(loaded):
    for layout, content in (
        (AREAS, b"code,name\nE14001144,Bury North and Nowhere\n"),
        (OFFICE_HOLDERS, b"area_code,name\nE14001144,\nE14001563,Somebody Else\n"),
        (RESULTS, b"area_code,election,party,votes\nE14001144,2024,Blue,7\nE14001144,2024,Red,5\n"),
    ):
        report = import_places(layout, content=content, by=None, boundary_set=PARLIAMENT_2024)
        assert report.rejects == ()
    forget_version()
    load_reference_data()
    seat = Area.objects.get(boundary_set=PARLIAMENT_2024, code="E14001144")
    assert seat.name == "Bury North and Nowhere"
    assert not seat.office_holders.current().exists()
    assert list(seat.contests.get().results.values_list("party", "votes")) == [("Blue", 7), ("Red", 5)]
    holder = OfficeHolder.objects.current().get(area__boundary_set=PARLIAMENT_2024, area__code="E14001563")
    assert holder.name == "Somebody Else"


@pytest.mark.slow
def test_a_successor_in_a_new_version_ends_the_term_before(loaded):
    seat = Area.objects.get(boundary_set=PARLIAMENT_2024, code="E14001144")
    seat.office_holders.update(name="Who Was Before")
    forget_version()
    load_reference_data()
    assert list(seat.office_holders.order_by("pk").values_list("name", "ends_on", "source")) == [
        ("Who Was Before", reference.OFFICE_HOLDERS_AS_OF, PACKAGED),
        ("Mr James Frith", None, PACKAGED),
    ]
    assert date(2026, 1, 1) < reference.OFFICE_HOLDERS_AS_OF


def test_find_area_reads_packaged_postcodes(loaded):
    assert find_area("e17 4aa").name == "Walthamstow"
    assert find_area("BT1 5GS").reason.value == "northern_ireland"
    assert find_area("E17 4AA", boundary_set="council").reason.value == "not_listed"
