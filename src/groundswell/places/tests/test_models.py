"""What the database itself refuses, and the questions a campaign asks of areas."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from groundswell.places.models import Area, Contest, OfficeHolder, Postcode, Result

pytestmark = pytest.mark.django_db


def area(code="A1", **fields):
    return Area.objects.create(
        **{"kind": "ward", "boundary_set": "test", "code": code, "name": f"Area {code}", **fields}
    )


def refused(constraint, make):
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        make()


@pytest.mark.parametrize(
    ("constraint", "fields"),
    [
        ("area_code_once_per_boundary_set", {"code": "A1"}),
        ("area_kind_known", {"kind": "galaxy"}),
        ("area_named", {"name": ""}),
        ("area_named", {"code": ""}),
        ("area_named", {"boundary_set": ""}),
        ("area_has_time_zone", {"time_zone": ""}),
        ("area_centre_on_earth", {"latitude": 91.0, "longitude": 0.0}),
        ("area_centre_on_earth", {"latitude": 0.0, "longitude": 181.0}),
        ("area_centre_on_earth", {"latitude": 51.0}),
    ],
)
def test_an_area_that_cannot_be(constraint, fields):
    area()
    refused(constraint, lambda: area(**{"code": "A2", **fields}))


def test_the_same_code_in_another_boundary_set_is_another_area():
    assert area().pk != area(boundary_set="later").pk


def test_no_area_lies_in_itself():
    mine = area()
    refused("area_not_its_own_parent", lambda: Area.objects.filter(pk=mine.pk).update(parent=mine))


def test_contests_and_results_that_cannot_be():
    contest = Contest.objects.create(area=area(), election="2024", valid_votes=100, majority=10)
    refused("contest_once_per_area", lambda: Contest.objects.create(area=contest.area, election="2024"))
    refused("contest_names_its", lambda: Contest.objects.create(area=contest.area, election=""))
    refused(
        "contest_majority_within",
        lambda: Contest.objects.create(area=contest.area, election="x", valid_votes=1, majority=2),
    )
    Result.objects.create(contest=contest, party="Blue", candidate="Ann", votes=55)
    refused("result_once", lambda: Result.objects.create(contest=contest, party="Blue", candidate="Ann", votes=1))
    refused("result_names", lambda: Result.objects.create(contest=contest, party="", votes=1))


def test_one_holder_of_an_office_at_a_time_and_vacancies_by_absence():
    mine = area()
    first = OfficeHolder.objects.create(area=mine, name="Ann", starts_on=date(2020, 1, 1))
    refused("office_holder_one_at_a_time", lambda: OfficeHolder.objects.create(area=mine, name="Bo"))
    OfficeHolder.objects.create(area=mine, office="Mayor", name="Bo")
    refused("office_holder_named", lambda: OfficeHolder.objects.create(area=mine, office="Clerk", name=""))
    first.ends_on = date(2019, 1, 1)
    refused("office_holder_ends_after_start", first.save)
    first.ends_on = date(2024, 1, 1)
    first.save()
    assert list(OfficeHolder.objects.current().filter(area=mine).values_list("office", "name")) == [("Mayor", "Bo")]
    OfficeHolder.objects.create(area=mine, name="Cy")


def test_postcodes_are_kept_in_one_form_and_once():
    mine = area()
    Postcode.objects.create(boundary_set="test", postcode="K1A0B1", area=mine)
    refused(
        "postcode_once_per_boundary_set",
        lambda: Postcode.objects.create(boundary_set="test", postcode="K1A0B1", area=mine),
    )
    refused("postcode_in_capitals", lambda: Postcode.objects.create(boundary_set="test", postcode="k1a 0b1", area=mine))


def test_within_goes_all_the_way_down():
    nation = area("N", kind="nation")
    seat = area("S", kind="constituency", parent=nation)
    ward = area("W", parent=seat)
    area("elsewhere")
    assert set(Area.objects.within([nation])) == {nation, seat, ward}
    assert set(Area.objects.within([seat.pk, ward.pk])) == {seat, ward}
    assert set(Area.objects.within([])) == set()


def test_marginality_is_the_majority_as_a_share_of_the_valid_votes_of_the_newest_election():
    close, safe, unknown = area("C"), area("S"), area("U")
    Contest.objects.create(area=close, election="2019", held_on=date(2019, 12, 12), valid_votes=1000, majority=900)
    Contest.objects.create(area=close, election="2024", held_on=date(2024, 7, 4), valid_votes=1000, majority=25)
    Contest.objects.create(area=safe, election="2024", held_on=date(2024, 7, 4), valid_votes=1000, majority=400)
    Contest.objects.create(area=unknown, election="2024")
    found = {a.code: a.marginality for a in Area.objects.with_marginality()}
    assert found == {"C": Decimal("0.025"), "S": Decimal("0.4"), "U": None}
    assert list(Area.objects.marginals(under=0.05)) == [close]
    assert list(Area.objects.marginals(under=0.5)) == [close, safe]
    assert Area.objects.with_marginality("2019").get(code="C").majority == 900
