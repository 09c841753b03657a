"""A press: one text written down for the outbox with the press that it is, once, and sent by the worker afterwards."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.utils.translation import gettext as _

from groundswell.accounts.audit import record
from groundswell.accounts.models import Membership
from groundswell.compliance.contact import message_refusal
from groundswell.compliance.enums import Channel
from groundswell.messaging.enums import DeliveryReason, DeliveryState, MessageKind
from groundswell.messaging.models import Delivery
from groundswell.messaging.sms import segments_of
from groundswell.textbank.enums import ConversationState, EntryState, OutReason, PressStatus, TextBankStatus
from groundswell.textbank.hours import is_open_for, opens_for, texting_hours
from groundswell.textbank.leases import Pressed, TextToSend
from groundswell.textbank.models import Conversation, Entry, TextBank
from groundswell.textbank.operations.leasing import locked_status
from groundswell.textbank.personal_words import MissingWordsError, words_for
from groundswell.textbank.rules import BETWEEN_BANKS, NotYoursError, TextBankError, checked_reply

Enqueue = Callable[[], Any]
# The advisory lock of a number: two text banks cannot both find that nobody has texted it yet.
NUMBER_LOCK = 7_340_219


def next_text(bank: TextBank, *, texter: Membership) -> TextToSend | None:
    """The next of the batch in this volunteer's hands, in the words that leave when they press; None: all are sent."""
    while True:
        entry = (
            Entry.objects.filter(text_bank=bank, leased_by=texter.user_id, state=EntryState.LEASED)
            .select_related("person__household__constituency", "person__constituency")
            .order_by("position", "pk")
            .first()
        )
        if entry is None:
            return None
        try:
            text = words_for(bank.message, bank.message.body, person=entry.person, texter=texter.user)
        except MissingWordsError:
            _leave_out(entry, OutReason.MISSING_FIELD)
            continue
        place = entry.person.seat.name if entry.person.seat is not None else ""
        return TextToSend(entry.pk, f"{entry.person}".strip(), place, text, segments_of(text).count)


@transaction.atomic
def send_first(entry_id: int, *, by: Membership, now: datetime, enqueue: Enqueue) -> Pressed:
    """Text this person of the volunteer's batch. Pressed again, in another tab or by a held key, it changes nothing.

    Compliance and the hours are asked again in this transaction; `enqueue` tells the worker once it is committed.
    """
    bank = TextBank.objects.select_related("campaign", "message__sender").filter(entries=entry_id).first()
    if bank is None:
        return Pressed(PressStatus.GONE)
    # The volunteer's own row before the person's, as whoever leases a batch does.
    status = locked_status(bank, by=by, now=now)
    entry = (
        Entry.objects.select_for_update(of=("self",))
        .select_related("person__household__constituency", "person__constituency", "bucket")
        .filter(pk=entry_id)
        .first()
    )
    if entry is None:
        return Pressed(PressStatus.GONE)
    if entry.state == EntryState.SENT:
        sent = Delivery.objects.filter(message=bank.message_id, person=entry.person_id, key="").first()
        is_mine = sent is not None and sent.pressed_by_id == by.user_id
        return Pressed(PressStatus.REPEATED if is_mine else PressStatus.GONE)
    if entry.state != EntryState.LEASED or entry.leased_by_id != by.user_id:
        return Pressed(PressStatus.GONE)
    if status is None or bank.status != TextBankStatus.OPEN:
        _let_go(entry)
        return Pressed(PressStatus.NOT_OPEN)
    if not is_open_for(entry.bucket, texting_hours(bank, now), now):
        _let_go(entry)
        return Pressed(PressStatus.HOURS)
    if why := _against(entry, bank, now):
        _leave_out(entry, why)
        record("refuse_text", by=by.user, subject=entry.person, campaign_id=bank.campaign_id, why=why)
        return Pressed(PressStatus.NOT_ALLOWED, why=why)
    try:
        text = words_for(bank.message, bank.message.body, person=entry.person, texter=by.user)
    except MissingWordsError:
        _leave_out(entry, OutReason.MISSING_FIELD)
        return Pressed(PressStatus.NOT_ALLOWED, why=OutReason.MISSING_FIELD)
    delivery = Delivery.objects.create(
        message_id=bank.message_id,
        person_id=entry.person_id,
        contact_point_id=entry.contact_point_id,
        bucket_id=entry.bucket_id,
        body=text,
        pressed_by_id=by.user_id,
    )
    Conversation.objects.create(
        campaign_id=bank.campaign_id,
        text_bank=bank,
        person_id=entry.person_id,
        contact_point_id=entry.contact_point_id,
        bucket_id=entry.bucket_id,
        texter_id=by.user_id,
        started_at=now,
        last_out_at=now,
    )
    entry.state, entry.leased_by, entry.leased_until = EntryState.SENT, None, None
    entry.save(update_fields=["state", "leased_by", "leased_until"])
    status.texts_today += 1
    status.save(update_fields=["texts_today"])
    record("send_text", by=by.user, subject=entry.person, campaign_id=bank.campaign_id, delivery=delivery.pk)
    transaction.on_commit(enqueue)
    return Pressed(PressStatus.SENT, delivery_id=delivery.pk)


@transaction.atomic
def send_reply(
    conversation: Conversation,
    *,
    text: str,
    key: UUID,
    by: Membership,
    leads: bool,
    now: datetime,
    enqueue: Enqueue,
) -> Pressed:
    """Answer. `key` is the press: however often it arrives, one text leaves. Whoever `leads` may answer anybody's.

    Outside the hours it waits for them. Raises TextBankError for words that cannot go, NotYoursError when the
    conversation was given to somebody else meanwhile; then nothing is written down.
    """
    words = checked_reply(text)
    is_member = locked_status(conversation.text_bank, by=by, now=now) is not None
    locked = (
        Conversation.objects.select_for_update(of=("self",), no_key=True)
        .select_related("text_bank__message__sender", "person", "bucket")
        .get(pk=conversation.pk)
    )
    bank = locked.text_bank
    press = f"reply {key}"
    if Delivery.objects.filter(message=bank.message_id, contact_point=locked.contact_point_id, key=press).exists():
        return Pressed(PressStatus.REPEATED)
    if not is_member:
        raise NotYoursError(_("Your part in this text bank has ended. Nothing was sent."))
    _check_may_answer(locked, by, leads)
    if locked.person is None or locked.contact_point_id is None:
        raise TextBankError(_("They asked to be forgotten. Nothing can be sent to them."))
    why = message_refusal(
        person_id=locked.person.pk, contact_point_id=locked.contact_point_id, channel=Channel.SMS, now=now
    )
    if why is not None:
        return Pressed(PressStatus.NOT_ALLOWED, why=why)
    delivery = Delivery.objects.create(
        message_id=bank.message_id,
        person=locked.person,
        contact_point_id=locked.contact_point_id,
        key=press,
        bucket_id=locked.bucket_id,
        state=DeliveryState.PENDING,
        body=words,
        pressed_by_id=by.user_id,
    )
    locked.state, locked.texter_id = ConversationState.ANSWERED, by.user_id
    locked.waiting_since = locked.held_until = locked.handed_at = None
    locked.last_out_at = locked.seen_at = now
    locked.save()
    record("send_reply", by=by.user, subject=locked.person, campaign_id=bank.campaign_id, delivery=delivery.pk)
    transaction.on_commit(enqueue)
    hours = texting_hours(bank, now)
    waits = None if is_open_for(locked.bucket, hours, now) else opens_for(locked.bucket, hours, now)
    return Pressed(PressStatus.SENT, goes_at=waits, delivery_id=delivery.pk)


def _check_may_answer(conversation: Conversation, by: Membership, leads: bool) -> None:
    if conversation.state == ConversationState.ENDED:
        raise TextBankError(_("This conversation is finished. Open it again first."))
    if leads:
        return
    if conversation.texter_id != by.user_id:
        raise NotYoursError(_("Somebody else has this conversation by now. Nothing was sent."))
    if conversation.state == ConversationState.REVIEW:
        raise NotYoursError(_("This conversation is with an organiser now. Nothing was sent."))


def _against(entry: Entry, bank: TextBank, now: datetime) -> str:
    """What stands against a first text at this moment; empty: nothing."""
    assert entry.contact_point_id is not None
    refusal = message_refusal(
        person_id=entry.person_id, contact_point_id=entry.contact_point_id, channel=Channel.SMS, now=now
    )
    if refusal is not None:
        return refusal
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, hashint8(%s))", [NUMBER_LOCK, entry.contact_point_id])
    others = Delivery.objects.filter(
        contact_point=entry.contact_point_id,
        message__kind=MessageKind.TEXT_BANK,
        key="",
        created_at__gt=now - BETWEEN_BANKS,
    )
    return OutReason.TEXTED_LATELY if others.exclude(message=bank.message_id).exists() else ""


def _let_go(entry: Entry) -> None:
    entry.state, entry.leased_by, entry.leased_until = EntryState.READY, None, None
    entry.save(update_fields=["state", "leased_by", "leased_until"])


def _leave_out(entry: Entry, reason: OutReason | DeliveryReason | str) -> None:
    entry.state, entry.reason, entry.leased_by, entry.leased_until = EntryState.OUT, reason, None, None
    entry.save(update_fields=["state", "reason", "leased_by", "leased_until"])
