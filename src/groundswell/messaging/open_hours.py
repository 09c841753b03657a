"""Which buckets may be written to now, and until when (rule M9): reckoned once a minute, as hours begin and end on it."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from django.conf import settings

from groundswell.compliance.enums import Channel
from groundswell.compliance.figures import message_hours
from groundswell.compliance.hours import closes_next, open_buckets
from groundswell.compliance.models import HoursBucket


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
        hours = message_hours(self._channel, on=now.astimezone(ZoneInfo(settings.TIME_ZONE)).date())
        self._closing = {
            bucket.pk: closes_next(bucket.time_zone, bucket.holiday_region, hours, minute)
            for bucket in open_buckets(buckets, hours, minute)
        }
