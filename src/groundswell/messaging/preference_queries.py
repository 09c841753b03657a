"""What a preference page shows: what may be written where, in which words that was agreed, and what is held."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from groundswell.campaigns.consent_boxes import EVERY_CHANNEL, boxes
from groundswell.compliance.enums import Channel, SuppressionScope
from groundswell.compliance.models import DataRequest
from groundswell.compliance.personal_data import Share, shares_of
from groundswell.compliance.queries import closed_scopes, paused_until, written_by
from groundswell.messaging.operations.preferences import CHANNELS_OF_KIND, SCOPE_OF_CHANNEL, may_say_yes
from groundswell.messaging.preferences import Recipient
from groundswell.people.enums import ContactKind
from groundswell.people.models import ContactPoint


@dataclass(frozen=True)
class Choice:
    """One channel at one address: the words (those agreed to, or those that would be), and what holds now."""

    channel: Channel
    wording: str
    is_on: bool
    is_closed: bool
    may_switch_on: bool


@dataclass(frozen=True)
class AddressChoices:
    """One address, shown in full only where the link was sent there."""

    point: ContactPoint
    shown: str
    is_email: bool
    is_own: bool
    choices: list[Choice]


def choices_of(recipient: Recipient, *, organisation: str, now: datetime) -> list[AddressChoices]:
    """Every address of a person with what may be written there, the one of the link first."""
    person = recipient.person
    held = {(bytes(line.address_hash), line.channel): line for line in written_by(person, now=now)}
    points = [
        point
        for point in person.contact_points.filter(retired_at__isnull=True).order_by("person_contacts__position", "pk")
        if point.kind in CHANNELS_OF_KIND
    ]
    closed = closed_scopes(bytes(point.address_hash) for point in points)
    words = {box.channel: box.wording for box in boxes(organisation, EVERY_CHANNEL)}
    found = []
    for point in sorted(dict.fromkeys(points), key=lambda point: point != recipient.point):
        digest = bytes(point.address_hash)
        rows = []
        for channel in CHANNELS_OF_KIND[ContactKind(point.kind)]:
            line = held.get((digest, channel))
            shut = bool(closed.get(digest, set()) & {SCOPE_OF_CHANNEL[channel], SuppressionScope.ALL})
            is_on = line is not None and not shut
            wording = line.wording if line is not None and is_on else words[channel]
            may = may_say_yes(recipient, point, channel, now=now)
            rows.append(Choice(channel, wording, is_on, shut, may))
        is_own = point == recipient.point
        shown = point.value if is_own else masked(point)
        found.append(AddressChoices(point, shown, point.kind == ContactKind.EMAIL, is_own, rows))
    return found


def masked(point: ContactPoint) -> str:
    """Enough to know one's own address by, and no more: a link may be passed on."""
    if point.kind == ContactKind.EMAIL:
        name, _at, host = point.value.partition("@")
        return f"{name[:1]}…@{host}"
    return f"…{point.value[-3:]}"


def pause_of(recipient: Recipient, *, now: datetime) -> datetime | None:
    """Until when nothing is written to the address of the link, if they asked for a break."""
    return paused_until(bytes(recipient.point.address_hash), now=now)


def held_on_recipient(recipient: Recipient) -> list[Share]:
    """What is held, holding by holding, as counts: the data itself goes to nobody by a link that may be passed on."""
    return shares_of(recipient.person)


def open_requests(recipient: Recipient) -> set[str]:
    """What they asked for and nobody has seen to yet."""
    return set(
        DataRequest.objects.filter(person=recipient.person, handled_at__isnull=True).values_list("kind", flat=True)
    )
