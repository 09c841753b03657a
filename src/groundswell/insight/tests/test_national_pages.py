"""The map, the seat and the finder of a campaign about all 650 seats: all there, and cheap."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from groundswell.accounts.enums import Role
from groundswell.accounts.tests.builders import make_member, sign_in
from groundswell.campaigns.models import Campaign
from groundswell.insight.tests.conftest import make_national_campaign
from groundswell.insight.tests.test_pages import address, names_in
from groundswell.places.enums import PARLIAMENT_2010, PARLIAMENT_2024
from groundswell.places.models import Area

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def national(lasting: Any) -> Campaign:
    with lasting():
        return make_national_campaign()


@pytest.fixture
def national_leader(client: Client, db: None, national: Campaign) -> Client:
    """Signed in as its organiser."""
    return sign_in(client, make_member(Role.ORGANISER, national).user)


def seat_named(name: str) -> Area:
    return Area.objects.get(boundary_set=PARLIAMENT_2024, name=name)


def queries_of(client: Client, page: str) -> list[str]:
    """What a page asks when somebody has looked before."""
    assert client.get(page).status_code == 200
    with CaptureQueriesContext(connection) as asked:
        assert client.get(page).status_code == 200
    return [query["sql"][:90] for query in asked]


def test_all_650_seats_are_hexagons_and_rows(national_leader: Client, national: Campaign):
    page = national_leader.get(address("map", national)).content.decode()
    assert page.count('class="ground"') == 650 + 5  # and one for each level of the legend
    assert page.count('tabindex="-1" class="level-') == 650
    assert "650 seats" in page
    assert len(names_in(page)) == 50
    assert re.search(r"<title>\s*Bury North: Lab 6,944; 0 calls, 0 identified\s*</title>", page)
    assert "style=" not in page


def test_the_table_sorts_and_filters_and_the_map_follows(national_leader: Client, national: Campaign):
    closest = national_leader.get(address("map", national), {"sort": "majority"}).content.decode()
    assert names_in(closest)[:3] == ["Hendon", "Poole", "Basildon and Billericay"]
    assert re.search(r'aria-sort="ascending">\s*<a href="\?sort=-majority">', closest)
    widest = national_leader.get(address("map", national), {"sort": "-majority"}).content.decode()
    assert names_in(widest)[0] not in names_in(closest)
    wales = national_leader.get(address("map", national), {"region": "Wales", "q": "cardiff"}).content.decode()
    assert names_in(wales) == ["Cardiff East", "Cardiff North", "Cardiff South and Penarth", "Cardiff West"]
    island = national_leader.get(address("map", national), {"q": " YNYS mon"}).content.decode()
    assert names_in(island) == ["Ynys Môn"]
    assert wales.count('tabindex="-1" class="level-') == 4
    assert wales.count('class="elsewhere"') == 646 + 1


@pytest.mark.parametrize(
    "query",
    [{"sort": "nonsense", "page": "x"}, {"page": "999"}, {"colour": "red"}, {"region": "Atlantis"}, {"q": "zz"}],
)
def test_an_address_that_makes_no_sense_still_shows_a_page(
    national_leader: Client, national: Campaign, query: dict[str, str]
):
    assert national_leader.get(address("map", national), query).status_code == 200


@pytest.mark.parametrize(("name", "most"), [("map", 5), ("finder", 6)])
def test_it_asks_as_little_for_650_seats_as_for_one(client: Client, national: Campaign, name: str, most: int):
    small = Campaign.objects.create(name="One seat", slug="one-seat")
    small.areas.add(seat_named("Bury North"))
    for campaign in (small, national):
        sign_in(client, make_member(Role.ORGANISER, campaign).user)
        asked = queries_of(client, address(name, campaign))
        assert len(asked) == most, asked


def test_a_seat_page_tells_its_history_and_asks_little(national_leader: Client, national: Campaign):
    page = address("seat", national, seat_named("Bury North").pk)
    asked = queries_of(national_leader, page)
    assert len(asked) == 8, asked
    text = national_leader.get(page).content.decode()
    assert "Mr James Frith" in text
    assert "2005 (notional)" in text
    assert "earlier boundaries" in text
    assert text.count("<polyline") == 4


@pytest.mark.usefixtures("national")
def test_a_seat_as_it_was_drawn_before_has_every_page(client: Client):
    """Of the seats of 2010 no middle is known: no map and no helpers near, but everything else."""
    seat = Area.objects.get(boundary_set=PARLIAMENT_2010, name="Bury North")
    assert seat.latitude is None
    campaign = Campaign.objects.create(name="Before", slug="before", own_party="Labour")
    campaign.areas.add(seat)
    sign_in(client, make_member(Role.ORGANISER, campaign).user)
    assert "These areas have no map" in client.get(address("map", campaign)).content.decode()
    for page in (address("finder", campaign), address("seat", campaign, seat.pk)):
        assert "Bury North" in client.get(page).content.decode()


def test_a_member_of_some_seats_sees_these_and_no_others(client: Client, national: Campaign):
    bury, hendon = seat_named("Bury North"), seat_named("Hendon")
    member = make_member(Role.ORGANISER, national)
    member.areas.add(bury)
    sign_in(client, member.user)
    page = client.get(address("map", national)).content.decode()
    assert names_in(page) == ["Bury North"]
    assert page.count('tabindex="-1" class="level-') == 1
    assert "Hendon" not in page
    assert client.get(address("seat", national, bury.pk)).status_code == 200
    assert client.get(address("seat", national, hendon.pk)).status_code == 404
    assert "Hendon" not in client.get(address("finder", national)).content.decode()
