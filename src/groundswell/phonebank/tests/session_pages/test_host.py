"""The host's view, what the pages cost, and who may see them."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from groundswell.accounts.models import AuditEvent, Membership
from groundswell.campaigns.models import Campaign
from groundswell.events.models import Event
from groundswell.phonebank.enums import PhoneBankStatus, QueueState
from groundswell.phonebank.models import (
    Call,
    Flag,
    PhoneBank,
    QueueBuild,
    QueueEntry,
    Session,
    SessionBank,
    SessionCaller,
    SessionMessage,
)
from groundswell.phonebank.operations import build_asked_queue, reckoning, sessions
from groundswell.phonebank.session_queries import session_line
from groundswell.phonebank.tests.session_pages.asking import (
    FRAGMENT,
    MINUTE,
    as_host,
    as_user,
    call_url,
    forget,
    hidden,
    line_url,
    result_data,
    text,
    url,
)
from groundswell.phonebank.tests.session_world import Evening
from groundswell.phonebank.views.session import host
from groundswell.places.models import Area

pytestmark = pytest.mark.django_db


def test_a_long_list_is_built_by_the_worker_before_the_host_begins(world, monkeypatch):
    monkeypatch.setattr(reckoning, "FEW_PEOPLE", 0)
    now = timezone.now()
    evening = Evening(world.campaign, world.bank, now=now, starts_at=now + 30 * MINUTE)
    PhoneBank.objects.update(status=PhoneBankStatus.PAUSED)
    host = as_host(evening)
    assert "being built now. Press again" in text(host.post(url("session_begin", evening), follow=True))
    QueueBuild.objects.update(done=3, total=9)
    assert "3 of 9 households" in text(host.post(url("session_begin", evening), follow=True))
    assert Session.objects.get().started_at is None
    build_asked_queue(world.bank.pk, now=timezone.now())
    assert "You have begun" in text(host.post(url("session_begin", evening), follow=True))
    other = PhoneBank.objects.create(campaign=world.campaign, name="Leyton", script=world.script)
    move = {"from": world.bank.pk, "to": other.pk}
    assert "Press again" in text(host.post(url("session_move", evening), move, follow=True))
    assert SessionBank.objects.get(until__isnull=True).phone_bank == world.bank
    build_asked_queue(other.pk, now=timezone.now())
    assert "Everybody goes on with" in text(host.post(url("session_move", evening), move, follow=True))


def test_the_host_begins_early_and_the_list_is_opened(world):
    now = timezone.now()
    evening = Evening(world.campaign, world.bank, now=now, starts_at=now + 30 * MINUTE)
    PhoneBank.objects.update(status=PhoneBankStatus.PAUSED)
    host = as_host(evening)
    assert "Begin now" in text(host.get(url("session_host", evening)))
    assert "You have begun" in text(host.post(url("session_begin", evening), follow=True))
    assert PhoneBank.objects.get().status == PhoneBankStatus.OPEN
    assert evening.refresh().started_at is not None


def test_the_host_of_a_list_that_is_a_draft_is_led_to_whom_it_reaches(world):
    empty = Area.objects.create(kind="ward", boundary_set="test", code="empty", name="Nobody lives here")
    bank = PhoneBank.objects.create(campaign=world.campaign, name="Leyton", script=world.script, status="draft")
    bank.areas.add(empty)
    evening = Evening(world.campaign, bank, now=timezone.now())
    host = as_host(evening)
    page = text(host.get(url("session_host", evening)))
    assert "who is left out and why" in page
    assert reverse("phonebank:bank", args=[world.campaign.slug, bank.pk]) in page
    assert "Left to ring" not in page
    assert "The page of the list says who is left out" in text(host.post(url("session_begin", evening), follow=True))
    assert evening.refresh().started_at is None


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
    seen = AuditEvent.objects.get(verb="view_flag")
    assert (seen.action, seen.subject_id, seen.actor_id) == ("view", entry.pk, evening.host.pk), (
        "as on the page of flags"
    )
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


def test_of_very_many_callers_the_host_sees_those_first_who_need_one(evening, monkeypatch):
    monkeypatch.setattr(host, "CALLERS_SHOWN", 2)
    evening.start()
    for name in ("Ada Well", "Bo Gone", "Cai Well"):
        evening.joined(name)
    SessionCaller.objects.filter(user__name="Bo Gone").update(last_seen_at=timezone.now() - 10 * MINUTE)
    page = text(as_host(evening).get(url("session_host_live", evening)))
    assert page.index("Bo Gone") < page.index("Ada Well")
    assert "Cai Well" not in page
    assert "and 1 more, who needs you less" in page


def test_the_host_of_a_rehearsal_sees_its_minutes_fly(evening):
    Campaign.objects.update(is_demo=True)
    Session.objects.update(speed=60)
    evening.start()
    Event.objects.update(starts_at=timezone.now(), ends_at=timezone.now() + 119.5 * MINUTE)
    Session.objects.update(started_at=timezone.now() - MINUTE)
    forget()
    assert "Minutes left</dt> <dd>61 <" in text(as_host(evening).get(url("session_host_live", evening)))


@pytest.mark.parametrize(("moment", "left"), [(0, 120), (59, 61), (119, 1), (120, 0), (200, 0)])
def test_a_rehearsals_minutes_fly(evening, moment, left):
    evening.start()
    Session.objects.update(started_at=evening.event.starts_at)
    forget()
    line = session_line(evening.session.pk, now=timezone.now())
    begins = evening.event.starts_at
    assert line.minutes_left(begins + moment * MINUTE) == left
    assert replace(line, speed=60).minutes_left(begins + moment * MINUTE / 60) == left
