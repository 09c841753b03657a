"""The evening's pages as a browser without scripts has them, and what is asked for every few seconds."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from groundswell.accounts.models import Membership, User
from groundswell.accounts.tests.builders import sign_in
from groundswell.campaigns.models import CribSheet
from groundswell.phonebank.enums import PhoneBankStatus, QueueState
from groundswell.phonebank.models import (
    Call,
    CallerStatus,
    Flag,
    PhoneBank,
    QueueEntry,
    Session,
    SessionBank,
    SessionCaller,
    SessionMessage,
)
from groundswell.phonebank.operations import sessions
from groundswell.phonebank.session_numbers import forget_numbers
from groundswell.phonebank.session_queries import session_line
from groundswell.phonebank.tests.caller_world import CallerWorld
from groundswell.phonebank.tests.session_world import Evening, make_event
from groundswell.places.models import Area

pytestmark = pytest.mark.django_db

MINUTE = timedelta(minutes=1)
FRAGMENT = {"HTTP_X_GROUNDSWELL": "fragment"}


@pytest.fixture
def world() -> CallerWorld:
    forget_numbers()
    world = CallerWorld()
    for _ in range(4):
        world.household()
    return world


@pytest.fixture
def evening(world: CallerWorld) -> Evening:
    """At the hour; nobody has begun."""
    return Evening(world.campaign, world.bank, now=timezone.now(), area=world.seat, target=30)


def url(name: str, evening: Evening, *more: int) -> str:
    return reverse(f"phonebank:{name}", args=[evening.session.pk, *more])


def as_user(user: User) -> Client:
    return sign_in(Client(), user)


def as_host(evening: Evening) -> Client:
    return as_user(evening.host)


def text(response: Any) -> str:
    return " ".join(response.content.decode().split())


def forget() -> None:
    """As if the seconds had passed for which parts are kept."""
    cache.clear()
    forget_numbers()


def hidden(page: str, name: str) -> str:
    return page.split(f'name="{name}" value="')[1].split('"')[0]


def result_data(page: str, outcome: str = "no_answer", **more: str) -> dict[str, str]:
    names = ("client_uuid", "entry", "lease_key", "person")
    data = {name: hidden(page, name) for name in names}
    return {**data, "outcome": outcome, **more}


def call_url(bank: PhoneBank) -> str:
    return reverse("phonebank:call", args=[bank.pk])


def line_url(bank: PhoneBank) -> str:
    return reverse("phonebank:session_line", args=[bank.pk])


# The lobby


def test_a_caller_is_led_to_the_evening_and_comes_in(evening):
    user = evening.user("Siân Wyllt")
    client = as_user(user)
    response = client.get(reverse("phonebank:calling"), follow=True)
    assert response.redirect_chain[-1][0] == url("session", evening)
    assert "I’m here" in text(response)
    response = client.post(url("session_join", evening), follow=True)
    assert "Welcome, Siân" in text(response)
    assert "1 of us is here" in text(response)
    assert SessionCaller.objects.get().user == user


def test_the_lobby_shows_first_names_only_and_greets_newcomers(evening):
    evening.joined("Ada Lovelace")
    client = as_user(evening.joined("Bo Peep"))
    page = text(client.get(url("session", evening)))
    assert "2 of us are here" in page
    assert "Ada" in page
    assert "Lovelace" not in page
    assert page.count("(first time)") == 2
    assert "2 of us ring for the first time" in page


def test_the_lobby_has_the_crib_sheet_and_the_hosts_word(evening, world):
    CribSheet.objects.create(campaign=world.campaign, area=world.seat, body="**Buses** matter here.")
    sessions.say(session_id=evening.session.pk, text="Biscuits at seven", by=evening.host, now=timezone.now())
    page = text(as_user(evening.joined()).get(url("session", evening)))
    assert "<strong>Buses</strong> matter here." in page
    assert "<strong>Olu:</strong> Biscuits at seven" in page


def test_too_early_is_said_kindly_and_nothing_begins(world):
    now = timezone.now()
    evening = Evening(world.campaign, world.bank, now=now, starts_at=now + 30 * MINUTE)
    client = as_user(evening.joined())
    assert 'aria-disabled="true"' in text(client.get(url("session", evening)))
    response = client.post(url("session_start", evening), follow=True)
    assert "too early" in text(response)
    assert evening.refresh().started_at is None


def test_at_the_hour_the_first_press_begins_and_late_comers_go_along(evening):
    first, late = as_user(evening.joined()), as_user(evening.user("Bo"))
    assert "aria-disabled" not in text(first.get(url("session", evening)))
    response = first.post(url("session_start", evening))
    assert response["Location"] == call_url(evening.bank)
    began = evening.refresh().started_at
    assert began is not None
    assert "just in time" in text(late.get(url("session", evening)))
    response = late.post(url("session_start", evening))
    assert response["Location"] == call_url(evening.bank)
    assert evening.refresh().started_at == began
    assert SessionCaller.objects.count() == 2


def test_who_is_here_is_drawn_once_for_all_and_not_sent_again(evening):
    clients = [as_user(evening.joined(f"Cai {i}")) for i in range(3)]
    first = clients[0].get(url("session_here", evening))
    for client in clients:
        client.get(url("session_here", evening))
    with CaptureQueriesContext(
        connection,
    ) as caught:
        again = [client.get(url("session_here", evening), HTTP_IF_NONE_MATCH=first["ETag"]) for client in clients]
    assert [response.status_code for response in again] == [304, 304, 304]
    assert len(caught.captured_queries) == 0


def test_someone_signed_out_everywhere_is_away_in_the_lobby(evening):
    user = evening.joined()
    client = as_user(user)
    SessionCaller.objects.update(last_seen_at=timezone.now() - 10 * MINUTE)
    forget()
    assert "0 of us" in text(client.get(url("session_here", evening))) or SessionCaller.objects.get().last_seen_at
    forget()
    assert "1 of us is here" in text(client.get(url("session_here", evening)))
    SessionCaller.objects.update(last_seen_at=timezone.now() - 10 * MINUTE)
    Membership.objects.filter(user=user).update(revoked_at=timezone.now())
    forget()
    client.get(url("session_here", evening))
    assert SessionCaller.objects.get().last_seen_at < timezone.now() - 9 * MINUTE


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("status", "cancelled", "called off"),
        ("ends_at", timezone.now() - MINUTE, "is over"),
    ],
)
def test_what_is_called_off_or_missed_says_so_and_when_the_next_is(world, field, value, said):
    now = timezone.now()
    evening = Evening(world.campaign, world.bank, now=now - 60 * MINUTE)
    setattr(evening.event, field, value)
    evening.event.save()
    make_event(world.campaign, starts_at=now + timedelta(days=7), title="Next Monday")
    page = text(as_user(evening.user()).get(url("session", evening)))
    assert said in page
    assert "Next Monday" in page


# The practice call


def test_a_practice_call_looks_real_and_records_nothing(evening, world):
    user = evening.joined()
    client = as_user(user)
    page = client.get(url("session_practice", evening)).content.decode()
    assert "Alex Example" in page
    assert world.voter_id.text in page
    assert 'href="tel:+441632960001"' in page
    entries = list(QueueEntry.objects.order_by("pk").values("state", "leased_by", "attempts"))
    for outcome in ("no_answer", "do_not_call", "completed", ""):
        response = client.post(url("session_practice_result", evening), result_data(page, outcome), **FRAGMENT)
        assert "nothing of it was recorded" in text(response)
    assert not Call.objects.exists()
    assert not CallerStatus.objects.exists()
    assert list(QueueEntry.objects.order_by("pk").values("state", "leased_by", "attempts")) == entries
    assert SessionCaller.objects.get().practised_at is not None
    assert "You have practised" in text(client.get(url("session", evening)))


# The line on the caller's screen


def test_a_caller_without_a_session_has_no_line(world):
    assert world.client().get(line_url(world.bank)).status_code == 204


def test_the_line_tells_of_the_team_the_time_and_the_host(evening):
    client = as_user(evening.joined())
    client.post(url("session_start", evening))
    page = client.get(call_url(evening.bank)).content.decode()
    client.post(reverse("phonebank:result", args=[evening.bank.pk]), result_data(page))
    forget()
    line = text(client.get(line_url(evening.bank)))
    assert "<strong>1</strong> of 30 calls" in line
    assert "until " in line
    assert "You are not alone" in line
    sessions.say(session_id=evening.session.pk, text="Half time!", by=evening.host, now=timezone.now())
    forget()
    assert "<strong>Olu:</strong> <span>Half time!</span>" in text(client.get(line_url(evening.bank)))


def test_the_line_costs_nothing_however_many_ask(evening):
    evening.start()
    clients = [as_user(evening.joined(f"Cai {i}")) for i in range(3)]
    first = clients[0].get(line_url(evening.bank))
    for client in clients:
        client.get(line_url(evening.bank))
    with CaptureQueriesContext(connection) as caught:
        again = [client.get(line_url(evening.bank), HTTP_IF_NONE_MATCH=first["ETag"]) for client in clients]
    assert [response.status_code for response in again] == [304, 304, 304]
    assert len(caught.captured_queries) == 0


def test_in_a_session_a_cycle_is_still_one_query(evening):
    evening.start()
    client = as_user(evening.joined())
    page = client.get(call_url(evening.bank)).content.decode()
    result = reverse("phonebank:result", args=[evening.bank.pk])
    page = client.post(result, result_data(page), **FRAGMENT).content.decode()
    client.get(line_url(evening.bank))
    with CaptureQueriesContext(connection) as caught:
        client.post(result, result_data(page), **FRAGMENT)
    assert len(caught.captured_queries) == 1


# The host's view


def test_the_host_begins_early_and_the_list_is_opened(world):
    now = timezone.now()
    evening = Evening(world.campaign, world.bank, now=now, starts_at=now + 30 * MINUTE)
    PhoneBank.objects.update(status=PhoneBankStatus.PAUSED)
    host = as_host(evening)
    assert "Begin now" in text(host.get(url("session_host", evening)))
    assert "You have begun" in text(host.post(url("session_begin", evening), follow=True))
    assert PhoneBank.objects.get().status == PhoneBankStatus.OPEN
    assert evening.refresh().started_at is not None


def test_the_host_sees_who_is_stuck_idle_and_away(evening):
    evening.start()
    now = timezone.now()
    users = {name: evening.joined(f"{name} Caller") for name in ("Stuck", "Idle", "Away", "Busy", "Gone")}
    SessionCaller.objects.update(joined_at=now - 30 * MINUTE)
    evening.session.started_at = now - 30 * MINUTE
    evening.session.save()
    for name in ("Stuck", "Busy"):
        as_user(users[name]).get(call_url(evening.bank))
    QueueEntry.objects.filter(leased_by=users["Stuck"]).update(leased_at=now - 12 * MINUTE)
    SessionCaller.objects.filter(user=users["Away"]).update(last_seen_at=now - 5 * MINUTE)
    sessions.leave_session(session_id=evening.session.pk, by=users["Gone"], now=now)
    page = text(as_host(evening).get(url("session_host_live", evening)))
    for name, said in {
        "Stuck": "with one household for 12 min",
        "Idle": "not calling for 30 min",
        "Away": "away, or no signal, for 5 min",
        "Busy": "calling",
        "Gone": "went home",
    }.items():
        assert said in page.split(f"<strong>{name} Caller</strong>")[1].split("</li>")[0]
    assert "2 could use a word" in page
    assert page.index("Stuck Caller") < page.index("Idle Caller") < page.index("Busy Caller") < page.index("Gone")


def test_the_hosts_part_is_drawn_once_in_two_seconds(evening):
    evening.start()
    host = as_host(evening)
    first = host.get(url("session_host_live", evening))
    assert host.get(url("session_host_live", evening), HTTP_IF_NONE_MATCH=first["ETag"]).status_code == 304


def test_the_host_solves_a_flag_without_leaving(evening, world):
    evening.start()
    entry = QueueEntry.objects.first()
    assert entry is not None
    entry.state = QueueState.BLOCKED
    entry.save()
    flag = Flag.objects.create(entry=entry, phone_bank=world.bank, raised_by=evening.joined(), note="Wants the MP")
    host = as_host(evening)
    assert "Wants the MP" in text(host.get(url("session_host", evening)))
    response = host.post(url("session_flag", evening, flag.pk), {"do": "back", "solution": "Told her"}, follow=True)
    assert response.redirect_chain[-1][0] == url("session_host", evening)
    flag.refresh_from_db()
    assert flag.solved_by == evening.host
    assert QueueEntry.objects.get(pk=entry.pk).state == QueueState.READY


def test_a_word_to_all_and_more_time(evening):
    evening.start()
    host = as_host(evening)
    assert "Write what" in text(host.post(url("session_message", evening), {"text": " "}, follow=True))
    host.post(url("session_message", evening), {"text": "Tea!"})
    assert SessionMessage.objects.get().by == evening.host
    page = host.get(url("session_host", evening)).content.decode()
    until = hidden(page, "until")
    for _press in range(2):
        response = host.post(url("session_end", evening), {"until": until}, follow=True)
    assert "We go on until" in text(response)
    assert evening.refresh().extended_until == evening.event.ends_at + 15 * MINUTE
    for nonsense in ("", "soon", "2026-01-01T10:00"):
        assert "Choose until when" in text(host.post(url("session_end", evening), {"until": nonsense}, follow=True))


def test_when_a_list_runs_dry_everybody_moves_to_another(evening, world):
    evening.start()
    other = PhoneBank.objects.create(
        campaign=world.campaign, name="Leyton", script=world.script, status="open", electoral_purpose=False
    )
    moved = QueueEntry.objects.order_by("pk").last()
    assert moved is not None
    QueueEntry.objects.filter(pk=moved.pk).update(phone_bank=other)
    user = evening.joined()
    client = as_user(user)
    page = client.get(call_url(world.bank)).content.decode()
    host = as_host(evening)
    assert "Leyton (1 to ring)" in text(host.get(url("session_host", evening)))
    response = host.post(url("session_move", evening), {"from": world.bank.pk, "to": other.pk}, follow=True)
    assert "Everybody goes on with “Leyton”" in text(response)
    assert SessionBank.objects.get(until=None).phone_bank == other
    forget()
    line = client.get(line_url(world.bank)).content.decode()
    assert f'data-goes="{call_url(other)}"' in line
    assert "we go on with “Leyton”" in line
    # The page that knows says so with the result, and gets no further household of the old list.
    response = client.post(reverse("phonebank:result", args=[world.bank.pk]), result_data(page, last="1"), **FRAGMENT)
    assert "Everybody now rings “Leyton”" in text(response)
    assert f'data-goes="{call_url(other)}"' in response.content.decode()
    assert Call.objects.count() == 1
    assert not QueueEntry.objects.filter(leased_by=user).exists()
    assert client.get(call_url(other)).status_code == 200
    assert QueueEntry.objects.get(leased_by=user).phone_bank == other
    forget()
    assert "data-goes" not in client.get(line_url(other)).content.decode()


def test_a_caller_who_does_not_know_rings_on_and_is_led_when_the_list_is_empty(evening, world):
    evening.start()
    client = as_user(evening.joined())
    other = PhoneBank.objects.create(campaign=world.campaign, name="Leyton", script=world.script, status="open")
    sessions.move_to_bank(
        session_id=evening.session.pk, from_bank=world.bank, to_bank=other, by=evening.host, now=timezone.now()
    )
    assert "Voter Number1" in text(client.get(call_url(world.bank)))
    QueueEntry.objects.filter(phone_bank=world.bank).update(
        state=QueueState.DONE, done_reason="called", leased_by=None, leased_at=None, leased_until=None, lease_key=None
    )
    page = text(client.get(call_url(world.bank)))
    assert "Everybody now rings “Leyton”" in page
    assert "Carry on there" in page


def test_the_choice_of_a_list_is_checked(evening, world):
    evening.start()
    host = as_host(evening)
    assert "Choose the list" in text(host.post(url("session_move", evening), {"to": "x"}, follow=True))
    assert host.post(url("session_move", evening), {"from": world.bank.pk, "to": 999_999}).status_code == 404


# The end


def test_at_the_close_whoever_is_in_a_call_finishes_it_and_lands_on_the_thanks(evening, world):
    make_event(world.campaign, starts_at=timezone.now() + timedelta(days=7), title="Next Monday")
    evening.start()
    ringing, waiting = as_user(evening.joined("Ada L")), as_user(evening.joined("Bo P"))
    page = ringing.get(call_url(world.bank)).content.decode()
    response = as_host(evening).post(url("session_close", evening), follow=True)
    assert "That was it" in text(response)
    assert PhoneBank.objects.get().status == PhoneBankStatus.PAUSED
    # Somebody without a household is led out at once.
    screen = waiting.get(call_url(world.bank)).content.decode()
    assert f'data-goes="{url("session_thanks", evening)}"' in screen
    assert "That was the session" in screen
    forget()
    line = ringing.get(line_url(world.bank)).content.decode()
    assert "Finish this call in peace" in line
    response = ringing.post(reverse("phonebank:result", args=[world.bank.pk]), result_data(page, last="1"), **FRAGMENT)
    assert f'data-goes="{url("session_thanks", evening)}"' in response.content.decode()
    thanks = text(ringing.get(url("session_thanks", evening)))
    assert "Thank you, Ada" in thanks
    assert "What 2 of us did together" in thanks
    assert "<dt>Your calls</dt> <dd>1</dd>" in thanks
    assert "1 of 30" in thanks
    assert "Next Monday" in thanks
    assert "Ring on" not in thanks
    assert ringing.get(url("session", evening))["Location"] == url("session_thanks", evening)


def test_a_list_kept_open_lets_whoever_wants_ring_on(evening, world):
    evening.start()
    client = as_user(evening.joined())
    as_host(evening).post(url("session_close", evening), {"keep_open": "1"})
    assert PhoneBank.objects.get().status == PhoneBankStatus.OPEN
    assert "Ring on for a while" in text(client.get(url("session_thanks", evening)))
    response = client.post(url("session_leave", evening), {"to": "calls"})
    assert response["Location"] == call_url(world.bank)
    forget()
    assert client.get(line_url(world.bank)).status_code == 204
    assert "Voter Number1" in text(client.get(call_url(world.bank)))


def test_a_result_from_a_phone_without_signal_comes_after_the_close_and_counts(evening, world):
    evening.start()
    client = as_user(evening.joined())
    page = client.get(call_url(world.bank)).content.decode()
    as_host(evening).post(url("session_close", evening))
    response = client.post(reverse("phonebank:result", args=[world.bank.pk]), result_data(page), **FRAGMENT)
    assert "That was the session" in text(response)
    forget()
    assert "<dt>Your calls</dt> <dd>1</dd>" in text(client.get(url("session_thanks", evening)))


def test_going_home_early_is_thanked_too(evening):
    evening.start()
    client = as_user(evening.joined())
    client.get(call_url(evening.bank))
    response = client.post(url("session_leave", evening), follow=True)
    assert response.redirect_chain[-1][0] == url("session_thanks", evening)
    assert "The others are still ringing" in text(response)
    assert not QueueEntry.objects.filter(state=QueueState.LEASED).exists()


# Walk-ins


def test_a_walk_in_is_in_the_session_with_one_name(evening):
    page = as_host(evening).get(url("session_room", evening)).content.decode()
    join = reverse("accounts:join", args=[evening.refresh().invitation.token])
    assert f"http://testserver{join}" in page
    client = Client()
    response = client.post(join, {"name": "Vera"}, follow=True)
    assert response.redirect_chain[-1][0] == url("session", evening)
    caller = SessionCaller.objects.get()
    assert (caller.user.name, caller.is_first_time) == ("Vera", True)
    assert client.post(url("session_start", evening))["Location"] == call_url(evening.bank)


def test_a_volunteer_known_before_comes_by_the_same_code(evening):
    user = evening.user()
    client = as_user(user)
    join = reverse("accounts:join", args=[evening.refresh().invitation.token])
    client.post(join)
    assert SessionCaller.objects.get().user == user
    assert Membership.objects.filter(user=user).count() == 1


def test_a_fresh_code_closes_the_old_one(evening):
    old = evening.refresh().invitation.token
    response = as_host(evening).post(url("session_link", evening), follow=True)
    assert "fresh code" in text(response)
    assert Client().get(reverse("accounts:join", args=[old])).status_code == 410
    evening.start()
    as_host(evening).post(url("session_close", evening))
    assert "admits nobody any more" in text(as_host(evening).get(url("session_room", evening)))


def test_several_evenings_at_once_are_a_choice(evening, world):
    second = PhoneBank.objects.create(campaign=world.campaign, name="Leyton", script=world.script, status="open")
    Evening(world.campaign, second, now=timezone.now(), title="Ring Leyton")
    page = text(as_user(evening.user()).get(reverse("phonebank:calling")))
    assert "Ring Walthamstow" in page
    assert "Ring Leyton" in page


# What it costs, and who may


@pytest.mark.parametrize("name", ["session_host", "session_host_live", "session", "session_thanks"])
def test_a_page_asks_no_more_for_many_callers_than_for_one(evening, name):
    evening.start()
    user = evening.host
    sessions.join_session(session_id=evening.session.pk, by=user, now=timezone.now())
    client = as_user(user)
    counts = []
    for more in (0, 4):
        for number in range(more):
            as_user(evening.joined(f"Cai {number}")).get(call_url(evening.bank))
        client.get(url(name, evening))
        forget()
        with CaptureQueriesContext(connection) as caught:
            assert client.get(url(name, evening)).status_code == 200
        counts.append(len(caught.captured_queries))
    assert counts[0] == counts[1]


def test_an_organiser_of_other_areas_does_not_host(evening, world):
    world.bank.areas.add(world.seat)
    membership = Membership.objects.get(user=evening.host)
    assert as_host(evening).get(url("session_host", evening)).status_code == 200
    elsewhere = Area.objects.create(kind="ward", boundary_set="test", code="x", name="Elsewhere")
    membership.areas.add(elsewhere)
    assert as_host(evening).get(url("session_host", evening)).status_code == 404


@pytest.mark.parametrize(("moment", "left"), [(0, 120), (59, 61), (119, 1), (120, 0), (200, 0)])
def test_a_rehearsals_minutes_fly(evening, moment, left):
    evening.start()
    Session.objects.update(started_at=evening.event.starts_at)
    forget()
    line = session_line(evening.session.pk, now=timezone.now())
    begins = evening.event.starts_at
    assert line.minutes_left(begins + moment * MINUTE) == left
    assert replace(line, speed=60).minutes_left(begins + moment * MINUTE / 60) == left
