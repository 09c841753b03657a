"""What somebody says to the boxes on their own page, which they reach by the link in their letter.

The link was sent to their address and to nobody else: whoever opens it is its owner, so a box ticked on the sign-up
page is confirmed here, and one ticked here counts at once (rule M4). Taking back needs no more than giving (rule M6).
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from groundswell.accounts.audit import record
from groundswell.accounts.models import User
from groundswell.campaigns.consent_boxes import Box
from groundswell.compliance.enums import Channel
from groundswell.compliance.operations import record_consent, withdraw_consent
from groundswell.compliance.queries import current_consents
from groundswell.events.models import Attendance
from groundswell.events.rules import EventRuleError
from groundswell.people.models import ContactPoint


@transaction.atomic
def answer_box(*, attendance: Attendance, box: Box, agreed: bool, now: datetime, by: User | None = None) -> bool:
    """Yes or no to one box: writes a consent or its withdrawal; whether anything changed.

    Raises EventRuleError where a box for calls has no number to be for, ValidationError as record_consent does.
    """
    attendance = (
        Attendance.objects.select_for_update(of=("self",))
        .select_related("action", "person", "event")
        .get(pk=attendance.pk)
    )
    point = address_for(attendance, box.channel)
    if point is None:
        if agreed:
            raise EventRuleError(_("Give us a telephone number first, so that we know which one you mean."))
        return False
    attendance.action.pending_consents.filter(channel=box.channel, confirmed_at__isnull=True).update(confirmed_at=now)
    if agreed == holds_consent(attendance, box.channel):
        return False
    if agreed:
        record_consent(
            person=attendance.person,
            channel=box.channel,
            contact_point=point,
            wording=box.wording,
            wording_version=box.version,
            evidence=_evidence(attendance, now),
            source="event sign-up",
            given_at=now,
            by=by,
        )
    else:
        withdraw_consent(
            person=attendance.person, channel=box.channel, contact_point=point, by=by, source="own page of an event"
        )
    record("answer_box", by=by, subject=attendance.person, event_id=attendance.event_id, agreed=agreed)
    return True


def take_back_number(attendance: Attendance, *, by: User | None) -> None:
    """Part of a change of number: what was agreed to for the old one, or waits to be, is taken back."""
    attendance.action.pending_consents.filter(channel=Channel.CALL, confirmed_at__isnull=True).delete()
    if holds_consent(attendance, Channel.CALL):
        withdraw_consent(
            person=attendance.person,
            channel=Channel.CALL,
            contact_point=attendance.phone,
            by=by,
            source="own page of an event",
        )
        record("take_back_number", by=by, subject=attendance.person, event_id=attendance.event_id)


def address_for(attendance: Attendance, channel: Channel) -> ContactPoint | None:
    """The address a box is about: the email they signed up with, or the number they gave for the evening."""
    return attendance.email if channel == Channel.EMAIL else attendance.phone


def holds_consent(attendance: Attendance, channel: Channel) -> bool:
    """Whether we may get in touch with them by this channel at the address they signed up with."""
    point = address_for(attendance, channel)
    if point is None:
        return False
    digest = bytes(point.address_hash)
    return any(
        bytes(line.address_hash) == digest and line.channel == channel for line in current_consents(attendance.person)
    )


def _evidence(attendance: Attendance, now: datetime) -> str:
    return (
        f"Ticked on their own page of event {attendance.event_id}, reached by the signed link sent to the address of "
        f"sign-up {attendance.pk}, at {now.isoformat()}."
    )
