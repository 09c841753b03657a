"""Figures by area: what counts and what does not, who counts them, and never twice at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from groundswell.campaigns.models import Answer, Option, Question
from groundswell.campaigns.ready_questions import ReadyQuestion
from groundswell.insight import counting
from groundswell.insight.counting import FRESH, LOST, count_areas, figures_of
from groundswell.insight.models import AreaTally, CampaignCount
from groundswell.phonebank.tests.organiser_world import answer, call
from groundswell.phonebank.tests.world import World


def counted(world: World) -> dict[str, tuple[int, ...]]:
    """Electors, calls, contacts, identified, ours, undecided, others, callers and helpers by the name of the area."""
    cache.clear()
    figures = figures_of(world.campaign.pk, now=timezone.now())
    names = dict(type(world.area).objects.values_list("pk", "name"))
    fields = ("electors", "calls", "contacts", "identified", "ours", "undecided", "others", "callers", "helpers")
    return {names[pk]: tuple(getattr(row, field) for field in fields) for pk, row in figures.by_area.items()}


def test_a_seat_counts_what_its_wards_count_together(live: World):
    east, west = (live.new_area(name, "England", live.area) for name in ("East", "West"))
    (one,) = live.households(1, people=2, area=east)
    two, _ = live.households(2, area=west)
    bank, caller = live.bank(build=False), live.organiser
    call(live, bank, caller, ago=timedelta(minutes=5), household=one.row)
    call(live, bank, caller, ago=timedelta(minutes=4), household=two.row, outcome="no_answer")
    answer(live, one.people[0], live.ours)
    assert counted(live) == {
        "East": (2, 1, 1, 1, 1, 0, 0, 1, 0),
        "West": (2, 1, 0, 0, 0, 0, 0, 1, 0),
        "Walthamstow": (4, 2, 1, 1, 1, 0, 0, 1, 0),
    }


def test_what_was_taken_back_gone_or_elsewhere_does_not_count(live: World):
    homes = live.households(5)
    other = World(timezone.now())
    bank = live.bank(build=False)
    call(live, bank, live.organiser, ago=timedelta(minutes=5), household=homes[0].row, undone_at=timezone.now())
    call(other, other.bank(build=False), live.organiser, ago=timedelta(minutes=5), household=homes[0].row)
    answer(live, homes[0].people[0], live.ours)
    Answer.objects.update(withdrawn_at=timezone.now())
    gone = timezone.now()
    for home, change in zip(homes, ({"moved_at": gone}, {"deceased_at": gone}, {"objected_at": gone}), strict=False):
        type(home.people[0]).objects.filter(pk=home.people[0].pk).update(**change)
    type(homes[3].numbers[0]).objects.filter(pk=homes[3].numbers[0].pk).update(retired_at=gone, retired_reason="dead")
    assert counted(live) == {"Walthamstow": (1, 0, 0, 0, 0, 0, 0, 0, 0)}


def test_the_newest_word_of_a_voter_counts(live: World):
    (home,) = live.households(1)
    against = Option.objects.create(question=live.question, label="Blue", position=2, meaning="opposed")
    answer(live, home.people[0], live.ours, ago=timedelta(days=2))
    answer(live, home.people[0], against, ago=timedelta(days=1))
    assert counted(live)["Walthamstow"][3:7] == (1, 0, 0, 1)


def test_helpers_are_those_who_would_help(live: World):
    first, second = live.households(2)
    asked = Question.objects.create(
        campaign=live.campaign, key=ReadyQuestion.VOLUNTEER.value, kind="choice", text="Would you help?"
    )
    yes = Option.objects.create(question=asked, label="Yes", position=1, meaning="yes")
    no = Option.objects.create(question=asked, label="No", position=2, meaning="no")
    answer(live, first.people[0], yes)
    answer(live, second.people[0], no)
    assert counted(live)["Walthamstow"][8] == 1


def test_of_few_people_nothing_is_written_to_look(live: World):
    live.households(1)
    counted(live)
    assert not AreaTally.objects.exists()
    assert not CampaignCount.objects.exists()


@pytest.fixture
def many(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if there were too many people to count with a page."""
    monkeypatch.setattr(counting, "FEW_BYTES", 0)


def jobs() -> int:
    return ProcrastinateJob.objects.filter(task_name__endswith="count_areas_of").count()


def test_of_many_the_worker_counts_and_is_asked_once(live: World, many: None):
    live.households(2)
    now = timezone.now()
    first = figures_of(live.campaign.pk, now=now)
    assert (first.at, first.is_coming, first.by_area, jobs()) == (None, True, {}, 1)
    assert figures_of(live.campaign.pk, now=now + timedelta(seconds=5)).is_coming
    assert jobs() == 1
    count_areas(live.campaign.pk, now=now)
    ready = figures_of(live.campaign.pk, now=now + timedelta(seconds=10))
    assert (ready.at, ready.is_coming, ready.of(live.area.pk).electors) == (now, False, 2)
    old = figures_of(live.campaign.pk, now=now + FRESH + timedelta(seconds=1))
    assert (old.at, old.is_coming, old.of(live.area.pk).electors, jobs()) == (now, True, 2, 2)


def test_a_job_that_is_lost_is_asked_for_again(live: World, many: None):
    now = timezone.now()
    figures_of(live.campaign.pk, now=now)
    figures_of(live.campaign.pk, now=now + LOST + timedelta(seconds=1))
    assert jobs() == 2


def test_counting_again_replaces_what_was_counted(live: World, many: None):
    (home,) = live.households(1)
    count_areas(live.campaign.pk, now=timezone.now())
    type(home.people[0]).objects.update(moved_at=timezone.now())
    count_areas(live.campaign.pk, now=timezone.now())
    assert not AreaTally.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_four_that_count_at_once_leave_one_row_an_area():
    world = World(timezone.now())
    world.households(3)

    def count(_: int) -> None:
        try:
            count_areas(world.campaign.pk, now=timezone.now())
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(count, range(8)))
    assert list(AreaTally.objects.values_list("area__name", "electors")) == [("Walthamstow", 3)]


@pytest.mark.parametrize(
    ("fields", "name"),
    [({}, "area_tally_once"), ({"calls": 1, "contacts": 2}, "area_tally_contacts_are_calls")],
)
def test_the_database_refuses_what_cannot_be(live: World, fields: dict[str, int], name: str):
    AreaTally.objects.create(campaign=live.campaign, area=live.area)
    area = live.new_area("Other", "England") if fields else live.area
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        AreaTally.objects.create(campaign=live.campaign, area=area, **fields)
