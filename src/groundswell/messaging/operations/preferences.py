"""What somebody decides on their preference page, which they reach by the signed link in a message to them.

The link was sent to one address of theirs: whoever opens it is its owner. A no counts for every address at once (rule
M6); a yes only for that address, and for numbers that they gave themselves (rule M4).
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from groundswell.accounts.audit import record
from groundswell.accounts.models import User
from groundswell.campaigns.consent_boxes import Box
from groundswell.compliance.enums import Channel, SuppressionScope
from groundswell.compliance.figures import texts_need_code
from groundswell.compliance.operations import (
    LiftRefusedError,
    record_consent,
    reopen_own_address,
    suppress,
    withdraw_consent,
)
from groundswell.compliance.queries import agreed_once, closed_scopes, may_be_withdrawn
from groundswell.messaging.preferences import Recipient
from groundswell.people.enums import ContactKind
from groundswell.people.models import ContactPoint, Person
from groundswell.people.operations.supporters import OWN_WORDS

CHANNELS_OF_KIND = {
    ContactKind.EMAIL: (Channel.EMAIL,),
    ContactKind.PHONE: (Channel.SMS, Channel.CALL),
}
SCOPE_OF_CHANNEL = {
    Channel.EMAIL: SuppressionScope.MESSAGES,
    Channel.SMS: SuppressionScope.MESSAGES,
    Channel.CALL: SuppressionScope.CALLS,
}
WRITTEN = (Channel.EMAIL, Channel.SMS)
SOURCE = "preference page"


class PreferenceError(ValueError):
    """It cannot be done here; the message says why."""


@transaction.atomic
def say_yes(*, recipient: Recipient, point: ContactPoint, box: Box, now: datetime, by: User | None) -> bool:
    """Yes to one box for one address: a line in the ledger, and what they once closed by asking is open again.

    Whether anything changed. Raises PreferenceError where it is not theirs to open.
    """
    person = _locked(recipient.person)
    if person.objected_at is not None:
        raise PreferenceError(_("You objected to marketing, so nothing can be switched on here. Write to us instead."))
    if not may_say_yes(recipient, point, box.channel, now=now):
        raise PreferenceError(_("We cannot tell from this link that the number is yours. Tell us, and we add it."))
    scope = SCOPE_OF_CHANNEL[box.channel]
    digest = bytes(point.address_hash)
    if not _is_theirs(recipient, point) and closed_scopes([digest]).get(digest, set()) & {scope, SuppressionScope.ALL}:
        # Whoever answered STOP from it need not be whoever typed it on a page.
        raise PreferenceError(_("This number is closed. Text us from it, or write to us, to open it again."))
    try:
        opened = reopen_own_address(point=point, scope=scope, by=by, source="asked for again on their preference page")
    except LiftRefusedError as refusal:
        raise PreferenceError(str(refusal)) from refusal
    if not opened and holds(person, point, box.channel):
        return False
    record_consent(
        person=person,
        channel=box.channel,
        contact_point=point,
        wording=box.wording,
        wording_version=box.version,
        evidence=(
            f"Pressed on their preference page, reached by the signed link sent to their address "
            f"{recipient.point.pk}, at {now.isoformat()}."
        ),
        source=SOURCE,
        given_at=now,
        by=by,
    )
    record("say_yes", by=by, subject=person, channel=box.channel, contact_point_id=point.pk)
    return True


@transaction.atomic
def say_no(*, recipient: Recipient, point: ContactPoint, channel: Channel, by: User | None) -> bool:
    """No to one channel at one address; whether anything changed."""
    person = _locked(recipient.person)
    if not holds(person, point, channel):
        return False
    withdraw_consent(person=person, channel=channel, contact_point=point, by=by, source=SOURCE)
    record("say_no", by=by, subject=person, channel=channel, contact_point_id=point.pk)
    return True


@transaction.atomic
def stop_messages(*, recipient: Recipient, by: User | None, source: str = SOURCE, one_address: bool = False) -> int:
    """Nothing is written any more, at any address of theirs or (by one click) at the one of the link alone.

    Closes the addresses across the organisation (rule M5) and takes back what was agreed to. How many addresses that are.
    """
    person = _locked(recipient.person)
    theirs = list(person.contact_points.all())
    # It was theirs when the message left: whoever holds the link may close it, whosever it is by now.
    points = {recipient.point} if one_address else {recipient.point, *theirs}
    for point in sorted(points, key=lambda point: point.pk):
        suppress(
            address=point.value, kind=ContactKind(point.kind), scope=SuppressionScope.MESSAGES, by=by, source=source
        )
        for channel in CHANNELS_OF_KIND.get(ContactKind(point.kind), ()):
            if channel in WRITTEN and point in theirs and holds(person, point, channel):
                withdraw_consent(person=person, channel=channel, contact_point=point, by=by, source=source)
    record("stop_messages", by=by, subject=person, source=source, addresses=len(points))
    return len(points)


def may_say_yes(recipient: Recipient, point: ContactPoint, channel: Channel, *, now: datetime) -> bool:
    """Whether a yes from this link counts for that address: the link went there, or they gave the number themselves; for
    texts, where a number needs a code, they have also agreed to texts from it once.
    """
    own = recipient.person.person_contacts.filter(contact_point=point)
    if point == recipient.point:
        return own.exists()
    if channel == Channel.SMS and texts_need_code(on=now.date()) and not _is_theirs(recipient, point):
        return False
    return own.filter(source__name=OWN_WORDS).exists()


def _is_theirs(recipient: Recipient, point: ContactPoint) -> bool:
    """Whether it has been shown that the address is this person's: by this very link, or by a yes to texts from it."""
    return point == recipient.point or agreed_once(
        recipient.person, digest=bytes(point.address_hash), channel=Channel.SMS
    )


def holds(person: Person, point: ContactPoint, channel: Channel) -> bool:
    """Whether the ledger has an unwithdrawn consent, or soft opt-in, for this channel and address."""
    digest = bytes(point.address_hash)
    return any(bytes(line.address_hash) == digest and line.channel == channel for line in may_be_withdrawn(person))


def _locked(person: Person) -> Person:
    return Person.objects.select_for_update(of=("self",)).get(pk=person.pk)
