"""Asks, actions and tracked links: the spine."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Barrier
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.utils import timezone

from groundswell.accounts.models import User
from groundswell.accounts.tests.builders import make_organisation
from groundswell.campaigns.enums import ActionState, AskKind, ShareChannel
from groundswell.campaigns.models import Action, Ask, Campaign, PendingConsent, ShareLink, Visit
from groundswell.campaigns.operations.asks import (
    AskClosedError,
    UnsignedPageError,
    close_ask,
    confirm_action,
    create_ask,
    link_for,
    publish_ask,
    record_visit,
    rename_ask,
    take_action,
    withdraw_action,
)
from groundswell.campaigns.rules import CampaignRuleError
from groundswell.people.models import ContactPoint, Person


@pytest.fixture
def now() -> datetime:
    return timezone.now()


@pytest.fixture
def ask(campaign: Campaign, organiser: User, now: datetime) -> Ask:
    made = create_ask(campaign=campaign, kind=AskKind.ATTEND, title="Monday calls", by=organiser)
    return publish_ask(ask=made, by=organiser, now=now)


def did(ask: Ask, person: Person, now: datetime, **fields: Any) -> tuple[Action, bool]:
    return take_action(**{"ask": ask, "person": person, "dedupe_key": "one", "now": now, **fields})


def test_addresses_are_free_and_readable(campaign: Campaign, organiser: User) -> None:
    slugs = [
        create_ask(campaign=campaign, kind=AskKind.ATTEND, title=title, by=organiser).slug
        for title in ("Monday calls", "Monday calls", "Mine", "???", "x" * 120)
    ]
    assert slugs == ["monday-calls", "monday-calls-2", "mine-2", "page", "x" * 70]


def test_a_new_title_keeps_the_address(ask: Ask, organiser: User) -> None:
    assert rename_ask(ask=ask, title=" Tuesday calls ", by=organiser).title == "Tuesday calls"
    ask.refresh_from_db()
    assert (ask.slug, ask.title) == ("monday-calls", "Tuesday calls")
    with pytest.raises(CampaignRuleError):
        rename_ask(ask=ask, title=" ", by=organiser)


def test_nothing_is_done_before_publishing_or_after_closing(
    campaign: Campaign, organiser: User, person: Person, now: datetime
) -> None:
    draft = create_ask(campaign=campaign, kind=AskKind.ATTEND, title="Draft", by=organiser)
    with pytest.raises(AskClosedError):
        did(draft, person, now)
    closed = close_ask(ask=publish_ask(ask=draft, by=organiser, now=now), by=organiser, now=now)
    with pytest.raises(AskClosedError):
        did(closed, person, now)
    with pytest.raises(AskClosedError):
        publish_ask(ask=closed, by=organiser, now=now)
    assert close_ask(ask=closed, by=organiser, now=now + timedelta(days=1)).closed_at == closed.closed_at


def test_no_page_is_opened_with_nobody_below_it(campaign: Campaign, organiser: User, now: datetime) -> None:
    draft = create_ask(campaign=campaign, kind=AskKind.ATTEND, title="Draft", by=organiser)
    make_organisation(imprint="", contact_address="")
    with pytest.raises(UnsignedPageError, match="imprint first"):
        publish_ask(ask=draft, by=organiser, now=now)
    draft.refresh_from_db()
    assert draft.published_at is None
    # Name and postal address make one.
    make_organisation(imprint="", contact_address="1 Test Street, London")
    assert publish_ask(ask=draft, by=organiser, now=now).published_at == now


def test_an_action_is_once_for_its_key(ask: Ask, person: Person, now: datetime) -> None:
    first, is_new = did(ask, person, now)
    again, is_new_again = did(ask, person, now + timedelta(hours=1))
    assert (is_new, is_new_again, again) == (True, False, first)
    assert again.happened_at == now


def test_who_withdrew_comes_back_by_the_same_row(ask: Ask, person: Person, organiser: User, now: datetime) -> None:
    link = link_for(ask=ask, channel=ShareChannel.X)
    action, _new = did(ask, person, now, source=link)
    assert withdraw_action(action=action, by=None, now=now).state == ActionState.WITHDRAWN
    assert withdraw_action(action=action, by=None, now=now).state == ActionState.WITHDRAWN
    back, is_changed = did(ask, person, now + timedelta(hours=1))
    assert (back, is_changed, back.state, back.source) == (action, True, ActionState.CONFIRMED, link)


def test_only_what_is_pending_can_be_confirmed(ask: Ask, person: Person, now: datetime) -> None:
    action, _new = did(ask, person, now, state=ActionState.PENDING)
    assert confirm_action(action=action, by=None, now=now).state == ActionState.CONFIRMED
    withdraw_action(action=action, by=None, now=now)
    with pytest.raises(CampaignRuleError):
        confirm_action(action=action, by=None, now=now)


@pytest.mark.parametrize(
    "change",
    [
        {"person_id": 1},
        {"dedupe_key": "another"},
        {"happened_at": timezone.now() - timedelta(days=3)},
    ],
)
def test_the_database_lets_nobody_rewrite_an_action(
    ask: Ask, person: Person, now: datetime, change: dict[str, Any]
) -> None:
    action, _new = did(ask, person, now)
    with pytest.raises(DatabaseError), transaction.atomic():
        Action.objects.filter(pk=action.pk).update(**change)


def test_the_database_moves_a_state_forward_only(ask: Ask, person: Person, now: datetime) -> None:
    action, _new = did(ask, person, now)
    for state in (ActionState.PENDING, "unheard of"):
        with pytest.raises(DatabaseError), transaction.atomic():
            Action.objects.filter(pk=action.pk).update(state=state)
    Action.objects.filter(pk=action.pk).update(state=ActionState.REJECTED)
    with pytest.raises(DatabaseError), transaction.atomic():
        Action.objects.filter(pk=action.pk).update(state=ActionState.CONFIRMED)


def test_the_database_deletes_an_action_only_for_erasure(ask: Ask, person: Person, now: datetime) -> None:
    action, _new = did(ask, person, now)
    with pytest.raises(DatabaseError), transaction.atomic():
        action.delete()
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('groundswell.erasing', 'on', true)")
    action.delete()
    assert not Action.objects.exists()


@pytest.mark.parametrize(
    "fields",
    [
        {"kind": "dance"},
        {"title": ""},
        {"slug": "monday-calls"},
        {"published_at": timezone.now(), "closed_at": timezone.now() - timedelta(days=1)},
    ],
)
def test_the_database_refuses_an_ask_that_makes_no_sense(ask: Ask, campaign: Campaign, fields: dict[str, Any]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Ask.objects.create(**{"campaign": campaign, "kind": "attend", "title": "x", "slug": "x", **fields})


@pytest.mark.parametrize(
    "fields",
    [
        {"dedupe_key": "one"},
        {"dedupe_key": ""},
        {"state": "dancing"},
        {"state_at": timezone.now() - timedelta(days=3)},
    ],
)
def test_the_database_refuses_an_action_that_makes_no_sense(
    ask: Ask, person: Person, now: datetime, fields: dict[str, Any]
) -> None:
    did(ask, person, now)
    whole = {"ask": ask, "person": person, "dedupe_key": "two", "happened_at": now, "state_at": now, **fields}
    with pytest.raises(IntegrityError), transaction.atomic():
        Action.objects.create(**whole)


def test_a_link_is_one_for_each_channel_and_person(ask: Ask, person: Person) -> None:
    links = [
        link_for(ask=ask, channel=channel, person=whose)
        for channel in (ShareChannel.X, ShareChannel.QR)
        for whose in (None, person)
        for _twice in (1, 2)
    ]
    assert len({link.pk for link in links}) == len({link.code for link in links}) == 4


def test_the_database_keeps_links_apart(ask: Ask, person: Person) -> None:
    link_for(ask=ask, channel=ShareChannel.X)
    link_for(ask=ask, channel=ShareChannel.X, person=person)
    for fields in (
        {"code": "other"},
        {"code": "other", "person": person},
        {"code": "", "channel": "qr"},
        {"code": "other", "channel": "smoke"},
        {"code": ShareLink.objects.first().code, "channel": "qr"},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            ShareLink.objects.create(**{"ask": ask, "channel": "x", **fields})


def test_visits_count_and_know_nobody(ask: Ask, now: datetime) -> None:
    link = link_for(ask=ask, channel=ShareChannel.BLUESKY)
    record_visit(link=link, now=now)
    record_visit(link=link, now=now, is_automatic=True)
    assert Visit.objects.filter(link=link, is_automatic=False).count() == 1
    assert {field.name for field in Visit._meta.get_fields()} == {"id", "link", "at", "is_automatic"}


@pytest.mark.parametrize(
    "fields",
    [{"channel": "smoke"}, {"wording": ""}, {"confirmed_at": timezone.now() - timedelta(days=3)}, {"channel": "call"}],
)
def test_the_database_refuses_a_pending_consent_that_makes_no_sense(
    ask: Ask, person: Person, now: datetime, fields: dict[str, Any]
) -> None:
    action, _new = did(ask, person, now)
    point = ContactPoint.objects.create(kind="phone", value="+447700900123", address_hash=b"x")
    whole = {"action": action, "contact_point": point, "wording": "Ring me.", "ticked_at": now}
    PendingConsent.objects.create(**whole, channel="call")
    with pytest.raises(IntegrityError), transaction.atomic():
        PendingConsent.objects.create(**{**whole, "channel": "sms", **fields})


def at_once(count: int, act: Callable[[], Any]) -> list[Any]:
    """The same, in so many threads at the same moment, each with a connection of its own."""
    barrier = Barrier(count)

    def run(_number: int) -> Any:
        barrier.wait()
        try:
            return act()
        finally:
            connection.close()

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(run, range(count)))


@pytest.mark.django_db(transaction=True)
def test_presses_at_once_are_one_action(ask: Ask, person: Person, now: datetime) -> None:
    results = at_once(8, lambda: did(ask, person, now))
    assert sorted(is_new for _action, is_new in results) == [False] * 7 + [True]
    assert Action.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_link_asked_for_at_once_is_one_link(ask: Ask) -> None:
    assert len({link.pk for link in at_once(8, lambda: link_for(ask=ask, channel=ShareChannel.X))}) == 1
