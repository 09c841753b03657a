"""The lobby, the practice call and the code in the room, as a browser without scripts has them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from groundswell.accounts.models import Membership
from groundswell.campaigns.models import CribSheet
from groundswell.phonebank.models import (
    Call,
    CallerStatus,
    PhoneBank,
    QueueEntry,
    SessionCaller,
)
from groundswell.phonebank.operations import sessions
from groundswell.phonebank.session_queries import NAMES_SHOWN
from groundswell.phonebank.tests.session_pages.asking import (
    FRAGMENT,
    MINUTE,
    as_host,
    as_user,
    call_url,
    forget,
    line_url,
    result_data,
    text,
    url,
)
from groundswell.phonebank.tests.session_world import Evening, make_event

pytestmark = pytest.mark.django_db


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
    sheet = reverse("campaigns:crib_page", args=[world.campaign.slug, evening.event.area_id or 0])
    assert f'href="{sheet}"' in page
    assert "Buses" in text(as_user(evening.joined("Bo")).get(sheet))
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


def test_a_full_lobby_is_counted_and_its_newest_are_named(evening):
    client = as_user(evening.joined("Ada Lovelace"))
    later = [evening.user(f"Nr{index} Newcomer") for index in range(NAMES_SHOWN)]
    for user in later:
        sessions.join_session(session_id=evening.session.pk, by=user, now=evening.now + timedelta(seconds=1))
    SessionCaller.objects.filter(user=later[0]).update(is_first_time=False)
    page = client.get(url("session_here", evening)).content.decode()
    assert "61 of us are here" in text(client.get(url("session_here", evening)))
    assert "60 of us ring for the first time" in page
    assert "and 1 more" in page
    assert "Ada" not in page
    assert page.index("Nr1 ") < page.index("Nr59 ")
    assert 'data-spread="1"' in page
    # Every phone in it asks for this every few seconds on a mobile network.
    assert len(page) < 150 * NAMES_SHOWN


def test_pressing_start_in_a_session_that_runs_makes_nobody_read_anew(evening):
    clients = [as_user(evening.joined(f"Cai {i}")) for i in range(2)]
    for client in clients:
        client.get(url("session", evening))
        client.post(url("session_start", evening))
    before = clients[0].get(line_url(evening.bank))
    with CaptureQueriesContext(connection) as caught:
        clients[1].post(url("session_start", evening))
        again = clients[0].get(line_url(evening.bank), HTTP_IF_NONE_MATCH=before["ETag"])
    assert again.status_code == 304
    # Who they are, which session, which campaign; are they in it, and the list.
    assert len(caught.captured_queries) == 6


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
    evening.joined("Ada Lovelace")
    forget()
    answer = client.get(url("session_here", evening))
    assert (answer["HX-Refresh"], answer.content) == ("true", b"")
    assert SessionCaller.objects.get(user=user).last_seen_at < timezone.now() - 9 * MINUTE
    assert client.get(url("session", evening)).status_code in {403, 404}


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
    leyton = Evening(world.campaign, second, now=timezone.now(), title="Ring Leyton")
    page = text(as_user(evening.user()).get(reverse("phonebank:calling")))
    assert "Ring Walthamstow" in page
    assert "Ring Leyton" in page
    # Whoever came in by the code of one of them is led there, and may choose all the same.
    client, code = Client(), reverse("accounts:join", args=[leyton.refresh().invitation.token])
    came = client.post(code, {"name": "Vera"}, follow=True)
    assert came.redirect_chain[-1][0] == url("session", leyton)
    assert "Ring Walthamstow" in text(client.get(reverse("phonebank:calling"), {"all": ""}))
