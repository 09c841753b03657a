"""The demo's Monday evenings: one gone by, with the callers who came, and two to come; with invented sign-ups."""

from __future__ import annotations

import random
from collections.abc import Iterable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import F, OuterRef

from groundswell.accounts.models import User
from groundswell.campaigns.models import Campaign, Candidate
from groundswell.cli.demo import story
from groundswell.cli.demo.cast import Team
from groundswell.events.enums import EventKind, NoticeState, Venue
from groundswell.events.models import Attendance, Event, Notice
from groundswell.events.operations import (
    EventDetails,
    Week,
    arrive_by_account,
    create_event,
    publish_event,
    repeat_weekly,
    sign_up,
)
from groundswell.events.rules import Window, on_day
from groundswell.messaging.enums import DeliveryState
from groundswell.messaging.models import Delivery
from groundswell.people.models import DataSource, Person, PersonContact
from groundswell.people.operations.supporters import OWN_WORDS
from groundswell.phonebank.models import Call, PhoneBank
from groundswell.phonebank.operations.sessions import close, join_session, open_session, start
from groundswell.places.models import Area

EVENING = timedelta(hours=2)
PLACES = 24


def make_evenings(
    *,
    campaign: Campaign,
    banks: tuple[PhoneBank, PhoneBank],
    seats: tuple[Area, Area],
    team: Team,
    last_monday: datetime,
    now: datetime,
    rng: random.Random,
) -> list[Event]:
    """Last Monday's evening and the next two, of which the second takes the other seat. Dates are relative to `now`."""
    announced = last_monday - timedelta(days=9)
    past = create_event(
        campaign=campaign,
        details=_details(seats[0], campaign, team, last_monday),
        by=team.organiser,
        now=announced,
    )
    _ring_it(past, banks[0], team, announced=announced)
    coming = repeat_weekly(event=past, weeks=_next_two(past, seats, now=now), by=team.organiser, now=announced)
    for event, bank, share in zip(coming, banks, (0.8, 0.35), strict=True):
        open_session(event=event, phone_bank=bank, by=team.organiser, now=now - timedelta(days=5))
        opened = publish_event(event=event, by=team.organiser, now=now - timedelta(days=5))
        _sign_up_some(opened, _guests(team, share, rng), since=now - timedelta(days=5), until=now, rng=rng)
    _letters_went_out(campaign, now=now)
    return [past, *coming]


def _details(seat: Area, campaign: Campaign, team: Team, starts_at: datetime) -> EventDetails:
    return EventDetails(
        title=story.EVENING_TITLE.format(seat=seat.name),
        kind=EventKind.PHONE_BANK,
        about=story.EVENING_ABOUT,
        venue=Venue.BOTH,
        place=story.EVENING_PLACE,
        area=seat,
        candidate=Candidate.objects.filter(campaign=campaign, area=seat).first(),
        starts_at=starts_at,
        ends_at=starts_at + EVENING,
        time_zone=seat.time_zone,
        host=team.organiser,
        target=300,
        hashtag="LanternMonday",
        capacity=PLACES,
    )


def _next_two(past: Event, seats: tuple[Area, Area], *, now: datetime) -> list[Week]:
    """The Mondays of this week and the next; today's only while it has not begun."""
    window = Window(past.starts_at, past.ends_at, past.time_zone)
    day = past.starts_at.astimezone(ZoneInfo(past.time_zone)).date() + timedelta(weeks=1)
    while on_day(window, day).starts_at <= now + timedelta(hours=1):
        day += timedelta(weeks=1)
    return [Week(day, seats[0]), Week(day + timedelta(weeks=1), seats[1])]


def _ring_it(event: Event, bank: PhoneBank, team: Team, *, announced: datetime) -> None:
    """The evening gone by: whoever is in the ledger of that evening had signed up, came and rang."""
    session = open_session(event=event, phone_bank=bank, by=team.organiser, now=announced)
    event = publish_event(event=event, by=team.organiser, now=announced)
    rang = set(
        Call.objects.filter(
            phone_bank=bank, occurred_at__gte=event.starts_at, occurred_at__lt=event.ends_at
        ).values_list("caller", flat=True)
    )
    callers = [user for user in team.callers if user.pk in rang]
    for number, user in enumerate(callers):
        _sign_up(event, user.name, user.email or "", now=announced + timedelta(hours=3 * number + 1))
    for name, email in _strangers(3):
        _sign_up(event, name, email, now=announced + timedelta(days=4))
    start(session_id=session.pk, by=team.organiser, now=event.starts_at, as_host=True)
    for number, user in enumerate(callers):
        came = event.starts_at + timedelta(seconds=20 * number)
        join_session(session_id=session.pk, by=user, now=came)
        arrive_by_account(event=event, by=user, now=came)
    # The list goes on being rung: the demo's phone bank stays open.
    close(session_id=session.pk, by=team.organiser, now=event.ends_at, keep_open=True)


def _guests(team: Team, share: float, rng: random.Random) -> list[tuple[str, str]]:
    callers: list[User] = rng.sample(team.callers, round(share * len(team.callers)))
    return [(user.name, user.email or "") for user in callers] + list(_strangers(round(14 * share)))


def _strangers(count: int) -> Iterable[tuple[str, str]]:
    """People who signed up and have never rung anybody yet."""
    for name in story.GUESTS[:count]:
        yield name, f"{name.lower().replace(' ', '.')}@{story.EMAIL_DOMAIN}"


def _sign_up_some(
    event: Event, people: list[tuple[str, str]], *, since: datetime, until: datetime, rng: random.Random
) -> None:
    moments = sorted(since + (until - since) * rng.random() for _person in people)
    for moment, (name, email) in zip(moments, people, strict=True):
        _sign_up(event, name, email, now=moment)


def _sign_up(event: Event, name: str, email: str, *, now: datetime) -> Attendance:
    return sign_up(event=event, name=name, email=email, now=now)


def make_it_the_demos() -> None:
    """Whoever signed up has the demo's own source, by which it is taken out again."""
    source = DataSource.objects.create(
        name=story.SIGN_UPS_SOURCE, lawful_basis="None needed: they are invented", purpose=story.PURPOSE
    )
    at_demo = f"@{story.EMAIL_DOMAIN}"
    links = PersonContact.objects.filter(source__name=OWN_WORDS, contact_point__value__endswith=at_demo)
    Person.objects.filter(source__name=OWN_WORDS, pk__in=links.values("person")).update(source=source)
    links.update(source=source)
    unused = DataSource.objects.filter(name=OWN_WORDS, people__isnull=True)
    unused.exclude(pk__in=PersonContact.objects.values("source")).delete()


def _letters_went_out(campaign: Campaign, *, now: datetime) -> None:
    """What was due has gone, as if it had been sent then: nobody is there to get it."""
    due = Notice.objects.filter(attendance__event__campaign=campaign, due_at__lte=now)
    when = Notice.objects.filter(delivery=OuterRef("pk")).values("due_at")
    posted = Delivery.objects.filter(state=DeliveryState.PENDING, pk__in=due.values("delivery"))
    posted.update(state=DeliveryState.SENT, created_at=when, sent_at=when, settled_at=when)
    due.filter(state=NoticeState.WAITING).update(state=NoticeState.SENT, sent_at=F("due_at"))
