"""The line on the caller's screen, and how the evening ends."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from groundswell.phonebank.enums import PhoneBankStatus, QueueState
from groundswell.phonebank.models import (
    PhoneBank,
    QueueEntry,
)
from groundswell.phonebank.operations import sessions
from groundswell.phonebank.tests.session_pages.asking import (
    FRAGMENT,
    as_host,
    as_user,
    call_url,
    forget,
    line_url,
    result_data,
    text,
    url,
)
from groundswell.phonebank.tests.session_world import make_event

pytestmark = pytest.mark.django_db


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
    assert "We are all ringing this list together" in line
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


def test_a_household_in_hand_at_the_close_stays_there(evening):
    evening.start()
    client = as_user(evening.joined())
    page = client.get(call_url(evening.bank)).content.decode()
    as_host(evening).post(url("session_close", evening))
    QueueEntry.objects.filter(state=QueueState.LEASED).update(leased_until=timezone.now() + timedelta(seconds=5))
    beat = reverse("phonebank:heartbeat", args=[evening.bank.pk])
    assert client.post(beat, result_data(page), **FRAGMENT).status_code == 204
    assert QueueEntry.objects.get(state=QueueState.LEASED).leased_until > timezone.now() + timedelta(minutes=5)


def test_a_process_knows_thousands_of_callers_without_asking(evening):
    evening.start()
    first = as_user(evening.joined())
    first.get(line_url(evening.bank))
    for other in range(5_000):
        cache.set(f"phonebank.seen.{evening.session.pk}.{other}.0.0", True, 30)
    with CaptureQueriesContext(connection) as caught:
        first.get(line_url(evening.bank))
    assert len(caught.captured_queries) == 0


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
