"""Setting up, publishing, moving, cancelling and repeating events."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError, transaction
from django.dispatch import Signal

from groundswell.accounts.models import AuditEvent, User
from groundswell.campaigns.models import Ask, Campaign, Candidate
from groundswell.campaigns.operations.campaigns import save_candidate
from groundswell.events import signals
from groundswell.events.enums import EventKind, EventStatus, Venue
from groundswell.events.extensions import register
from groundswell.events.models import Attendance, Event, EventSeries
from groundswell.events.operations import (
    EventDetails,
    Week,
    cancel_event,
    change_event,
    create_event,
    discard_draft,
    move_event,
    publish_event,
    repeat_weekly,
)
from groundswell.events.operations.events import details_of
from groundswell.events.rules import EventRuleError, Window
from groundswell.places.models import Area

Make = Callable[..., Event]


class Heard(list[str]):
    """The signals that were sent, by name."""


@pytest.fixture
def heard() -> Iterator[Heard]:
    names = Heard()
    listening = []
    for name, signal in vars(signals).items():
        if isinstance(signal, Signal):

            def listen(sender: object, *, _name: str = name, **_fields: Any) -> None:
                names.append(_name)

            signal.connect(listen)
            listening.append((signal, listen))
    yield names
    for signal, listen in listening:
        signal.disconnect(listen)


def later(event: Event, **by: int) -> Window:
    return Window(event.starts_at + timedelta(**by), event.ends_at + timedelta(**by), event.time_zone)


def test_a_draft_is_nobodys_business(make_event: Make, heard: Heard) -> None:
    event = make_event(draft=True, hashtag="#MobMonday", title=" Monday calls ")
    assert (event.status, event.ask.published_at) == (EventStatus.DRAFT, None)
    assert (event.hashtag, event.title) == ("MobMonday", "Monday calls")
    assert event.ask.slug == f"monday-calls-{event.starts_at.date().isoformat()}"
    assert heard == []


@pytest.mark.parametrize(
    "changes",
    [
        {"title": "  "},
        {"venue": Venue.ROOM},
        {"venue": Venue.BOTH, "place": "  "},
        {"time_zone": "Atlantis/Deep"},
        {"ends_at": datetime(2020, 1, 1, tzinfo=ZoneInfo("UTC"))},
    ],
)
def test_what_cannot_be_is_refused_and_nothing_made(make_event: Make, changes: dict[str, Any]) -> None:
    with pytest.raises(EventRuleError):
        make_event(**changes)
    assert not Ask.objects.exists()


def test_a_seat_is_the_campaigns_and_a_candidate_the_seats(
    make_event: Make, campaign: Campaign, seats: tuple[Area, Area], organiser: User
) -> None:
    elsewhere = Area.objects.create(kind="constituency", boundary_set="test", code="E", name="Elsewhere")
    with pytest.raises(EventRuleError):
        make_event(area=elsewhere)
    joe = save_candidate(campaign=campaign, area=seats[1], name="Joe Haslam", by=organiser)
    with pytest.raises(EventRuleError):
        make_event(candidate=joe)
    assert make_event(area=seats[1], candidate=joe).candidate == joe


def test_publishing_opens_the_page_once(event: Event, organiser: User, now: datetime, heard: Heard) -> None:
    assert (event.status, event.ask.published_at) == (EventStatus.PUBLISHED, now)
    publish_event(event=event, by=organiser, now=now + timedelta(hours=1))
    assert heard == []
    assert AuditEvent.objects.filter(verb="publish_event", subject_id=event.pk).count() == 1


class Asking:
    """An extension that wants a list first."""

    panel_template = "components/empty.html"

    def __init__(self) -> None:
        self.copied: list[tuple[Event, Event]] = []

    def missing(self, event: Event) -> str:
        return "" if event.about else "Choose a list of households first."

    def copy(self, *, source: Event, copy: Event, by: User) -> None:
        self.copied.append((source, copy))


def test_what_a_kind_needs_besides_comes_first(
    make_event: Make, organiser: User, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    from groundswell.events import extensions

    monkeypatch.setattr(extensions, "_EXTENSIONS", {})
    asking = Asking()
    register(EventKind.PHONE_BANK, asking)
    event = make_event(draft=True, kind=EventKind.PHONE_BANK)
    with pytest.raises(EventRuleError, match="list of households"):
        publish_event(event=event, by=organiser, now=now)
    change_event(event=event, details=replace(details_of(event), about="Bring tea."), by=organiser, now=now)
    assert publish_event(event=event, by=organiser, now=now).status == EventStatus.PUBLISHED
    day = event.starts_at.date() + timedelta(weeks=1)
    [copy] = repeat_weekly(event=event, weeks=[Week(day, event.area)], by=organiser, now=now)
    assert asking.copied == [(event, copy)]


def test_another_time_is_told_once_and_raises_the_sequence(
    event: Event, organiser: User, now: datetime, heard: Heard
) -> None:
    moved = move_event(event=event, window=later(event, days=1), by=organiser, now=now)
    assert (moved.sequence, heard) == (1, ["event_moved"])
    again = move_event(event=event, window=later(event, days=1), by=organiser, now=now)
    assert (again.sequence, heard) == (1, ["event_moved"])
    moved_back = change_event(event=event, details=details_of(event), by=organiser, now=now)
    assert (moved_back.sequence, moved_back.starts_at) == (2, event.starts_at)


def test_a_draft_moves_without_a_word(make_event: Make, organiser: User, now: datetime, heard: Heard) -> None:
    draft = make_event(draft=True)
    assert move_event(event=draft, window=later(draft, days=1), by=organiser, now=now).sequence == 0
    assert heard == []


def test_another_place_is_told_another_title_is_not(event: Event, organiser: User, now: datetime, heard: Heard) -> None:
    details = replace(details_of(event), title="Calls for everybody", about="Bring tea.")
    assert change_event(event=event, details=details, by=organiser, now=now).sequence == 0
    assert Ask.objects.get(pk=event.ask_id).title == "Calls for everybody"
    details = replace(details, venue=Venue.ROOM, place="1 Lantern Yard")
    assert change_event(event=event, details=details, by=organiser, now=now).sequence == 1
    assert heard == ["event_moved"]


def test_the_kind_stays(event: Event, organiser: User, now: datetime) -> None:
    with pytest.raises(EventRuleError):
        change_event(event=event, details=replace(details_of(event), kind=EventKind.STORM), by=organiser, now=now)


def test_cancelling_needs_a_reason_and_closes_the_page(
    event: Event, make_event: Make, organiser: User, now: datetime, heard: Heard
) -> None:
    with pytest.raises(EventRuleError):
        cancel_event(event=event, reason="  ", by=organiser, now=now)
    cancelled = cancel_event(event=event, reason="The hall is flooded.", by=organiser, now=now)
    assert (cancelled.status, cancelled.sequence) == (EventStatus.CANCELLED, 1)
    assert Ask.objects.get(pk=event.ask_id).closed_at is not None
    cancel_event(event=event, reason="Again", by=organiser, now=now)
    assert heard == ["event_cancelled"]
    for refused in (
        lambda: move_event(event=event, window=later(event, days=1), by=organiser, now=now),
        lambda: change_event(event=event, details=details_of(event), by=organiser, now=now),
        lambda: publish_event(event=event, by=organiser, now=now),
        lambda: cancel_event(event=make_event(draft=True), reason="No", by=organiser, now=now),
    ):
        with pytest.raises(EventRuleError):
            refused()


def test_what_is_over_stays_as_it_was(event: Event, organiser: User) -> None:
    after = event.ends_at + timedelta(minutes=1)
    with pytest.raises(EventRuleError):
        cancel_event(event=event, reason="Rain", by=organiser, now=after)
    with pytest.raises(EventRuleError):
        move_event(event=event, window=later(event, days=9), by=organiser, now=after)
    renamed = change_event(event=event, details=replace(details_of(event), title="It was fun"), by=organiser, now=after)
    assert renamed.title == "It was fun"


def test_a_draft_is_discarded_a_published_event_is_not(event: Event, make_event: Make, organiser: User) -> None:
    draft = make_event(draft=True)
    discard_draft(event=draft, by=organiser)
    assert not Ask.objects.filter(pk=draft.ask_id).exists()
    with pytest.raises(EventRuleError):
        discard_draft(event=event, by=organiser)


def test_every_week_takes_its_own_seat_candidate_and_title(
    make_event: Make, campaign: Campaign, seats: tuple[Area, Area], organiser: User, now: datetime
) -> None:
    joe = save_candidate(campaign=campaign, area=seats[1], name="Joe Haslam", by=organiser)
    event = make_event(target=300, capacity=12, hashtag="MobMonday")
    first = event.starts_at.date()
    weeks = [Week(first + timedelta(weeks=2), seats[1]), Week(first + timedelta(weeks=1), seats[0])]
    one, two = repeat_weekly(event=event, weeks=weeks, by=organiser, now=now)
    event.refresh_from_db()
    assert event.series == one.series == two.series
    assert [(e.area, e.candidate, e.title, e.status) for e in (one, two)] == [
        (seats[0], None, "Monday calls for Walthamstow", EventStatus.DRAFT),
        (seats[1], joe, "Monday calls for Bury North", EventStatus.DRAFT),
    ]
    assert (two.target, two.capacity, two.hashtag) == (300, 12, "MobMonday")
    zone = ZoneInfo(event.time_zone)
    hours = {(e.starts_at.astimezone(zone).time(), e.ends_at.astimezone(zone).time()) for e in (event, one, two)}
    assert len(hours) == 1


def test_a_day_is_taken_once_and_then_none_is_made(event: Event, organiser: User, now: datetime) -> None:
    day = event.starts_at.date()
    with pytest.raises(EventRuleError):
        repeat_weekly(event=event, weeks=[Week(day + timedelta(weeks=1), None), Week(day, None)], by=organiser, now=now)
    assert Event.objects.count() == 1
    assert not EventSeries.objects.exists()


@pytest.mark.parametrize(
    "change",
    [
        {"kind": "dance"},
        {"status": "dancing"},
        {"venue": "moon"},
        {"venue": "room", "place": ""},
        {"capacity": 0},
        {"target": 0},
        {"title": ""},
        {"time_zone": ""},
        {"ends_at": datetime(2020, 1, 1, tzinfo=ZoneInfo("UTC"))},
    ],
)
def test_the_database_refuses_an_event_that_makes_no_sense(event: Event, change: dict[str, Any]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Event.objects.filter(pk=event.pk).update(**change)


def test_the_database_keeps_series_apart(campaign: Campaign) -> None:
    EventSeries.objects.create(campaign=campaign, name="Mondays")
    with pytest.raises(IntegrityError), transaction.atomic():
        EventSeries.objects.create(campaign=campaign, name="Mondays")


def test_an_event_needs_an_ask_of_its_own(
    event: Event, campaign: Campaign, details: EventDetails, now: datetime
) -> None:
    other = create_event(campaign=campaign, details=details, by=None, now=now)
    with pytest.raises(IntegrityError), transaction.atomic():
        Event.objects.filter(pk=other.pk).update(ask=event.ask)
    assert not Attendance.objects.exists()
    assert not Candidate.objects.exists()
