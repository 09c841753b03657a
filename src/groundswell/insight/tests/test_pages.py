"""The map, the seat and the finder: what they show, to whom."""

from __future__ import annotations

import re
from datetime import timedelta

from django.test import Client
from django.urls import reverse
from django.utils import timezone

from groundswell.accounts.enums import Role
from groundswell.accounts.tests.builders import make_member, sign_in
from groundswell.campaigns.models import Action, Ask, Campaign, Option
from groundswell.events.models import Attendance, Event
from groundswell.phonebank.models import Session, SessionBank, SessionCaller
from groundswell.phonebank.tests.organiser_world import answer, call
from groundswell.phonebank.tests.world import World
from groundswell.places.models import Area, Contest, Result


def address(name: str, campaign: Campaign, *more: int) -> str:
    return reverse(f"insight:{name}", args=[campaign.slug, *more])


def names_in(page: str) -> list[str]:
    table = page[page.index("<tbody>") : page.index("</tbody>")]
    return re.findall(r'<a href="[^"]*">([^<]*)</a>', table)


def test_colours_by_calls_and_coverage_and_never_by_colour_alone(leader: Client, live: World):
    homes = live.households(4)
    call(live, live.bank(build=False), live.organiser, ago=timedelta(minutes=1), household=homes[0].row)
    answer(live, homes[0].people[0], live.ours)
    place_on_map(live.area)
    for colour, level in (("marginality", 0), ("calls", 1), ("coverage", 4)):
        page = leader.get(address("map", live.campaign), {"colour": colour}).content.decode()
        (drawn,) = re.findall(r'tabindex="-1" class="level-(\d)"', page)
        assert int(drawn) == level, colour
        in_map = page[page.index('tabindex="-1"') : page.index("<figcaption>")]
        assert re.findall(r"#mark-(\d)", in_map) == ([str(level)] if level else [])


def place_on_map(area: Area) -> None:
    """Gives the area a hexagon: its set a map of one."""
    from groundswell.places.models import HexMap, HexPlace

    hex_map = HexMap.objects.create(boundary_set=area.boundary_set, kind=area.kind)
    HexPlace.objects.create(area=area, hex_map=hex_map, q=0, r=0)


def test_areas_without_a_middle_have_the_table_alone(leader: Client, live: World):
    page = leader.get(address("map", live.campaign)).content.decode()
    assert "These areas have no map" in page
    assert names_in(page) == ["Walthamstow"]
    assert "<figure" not in page


def test_a_seat_of_another_campaign_is_not_found(leader: Client, live: World):
    other = live.new_area("Elsewhere", "England")
    assert leader.get(address("seat", live.campaign, other.pk)).status_code == 404


def test_what_voters_told_is_on_the_seat_page_for_the_team(client: Client, live: World):
    homes = live.households(3)
    undecided = Option.objects.create(question=live.question, label="Unsure", position=2, meaning="undecided")
    answer(live, homes[0].people[0], live.ours)
    answer(live, homes[1].people[0], undecided)
    page = address("seat", live.campaign, live.area.pk)
    for role, status in ((Role.ORGANISER, 200), (Role.DATA_MANAGER, 200), (Role.CALLER, 403)):
        sign_in(client, make_member(role, live.campaign).user)
        response = client.get(page)
        assert response.status_code == status, role
        assert ("What voters told us" in response.content.decode()) is (status == 200)


def evening(live: World, **fields: object) -> Event:
    """An evening of the campaign in its seat."""
    now = timezone.now()
    ask = Ask.objects.create(campaign=live.campaign, kind="attend", slug=f"e{Event.objects.count()}", title="Evening")
    values = {
        "title": "Monday calls",
        "area": live.area,
        "starts_at": now - timedelta(hours=2),
        "ends_at": now,
        "status": "published",
        "target": 100,
        **fields,
    }
    return Event.objects.create(campaign=live.campaign, ask=ask, **values)


def test_evenings_with_their_calls_and_the_gap_to_the_target(leader: Client, live: World):
    now = timezone.now()
    (home,) = live.households(1)
    bank = live.bank(build=False)
    held = Session.objects.create(
        event=evening(live), board_key="k", started_at=now - timedelta(hours=2), closed_at=now - timedelta(minutes=5)
    )
    SessionBank.objects.create(session=held, phone_bank=bank, since=held.started_at)
    there, absent = live.caller("There"), live.caller("Absent")
    SessionCaller.objects.create(session=held, user_id=there.user_id)
    people = {identity.user_id: identity for identity in (there, absent)}
    users = {user.pk: user for user in type(live.organiser).objects.filter(pk__in=people)}
    for caller, ago in ((there, 60), (there, 30), (absent, 30), (there, 200), (there, 1)):
        call(live, bank, users[caller.user_id], ago=timedelta(minutes=ago), household=home.row)
    evening(live, title="Given up", status="cancelled", target=500)
    page = leader.get(address("seat", live.campaign, live.area.pk)).content.decode()
    # Before the start, after the close and by whoever was not there: no call of the evening.
    assert "2 of 100 calls made in this seat's evenings" in page
    assert "98 calls to go" in page
    assert "Given up" in page


def with_result(area: Area, first: int, second: int) -> Area:
    """Lets a seat have been won by so many votes to so many."""
    contest = Contest.objects.create(
        area=area, election="2024", electorate=100_000, valid_votes=first + second, majority=first - second
    )
    Result.objects.create(contest=contest, party="Blue", party_abbreviation="Blu", votes=first)
    Result.objects.create(contest=contest, party="Red Rose", party_abbreviation="Red", votes=second)
    return area


def test_the_finder_puts_the_close_and_reachable_first(leader: Client, live: World):
    Campaign.objects.filter(pk=live.campaign.pk).update(own_party="Red Rose")
    close = with_result(live.new_area("Close", "England"), 10_100, 9_900)
    reachable = with_result(live.new_area("Reachable", "England"), 10_100, 9_900)
    safe = with_result(live.new_area("Safe", "England"), 15_000, 5_000)
    live.campaign.areas.add(close, reachable, safe)
    live.households(300, area=reachable)
    evening(
        live, area=reachable, starts_at=timezone.now() + timedelta(days=3), ends_at=timezone.now() + timedelta(days=4)
    )
    page = leader.get(address("finder", live.campaign)).content.decode()
    assert re.findall(r"<h2><a [^>]*>([^<]*)</a></h2>", page) == ["Reachable", "Close", "Safe"]
    assert "Blu won by 200 votes; Red needs a swing of 0.50 points." in page
    assert "300 electors to identify" in page
    assert "Already planned" in page
    assert "1 seat is left out: its last result is not known." in page


def test_helpers_near_count_and_those_far_away_do_not(leader: Client, live: World):
    """Whoever signed up for an evening or would help: 20 km from the middle of the seat is near, 200 km is not."""
    live.campaign.areas.clear()
    for name, latitude in (("Here", 52.0), ("Next door", 52.18), ("Far away", 53.8)):
        area = with_result(live.new_area(name, "England"), 10_100, 9_900)
        Area.objects.filter(pk=area.pk).update(latitude=latitude, longitude=-1.0)
        live.campaign.areas.add(area)
    near, far = Area.objects.get(name="Next door"), Area.objects.get(name="Far away")
    monday, now = evening(live, area=near), timezone.now()
    for area, state in ((near, "confirmed"), (near, "withdrawn"), (far, "confirmed"), (far, "pending")):
        (home,) = live.households(1, area=area)
        coming = Action.objects.create(
            ask=monday.ask,
            person=home.people[0],
            state=state,
            dedupe_key=str(home.people[0].pk),
            happened_at=now,
            state_at=now,
        )
        Attendance.objects.create(event=monday, person=home.people[0], action=coming, email=home.numbers[0])
    page = leader.get(address("finder", live.campaign)).content.decode()
    found = dict(re.findall(r"<h2><a [^>]*>([^<]*)</a></h2>.*?(\d+) helpers? near", page, re.DOTALL))
    assert found == {"Here": "1", "Next door": "1", "Far away": "2"}


def test_a_party_that_did_not_stand_is_told_how_close_the_seat_was(leader: Client, live: World):
    Campaign.objects.filter(pk=live.campaign.pk).update(own_party="Newcomers")
    with_result(live.area, 10_100, 9_900)
    page = leader.get(address("finder", live.campaign)).content.decode()
    assert "Blu won by 200 votes (1.0%); your party did not stand here then." in page


def test_the_index_leads_to_the_only_map_or_lists_them(client: Client, live: World):
    sign_in(client, make_member(Role.ORGANISER, live.campaign).user)
    assert client.get(reverse("insight:index")).url == address("map", live.campaign)
    Campaign.objects.create(name="Another", slug="another")
    sign_in(client, make_member(Role.OWNER, None).user)
    assert "Another" in client.get(reverse("insight:index")).content.decode()
    Campaign.objects.update(archived_at=timezone.now())
    assert "No campaign yet" in client.get(reverse("insight:index")).content.decode()


def test_an_evening_is_planned_for_the_seat_one_came_from(leader: Client, live: World):
    live.campaign.areas.add(live.new_area("Other", "England"))
    page = leader.get(address("seat", live.campaign, live.area.pk)).content.decode()
    (link,) = re.findall(r'href="([^"]*\?seat=\d+)"', page)
    form = leader.get(link).content.decode()
    assert re.search(rf'<option value="{live.area.pk}" selected>Walthamstow</option>', form)
