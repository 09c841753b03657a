"""What a phone bank adds to its event's letters, and when they go; and that an evening under way stays where it is."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from groundswell.accounts.tests.builders import make_organisation
from groundswell.campaigns.models import Ask
from groundswell.events.enums import EventStatus, NoticeKind
from groundswell.events.letters import compose
from groundswell.events.models import Attendance, Notice
from groundswell.events.notice_rules import THANKS_AFTER
from groundswell.events.operations import EventDetails, change_event, sign_up
from groundswell.events.operations.events import cancel_event, details_of, move_event
from groundswell.events.rules import EventRuleError, Window
from groundswell.phonebank.operations import sessions
from groundswell.phonebank.tests.caller_world import CallerWorld
from groundswell.phonebank.tests.session_pages.asking import as_user, call_url, forget, result_data
from groundswell.phonebank.tests.session_world import Evening, make_event

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture
def evening() -> Evening:
    make_organisation(name="Fairer Walthamstow", imprint="Promoted by A. Test, 12 Hoe Street, London.")
    world = CallerWorld()
    for _ in range(3):
        world.household()
    found = Evening(world.campaign, world.bank, now=timezone.now(), area=world.seat)
    Ask.objects.filter(pk=found.event.ask_id).update(published_at=found.now)
    found.event.ask.refresh_from_db()
    return found


def signed_up(evening: Evening, email: str = "bea@example.org") -> Attendance:
    return sign_up(event=evening.event, name="Bea Lindqvist", email=email, now=evening.now)


def letter(attendance: Attendance, kind: NoticeKind) -> str:
    notice = Notice(attendance=attendance, kind=kind, due_at=attendance.signed_up_at)
    words = compose(notice, now=timezone.now())
    for sentence in ("lets you in", "made 1 call", "Next time:"):
        assert (sentence in " ".join(words.text.split())) == (sentence in " ".join(words.html.split()))
    return " ".join(words.text.split())


def test_the_letters_before_say_how_to_come_in_where_there_is_a_way(evening: Evening) -> None:
    bea = signed_up(evening)
    assert "lets you in when it is time, without account or password" in letter(bea, NoticeKind.CONFIRMATION)
    assert "nothing but a telephone and your page" in letter(bea, NoticeKind.DAY_BEFORE)
    hour_before = letter(bea, NoticeKind.HOUR_BEFORE)
    assert "the door is open: your page lets you in" in hour_before
    assert "Come in: http" in hour_before
    bea.event.venue, bea.event.place = "room", "12 Hoe Street"
    assert "your page leads to the calls" in letter(bea, NoticeKind.HOUR_BEFORE)
    bea.event.kind = "meeting"
    assert "See you there!" in letter(bea, NoticeKind.HOUR_BEFORE)
    bea.event.venue = "online"
    for kind in (NoticeKind.CONFIRMATION, NoticeKind.DAY_BEFORE, NoticeKind.HOUR_BEFORE):
        assert "Everything you need is on your page" in letter(bea, kind)
        assert "lets you in" not in letter(bea, kind)


def test_the_thanks_say_what_was_done_and_when_the_next_is(evening: Evening) -> None:
    bea = signed_up(evening)
    assert "1 person" not in letter(bea, NoticeKind.THANKS)
    client = as_user(evening.joined())
    evening.start()
    page = client.get(call_url(evening.bank)).content.decode()
    client.post(call_url(evening.bank) + "result/", result_data(page))
    sessions.close(session_id=evening.session.pk, by=evening.host, now=timezone.now())
    forget()
    coming = make_event(evening.campaign, starts_at=evening.now + timedelta(days=7), title="Ring again")
    said = letter(bea, NoticeKind.THANKS)
    assert "1 person made 1 call for" in said
    assert "Next time: Ring again" in said
    assert f"/events/{coming.ask.slug}/" in said


def test_whoever_is_still_ringing_is_not_thanked_yet(evening: Evening) -> None:
    signed_up(evening)
    evening.start()
    until = evening.event.ends_at + HOUR
    sessions.extend(session_id=evening.session.pk, until=until, by=evening.host, now=timezone.now())
    signed_up(evening, "late@example.org")
    due = Notice.objects.filter(kind=NoticeKind.THANKS).values_list("due_at", flat=True)
    assert list(due) == [until + THANKS_AFTER] * 2


def test_an_evening_under_way_or_held_is_neither_moved_nor_called_off(evening: Evening) -> None:
    later = Window(evening.event.starts_at + 24 * HOUR, evening.event.ends_at + 24 * HOUR, evening.event.time_zone)

    def refused(words: str) -> None:
        details: EventDetails = details_of(evening.event)
        now = timezone.now()
        with pytest.raises(EventRuleError, match=words):
            move_event(event=evening.event, window=later, by=evening.host, now=now)
        with pytest.raises(EventRuleError, match=words):
            change_event(
                event=evening.event, details=replace(details, ends_at=details.ends_at + HOUR), by=evening.host, now=now
            )
        with pytest.raises(EventRuleError, match=words):
            cancel_event(event=evening.event, reason="Snow", by=evening.host, now=now)

    evening.start()
    refused("People are ringing already")
    page = as_user(evening.host).get(reverse("events:manage", args=[evening.campaign.slug, evening.event.pk]))
    assert "Change it" in page.content.decode()
    assert "Move to another time" not in page.content.decode()
    assert "Cancel it" not in page.content.decode()
    changed = replace(details_of(evening.event), title="Ring on", target=500)
    assert change_event(event=evening.event, details=changed, by=evening.host, now=timezone.now()).title == "Ring on"
    sessions.close(session_id=evening.session.pk, by=evening.host, now=timezone.now())
    refused("has been held and closed")
    evening.event.refresh_from_db()
    assert evening.event.status == EventStatus.PUBLISHED
    assert not Notice.objects.filter(kind__in=[NoticeKind.MOVED, NoticeKind.CANCELLED]).exists()
