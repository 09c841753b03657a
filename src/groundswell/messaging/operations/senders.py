"""The names we write under (rule M7): added, proven to be ours, and retired. Nothing leaves by one that is not proven."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.core.cache import caches
from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from groundswell.accounts.audit import record
from groundswell.accounts.enums import AuditAction
from groundswell.accounts.models import User
from groundswell.compliance.enums import Channel
from groundswell.messaging.models import Sender
from groundswell.messaging.own_address import is_own
from groundswell.messaging.rules import MessagingRuleError
from groundswell.messaging.sender_codes import code_of, is_code_of
from groundswell.people.addresses import AddressError, normalise_phone

# Wrong codes, and letters with one, for a sender in an hour.
TRIES, LETTERS = 5, 5
HOUR = 3600
# A second press within so many seconds is the same press.
JUST_NOW = 5


def add_sender(
    *,
    channel: Channel,
    name: str,
    address: str,
    provider: str,
    rate: int,
    by: User,
    price: Decimal | None = None,
    press: UUID | None = None,
) -> Sender:
    """A name to write under, not proven yet; of a form that was pressed before (`press`) the one it added then.

    Raises MessagingRuleError for an address that is none, or is there.
    """
    name, address = " ".join(name.split()), _address(channel, address)
    if not name:
        raise MessagingRuleError(_("Give the sender a name: it is what people see first."))
    try:
        with transaction.atomic():
            sender = Sender.objects.create(
                channel=channel,
                name=name[:120],
                address=address,
                provider=provider,
                rate=rate,
                price=price,
                press=press,
            )
            record("add_sender", by=by, action=AuditAction.CREATE, subject=sender, channel=channel, address=address)
    except IntegrityError as problem:
        again = Sender.objects.filter(press=press, channel=channel, address=address).first() if press else None
        if again is not None:
            return again
        raise MessagingRuleError(_("%(address)s is among the senders already.") % {"address": address}) from problem
    return sender


def send_sender_code(sender: Sender, *, by: User, now: datetime) -> None:
    """A letter with the code to the sender's own address. Raises MessagingRuleError, and whatever the mail server says."""
    _check_open(sender)
    if not caches["shared"].add(f"messaging:sender:just:{sender.pk}", 1, JUST_NOW):
        return
    _count("letter", sender, LETTERS, _("Enough letters went there. Look for one of them, or come back in an hour."))
    EmailMessage(
        subject=_("%(code)s is your code") % {"code": code_of(sender, now=now)},
        body=_(
            "Somebody wants to send the campaign’s emails from this address, as “%(name)s”.\n\n"
            "If that is right, type this code on the page of senders: %(code)s\n\n"
            "It holds for an hour. If it is not right, do nothing: without the code nothing is sent from here."
        )
        % {"name": sender.name, "code": code_of(sender, now=now)},
        to=[sender.address],
        headers={"Auto-Submitted": "auto-generated"},
    ).send()
    record("send_sender_code", by=by, subject=sender)


def verify_sender(sender: Sender, *, code: str, by: User, now: datetime) -> Sender:
    """It is ours: the code that went there came back. Raises MessagingRuleError."""
    _check_open(sender)
    _count("try", sender, TRIES, _("Too many wrong codes. Come back in an hour and have a new one sent."))
    if not is_code_of(sender, code, now=now):
        raise MessagingRuleError(_("That is not the code. Look at the newest letter, and type all its figures."))
    return _verified(sender, how=_("a code that came back from the address"), by=by, now=now)


def vouch_for_sender(sender: Sender, *, how: str, by: User, now: datetime) -> Sender:
    """A number or name for texts is ours by the provider's own listing or a contract: `how` says so."""
    _check_open(sender)
    if sender.channel == Channel.EMAIL:
        raise MessagingRuleError(_("An email address is proven by a code that is sent there."))
    how = " ".join(how.split())
    if not how:
        raise MessagingRuleError(_("Say how you made sure that it is yours."))
    return _verified(sender, how=how[:200], by=by, now=now)


@transaction.atomic
def change_pace(sender: Sender, *, rate: int, price: Decimal | None, by: User) -> None:
    """Another pace, or another price (in pence, of one email or one part of a text; None: not known)."""
    _check_open(sender)
    locked = Sender.objects.select_for_update().get(pk=sender.pk)
    locked.rate, locked.price = rate, price
    locked.save(update_fields=["rate", "price"])
    record("change_sender", by=by, subject=locked, rate=rate, price=None if price is None else str(price))


@transaction.atomic
def retire_sender(sender: Sender, *, by: User, now: datetime) -> None:
    """Nothing leaves by it any more. What was sent stays; the address can be added again. Raises MessagingRuleError."""
    if is_own(sender):
        raise MessagingRuleError(
            _("Confirmations and reminders go from here: it is the installation’s own address, by its settings.")
        )
    locked = Sender.objects.select_for_update().get(pk=sender.pk)
    if locked.retired_at is None:
        locked.retired_at = now
        locked.save(update_fields=["retired_at"])
        record("retire_sender", by=by, subject=locked)


@transaction.atomic
def _verified(sender: Sender, *, how: str, by: User, now: datetime) -> Sender:
    locked = Sender.objects.select_for_update().get(pk=sender.pk)
    if locked.verified_at is None:
        locked.verified_at, locked.verified_by, locked.verified_how = now, by, how
        locked.save(update_fields=["verified_at", "verified_by", "verified_how"])
        record("verify_sender", by=by, subject=locked, how=how)
    return locked


def _check_open(sender: Sender) -> None:
    if sender.retired_at is not None:
        raise MessagingRuleError(_("This sender is retired. Add the address again."))


def _count(what: str, sender: Sender, most: int, sentence: str) -> None:
    """One more in this hour, counted for all processes."""
    shared, key = caches["shared"], f"messaging:sender:{what}:{sender.pk}"
    shared.add(key, 0, HOUR)
    if shared.get(key, 0) >= most:
        raise MessagingRuleError(sentence)
    shared.incr(key)


def _address(channel: Channel, typed: str) -> str:
    typed = typed.strip()
    if channel == Channel.EMAIL:
        try:
            validate_email(typed)
        except ValidationError as problem:
            raise MessagingRuleError(_("That is not an email address.")) from problem
        return typed.lower()
    # A short number or a name of letters stays as it is.
    if len(typed) <= 11 and typed.replace(" ", "").isascii() and typed.replace(" ", "").isalnum():
        if typed.isdigit() and len(typed) > 8:
            return _number(typed)
        return typed
    return _number(typed)


def _number(typed: str) -> str:
    try:
        return normalise_phone(typed)
    except AddressError as problem:
        raise MessagingRuleError(_("Write a number, or a name of up to eleven letters and figures.")) from problem
