"""A message sent to the organiser alone, to see how it arrives. It is no delivery, and nothing of it is counted."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import uuid4

from django.core.cache import caches
from django.core.mail import EmailMultiAlternatives
from django.utils.translation import gettext as _

from groundswell.accounts.audit import record
from groundswell.accounts.models import User
from groundswell.compliance.enums import Channel, SuppressionScope
from groundswell.compliance.queries import closed_scopes
from groundswell.messaging.composed import shown_to_organisers, writing_of
from groundswell.messaging.models import Message, Sender
from groundswell.messaging.providers.contract import Outcome, Outgoing
from groundswell.messaging.providers.registry import open_provider, reaches_nobody
from groundswell.messaging.rules import MessagingRuleError
from groundswell.messaging.writing import Written
from groundswell.people.addresses import AddressError, address_hash, normalise_phone

# A second press within so many seconds is the same press. Texts cost money, and go to a number that anybody could type.
JUST_NOW = 5
MOST_TEXTS, HOUR = 10, 3600


def send_test(message: Message, *, values: Mapping[str, str], by: User, to: str = "") -> str:
    """The message as somebody of whom `values` are known would get it, to the organiser; the address it went to.

    An email goes to their account's address, a text to the number `to` that they say is theirs. Its preference link is
    nobody's, and the link of its ask is not the one that is counted. Raises MessagingRuleError, FieldError,
    NoImprintError, KeyError for a field that is missing, UnknownProviderError, and whatever the mail server says.
    """
    sender = message.sender
    if sender is None or sender.verified_at is None or sender.retired_at is not None:
        raise MessagingRuleError(_("Choose a sender that is proven to be yours."))
    is_text = message.channel == Channel.SMS
    address = _number(to) if is_text else (by.email or "")
    if not address:
        raise MessagingRuleError(_("Your account has no email address. Add one on your own page."))
    written = writing_of(message).for_one({**shown_to_organisers(message), **values})
    if not caches["shared"].add(f"messaging:test:{message.pk}:{by.pk}", 1, JUST_NOW):
        return address
    if is_text:
        _count_text(by)
    if is_text or reaches_nobody(sender.provider):
        _by_provider(sender, written, address)
    else:
        _by_mail(sender, written, address)
    record("send_test", by=by, subject=message, campaign_id=message.campaign_id)
    return address


def _by_mail(sender: Sender, written: Written, address: str) -> None:
    letter = EmailMultiAlternatives(
        subject=_("[Test] %(subject)s") % {"subject": written.subject},
        body=written.text,
        from_email=f'"{sender.name.replace(chr(34), "")}" <{sender.address}>',
        to=[address],
    )
    letter.attach_alternative(written.html, "text/html")
    letter.send()


def _by_provider(sender: Sender, written: Written, address: str) -> None:
    outgoing = Outgoing(
        delivery_id=0,
        reference=f"test-{uuid4().hex}",
        sender_name=sender.name,
        sender_address=sender.address,
        to=address,
        text=written.text,
        subject=_("[Test] %(subject)s") % {"subject": written.subject} if written.subject else "",
        html=written.html,
    )
    way = open_provider(sender.provider)
    try:
        answers = list(way.send([outgoing]))
    finally:
        way.close()
    if not answers or answers[0].outcome is not Outcome.TAKEN:
        said = answers[0].problem if answers else ""
        raise MessagingRuleError(_("The provider did not take it. %(problem)s") % {"problem": said})


def _number(typed: str) -> str:
    try:
        number = normalise_phone(typed)
    except AddressError as problem:
        raise MessagingRuleError(str(problem)) from problem
    closed = closed_scopes([address_hash("phone", number)])
    if any(scopes & {SuppressionScope.MESSAGES, SuppressionScope.ALL} for scopes in closed.values()):
        raise MessagingRuleError(_("This number has asked not to be messaged. Use another one of your own."))
    return number


def _count_text(by: User) -> None:
    shared, key = caches["shared"], f"messaging:tests:{by.pk}"
    shared.add(key, 0, HOUR)
    if shared.get(key, 0) >= MOST_TEXTS:
        raise MessagingRuleError(_("Ten tests in an hour are enough. The preview costs nothing."))
    shared.incr(key)
