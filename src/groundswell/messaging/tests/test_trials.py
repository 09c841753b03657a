"""Two subjects on a share of the list: told apart by their own links, and decided by what was agreed on, once."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from groundswell.accounts.enums import Role
from groundswell.accounts.models import Organisation
from groundswell.accounts.tests.builders import make_member, sign_in
from groundswell.campaigns.models import Action, Ask, Visit
from groundswell.messaging.models import Delivery, Message
from groundswell.messaging.operations.approving import submit_message
from groundswell.messaging.operations.preparing import prepare
from groundswell.messaging.operations.trials import decide_trials, ends_at, trial_of
from groundswell.messaging.tests.outbox_clock import Clock, send
from groundswell.messaging.tests.ways import Way
from groundswell.messaging.tests.world import NOON, World

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def world(transactional_db: None, settings: Any) -> World:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    made = World()
    Organisation.objects.update(imprint="Promoted by O. Evans, 1 Hoe Street, London E17")
    return made


@pytest.fixture
def way() -> Way:
    return Way()


def trying(world: World, way: Way, clock: Clock, **fields: object) -> Message:
    """A test on half of forty people that has just gone out; the rest waits."""
    world.people(40)
    ask = Ask.objects.create(campaign=world.campaign, kind="attend", slug="monday", title="Monday", published_at=NOON)
    message = world.message(
        ask=ask, body="Come: {{ link }}", subject="One", subject_b="Two", test_share=50, status="draft", **fields
    )
    submit_message(message, by=world.owen, now=NOON, most_alone=500, enqueue=lambda _pk: None)
    prepare(message, by=None, now=NOON)
    send(way, clock)
    message.refresh_from_db()
    return message


def opened(message: Message, *, other: bool, times: int, at: datetime = NOON, automatic: bool = False) -> None:
    link = message.link_b if other else message.link
    assert link is not None
    for _time in range(times):
        Visit.objects.create(link=link, at=at, is_automatic=automatic)


def decide(at: datetime) -> int:
    return decide_trials(now=at, enqueue=lambda: None)


def test_each_subject_has_a_link_of_its_own(world: World, way: Way, clock: Clock) -> None:
    message = trying(world, way, clock)
    assert message.link is not None
    assert message.link_b is not None
    codes = {"One": message.link.code, "Two": message.link_b.code}
    assert {letter.subject for letter in way.handed} == {"One", "Two"}
    for letter in way.handed:
        assert codes[letter.subject] in letter.text
        assert codes["Two" if letter.subject == "One" else "One"] not in letter.text + letter.html


def test_the_subject_that_is_opened_more_often_goes_to_the_rest_and_no_scanner_decides(
    world: World, way: Way, clock: Clock
) -> None:
    message = trying(world, way, clock, test_minutes=60)
    opened(message, other=True, times=len(way.handed))
    opened(message, other=False, times=500, automatic=True)
    assert ends_at(message) == NOON + timedelta(hours=1)
    assert decide(NOON + timedelta(minutes=59)) == 0
    assert decide(NOON + timedelta(hours=1)) == 1
    assert decide(NOON + timedelta(hours=2)) == 0
    message.refresh_from_db()
    assert message.winner == 1
    tried = len(way.handed)
    clock.at = NOON + timedelta(hours=1)
    send(way, clock)
    assert {letter.subject for letter in way.handed[tried:]} == {"Two"}
    assert len(set(way.addresses)) == len(way.addresses) == 40
    # What comes after the decision is no part of the test.
    opened(message, other=True, times=9, at=NOON + timedelta(hours=3))
    assert trial_of(message)[1].clicks == tried


def test_by_actions_it_is_people_that_count_and_of_equals_the_first_is_taken(
    world: World, way: Way, clock: Clock
) -> None:
    message = trying(world, way, clock, wins_by="actions", test_minutes=60)
    opened(message, other=True, times=20)
    for nth, (link, person) in enumerate(
        zip((message.link, message.link), Delivery.objects.filter(variant=0, wave=0), strict=False)
    ):
        Action.objects.create(
            ask=message.ask,
            person=person.person,
            source=link,
            dedupe_key=str(nth),
            happened_at=NOON,
            state_at=NOON,
            state="confirmed",
        )
    assert [side.acted for side in trial_of(message)] == [2, 0]
    decide(NOON + timedelta(hours=1))
    message.refresh_from_db()
    assert message.winner == 0


def test_by_hand_it_waits_for_whoever_chooses(client: Any, world: World, way: Way, clock: Clock) -> None:
    message = trying(world, way, clock, wins_by="hand")
    assert decide(NOON + timedelta(days=9)) == 0
    organiser = sign_in(client, make_member(Role.ORGANISER, world.campaign).user)
    page = reverse("messaging:message", args=[world.campaign.slug, message.pk])
    assert "The rest waits until you choose" in organiser.get(page).content.decode()
    for choice in ("subject_1", "subject_0"):
        organiser.post(reverse("messaging:steering", args=[world.campaign.slug, message.pk]), {"do": choice})
    message.refresh_from_db()
    assert message.winner == 1


def test_the_wait_begins_when_the_last_of_the_test_has_left(world: World, way: Way, clock: Clock) -> None:
    message = trying(world, way, clock, test_minutes=60)
    late = Delivery.objects.filter(message=message, wave=0).order_by("pk").first()
    assert late is not None
    Delivery.objects.filter(pk=late.pk).update(state="held", due_at=NOON + timedelta(hours=20), sent_at=None)
    assert ends_at(message) is None
    at = NOON + timedelta(hours=20)
    Delivery.objects.filter(pk=late.pk).update(state="sent", due_at=None, sent_at=at)
    assert ends_at(message) == at + timedelta(hours=1)
    assert timezone.is_aware(at)
