"""Which buckets may be written to now, and until when (rule M9): reckoned once a minute, as hours begin and end on it."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Count

from groundswell.compliance.enums import Channel
from groundswell.compliance.figures import message_hours
from groundswell.compliance.hours import ContactHours, closes_next, open_buckets, opens_next
from groundswell.compliance.models import HoursBucket
from groundswell.messaging.enums import ASKED_FOR_KINDS, DeliveryState
from groundswell.messaging.models import Message
from groundswell.messaging.providers.registry import reaches_nobody


class OpenHours:
    """The hours of a channel; without one, of what goes at any hour: just asked for, or to nobody (the demo's)."""

    def __init__(self, channel: Channel | None) -> None:
        self._channel = channel
        self._minute: datetime | None = None
        self._closing: dict[int, datetime | None] = {}

    def open_at(self, now: datetime) -> list[int]:
        """The buckets that may be written to."""
        self._reckon(now)
        return list(self._closing)

    def valid_until(self, bucket_id: int, now: datetime, *, expires_at: datetime | None) -> datetime | None:
        """When a provider is to give up: at the end of the hours, or of the message if that is sooner; None: never."""
        self._reckon(now)
        return min(filter(None, (self._closing.get(bucket_id), expires_at)), default=None)

    def _reckon(self, now: datetime) -> None:
        minute = now.replace(second=0, microsecond=0)
        if minute == self._minute:
            return
        self._minute = minute
        buckets = list(HoursBucket.objects.order_by("pk"))
        if self._channel is None:
            self._closing = {bucket.pk: None for bucket in buckets}
            return
        hours = _hours(self._channel, now)
        self._closing = {
            bucket.pk: closes_next(bucket.time_zone, bucket.holiday_region, hours, minute)
            for bucket in open_buckets(buckets, hours, minute)
        }


def hours_of(*, channel: str, kind: str, provider: str) -> Channel | None:
    """Whose hours such a message keeps to; None: it goes at any hour."""
    return None if kind in ASKED_FOR_KINDS or reaches_nobody(provider) else Channel(channel)


def asleep_of(message: Message, *, now: datetime) -> tuple[int, datetime | None]:
    """How many of those who wait may not get it at this hour by their own clock, and when the first of them may."""
    channel = hours_of(
        channel=message.channel, kind=message.kind, provider=message.sender.provider if message.sender else ""
    )
    if channel is None:
        return 0, None
    waiting = message.deliveries.filter(state=DeliveryState.PENDING).order_by()
    counts = dict(waiting.values_list("bucket").annotate(n=Count("pk")))
    hours = _hours(channel, now)
    moments = {
        bucket.pk: opens_next(bucket.time_zone, bucket.holiday_region, hours, now)
        for bucket in HoursBucket.objects.filter(pk__in=counts)
    }
    closed = {pk: at for pk, at in moments.items() if at is None or at > now}
    return sum(counts[pk] for pk in closed), min(filter(None, closed.values()), default=None)


def _hours(channel: Channel, now: datetime) -> ContactHours:
    return message_hours(channel, on=now.astimezone(ZoneInfo(settings.TIME_ZONE)).date())
