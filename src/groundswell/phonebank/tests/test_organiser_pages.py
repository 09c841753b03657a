"""The organiser's phone-bank pages: who may see them, what they count, and that each button does what it says."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.core.cache import cache
from django.db import connection
from django.db.models.expressions import RawSQL
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from groundswell.accounts.enums import Role
from groundswell.accounts.models import AuditEvent, User
from groundswell.accounts.tests.builders import make_member, sign_in
from groundswell.campaigns.models import Answer, Campaign, Candidate, Question, Script
from groundswell.compliance.enums import Refusal
from groundswell.compliance.models import Screening
from groundswell.compliance.rule_texts import explanation_anchor
from groundswell.people.models import Person, Segment, Tag
from groundswell.phonebank.dashboards import bank_progress, callers_of, pace
from groundswell.phonebank.models import Call, CallerStatus, Flag, HoursBucket, Outcome, PhoneBank, QueueEntry, Tally
from groundswell.phonebank.operations import lists, rebuild_tallies
from groundswell.phonebank.said import where_voters_stand
from groundswell.phonebank.tests.world import World
from groundswell.phonebank.views.organiser import banks

ZONES = ("Europe/London", "America/New_York", "Asia/Tokyo")


@pytest.fixture
def live(db: None) -> World:
    """A world whose clock is now: pages ask the real one."""
    cache.clear()
    world = World(timezone.now())
    world.campaign.areas.add(world.area)
    return world


@pytest.fixture
def leader(client, live: World):
    return sign_in(client, make_member(Role.ORGANISER, live.campaign).user)


def url(name: str, live: World, *more: int) -> str:
    return reverse(f"phonebank:{name}", args=[live.campaign.slug, *more])


def builder_data(live: World, **changes: Any) -> dict[str, Any]:
    return {
        "name": "Monday",
        "script": live.script.pk,
        "areas": [live.area.pk],
        "attempt_cap": 3,
        "cooldown_minutes": 1440,
        "priority_order": "random",
        "daily_limit": 150,
        "ask_everyone": "on",
        "electoral_purpose": "on",
        **changes,
    }


def call(
    live: World, bank: PhoneBank, caller: User, *, outcome: str = "completed", ago: timedelta, **fields: Any
) -> Call:
    ended = Outcome.objects.get(code=outcome)
    at = timezone.now() - ago
    return Call.objects.create(
        client_uuid=uuid4(),
        campaign_id=live.campaign.pk,
        phone_bank=bank,
        caller=caller,
        outcome=ended,
        is_dial=ended.is_dial,
        is_contact=ended.is_contact,
        occurred_at=at,
        recorded_at=at,
        **fields,
    )


def answer(live: World, person: Any, option: Any, *, ago: timedelta = timedelta()) -> Answer:
    return Answer.objects.create(
        campaign=live.campaign,
        person=person,
        question=option.question,
        option=option,
        meaning=option.meaning,
        source_uuid=uuid4(),
        answered_at=timezone.now() - ago,
    )


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


def test_a_phone_bank_is_built_counted_opened_paused_and_closed(leader, live: World):
    live.households(3)
    (suppressed,) = live.households(1)
    Screening.objects.filter(contact_point=suppressed.numbers[0]).delete()
    leader.post(url("new_bank", live), builder_data(live))
    bank = PhoneBank.objects.get()
    assert (bank.status, list(bank.areas.all()), bank.segment) == ("draft", [live.area], None)
    reach = " ".join(leader.get(url("reach", live, bank.pk)).content.decode().split())
    assert "<strong>3</strong> households of 4 would be rung" in reach
    assert f'{reverse("compliance:rules")}#{explanation_anchor(Refusal.SCREENING_OLD)}">Rule C2: why' in reach
    opened = leader.post(url("bank_status", live, bank.pk), {"do": "open"}, follow=True).content.decode()
    assert "3 households are ready" in opened
    live.households(2)
    extended = leader.post(url("bank_status", live, bank.pk), {"do": "refresh"}, follow=True).content.decode()
    assert "2 added" in extended
    for action, status in (("pause", "paused"), ("open", "open"), ("close", "closed")):
        leader.post(url("bank_status", live, bank.pk), {"do": action})
        bank.refresh_from_db()
        assert bank.status == status
    refused = leader.post(url("bank_status", live, bank.pk), {"do": "open"}, follow=True).content.decode()
    assert "closed" in refused
    assert PhoneBank.objects.get().status == "closed"


def test_nobody_to_ring_is_said_and_nothing_opens(leader, live: World):
    leader.post(url("new_bank", live), builder_data(live))
    bank = PhoneBank.objects.get()
    said = leader.post(url("bank_status", live, bank.pk), {"do": "open"}, follow=True).content.decode()
    assert "nobody to ring" in said
    assert PhoneBank.objects.get().status == "draft"


def test_conditions_become_a_segment_and_come_back_into_the_form(leader, live: World):
    data = builder_data(
        live,
        not_asked=live.question.pk,
        answered=[live.ours.pk],
        has_phone="on",
        age_from=18,
        age_to=24,
        weekday_from="18:00",
        weekday_to="20:00",
    )
    leader.post(url("new_bank", live), data)
    bank = PhoneBank.objects.select_related("segment").get()
    assert bank.segment.expression == {
        "all": [
            {"has_phone": True},
            {"not": {"asked": live.question.pk}},
            {"any": [{"answered": {"question": live.question.pk, "options": [live.ours.pk]}}]},
            {"age": {"from": 18, "to": 24}},
        ]
    }
    assert bank.hours == {day: ["18:00", "20:00"] for day in ("mon", "tue", "wed", "thu", "fri")}
    form = leader.get(url("edit_bank", live, bank.pk)).context["form"]
    assert (form["not_asked"].value(), form["answered"].value()) == (live.question.pk, [live.ours.pk])
    assert (form["has_phone"].value(), form["age_from"].value(), form["age_to"].value()) == (True, 18, 24)
    leader.post(url("edit_bank", live, bank.pk), builder_data(live, name="Tuesday"))
    bank = PhoneBank.objects.get()
    assert (bank.name, bank.segment, bank.hours) == ("Tuesday", None, {})
    assert Segment.objects.count() == 1


def test_the_count_follows_the_builder_and_saves_nothing(leader, live: World):
    homes = live.households(3)
    answer(live, homes[0].people[0], live.ours)

    def counted(**changes: Any) -> str:
        page = leader.post(url("bank_count", live), builder_data(live, name="", **changes))
        assert page.status_code == 200
        return " ".join(page.content.decode().split())

    assert "<strong>3</strong> households of 3" in counted()
    assert "<strong>2</strong> households of 2" in counted(not_asked=live.question.pk)
    assert "<strong>1</strong> household of 1" in counted(answered=[live.ours.pk])
    assert "<strong>0</strong> households of 0" in counted(age_from=18)
    assert "at least the lower one" in counted(age_from=30, age_to=20)
    assert (PhoneBank.objects.count(), Segment.objects.count()) == (0, 0)


def test_the_count_of_a_saved_phone_bank_knows_its_attempts(leader, live: World):
    (home,) = live.households(1)
    bank = live.bank()
    caller = make_member(Role.CALLER, live.campaign).user
    call(live, bank, caller, outcome="no_answer", ago=timedelta(days=2), contact_point=home.numbers[0])
    data = builder_data(live, attempt_cap=1)
    assert "Called often enough" in leader.post(f"{url('bank_count', live)}?bank={bank.pk}", data).content.decode()
    assert "Called often enough" not in leader.post(url("bank_count", live), data).content.decode()


def test_a_count_that_takes_too_long_says_so(leader, live: World, monkeypatch):
    live.households(1)
    monkeypatch.setattr(banks, "COUNT_WITHIN", timedelta(milliseconds=1))
    slow = Person.objects.annotate(nap=RawSQL("pg_sleep(0.2)::text", [])).filter(nap="")
    monkeypatch.setattr(lists, "people_in", lambda _expression, *, today: slow)
    page = leader.post(url("bank_count", live), builder_data(live, has_phone="on"))
    assert "take longer to count" in page.content.decode()


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


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"weekday_from": "20:00", "weekday_to": "18:00"}, "later than the beginning"),
        ({"weekday_from": "20:00"}, "both times"),
        ({"attempt_cap": 4}, "3 times at most in one phone bank: that is the figure in force (rule C11)"),
        ({"daily_limit": 151}, "150 households a day at most: that is the figure in force (rule D12)"),
        ({"age_from": 30, "age_to": 20}, "at least the lower one"),
        ({"age_from": 12}, "16"),
        ({"name": "Taken"}, "called “Taken” already"),
    ],
)
def test_a_builder_that_makes_no_sense_is_refused(leader, live: World, wrong, words):
    live.bank(build=False, name="Taken")
    response = leader.post(url("new_bank", live), builder_data(live, **wrong))
    assert response.status_code == 422
    assert words in response.content.decode()
    assert PhoneBank.objects.count() == 1


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
    assert {row.id: row.odd_calls for row in callers_of(live.campaign.pk, since=since)} == {fast.pk: 20, slow.pk: 0}
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
    assert {row.odd_calls for row in callers_of(live.campaign.pk, since=since)} == {0}
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


def test_looking_at_flags_is_logged_once_with_those_shown(leader, live: World):
    leader.get(url("flags", live))
    assert not AuditEvent.objects.filter(verb="view_flags").exists()  # nothing was there to be seen
    live.households(2)
    bank = live.bank()
    caller = make_member(Role.CALLER, live.campaign).user
    waiting, solved = (
        Flag.objects.create(entry=entry, phone_bank=bank, raised_by=caller, note="A taxi firm")
        for entry in bank.queue.order_by("pk")
    )
    Flag.objects.filter(pk=solved.pk).update(solved_at=live.now, solved_by=live.organiser)
    leader.get(url("flags", live))
    event = AuditEvent.objects.get(verb="view_flags")
    assert (event.action, event.campaign_id, event.detail) == (
        "view",
        live.campaign.pk,
        {"flags": [waiting.pk, solved.pk]},
    )
    assert event.actor_id == int(leader.session["_auth_user_id"])
    leader.post(url("flag_solution", live, waiting.pk), {"do": "back"})
    leader.get(url("flags", live))
    assert AuditEvent.objects.filter(verb="view_flags").count() == 2


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
    offered = client.get(url("new_bank", live)).context["form"]["areas"]
    assert other.pk not in [box.data["value"].instance.pk for box in offered]
    assert client.post(url("new_bank", live), builder_data(live, name="Mine")).status_code == 302


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
        url("callers", live): 4,
        url("flags", live): 6,
        url("bank", live, first.pk): 8,
        url("caller", live, CallerStatus.objects.get().caller_id): 9,
    }
    for page in costs:
        leader.get(page)
    assert {page: _queries(leader, page) for page in costs} == costs
    grow()
    grow()
    leader.get(url("bank", live, first.pk))
    assert {page: _queries(leader, page) for page in costs} == costs
    assert Tally.objects.count() == 3


def test_the_builder_and_the_settings_cost_as_many_queries_for_three_of_everything_as_for_one(leader, live: World):
    def grow() -> None:
        word = uuid4().hex[:6]
        live.new_area(f"Ward {word}", "England", parent=live.area)
        seat = live.new_area(f"Seat {word}", "England")
        live.campaign.areas.add(seat)
        Candidate.objects.create(campaign=live.campaign, area=seat, name=f"Ola {word}")
        Script.objects.create(campaign=live.campaign, name=word, opening="Hello")
        question = Question.objects.create(campaign=live.campaign, key=word, kind="choice", text=f"{word}?")
        question.options.create(label="Yes", position=1, meaning="strong_support")
        Tag.objects.create(name=word)
        live.households(1)

    grow()
    tag = Tag.objects.get()
    bank = live.bank(segment=Segment.objects.create(name="Tagged", expression={"all": [{"tagged": tag.name}]}))
    bank.areas.add(live.area)
    builder, edit = url("new_bank", live), url("edit_bank", live, bank.pk)
    settings = reverse("campaigns:settings", args=[live.campaign.slug])
    costs = {builder: 9, edit: 10, settings: 6}
    for page in costs:
        leader.get(page)
    assert {page: _queries(leader, page) for page in costs} == costs
    form = leader.get(edit).context["form"]
    assert (form["tag"].value(), form["areas"].value()) == (tag.pk, [live.area.pk])
    grow()
    grow()
    bank.areas.add(*live.campaign.areas.all())
    assert {page: _queries(leader, page) for page in costs} == costs
    assert f'<option value="{tag.pk}" selected>{tag.name}</option>' in leader.get(edit).content.decode()


@pytest.mark.parametrize("homes", [1, 3])
def test_the_live_count_is_one_pass(leader, live: World, homes: int):
    live.households(homes)
    data = {"attempt_cap": "3"}
    leader.post(url("bank_count", live), data)  # what is noted once a visit is not counted
    counts = {}
    for name, more in {
        "everybody": {},
        "an area": {"areas": live.area.pk},
        "not yet asked": {"not_asked": live.question.pk},
    }.items():
        with CaptureQueriesContext(connection) as captured:
            page = leader.post(url("bank_count", live), data | more)
        assert f"<strong>{homes}</strong>" in page.content.decode()
        counts[name] = len(captured)
    # Who is asking (2), the campaign, the limits, what was chosen, and the count: begin, make ready, count, end.
    assert counts == {"everybody": 8, "an area": 9, "not yet asked": 9}


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
        assert _queries(leader, page) == 9


def _queries(client: Client, page: str) -> int:
    """What a page asks when nothing that it keeps for some seconds is kept; the frame's own cache is warm."""
    identity = cache.get("web.identity")
    cache.clear()
    cache.set("web.identity", identity)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(page).status_code == 200
    return len(captured)
