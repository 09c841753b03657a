"""Texting hours are those of the recipient's clock when it is put back or forward, and providers give up within them."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from groundswell.compliance.enums import Channel
from groundswell.compliance.models import HoursBucket
from groundswell.messaging.enums import MessageKind
from groundswell.messaging.open_hours import OpenHours
from groundswell.messaging.operations.preparing import prepare
from groundswell.messaging.progress import progress_of
from groundswell.messaging.tests.world import World

pytestmark = pytest.mark.django_db

LONDON, ATHENS = ZoneInfo("Europe/London"), ZoneInfo("Europe/Athens")


@pytest.mark.parametrize("zone", [LONDON, ATHENS])
@pytest.mark.parametrize(
    "day",
    [
        datetime(2026, 10, 24),  # noqa: DTZ001 - of any zone: the Saturday before the clock goes back
        datetime(2026, 10, 26),  # noqa: DTZ001 - the Monday after
        datetime(2026, 3, 28),  # noqa: DTZ001 - the Saturday before it goes forward
        datetime(2026, 3, 30),  # noqa: DTZ001 - the Monday after
    ],
)
def test_nine_to_nine_by_their_own_clock_on_both_sides_of_a_change(zone: ZoneInfo, day: datetime):
    bucket = HoursBucket.objects.create(time_zone=zone.key, holiday_region="")
    opens, closes = day.replace(hour=9, tzinfo=zone), day.replace(hour=21, tzinfo=zone)
    minute = timedelta(minutes=1)
    for moment, is_open in ((opens - minute, False), (opens, True), (closes - minute, True), (closes, False)):
        hours = OpenHours(Channel.SMS)
        assert (bucket.pk in hours.open_at(moment)) == is_open
        until = hours.valid_until(bucket.pk, moment, expires_at=None)
        assert until == (closes if is_open else None)


@pytest.mark.parametrize(
    ("saturday", "hours_between"),
    [(datetime(2026, 10, 24, 20, 59, tzinfo=LONDON), 37), (datetime(2026, 3, 28, 20, 59, tzinfo=LONDON), 35)],
)
def test_what_waits_over_the_night_of_a_change_goes_at_nine_and_not_an_hour_off(saturday: datetime, hours_between: int):
    """From nine on Saturday evening to nine on Monday morning: 36 hours, one more or one less."""
    bucket = HoursBucket.objects.create(time_zone=LONDON.key, holiday_region="")
    hours = OpenHours(Channel.SMS)
    closes = hours.valid_until(bucket.pk, saturday, expires_at=None)
    assert closes is not None
    first_open = closes + timedelta(hours=hours_between)
    assert first_open.astimezone(LONDON).replace(tzinfo=None) == (
        saturday.replace(tzinfo=None, hour=9, minute=0) + timedelta(days=2)
    )
    assert bucket.pk not in hours.open_at(first_open - timedelta(minutes=1))
    assert bucket.pk in hours.open_at(first_open)


def test_who_waits_for_better_hours_is_told_apart_with_the_hour(world: World):
    world.people(3)
    message = world.message(channel="email")
    sunday = datetime(2026, 11, 22, 12, tzinfo=LONDON)
    prepare(message, by=None, now=sunday)
    found = progress_of(message, now=sunday)
    assert (found.queued, found.asleep, found.opens_at) == (3, 3, datetime(2026, 11, 23, 9, tzinfo=LONDON))
    monday = progress_of(message, now=sunday + timedelta(days=1))
    assert (monday.asleep, monday.opens_at) == (0, None)
    # A stop is confirmed at any hour.
    message.kind = MessageKind.STOPPED
    assert progress_of(message, now=sunday).asleep == 0
