"""The organiser's pages of events, pressed button by button."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.urls import reverse

from groundswell.accounts.enums import Role
from groundswell.accounts.models import AuditEvent, User
from groundswell.accounts.tests.builders import make_member, sign_in
from groundswell.campaigns.models import Campaign
from groundswell.events.enums import EventStatus
from groundswell.events.models import Attendance, Event
from groundswell.places.models import Area

Make = Callable[..., Event]
Come = Callable[..., Attendance]


@pytest.fixture
def leader(client: Client, organiser: User) -> Client:
    return sign_in(client, organiser)


def at(campaign: Campaign, name: str, *more: Any) -> str:
    return reverse(f"events:{name}", args=[campaign.slug, *more])


def filled(event: Event, **changes: Any) -> dict[str, Any]:
    """The form as it stands for an event, with changes."""
    zone = ZoneInfo(event.time_zone)
    begins, ends = event.starts_at.astimezone(zone), event.ends_at.astimezone(zone)
    return {
        "title": event.title,
        "kind": event.kind,
        "day": begins.date().isoformat(),
        "begins": f"{begins:%H:%M}",
        "ends": f"{ends:%H:%M}",
        "time_zone": event.time_zone,
        "area": event.area_id or "",
        "candidate": "",
        "about": event.about,
        "venue": event.venue,
        "place": event.place,
        "capacity": event.capacity or "",
        **changes,
    }


def test_the_form_opens_on_next_monday_from_six_to_eight(leader: Client, campaign: Campaign) -> None:
    form = leader.get(at(campaign, "new")).context["form"]
    assert form["day"].initial.weekday() == 0
    assert (form["begins"].initial.hour, form["ends"].initial.hour) == (18, 20)


def test_from_a_draft_to_an_open_page(leader: Client, campaign: Campaign, make_event: Make) -> None:
    data = filled(make_event(draft=True), title="Tuesday calls", capacity="12", hashtag="#MobMonday")
    response = leader.post(at(campaign, "new"), data, follow=True)
    made = Event.objects.get(title="Tuesday calls")
    assert (made.status, made.capacity, made.hashtag) == (EventStatus.DRAFT, 12, "MobMonday")
    assert "Kept as a draft" in response.content.decode()
    assert "Here people will sign up" in leader.get(at(campaign, "preview", made.pk)).content.decode()
    assert "Published" in leader.post(at(campaign, "publication", made.pk), follow=True).content.decode()
    assert Client().get(reverse("events:page", args=[made.ask.slug])).status_code == 200


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"title": " "}, "This field is required"),
        ({"venue": "room"}, "Say where the room is"),
        ({"time_zone": "Atlantis/Deep"}, "There is no time zone"),
        ({"day": "2020-01-06"}, "That time has gone by"),
        ({"begins": "25:00"}, "Enter a valid time"),
        ({"hashtag": "two words"}, "one word"),
        ({"capacity": "0"}, "greater than or equal to 1"),
    ],
)
def test_a_slip_is_said_and_nothing_made(
    leader: Client, campaign: Campaign, make_event: Make, changes: dict[str, str], said: str
) -> None:
    response = leader.post(at(campaign, "new"), filled(make_event(draft=True), **changes))
    assert (response.status_code, said in response.content.decode()) == (422, True)
    assert Event.objects.count() == 1


def test_an_evening_past_midnight(leader: Client, campaign: Campaign, make_event: Make) -> None:
    leader.post(at(campaign, "new"), filled(make_event(draft=True), title="Late", begins="22:00", ends="01:00"))
    late = Event.objects.get(title="Late")
    assert late.ends_at - late.starts_at == timedelta(hours=3)


def test_changing_words_tells_nobody_and_changing_the_place_does(
    leader: Client, campaign: Campaign, event: Event
) -> None:
    address = at(campaign, "edit", event.pk)
    said = leader.post(address, filled(event, about="Bring tea."), follow=True).content.decode()
    assert "is told of the change" not in said
    said = leader.post(address, filled(event, venue="room", place="1 Lantern Yard"), follow=True).content.decode()
    assert "is told of the change" in said
    event.refresh_from_db()
    assert (event.sequence, event.place) == (1, "1 Lantern Yard")


def test_moving(leader: Client, campaign: Campaign, event: Event) -> None:
    day = (event.starts_at + timedelta(days=1)).date().isoformat()
    address = at(campaign, "move", event.pk)
    data = {key: filled(event)[key] for key in ("begins", "ends", "time_zone")}
    said = leader.post(address, {**data, "day": day}, follow=True).content.decode()
    assert "Everybody who signed up is told the new time" in said
    said = leader.post(address, {**data, "day": day}, follow=True).content.decode()
    assert "Nothing was changed" in said
    assert leader.post(address, {**data, "day": "2020-01-06"}).status_code == 422
    event.refresh_from_db()
    assert event.sequence == 1


def test_cancelling_asks_why(leader: Client, campaign: Campaign, event: Event) -> None:
    address = at(campaign, "cancellation", event.pk)
    assert leader.post(address, {"reason": " "}).status_code == 422
    assert "Cancelled" in leader.post(address, {"reason": "The hall is flooded."}, follow=True).content.decode()
    event.refresh_from_db()
    assert (event.status, event.cancelled_reason) == (EventStatus.CANCELLED, "The hall is flooded.")


def test_each_week_its_own_seat(leader: Client, campaign: Campaign, event: Event, seats: tuple[Area, Area]) -> None:
    address = at(campaign, "weeks", event.pk)
    assert leader.post(address, {}).status_code == 422
    data = {"week_0": "on", "seat_0": seats[0].pk, "week_2": "on", "seat_2": seats[1].pk, "seat_1": seats[1].pk}
    said = leader.post(address, data, follow=True).content.decode()
    assert "2 weeks are written down" in said
    zone = ZoneInfo(event.time_zone)
    first = event.starts_at.astimezone(zone).date()
    made = Event.objects.filter(status=EventStatus.DRAFT).order_by("starts_at")
    assert [(e.starts_at.astimezone(zone).date() - first, e.area) for e in made] == [
        (timedelta(weeks=1), seats[0]),
        (timedelta(weeks=3), seats[1]),
    ]
    assert leader.post(address, data).status_code == 422


def test_a_draft_is_discarded(leader: Client, campaign: Campaign, make_event: Make, event: Event) -> None:
    draft = make_event(draft=True)
    assert "The draft is gone" in leader.post(at(campaign, "discarding", draft.pk), follow=True).content.decode()
    assert "cancel it instead" in leader.post(at(campaign, "discarding", event.pk), follow=True).content.decode()
    assert Event.objects.get() == event


def test_whoever_is_looked_at_is_logged(leader: Client, campaign: Campaign, event: Event, come: Come) -> None:
    people = {come(event, name=name).person_id for name in ("Bea Lindqvist", "Sam Okoro", "Siân Wyllt")}
    body = leader.get(at(campaign, "sign_ups", event.pk)).content.decode()
    assert "Siân Wyllt" in body
    seen = AuditEvent.objects.filter(verb="view_sign_up", action="view", subject_kind="people.person")
    assert set(seen.values_list("subject_id", flat=True)) == people
    found = leader.get(at(campaign, "sign_ups", event.pk), {"q": "sian"}).content.decode()
    assert "Siân Wyllt" in found
    assert "Sam Okoro" not in found
    assert seen.count() == 4


def test_at_the_door(leader: Client, campaign: Campaign, event: Event, come: Come) -> None:
    there, gone = come(event, name="Bea"), come(event, name="Sam")
    arrival = at(campaign, "arrival", event.pk, there.pk)
    assert "Bea is here." in leader.post(arrival, {"here": "yes"}, follow=True).content.decode()
    there.refresh_from_db()
    assert there.arrived_at is not None
    assert "not here after all" in leader.post(arrival, {"here": "no"}, follow=True).content.decode()
    removal = at(campaign, "removal", event.pk, gone.pk)
    assert "off the list" in leader.post(removal, follow=True).content.decode()
    assert Attendance.objects.filter(event=event).standing().count() == 1


def test_the_list_counts_in_few_queries(
    leader: Client, campaign: Campaign, make_event: Make, come: Come, django_assert_max_num_queries: Any
) -> None:
    for number in range(3):
        event = make_event(title=f"Evening {number}", capacity=1)
        come(event)
        come(event)
    with django_assert_max_num_queries(16):
        body = leader.get(at(campaign, "list")).content.decode()
    assert body.count("1 of 1") == 3
    assert body.count("1 waiting") == 3


def test_another_campaigns_event_is_not_there(
    client: Client, campaign: Campaign, event: Event, organiser: User
) -> None:
    other = Campaign.objects.create(name="Elsewhere", slug="elsewhere")
    sign_in(client, make_member(Role.ORGANISER, other).user)
    assert client.get(at(campaign, "manage", event.pk)).status_code == 404
    assert client.get(at(other, "manage", event.pk)).status_code == 404
