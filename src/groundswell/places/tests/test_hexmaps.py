"""The stored hexagon maps: what the database refuses, when they are drawn, and when anew."""

import pytest
from django.db import IntegrityError, transaction

from groundswell.config.jobs import run_worker
from groundswell.places.enums import PACKAGED, PARLIAMENT_2024, AreaKind
from groundswell.places.hexmaps import draw_hex_maps
from groundswell.places.imports import AREAS
from groundswell.places.models import Area, HexMap, HexPlace, ReferenceSet
from groundswell.places.operations import import_places, load_reference_data

pytestmark = pytest.mark.django_db


@pytest.fixture
def branches():
    """Nine branches of a body whose areas are nobody else's."""
    for number in range(9):
        Area.objects.create(
            kind=AreaKind.OTHER,
            boundary_set="branches",
            code=str(number),
            name=f"Branch {number}",
            latitude=52 + number % 3 / 10,
            longitude=number // 3 / 10,
        )


def where(boundary_set="branches"):
    return dict(HexPlace.objects.filter(area__boundary_set=boundary_set).values_list("area__code", "q"))


def test_no_two_areas_on_one_hexagon(branches):
    hex_map = HexMap.objects.create(boundary_set="branches", kind=AreaKind.OTHER)
    one, other, *_ = Area.objects.filter(boundary_set="branches")
    HexPlace.objects.create(area=one, hex_map=hex_map, q=1, r=2)
    with pytest.raises(IntegrityError, match="hex_place_no_two_on_one"), transaction.atomic():
        HexPlace.objects.create(area=other, hex_map=hex_map, q=1, r=2)
    with pytest.raises(IntegrityError, match="places_hexplace_pkey"), transaction.atomic():
        HexPlace.objects.create(area=one, hex_map=hex_map, q=3, r=3)


@pytest.mark.parametrize(("kind", "name"), [("other", "hex_map_once_per_set_and_kind"), ("moon", "hex_map_kind_known")])
def test_one_map_for_a_set_of_a_kind_that_there_is(kind, name):
    HexMap.objects.create(boundary_set="branches", kind="other")
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        HexMap.objects.create(boundary_set="branches", kind=kind)


def test_a_set_is_drawn_once_and_again_when_a_centre_moves(branches):
    (drawn,) = draw_hex_maps("branches")
    assert drawn.places.count() == 9
    assert draw_hex_maps("branches") == []
    Area.objects.filter(boundary_set="branches", code="4").update(latitude=55)
    (again,) = draw_hex_maps("branches")
    assert (again.pk, again.places.count()) == (drawn.pk, 9)


def test_areas_without_a_centre_are_left_to_the_table(branches):
    Area.objects.filter(boundary_set="branches", code="4").update(latitude=None, longitude=None)
    (drawn,) = draw_hex_maps("branches")
    assert drawn.places.count() == 8
    assert draw_hex_maps("nowhere") == []


def test_a_very_large_set_gets_no_map(branches, monkeypatch):
    monkeypatch.setattr("groundswell.places.hexmaps.MOST_AREAS", 8)
    assert draw_hex_maps("branches") == []
    assert not HexMap.objects.exists()


@pytest.mark.slow
def test_the_650_seats_come_with_their_map():
    load_reference_data()
    hex_map = HexMap.objects.get(boundary_set=PARLIAMENT_2024)
    assert (hex_map.kind, hex_map.source, hex_map.places.count()) == ("constituency", PACKAGED, 650)
    assert draw_hex_maps(PARLIAMENT_2024) == []
    before = list(hex_map.places.order_by("pk").values())
    ReferenceSet.objects.all().delete()
    load_reference_data()
    assert list(hex_map.places.order_by("pk").values()) == before


@pytest.mark.slow
def test_somebody_s_own_version_of_the_seats_stays_theirs(monkeypatch):
    load_reference_data()
    Area.objects.filter(boundary_set=PARLIAMENT_2024, nation="England").delete()
    Area.objects.filter(boundary_set=PARLIAMENT_2024, nation="Wales").update(source="ours")
    (drawn,) = draw_hex_maps(PARLIAMENT_2024)
    assert (drawn.source, drawn.places.count()) == ("", 107)
    ReferenceSet.objects.all().delete()
    load_reference_data()
    assert HexPlace.objects.filter(hex_map=drawn).count() == 107


@pytest.mark.django_db(transaction=True)
def test_an_import_of_areas_has_its_map_drawn_by_the_worker():
    content = b"code,name,latitude,longitude\n" + b"".join(b"%d,Branch,5%d.1,0.%d\n" % (n, n % 3, n) for n in range(7))
    import_places(AREAS, content=content, by=None, boundary_set="branches", kind=AreaKind.OTHER, dry_run=True)
    run_worker(wait=False)
    assert where() == {}
    import_places(AREAS, content=content, by=None, boundary_set="branches", kind=AreaKind.OTHER)
    run_worker(wait=False)
    assert len(where()) == 7
