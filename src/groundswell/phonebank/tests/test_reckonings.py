"""Figures that take long: a page never waits for them, says of when they are, and never shows what was not counted."""

from __future__ import annotations

import html
import re
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models.expressions import RawSQL
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from groundswell.accounts.enums import Role
from groundswell.accounts.tests.builders import make_member, sign_in
from groundswell.people.models import Person, Tag
from groundswell.phonebank import said
from groundswell.phonebank.models import Reckoning
from groundswell.phonebank.operations import lists, preview, reckoning
from groundswell.phonebank.tasks import reckon_figures
from groundswell.phonebank.tests.organiser_world import answer, builder_data, queries_of, url
from groundswell.phonebank.tests.world import World
from groundswell.phonebank.views.organiser import overview


@pytest.fixture
def many(monkeypatch):
    """However few there are, they count as many."""
    monkeypatch.setattr(reckoning, "FEW_PEOPLE", 0)


def counted(leader, live: World, **changes) -> str:
    """What the builder's fragment says."""
    return " ".join(leader.post(url("bank_count", live), builder_data(live, **changes)).content.decode().split())


def work() -> int:
    """Do the jobs that wait, as the worker would; how many there were."""
    jobs = list(ProcrastinateJob.objects.filter(task_name=reckon_figures.name, status="todo"))
    for job in jobs:
        reckon_figures(**job.args)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs WHERE task_name = %s", [reckon_figures.name])
    return len(jobs)


def test_many_are_counted_by_the_worker_and_the_page_asks_again_until_then(leader, live: World, many):
    live.households(3)
    first = counted(leader, live)
    assert "take some seconds to count" in first
    assert "<strong>" not in first
    assert 'hx-trigger="load delay:1s"' in first
    assert "take some seconds to count" in counted(leader, live)
    assert work() == 1  # the second question found the first one's job
    found = counted(leader, live)
    assert "<strong>3</strong> households of 3" in found
    assert f"Counted at {timezone.localtime(Reckoning.objects.get().counted_at):%H:%M:%S}." in found
    assert "hx-trigger" not in found
    assert work() == 0


def test_another_choice_is_another_count_and_what_is_older_is_shown_with_its_time_while_it_is_counted_again(
    leader, live: World, many
):
    live.households(2)
    counted(leader, live)
    work()
    assert "take some seconds" in counted(leader, live, has_phone="on")
    work()
    live.households(1)
    assert "<strong>2</strong>" in counted(leader, live)  # a moment old, and says so
    past = timezone.now() - timedelta(minutes=5)
    Reckoning.objects.update(counted_at=past)
    again = counted(leader, live)
    assert "<strong>2</strong>" in again
    assert f"Counted at {timezone.localtime(past):%H:%M:%S}. It is being counted again." in again
    work()
    assert "<strong>3</strong> households of 3" in counted(leader, live)


def test_a_count_that_took_longer_than_figures_are_fresh_is_the_one_that_the_page_awaits(leader, live: World, many):
    live.households(1)
    first = leader.post(url("bank_count", live), builder_data(live)).content.decode()
    again = html.unescape(re.findall('hx-post="([^"]+)"', first)[0])
    work()
    started = timezone.now() - timedelta(seconds=40)
    Reckoning.objects.update(counted_at=started)
    asked = f"{started.timestamp() - 1}"
    shown = leader.post(re.sub("after=.*", f"after={asked}", again), builder_data(live)).content.decode()
    assert "<strong>1</strong>" in shown
    assert "hx-post" not in shown
    assert (
        "counted again" in leader.post(re.sub("after=.*", "after=nonsense", again), builder_data(live)).content.decode()
    )


def test_figures_of_an_hour_ago_are_not_shown_at_all(leader, live: World, many):
    live.households(1)
    counted(leader, live)
    work()
    Reckoning.objects.update(counted_at=timezone.now() - timedelta(minutes=61))
    assert "<strong>" not in counted(leader, live)


def test_the_reach_of_a_saved_phone_bank_is_the_same_count_for_whoever_looks(leader, live: World, many):
    live.households(2)
    bank = live.bank(build=False)
    page = leader.get(url("reach", live, bank.pk)).content.decode()
    assert "take some seconds" in page
    assert f'hx-get="{url("reach", live, bank.pk)}?after=' in page
    work()
    assert "<strong>2</strong>" in leader.get(url("reach", live, bank.pk)).content.decode()
    kept = Reckoning.objects.get()
    assert lists.Preview.from_figures(kept.figures) == preview(bank, now=timezone.now())


def test_a_lost_job_is_put_in_the_queue_again_and_the_page_says_that_it_waits(leader, live: World, many):
    live.households(1)
    counted(leader, live)
    Reckoning.objects.update(queued_at=timezone.now() - timedelta(seconds=30))
    assert "waits for its turn" in counted(leader, live)
    assert ProcrastinateJob.objects.count() == 1
    Reckoning.objects.update(queued_at=timezone.now() - timedelta(minutes=3))
    counted(leader, live)
    assert ProcrastinateJob.objects.count() == 2
    assert work() == 2  # the one that comes late finds nothing left to count
    assert "<strong>1</strong>" in counted(leader, live)


def test_nobody_waits_and_nothing_is_counted(leader, live: World, many):
    live.households(1)
    counted(leader, live)
    Reckoning.objects.update(wanted_at=timezone.now() - timedelta(seconds=11))
    work()
    assert Reckoning.objects.get().counted_at is None
    counted(leader, live)
    work()
    assert "<strong>1</strong>" in counted(leader, live)


def test_what_nobody_has_asked_for_a_day_goes(leader, live: World, many):
    live.households(1)
    counted(leader, live)
    Reckoning.objects.update(wanted_at=timezone.now() - timedelta(hours=25))
    counted(leader, live, has_phone="on")
    work()
    assert Reckoning.objects.count() == 1


def test_few_that_take_too_long_are_left_to_the_worker(leader, live: World, monkeypatch):
    live.households(1)
    monkeypatch.setattr(reckoning, "WITHIN", timedelta(milliseconds=1))
    slow = Person.objects.annotate(nap=RawSQL("pg_sleep(0.05)::text", [])).filter(nap="")
    monkeypatch.setattr(lists, "people_in", lambda _expression, *, today: slow)
    assert "take some seconds" in counted(leader, live, has_phone="on")
    assert work() == 1
    assert "<strong>1</strong>" in counted(leader, live, has_phone="on")


@pytest.mark.parametrize("homes", [1, 3])
def test_asking_costs_nine_queries_and_asking_again_eight_whatever_is_chosen(leader, live: World, many, homes: int):
    live.households(homes)
    tag = Tag.objects.create(name="member")
    bank = live.bank(build=False)
    leader.get(url("overview", live))  # what is noted once a visit is not counted
    data = builder_data(live, not_asked=live.question.pk, answered=[live.ours.pk], tag=tag.pk)
    costs = []
    for _turn in range(2):
        with CaptureQueriesContext(connection) as captured:
            leader.post(f"{url('bank_count', live)}?bank={bank.pk}", data)
        costs.append(len(captured))
    # Who is asking (2), the campaign, what there is to choose, the limits; begin, ask, enqueue, end.
    assert costs == [9, 8]
    page = url("reach", live, bank.pk)
    assert [queries_of(leader, page), queries_of(leader, page)] == [9, 8]


def test_results_of_many_answers_are_counted_by_the_worker_and_dated(leader, live: World, monkeypatch):
    monkeypatch.setattr(said, "FEW_ANSWERS", 0)
    (home,) = live.households(1, people=2)
    answer(live, home.people[0], live.ours)
    page = url("results", live)
    first = leader.get(page)
    assert "So many answers take some seconds" in first.content.decode()
    assert (first.context["charts"], first.context["areas"], first.context["standing"]) == ([], [], None)
    assert f'hx-get="{page}?after=' in first.content.decode()
    assert work() == 1
    counted = leader.get(page)
    assert [bar["value"] for bar in counted.context["charts"][0]["bars"]] == [1]
    assert [(row.area, row.people) for row in counted.context["areas"]] == [("Walthamstow", 1)]
    assert counted.context["standing"].ours == 1
    assert "hx-trigger" not in counted.content.decode().split('id="results-here"')[1].split(">")[0]
    answer(live, home.people[1], live.ours)
    past = timezone.now() - timedelta(minutes=5)
    Reckoning.objects.update(counted_at=past)
    again = " ".join(leader.get(page).content.decode().split())
    assert f"Counted at {timezone.localtime(past):%H:%M:%S}. It is being counted again." in again
    work()
    assert leader.get(page).context["standing"].ours == 2


@pytest.mark.parametrize("answers", [1, 3])
def test_results_of_many_answers_cost_nine_queries_and_eight_when_asked_again(
    leader, live: World, monkeypatch, answers: int
):
    monkeypatch.setattr(said, "FEW_ANSWERS", 0)
    for _each in range(answers):
        (home,) = live.households(1)
        answer(live, home.people[0], live.ours)
    leader.get(url("overview", live))  # what is noted once a visit is not counted
    page = url("results", live)
    assert [queries_of(leader, page), queries_of(leader, page)] == [9, 8]
    work()
    assert queries_of(leader, page) == 8


def test_somebody_of_some_areas_finds_many_answers_in_the_results(client, live: World, monkeypatch):
    live.bank().areas.add(live.area)
    member = make_member(Role.ORGANISER, live.campaign)
    member.areas.add(live.area)
    sign_in(client, member.user)
    assert "See the results of your areas" not in client.get(url("overview", live)).content.decode()
    monkeypatch.setattr(overview, "FEW_ANSWERS", 0)
    assert "See the results of your areas" in client.get(url("overview", live)).content.decode()


@pytest.mark.parametrize(
    ("wrong", "constraint"),
    [
        ({"kind": "guess"}, "reckoning_kind_known"),
        ({"figures": {"households": 1}}, "reckoning_is_dated"),
        ({"counted_at": timezone.now()}, "reckoning_is_dated"),
    ],
)
def test_a_reckoning_is_of_a_known_kind_and_dated(live: World, wrong, constraint):
    right = {"campaign": live.campaign, "kind": "reach", "key": "a", "asked": {}, "wanted_at": timezone.now()}
    Reckoning.objects.create(**right)
    with pytest.raises(IntegrityError, match="reckoning_once"), transaction.atomic():
        Reckoning.objects.create(**right)
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Reckoning.objects.create(**{**right, "key": "b", **wrong})
