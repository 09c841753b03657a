"""Letters into the outbox, in the transaction of what they tell of; and what keeps those that wait on their way."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db.models import Q
from django.utils.translation import gettext as _

from groundswell.accounts.audit import record
from groundswell.accounts.enums import AuditAction
from groundswell.accounts.models import Organisation
from groundswell.campaigns.models import Campaign
from groundswell.compliance.enums import Channel
from groundswell.compliance.models import HoursBucket
from groundswell.messaging.enums import DeliveryReason, DeliveryState, MessageKind, MessageStatus
from groundswell.messaging.letters import Urgency, key_of
from groundswell.messaging.models import Delivery, Message, Sender
from groundswell.messaging.operations.answers import standing_message
from groundswell.messaging.operations.outbox import WAITING
from groundswell.messaging.own_address import own_name_and_address
from groundswell.messaging.providers.registry import PROVIDERS, own_email_provider

# A thousand who are told of a change within a minute, and no mail server minds.
RATE = 20


@dataclass(frozen=True, slots=True)
class ToPost:
    """A letter that is to go: about which row of its room's, for the how-manieth time, to whom and where."""

    number: int
    times: int
    person_id: int
    contact_point_id: int
    urgency: Urgency = Urgency.NOW


def post_letters(campaign: Campaign, *, room: str, letters: Sequence[ToPost], now: datetime) -> dict[int, int]:
    """Put them into the outbox; the delivery of each row. Part of what causes them: in its transaction.

    Compliance is asked when they leave. Raises IntegrityError for one that is there already.
    """
    if not letters:
        return {}
    message = _standing(campaign, now)
    bucket, _new = HoursBucket.objects.get_or_create(time_zone=settings.TIME_ZONE, holiday_region="")
    rows = Delivery.objects.bulk_create(
        Delivery(
            message=message,
            person_id=letter.person_id,
            contact_point_id=letter.contact_point_id,
            key=key_of(room, letter.number, letter.times),
            bucket=bucket,
            wave=letter.urgency,
        )
        for letter in letters
    )
    return {letter.number: row.pk for letter, row in zip(letters, rows, strict=True)}


def take_letters_back(delivery_ids: Iterable[int], *, now: datetime) -> list[int]:
    """Those of them that have not begun to leave do not leave any more; which these are. Part of what causes it."""
    waiting = Delivery.objects.filter(pk__in=list(delivery_ids), state__in=WAITING).order_by("pk")
    # In one order, so that two who take the same ones back do not wait for each other.
    found = list(waiting.select_for_update(no_key=True).values_list("pk", flat=True))
    Delivery.objects.filter(pk__in=found).update(
        state=DeliveryState.SKIPPED, reason=DeliveryReason.NOT_NEEDED, due_at=None, settled_at=now
    )
    return found


def send_letter_again(delivery_id: int) -> bool:
    """Somebody knows better: a letter that failed, or of which nobody knows, goes after all; whether it will.

    Under the same reference: where the first one arrived all the same, a mailbox sees that it is one.
    """
    gone = Delivery.objects.filter(pk=delivery_id, state__in=[DeliveryState.FAILED, DeliveryState.UNKNOWN])
    return bool(gone.update(state=DeliveryState.PENDING, reason="", problem="", settled_at=None, attempts=0))


def keep_letters_going(*, now: datetime) -> None:
    """Letters that wait go by the installation's own sender as its settings have it now, and stand still for nothing.

    Somebody signed up for each of them: no pause, no sender that was retired and no change of mail server is to hold them.
    """
    letters = Message.objects.filter(kind=MessageKind.LETTER)
    if letters.exists():
        sender = own_sender(now=now)
        astray = letters.filter(~Q(sender=sender) | ~Q(status=MessageStatus.SENDING))
        astray.update(sender=sender, status=MessageStatus.SENDING, finished_at=None, problem="")


def own_sender(*, now: datetime) -> Sender:
    """The address that the installation itself writes from (FROM_EMAIL): ours by its operator's word (rule M7)."""
    name, address = own_name_and_address()
    organisation = Organisation.objects.filter(pk=1).first()
    provider = own_email_provider()
    proof = {"verified_at": now, "verified_how": _("it is the installation’s own address, by its settings")}
    sender, is_new = Sender.objects.get_or_create(
        channel=Channel.EMAIL,
        address=address,
        retired_at=None,
        defaults={
            "name": ((organisation.name if organisation else "") or name or address)[:120],
            "provider": provider,
            "rate": RATE,
            **proof,
        },
    )
    if is_new:
        record("add_sender", by=None, action=AuditAction.CREATE, subject=sender, channel=Channel.EMAIL, address=address)
    changes = {} if sender.verified_at is not None else {**proof}
    if sender.provider != provider and not _is_ready(sender.provider):
        changes["provider"] = provider
    if changes:
        Sender.objects.filter(pk=sender.pk).update(**changes)
        sender.refresh_from_db()
    return sender


def _is_ready(provider: str) -> bool:
    return provider in PROVIDERS and PROVIDERS[provider].is_ready()


def _standing(campaign: Campaign, now: datetime) -> Message:
    """The message that all letters of a campaign belong to; it never ends."""
    sender = own_sender(now=now)
    # Asked first without the lock under which two make one: a hundred may sign up at once.
    found = Message.objects.filter(
        campaign=campaign, kind=MessageKind.LETTER, sender=sender, status=MessageStatus.SENDING, prepared_at=None
    ).order_by("pk")
    return found.first() or standing_message(
        sender=sender, kind=MessageKind.LETTER, campaign=campaign, name=_("Letters about what people signed up for")
    )
