"""The public page of an event and a sign-up's own page, as a visitor's browser asks for them."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import caches
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from groundswell.accounts.models import User
from groundswell.campaigns.enums import ActionState
from groundswell.campaigns.models import Action, PendingConsent
from groundswell.compliance.models import Consent
from groundswell.events.enums import EventKind, Venue
from groundswell.events.models import Attendance, Event, Notice
from groundswell.events.operations import cancel_event
from groundswell.events.own_links import own_address, own_token
from groundswell.people.models import Person
from groundswell.places.models import Area, Contest, Result

Make = Callable[..., Event]
Come = Callable[..., Attendance]
BEA = {"name": "Bea Lindqvist", "email": "bea@example.org"}


@pytest.fixture(autouse=True)
def _nobody_has_come_yet(db: None) -> None:
    caches["shared"].clear()


def page_of(event: Event) -> str:
    return reverse("events:page", args=[event.ask.slug])


def plain(response: Any) -> str:
    """The words of a page, without what each visit has of its own."""
    return re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"|"X-CSRFToken": "[^"]+"', "", response.content.decode())


@pytest.fixture
def contest(seats: tuple[Area, Area]) -> Contest:
    made = Contest.objects.create(
        area=seats[0], election="2024", electorate=70_000, valid_votes=40_000, majority=400, held_on="2024-07-04"
    )
    for party, votes in (("Blues", 20_200), ("Reds", 19_800)):
        Result.objects.create(contest=made, party=party, votes=votes)
    return made


def test_the_page_says_what_when_where_and_why(make_event: Make, contest: Contest, client: Client) -> None:
    event = make_event(kind=EventKind.PHONE_BANK, venue=Venue.ROOM, place="1 Lantern Yard", about="**Bring** tea.")
    body = client.get(page_of(event)).content.decode()
    assert event.title in body
    assert "1 Lantern Yard" in body
    assert "<strong>Bring</strong> tea." in body
    assert "10 contacts in half an hour" in body
    assert re.search(r"London time \((GMT|BST)\)", body)
    assert "400 votes" in body
    assert "a swing of 0.5 points" in body
    assert "Promoted by A. Test" in body


def test_without_results_the_page_does_without(event: Event, client: Client) -> None:
    assert "Why Walthamstow matters" not in client.get(page_of(event)).content.decode()


def test_no_box_is_ticked_beforehand_and_none_hangs_on_the_other(event: Event, client: Client) -> None:
    body = client.get(page_of(event)).content.decode()
    boxes = re.findall(r"<input[^>]+type=\"checkbox\"[^>]*>", body)
    assert len(boxes) == 2
    assert not [box for box in boxes if "checked" in box or "required" in box]


def test_signing_up_without_a_script_or_a_box(event: Event, client: Client) -> None:
    response = client.post(page_of(event), BEA)
    assert response.status_code == 302
    assert response["Location"] == reverse("events:thanks", args=[event.ask.slug])
    there = Attendance.objects.get()
    assert (str(there.person), there.email.value, there.time_zone) == ("Bea Lindqvist", BEA["email"], event.time_zone)
    assert not PendingConsent.objects.exists()
    thanks = client.get(response["Location"]).content.decode()
    assert "look at your email" in thanks
    assert BEA["email"] not in thanks


def test_whoever_is_known_here_looks_like_anybody(event: Event, client: Client) -> None:
    pages = []
    for _twice in (1, 2):
        done = client.post(page_of(event), BEA, follow=True)
        pages.append((done.redirect_chain, plain(done)))
    assert pages[0] == pages[1]
    assert Attendance.objects.count() == 1


def letters_of(event: Event) -> list[tuple[str, int]]:
    return list(Notice.objects.filter(attendance__event=event, kind="confirmation").values_list("state", "again"))


def an_hour_ago(event: Event) -> None:
    """The confirmation went out, and was lost."""
    then = timezone.now() - timedelta(hours=1)
    Notice.objects.filter(attendance__event=event, kind="confirmation").update(state="sent", sent_at=then)


def test_a_lost_letter_is_sent_again_and_nobody_learns_who_is_on_the_list(event: Event, client: Client) -> None:
    client.post(page_of(event), BEA)
    an_hour_ago(event)
    address = reverse("events:letter", args=[event.ask.slug])
    assert address in client.get(reverse("events:thanks", args=[event.ask.slug])).content.decode()
    assert address in client.get(page_of(event)).content.decode()
    pages = []
    for email in (BEA["email"], "eve@example.org"):
        answer = client.post(address, {"email": email}, follow=True)
        pages.append((answer.redirect_chain, plain(answer).replace(email, "")))
    assert pages[0] == pages[1]
    assert "is on the list, its letter is on the way" in pages[0][1]
    assert letters_of(event) == [("waiting", 1)]


@pytest.mark.parametrize("typed", ["", "nobody", "🙂@🙂", "a@b@c", "x" * 300 + "@example.org"])
def test_what_is_no_address_gets_a_sentence_and_no_letter(event: Event, client: Client, typed: str) -> None:
    client.post(page_of(event), BEA)
    an_hour_ago(event)
    answer = client.post(reverse("events:letter", args=[event.ask.slug]), {"email": typed})
    assert answer.status_code == 422
    assert letters_of(event) == [("sent", 0)]


def test_letters_are_not_asked_for_without_end(event: Event, client: Client) -> None:
    client.post(page_of(event), BEA)
    address = reverse("events:letter", args=[event.ask.slug])
    answers = [client.post(address, {"email": BEA["email"]}).status_code for _ in range(6)]
    assert answers == [302] * 4 + [422] * 2
    assert "asked for often" in client.post(address, {"email": BEA["email"]}).content.decode()


def test_signing_up_again_brings_the_lost_letter_and_changes_nothing_else(event: Event, client: Client) -> None:
    client.post(page_of(event), BEA)
    client.post(page_of(event), BEA)
    assert letters_of(event) == [("waiting", 0)], "a double press"
    an_hour_ago(event)
    client.post(page_of(event), BEA)
    assert letters_of(event) == [("waiting", 1)]
    assert Attendance.objects.count() == 1


def test_whoever_withdraws_and_comes_back_gets_a_letter(event: Event, client: Client) -> None:
    client.post(page_of(event), BEA)
    an_hour_ago(event)
    token = own_token(Attendance.objects.get())
    client.post(reverse("events:mine_withdrawal", args=[token]))
    assert letters_of(event) == [("sent", 0)]
    client.post(page_of(event), BEA)
    assert letters_of(event) == [("waiting", 1)]
    assert Attendance.objects.get().action.state == ActionState.CONFIRMED


def test_of_an_event_that_is_off_no_letter_is_asked_for(event: Event, organiser: User, client: Client) -> None:
    client.post(page_of(event), BEA)
    an_hour_ago(event)
    cancel_event(event=event, reason="Flooded", by=organiser, now=timezone.now())
    answer = client.post(reverse("events:letter", args=[event.ask.slug]), {"email": BEA["email"]})
    assert answer["Location"] == page_of(event)
    assert letters_of(event) == [("sent", 0)]


def test_boxes_wait_for_their_owner(event: Event, client: Client) -> None:
    client.post(page_of(event), {**BEA, "phone": "07700 900123", "agree_email": "on", "agree_call": "on"})
    waiting = PendingConsent.objects.order_by("channel")
    assert [(line.channel, line.contact_point.value) for line in waiting] == [
        ("call", "+447700900123"),
        ("email", BEA["email"]),
    ]
    assert all("Fairer Walthamstow" in line.wording and line.wording_version for line in waiting)
    assert not Consent.objects.exists()


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"name": ""}, "Tell us your name"),
        ({"name": "..."}, "Tell us your name"),
        ({"name": "🙂🙂"}, "Tell us your name"),
        ({"email": ""}, "Give us your email"),
        ({"email": "nobody"}, "is not an email address"),
        ({"email": "bea@localhost"}, "is not an email address"),
        ({"phone": "ring me"}, "is not a telephone number"),
    ],
)
def test_a_slip_is_said_and_what_was_typed_stays(
    event: Event, client: Client, typed: dict[str, str], said: str
) -> None:
    response = client.post(page_of(event), {**BEA, "agree_email": "on", **typed})
    body = response.content.decode()
    assert (response.status_code, said in body) == (422, True)
    assert all(value in body for value in {**BEA, **typed}.values())
    assert re.search(r"<input[^>]+agree_email[^>]+checked", body)
    assert not Person.objects.exists()


def test_a_program_that_fills_in_everything_is_thanked_and_forgotten(event: Event, client: Client) -> None:
    assert client.post(page_of(event), {**BEA, "website": "https://example.org"}).status_code == 302
    assert not Person.objects.exists()


@pytest.mark.slow
def test_nobody_signs_up_the_whole_town(event: Event, client: Client) -> None:
    answers = [client.post(page_of(event), {**BEA, "email": f"b{n}@example.org"}).status_code for n in range(61)]
    assert answers == [302] * 60 + [422]
    assert "Wait a while" in client.post(page_of(event), BEA).content.decode()
    assert Attendance.objects.count() == 60


def test_one_address_is_not_tried_for_ever(event: Event, client: Client) -> None:
    answers = [client.post(page_of(event), {**BEA, "name": f"Name {n}"}).status_code for n in range(7)]
    assert answers == [302] * 6 + [422]


def test_a_full_evening_offers_the_waiting_list(make_event: Make, come: Come, client: Client) -> None:
    event = make_event(capacity=1)
    come(event)
    assert "Put me on the waiting list" in client.get(page_of(event)).content.decode()
    done = client.post(page_of(event), BEA, follow=True)
    assert "waiting list" in done.content.decode()
    assert Attendance.objects.get(email__value=BEA["email"]).is_waiting


def test_a_draft_is_not_there(make_event: Make, client: Client) -> None:
    draft = make_event(draft=True)
    assert client.get(page_of(draft)).status_code == 404
    assert client.post(page_of(draft), BEA).status_code == 404


def test_a_cancelled_event_says_why_and_where_else(
    event: Event, make_event: Make, organiser: User, client: Client
) -> None:
    other = make_event(title="Tuesday calls")
    cancel_event(event=event, reason="The hall is flooded.", by=organiser, now=timezone.now())
    body = client.get(page_of(event)).content.decode()
    assert "The hall is flooded." in body
    assert page_of(other) in body
    assert "Sign me up" not in body
    assert client.post(page_of(event), BEA).status_code == 422
    assert not Attendance.objects.exists()


def test_what_is_over_takes_nobody(event: Event, client: Client) -> None:
    Event.objects.filter(pk=event.pk).update(
        starts_at=timezone.now() - timedelta(hours=3), ends_at=timezone.now() - timedelta(hours=1)
    )
    assert "It is over" in client.get(page_of(event)).content.decode()
    assert client.post(page_of(event), BEA).status_code == 422


def test_the_list_of_what_is_coming(event: Event, make_event: Make, client: Client) -> None:
    draft = make_event(draft=True, title="Secret")
    body = client.get(reverse("events:index")).content.decode()
    assert page_of(event) in body
    assert draft.title not in body


def test_ones_own_page_shows_and_changes_nothing_by_itself(event: Event, come: Come, client: Client) -> None:
    there = come(event, **BEA, phone="07700 900123")
    before = list(Attendance.objects.values()), list(Action.objects.values())
    response = client.get(reverse("events:mine", args=[own_token(there)]))
    assert response["Cache-Control"].startswith("max-age=0")
    assert "You are coming, Bea Lindqvist" in response.content.decode()
    assert (list(Attendance.objects.values()), list(Action.objects.values())) == before
    assert own_address(there).endswith(reverse("events:mine", args=[own_token(there)]))


def test_withdrawing_is_a_press_and_coming_back_another(event: Event, come: Come, client: Client) -> None:
    there = come(event, **BEA)
    token = own_token(there)
    address = reverse("events:mine_withdrawal", args=[token])
    assert client.get(address).status_code == 405
    body = client.post(address, follow=True).content.decode()
    assert "You are off the list" in body
    assert Action.objects.get().state == ActionState.WITHDRAWN
    client.post(page_of(event), BEA)
    assert "You are coming" in client.get(reverse("events:mine", args=[token])).content.decode()


def test_a_box_is_confirmed_and_taken_back_by_its_owner(event: Event, client: Client) -> None:
    client.post(page_of(event), {**BEA, "agree_email": "on"})
    token = own_token(Attendance.objects.get())
    assert "Please confirm" in client.get(reverse("events:mine", args=[token])).content.decode()
    address = reverse("events:mine_consent", args=[token, "email"])
    assert "You said yes" in client.post(address, {"agreed": "yes"}, follow=True).content.decode()
    assert "You said yes" not in client.post(address, {"agreed": "no"}, follow=True).content.decode()
    assert list(Consent.objects.order_by("pk").values_list("state", "wording_version")) == [
        ("given", "pages-1"),
        ("withdrawn", ""),
    ]
    assert client.post(reverse("events:mine_consent", args=[token, "sms"])).status_code == 404


def test_a_number_taken_back_takes_its_consent_with_it(event: Event, come: Come, client: Client) -> None:
    there = come(event, **BEA, phone="07700 900123")
    token = own_token(there)
    client.post(reverse("events:mine_consent", args=[token, "call"]), {"agreed": "yes"})
    response = client.post(reverse("events:mine", args=[token]), {"phone": "", "time_zone": "Asia/Kolkata"})
    assert response.status_code == 302
    there.refresh_from_db()
    assert (there.phone, there.time_zone) == (None, "Asia/Kolkata")
    assert [line.state for line in Consent.objects.order_by("pk")] == ["given", "withdrawn"]
    wrong = client.post(reverse("events:mine", args=[token]), {"phone": "ring me"})
    assert wrong.status_code == 422


@pytest.mark.parametrize("token", ["1", "1:forged", "x:y", "1:" + "A" * 43])
def test_nobody_guesses_anothers_page(event: Event, come: Come, client: Client, token: str) -> None:
    come(event)
    assert client.get(reverse("events:mine", args=[token])).status_code == 404
    assert client.post(reverse("events:mine_withdrawal", args=[token])).status_code == 404
    assert Action.objects.get().state == ActionState.CONFIRMED
