"""What came of messages: who counts as reached, replied and acted, and who does not."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.core.cache import cache
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from groundswell.accounts.models import AuditEvent, Membership
from groundswell.campaigns.enums import AskKind
from groundswell.campaigns.models import Visit
from groundswell.campaigns.operations.asks import record_visit
from groundswell.campaigns.operations.questions import add_ready_question
from groundswell.campaigns.ready_questions import ReadyQuestion
from groundswell.insight import follow_through as module
from groundswell.insight.follow_through import FollowThrough, Funnel, Origin, follow_through
from groundswell.insight.models import KeptCount
from groundswell.insight.tasks import count_follow_through
from groundswell.insight.tests.said import act, ask_for, coming, deliver, message, reply
from groundswell.people.models import Person
from groundswell.phonebank.tests.organiser_world import answer, call
from groundswell.phonebank.tests.world import World


@pytest.fixture
def now() -> datetime:
    return timezone.now()


@pytest.fixture
def people(live: World) -> list[Person]:
    return [home.people[0] for home in live.households(6)]


def seen(live: World, **fields: int) -> FollowThrough:
    cache.clear()
    found, _kept = follow_through(Origin(live.campaign.pk, **fields), now=timezone.now())
    assert found is not None
    return found


def test_reached_replied_acted_and_the_share(live: World, people: list[Person], now: datetime) -> None:
    monday = ask_for(live, AskKind.ATTEND, now)
    text = message(live, monday)
    sent = [deliver(person, text, now - timedelta(hours=3)) for person in people[:4]]
    deliver(people[4], text, now, state="failed")
    deliver(people[5], text, now, state="sent")
    reply(sent[0])
    reply(sent[0])
    reply(sent[1], route="stop")
    act(people[0], monday, now, source=text.link)
    act(people[2], monday, now)
    found = seen(live)
    assert found.total == Funnel(reached=5, replied=1, acted=2)
    assert found.total.share == 0.4
    assert (found.stopped, found.by_message) == (1, {text.pk: found.total})
    assert found.by_action == [("signed up for a session or event", 2, 0.4)]


def test_an_opened_link_is_no_action_whoever_opens_it(live: World, people: list[Person], now: datetime) -> None:
    text = message(live, ask_for(live, AskKind.SURVEY, now))
    deliver(people[0], text, now)
    for automatic in (True, False):
        record_visit(link=text.link, now=now, is_automatic=automatic)
    assert Visit.objects.count() == 2
    assert seen(live).total == Funnel(reached=1, replied=0, acted=0)


@pytest.mark.parametrize("state", ["pending", "rejected", "withdrawn"])
def test_only_what_is_confirmed_counts(live: World, people: list[Person], now: datetime, state: str) -> None:
    join = ask_for(live, AskKind.SIGN_UP, now)
    text = message(live, join)
    deliver(people[0], text, now - timedelta(hours=1))
    act(people[0], join, now, source=text.link, state=state)
    assert seen(live).total.acted == 0


def test_what_was_done_before_it_came_is_not_its_doing(live: World, people: list[Person], now: datetime) -> None:
    join = ask_for(live, AskKind.SIGN_UP, now)
    text = message(live, join)
    deliver(people[0], text, now)
    act(people[0], join, now - timedelta(days=1))
    act(people[1], ask_for(live, AskKind.SURVEY, now), now)
    assert seen(live).total == Funnel(reached=1)


def test_friends_who_got_the_link_passed_on_are_told_apart(live: World, people: list[Person], now: datetime) -> None:
    join = ask_for(live, AskKind.VOLUNTEER, now)
    text = message(live, join)
    deliver(people[0], text, now - timedelta(hours=1))
    act(people[1], join, now, source=text.link)
    found = seen(live)
    assert (found.total.acted, found.friends) == (0, 1)


def test_coming_and_ringing_are_actions_of_their_own(live: World, people: list[Person], now: datetime) -> None:
    monday = ask_for(live, AskKind.ATTEND, now)
    text = message(live, monday)
    for person in people[:3]:
        deliver(person, text, now - timedelta(hours=3))
    coming(act(people[0], monday, now - timedelta(hours=2)), arrived_at=now, user=live.organiser)
    coming(act(people[1], monday, now - timedelta(hours=2)))
    assert {name: count for name, count, _share in seen(live).by_action} == {
        "signed up for a session or event": 2,
        "came to it": 1,
    }
    undone = call(live, live.bank(build=False), live.organiser, ago=timedelta(hours=1), undone_at=now)
    assert "rang voters" not in [name for name, *_rest in seen(live).by_action]
    call(live, undone.phone_bank, live.organiser, ago=timedelta(hours=1))
    found = seen(live)
    assert ("rang voters", 1, pytest.approx(1 / 3)) in found.by_action
    # Who did three things acted once.
    assert found.total.acted == 2


def test_one_person_reached_by_three_messages_is_one(live: World, people: list[Person], now: datetime) -> None:
    join = ask_for(live, AskKind.SIGN_UP, now)
    texts = [message(live, join, kind=kind) for kind in ("broadcast", "flow", "text_bank")]
    texts.append(message(live, join, kind="reply"))
    for text in texts:
        deliver(people[0], text, now - timedelta(hours=1))
    deliver(people[0], texts[1], now, key="step 2")
    deliver(people[1], texts[0], now - timedelta(days=14))
    act(people[0], join, now, source=texts[0].link)
    found = seen(live)
    assert found.total == Funnel(reached=2, acted=1)
    assert {pk: funnel.acted for pk, funnel in found.by_message.items()} == {text.pk: 1 for text in texts[:3]}
    assert [(funnel.reached, funnel.acted) for _week, funnel in found.by_week] == [(1, 0), (1, 1)]
    assert seen(live, message_id=texts[1].pk).total == Funnel(reached=1, acted=1)


def test_of_the_volunteers_who_then_did_something(live: World, people: list[Person], now: datetime) -> None:
    join, monday = ask_for(live, AskKind.VOLUNTEER, now), ask_for(live, AskKind.ATTEND, now)
    question = add_ready_question(campaign=live.campaign, ready=ReadyQuestion.VOLUNTEER, by=None)
    yes, no = question.options.get(meaning="yes"), question.options.get(meaning="no")
    act(people[0], join, now - timedelta(days=2))
    act(people[0], monday, now)
    act(people[1], join, now)
    act(people[1], monday, now - timedelta(days=3))
    answer(live, people[2], yes, ago=timedelta(days=1))
    act(people[2], monday, now)
    answer(live, people[3], no)
    assert seen(live).volunteers == Funnel(reached=3, replied=0, acted=2)


def test_in_a_large_installation_the_worker_counts_and_nobody_waits(
    live: World, people: list[Person], now: datetime, monkeypatch: pytest.MonkeyPatch, leader: Client
) -> None:
    monkeypatch.setattr(module, "FEW_BYTES", 0)
    text = message(live, None)
    deliver(people[0], text, now)
    address = reverse("insight:follow_through", args=[live.campaign.slug])
    assert "counted for the first time" in leader.get(address).content.decode()
    leader.get(address)
    jobs = ProcrastinateJob.objects.filter(task_name=count_follow_through.name)
    assert jobs.count() == 1
    count_follow_through(**jobs.get().args)
    page = leader.get(address).content.decode()
    assert "From reached to acted" in page
    assert KeptCount.objects.get().queued_at is None


def test_one_count_of_each_kind_is_kept(live: World) -> None:
    KeptCount.objects.create(campaign=live.campaign, subject="x")
    with pytest.raises(IntegrityError, match="kept_count_once"), transaction.atomic():
        KeptCount.objects.create(campaign=live.campaign, subject="x")


def test_the_pages_and_the_table_which_is_logged(
    live: World, people: list[Person], now: datetime, leader: Client
) -> None:
    monday = ask_for(live, AskKind.ATTEND, now)
    text = message(live, monday, name="=Come on Monday")
    deliver(people[0], text, now - timedelta(hours=1))
    act(people[0], monday, now, source=text.link)
    slug = live.campaign.slug
    page = leader.get(reverse("insight:message_follow_through", args=[slug, text.pk])).content.decode()
    assert "Signed up for a session or event" in page
    assert "100.0%" in page
    table = b"".join(leader.post(reverse("insight:follow_through_export", args=[slug]))).decode("utf-8-sig")
    assert "message,'=Come on Monday,1,0,1,1.0000" in table.replace("\t", "'").replace('"', "")
    event = AuditEvent.objects.get(verb="export_follow_through")
    assert (event.action, event.campaign_id) == ("export", live.campaign.pk)


def test_who_is_limited_to_areas_sees_what_came_of_their_own_messages(
    live: World, people: list[Person], now: datetime, leader: Client
) -> None:
    member = Membership.objects.get(role="organiser", campaign=live.campaign)
    theirs, mine = message(live, None, name="Theirs"), message(live, None, name="Mine", created_by=member.user)
    deliver(people[0], theirs, now)
    deliver(people[1], mine, now)
    member.areas.add(live.area)
    cache.clear()
    page = leader.get(reverse("insight:follow_through", args=[live.campaign.slug])).content.decode()
    assert ("Mine" in page, "Theirs" in page) == (True, False)
    assert (
        leader.get(reverse("insight:message_follow_through", args=[live.campaign.slug, theirs.pk])).status_code == 404
    )


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_takes_as_many_queries_for_three_messages_as_for_one(
    live: World, people: list[Person], now: datetime, leader: Client, count: int
) -> None:
    for number in range(count):
        deliver(people[number], message(live, ask_for(live, AskKind.ATTEND, now)), now)
    address = reverse("insight:follow_through", args=[live.campaign.slug])
    leader.get(address)
    cache.clear()
    with CaptureQueriesContext(connection) as captured:
        leader.get(address)
    assert len(captured) <= 9
