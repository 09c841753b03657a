"""The organiser's phone-bank pages: who may see them, what they count, and that each button does what it says."""

from __future__ import annotations

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from groundswell.accounts.enums import Role
from groundswell.accounts.models import AuditEvent
from groundswell.accounts.tests.builders import make_member, sign_in
from groundswell.campaigns.models import Campaign, Script
from groundswell.compliance.models import HoursBucket
from groundswell.phonebank.dashboards import bank_progress, callers_of, pace
from groundswell.phonebank.models import CallerStatus, Flag, Outcome, PhoneBank, QueueEntry, Tally
from groundswell.phonebank.operations import lists, rebuild_tallies
from groundswell.phonebank.said import where_voters_stand
from groundswell.phonebank.tests.organiser_world import answer, builder_data, call, queries_of, url
from groundswell.phonebank.tests.world import World
from groundswell.web.person.timeline import timeline_of

ZONES = ("Europe/London", "America/New_York", "Asia/Tokyo")


def test_pages_are_for_the_team_and_settings_for_leaders(client, live: World):
    live.households(1)
    bank = live.bank()
    for_team = [url("overview", live), url("overview_live", live), url("results", live)]
    for_leaders = [
        url("new_bank", live),
        url("bank", live, bank.pk),
        url("edit_bank", live, bank.pk),
        url("reach", live, bank.pk),
        url("callers", live),
        url("flags", live),
        url("bank_live", live, bank.pk),
        reverse("phonebank:outcomes"),
        reverse("phonebank:new_outcome"),
        reverse("phonebank:index"),
    ]
    outsider = make_member(Role.CALLER, Campaign.objects.create(name="Elsewhere", slug="elsewhere")).user
    expected = {
        make_member(Role.OWNER, None).user: ({200}, {200}),
        make_member(Role.ORGANISER, live.campaign).user: ({200}, {200}),
        make_member(Role.DATA_MANAGER, live.campaign).user: ({200}, {403}),
        make_member(Role.CALLER, live.campaign).user: ({403}, {403}),
        outsider: ({404}, {404, 403}),
    }
    for user, (team, leaders) in expected.items():
        sign_in(client, user)
        assert {client.get(page).status_code for page in for_team} == team, user
        assert {client.get(page).status_code for page in for_leaders} == leaders, user


def test_a_data_manager_is_led_to_nothing_that_is_closed_to_them(client, live: World):
    live.households(1)
    bank = live.bank()
    call(live, bank, make_member(Role.CALLER, live.campaign).user, ago=timedelta())
    sign_in(client, make_member(Role.DATA_MANAGER, live.campaign).user)
    for page in (url("overview", live), url("overview_live", live), url("results", live)):
        links = re.findall(r'href="(/(?:phonebank|campaigns)/[^"#?]*)', client.get(page).content.decode())
        assert {link: client.get(link).status_code for link in links if client.get(link).status_code == 403} == {}


def test_an_empty_campaign_says_what_to_do_next(leader, live: World):
    page = leader.get(url("overview", live)).content.decode()
    assert "Five steps to the first call" in page
    assert url("new_bank", live) in page
    Script.objects.all().delete()
    assert url("new_bank", live) not in leader.get(url("overview", live)).content.decode()


@pytest.mark.parametrize("name", ["overview_live", "bank_live"])
def test_a_part_that_is_watched_is_sent_again_only_when_it_has_changed(leader, live: World, name: str):
    live.households(2)
    bank = live.bank(name="Monday")
    page = url(name, live, *([bank.pk] if name == "bank_live" else []))
    first = leader.get(page)
    assert first.status_code == 200
    assert "<html" not in first.content.decode()
    assert "private" in first["Cache-Control"]
    again = leader.get(page, headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    cache.clear()
    assert leader.get(page, headers={"If-None-Match": first["ETag"]}).status_code == 304
    cache.clear()
    CallerStatus.objects.create(phone_bank=bank, caller=make_member(Role.CALLER, live.campaign).user)
    assert leader.get(page, headers={"If-None-Match": first["ETag"]}).status_code == 200


def test_a_part_that_ten_people_watch_is_read_once(leader, live: World):
    live.households(1)
    bank = live.bank()
    for page in (url("overview_live", live), url("bank_live", live, bank.pk)):
        leader.get(page)
        with CaptureQueriesContext(connection) as captured:
            leader.get(page)
        assert not [query for query in captured.captured_queries if "queueentry" in query["sql"]]
        assert len(captured) <= 4


def test_where_voters_stand_counts_the_newest_answer_of_each(live: World):
    (home,) = live.households(1, people=3)
    doubtful = live.question.options.create(label="Undecided", position=2, meaning="undecided")
    answer(live, home.people[0], doubtful, ago=timedelta(days=9))
    answer(live, home.people[0], live.ours)
    answer(live, home.people[1], doubtful)
    standing = where_voters_stand(live.campaign.pk, membership_id=None)
    assert (standing.ours, standing.undecided, standing.people) == (1, 1, 2)


def test_the_overview_counts_from_tallies_and_queue(leader, live: World):
    live.households(4)
    bank = live.bank(name="Monday")
    caller = make_member(Role.CALLER, live.campaign).user
    call(live, bank, caller, ago=timedelta(), is_identified=True)
    call(live, bank, caller, outcome="no_answer", ago=timedelta(days=2))
    rebuild_tallies()
    QueueEntry.objects.filter(pk=bank.queue.first().pk).update(state=3, done_reason="called")
    found = pace([bank.pk], now=timezone.now())
    assert (found.total.dials, found.total.contacts, found.total.identified, found.today.dials) == (2, 1, 1, 1)
    (progress,) = bank_progress(live.campaign.pk)
    assert (progress.total, progress.called, progress.ready, progress.to_ring) == (4, 1, 3, 4)
    assert "Monday" in leader.get(url("overview", live)).content.decode()


def test_an_empty_queue_says_exactly_why(leader, live: World):
    live.households(2)
    bank = live.bank()
    QueueEntry.objects.update(state=2, due_at=timezone.now() + timedelta(hours=30))
    page = leader.get(url("bank", live, bank.pk)).content.decode()
    assert "Waiting until they may be tried again" in page
    assert "The next household can be rung from" in page


def test_twenty_conversations_in_two_minutes_are_flagged_until_reviewed(leader, live: World):
    live.households(1)
    bank = live.bank()
    fast, slow = (make_member(Role.CALLER, live.campaign).user for _ in range(2))
    for number in range(20):
        call(live, bank, fast, ago=timedelta(hours=1, seconds=number * 5))
        call(live, bank, slow, ago=timedelta(hours=1, minutes=number * 3))
    rebuild_tallies()
    CallerStatus.objects.create(phone_bank=bank, caller=fast)
    since = timezone.now() - timedelta(days=1)
    assert {row.id: row.odd_calls for row in callers_of(live.campaign.pk, [bank.pk], since=since)} == {
        fast.pk: 20,
        slow.pk: 0,
    }
    assert "20 conversations in 2 minutes" in leader.get(url("callers", live)).content.decode()
    assert "1 caller recorded conversations faster" in leader.get(url("overview", live)).content.decode()
    page = leader.get(url("caller", live, fast.pk))
    (run,) = page.context["looked"].unreviewed
    assert len(run.moments) == 20
    assert run.seconds <= 95
    assert "These calls are fine" in page.content.decode()
    assert leader.get(url("caller", live, slow.pk)).status_code == 404  # never on the caller's screen: no status
    leader.post(url("caller_review", live, fast.pk))
    page = leader.get(url("caller", live, fast.pk))
    assert page.context["looked"].unreviewed == []
    assert "These calls are fine" not in page.content.decode()
    assert "faster" not in leader.get(url("overview", live)).content.decode()
    assert {row.odd_calls for row in callers_of(live.campaign.pk, [bank.pk], since=since)} == {0}
    assert leader.post(url("caller_review", live, make_member(Role.OWNER).user.pk)).status_code == 404


def test_flags_are_solved_back_into_the_queue_or_out_of_it(leader, live: World):
    live.households(2)
    bank = live.bank()
    caller = make_member(Role.CALLER, live.campaign).user
    flags = []
    for entry in bank.queue.order_by("pk"):
        QueueEntry.objects.filter(pk=entry.pk).update(state=4)
        flags.append(Flag.objects.create(entry=entry, phone_bank=bank, raised_by=caller, note="A taxi firm"))
    assert leader.get(url("flags", live)).content.decode().count("A taxi firm") == 2
    leader.post(url("flag_solution", live, flags[0].pk), {"do": "back", "solution": "Asked them"})
    leader.post(url("flag_solution", live, flags[1].pk), {"do": "out"})
    assert list(bank.queue.order_by("pk").values_list("state", "done_reason")) == [(0, ""), (3, "removed_by_organiser")]
    again = leader.post(url("flag_solution", live, flags[0].pk), {"do": "back"}, follow=True)
    assert "already" in again.content.decode()


def test_looking_at_flags_is_logged_of_each_household_shown_and_on_its_peoples_pages(leader, live: World):
    leader.get(url("flags", live))
    assert not AuditEvent.objects.filter(verb="view_flag").exists()  # nothing was there to be seen
    homes = live.households(3)
    bank = live.bank()
    caller = make_member(Role.CALLER, live.campaign).user
    entries = [bank.queue.get(household=home.row) for home in homes]
    waiting, solved = (
        Flag.objects.create(entry=entry, phone_bank=bank, raised_by=caller, note="A taxi firm") for entry in entries[:2]
    )
    Flag.objects.filter(pk=solved.pk).update(solved_at=live.now, solved_by=live.organiser)
    leader.get(url("flags", live))
    events = AuditEvent.objects.filter(verb="view_flag").order_by("pk")
    assert {(event.action, event.campaign_id, event.subject_kind) for event in events} == {
        ("view", live.campaign.pk, "phonebank.queueentry")
    }
    assert [event.subject_id for event in events] == [entries[0].pk, entries[1].pk]
    assert {event.actor_id for event in events} == {int(leader.session["_auth_user_id"])}
    told = "looked at what a caller told the organiser"
    who_looked = [[event.what for event in timeline_of(home.people[0])].count(told) for home in homes]
    assert who_looked == [1, 1, 0]
    leader.post(url("flag_solution", live, waiting.pk), {"do": "back"})
    leader.get(url("flags", live))
    assert AuditEvent.objects.filter(verb="view_flag").count() == 4


def test_results_take_the_newest_answer_of_each_person(leader, live: World):
    (home,) = live.households(1, people=2)
    theirs = live.question.options.create(label="Blue", position=2, meaning="opposed")
    answer(live, home.people[0], theirs, ago=timedelta(days=9))
    answer(live, home.people[0], live.ours)
    answer(live, home.people[1], live.ours)
    context = leader.get(url("results", live)).context
    (chart,) = context["charts"]
    assert chart["bars"] == [{"label": "Red Rose", "value": 2, "soft": False}]
    assert (context["standing"].ours, context["standing"].others) == (2, 0)
    assert [(row.area, row.support, row.opposed) for row in context["areas"]] == [("Walthamstow", 2, 0)]


def test_results_of_a_member_limited_to_areas_are_of_those_areas(client, live: World):
    other = live.new_area("Chingford", "England")
    for area in (live.area, other):
        (home,) = live.households(1, area=area)
        answer(live, home.people[0], live.ours)
    member = make_member(Role.ORGANISER, live.campaign)
    member.areas.add(other)
    context = sign_in(client, member.user).get(url("results", live)).context
    assert [bar["value"] for bar in context["charts"][0]["bars"]] == [1]
    assert [row.area for row in context["areas"]] == ["Chingford"]


def test_an_organiser_of_some_areas_sees_and_changes_the_phone_banks_of_those_areas_alone(client, live: World):
    ward = live.new_area("Hoe Street", "England", parent=live.area)
    other = live.new_area("Chingford", "England")
    live.campaign.areas.add(other)
    theirs, elsewhere, everywhere = (live.bank(), live.bank(), live.bank())
    theirs.areas.add(ward)
    elsewhere.areas.add(other)
    foreign = []
    for bank in (elsewhere, everywhere):
        live.households(1, area=other)
        lists.refresh_queue(bank, by=None, now=live.now)
        entry = QueueEntry.objects.filter(phone_bank=bank).first()
        raiser = make_member(Role.CALLER, live.campaign).user
        foreign.append(Flag.objects.create(entry=entry, phone_bank=bank, raised_by=raiser, note="Far away"))
    member = make_member(Role.ORGANISER, live.campaign)
    member.areas.add(live.area)
    sign_in(client, member.user)

    overview = client.get(url("overview", live)).context
    assert [bank.id for bank in overview["banks"]] == [theirs.pk]
    assert overview["open_flags"] == 0
    assert list(client.get(reverse("phonebank:index")).context["banks"]) == [theirs]
    assert client.get(url("flags", live)).context["flags"] == []
    for name in ("bank", "edit_bank", "reach"):
        assert client.get(url(name, live, theirs.pk)).status_code == 200
        for bank in (elsewhere, everywhere):
            assert client.get(url(name, live, bank.pk)).status_code == 404
    for bank in (elsewhere, everywhere):
        assert client.post(url("bank_status", live, bank.pk), {"do": "close"}).status_code == 404
    for flag in foreign:
        assert client.post(url("flag_solution", live, flag.pk), {"do": "out"}).status_code == 404
    assert not Flag.objects.filter(solved_at__isnull=False).exists()

    for areas in ([], [other.pk], [other.pk, ward.pk]):
        refused = client.post(url("new_bank", live), builder_data(live, name="Mine", areas=areas))
        assert refused.status_code == 422
        assert "areas" in refused.context["form"].errors
    offered = client.get(url("new_bank", live)).context["form"].offered.areas
    assert [area.label for area in offered] == [live.area.name, "Hoe Street"]
    assert client.post(url("new_bank", live), builder_data(live, name="Mine")).status_code == 302


def test_an_organiser_of_some_areas_sees_the_callers_of_those_areas_alone(client, leader, live: World):
    other = live.new_area("Chingford", "England")
    live.campaign.areas.add(other)
    here, there = live.bank(build=False), live.bank(build=False)
    here.areas.add(live.area)
    there.areas.add(other)
    both, elsewhere = (make_member(Role.CALLER, live.campaign).user for _ in range(2))
    for caller, banks in ((both, (here, there)), (elsewhere, (there,))):
        for hours, bank in enumerate(banks, start=1):
            CallerStatus.objects.create(phone_bank=bank, caller=caller)
            for number in range(20 + hours):
                call(live, bank, caller, ago=timedelta(hours=hours, seconds=number * 5))
    call(live, here, both, outcome="no_answer", ago=timedelta(days=2))
    rebuild_tallies()
    member = make_member(Role.ORGANISER, live.campaign)
    member.areas.add(live.area)
    limited = sign_in(Client(), member.user)

    def seen(by: Client) -> list[tuple[int, int, int]]:
        return [(c.id, c.work.dials, c.odd_calls) for c in by.get(url("callers", live)).context["callers"]]

    assert sorted(seen(leader)) == sorted([(both.pk, 44, 22), (elsewhere.pk, 21, 21)])
    assert seen(limited) == [(both.pk, 22, 21)]
    assert limited.get(url("overview", live)).context["odd_callers"] == 1
    assert leader.get(url("overview", live)).context["odd_callers"] == 2
    page = limited.get(url("caller", live, both.pk)).context["looked"]
    assert (page.work.dials, len(page.unreviewed), {row["call"].phone_bank_id for row in page.calls}) == (
        22,
        1,
        {here.pk},
    )
    assert limited.get(url("caller", live, elsewhere.pk)).status_code == 404
    assert limited.post(url("caller_review", live, elsewhere.pk)).status_code == 404
    assert sum(sum(c["values"]) for c in limited.get(url("results", live)).context["days"]) == 22 + 21


def test_the_export_is_logged_neutralised_and_marked_until_the_poll_closes(leader, live: World):
    (home,) = live.households(1)
    formula = live.question.options.create(label="=1+1", position=2, meaning="opposed")
    answer(live, home.people[0], formula)
    response = leader.post(url("results_export", live))
    text = response.content.decode("utf-8-sig")
    assert "s66A" in text.splitlines()[0]
    assert "'=1+1,opposed,1" in text
    assert AuditEvent.objects.filter(verb="export_results", action="export").count() == 1
    assert leader.get(url("results_export", live)).status_code == 405


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"next": "retry", "retry_after_minutes": ""}, "retry_after_minutes"),
        ({"next": "done", "is_contact": "on"}, "is_dial"),
        ({"next": "done", "label": "No answer"}, "label"),
    ],
)
def test_what_is_wrong_with_an_outcome_is_said_where_it_is(leader, live: World, wrong, field) -> None:
    sent = leader.post(reverse("phonebank:new_outcome"), {"label": "Sign", "effect": "none", **wrong})
    assert sent.status_code == 422
    assert list(sent.context["form"].errors) == [field]


def test_outcomes_are_added_changed_moved_and_retired(leader, live: World):
    data = {"label": "Voicemail box full", "next": "retry", "effect": "none", "is_dial": "on"}
    refused = leader.post(reverse("phonebank:new_outcome"), data)
    assert refused.status_code == 422
    assert "after how many minutes" in refused.content.decode()
    leader.post(reverse("phonebank:new_outcome"), {**data, "retry_after_minutes": 60})
    full = Outcome.objects.get(label="Voicemail box full")
    assert (full.code, full.retry_after_minutes, full.is_contact) == ("voicemail_box_full", 60, False)
    page = reverse("phonebank:outcome", args=[full.pk])
    order = list(Outcome.objects.filter(retired_at=None).values_list("pk", flat=True))
    assert order[-1] == full.pk
    leader.post(page, {"do": "up"})
    assert list(Outcome.objects.filter(retired_at=None).values_list("pk", flat=True))[-2] == full.pk
    leader.post(page, {"do": "retire"})
    assert Outcome.objects.get(pk=full.pk).retired_at is not None
    leader.post(page, {"do": "retire"})
    assert Outcome.objects.get(pk=full.pk).retired_at is None


def test_dashboards_cost_as_many_queries_for_three_rows_as_for_one(leader, live: World):
    def grow() -> None:
        (home,) = live.households(1)
        bank = live.bank(name=f"Bank {uuid4().hex[:6]}")
        caller = make_member(Role.CALLER, live.campaign).user
        call(live, bank, caller, ago=timedelta())
        CallerStatus.objects.create(phone_bank=bank, caller=caller)
        answer(live, home.people[0], live.ours)
        rebuild_tallies()

    grow()
    first = PhoneBank.objects.get()
    costs = {
        url("overview", live): 8,
        url("results", live): 8,
        url("callers", live): 5,
        url("flags", live): 6,
        url("bank", live, first.pk): 8,
        url("caller", live, CallerStatus.objects.get().caller_id): 9,
    }
    for page in costs:
        leader.get(page)
    assert {page: queries_of(leader, page) for page in costs} == costs
    grow()
    grow()
    leader.get(url("bank", live, first.pk))
    assert {page: queries_of(leader, page) for page in costs} == costs
    assert Tally.objects.count() == 3


def test_the_phone_bank_page_asks_once_when_the_next_household_is_due_whatever_the_hours_buckets(leader, live: World):
    bank = live.bank()
    homes = live.households(3)
    buckets = [HoursBucket.objects.get_or_create(time_zone=zone, holiday_region="")[0] for zone in ZONES]
    page = url("bank", live, bank.pk)
    for home, bucket in zip(homes, buckets, strict=True):
        QueueEntry.objects.create(
            campaign_id=live.campaign.pk,
            phone_bank=bank,
            household=home.row,
            bucket=bucket,
            state=2,
            due_at=timezone.now() + timedelta(hours=1),
        )
        leader.get(page)
        assert queries_of(leader, page) == 9
