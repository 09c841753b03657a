"""When the people of a text bank may be texted (rule M9): by their own clock, whatever the volunteer's says."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from django.conf import settings

from groundswell.compliance.enums import Channel
from groundswell.compliance.figures import message_hours
from groundswell.compliance.hours import ROUND_THE_CLOCK, ContactHours, is_open, open_buckets, opens_next
from groundswell.compliance.models import HoursBucket
from groundswell.messaging.providers.registry import reaches_nobody
from groundswell.textbank.models import TextBank


def texting_hours(bank: TextBank, now: datetime) -> ContactHours:
    """The hours of texts in force. What reaches nobody (the demo's) goes at any hour, as the outbox has it."""
    sender = bank.message.sender
    if sender is not None and reaches_nobody(sender.provider):
        return ROUND_THE_CLOCK
    return message_hours(Channel.SMS, on=now.astimezone(ZoneInfo(settings.TIME_ZONE)).date())


def open_now(hours: ContactHours, now: datetime) -> list[int]:
    """The ids of the buckets whose people may be texted."""
    return [bucket.pk for bucket in open_buckets(HoursBucket.objects.order_by("pk"), hours, now)]


def is_open_for(bucket: HoursBucket, hours: ContactHours, now: datetime) -> bool:
    """Whether people of this bucket may be texted."""
    return is_open(bucket.time_zone, bucket.holiday_region, hours, now)


def opens_for(bucket: HoursBucket, hours: ContactHours, now: datetime) -> datetime | None:
    """From when on; None: never."""
    return opens_next(bucket.time_zone, bucket.holiday_region, hours, now)
