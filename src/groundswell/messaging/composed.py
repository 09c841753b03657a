"""A saved message as it would go out: its words with what stands around them."""

from __future__ import annotations

from copy import copy

from django.conf import settings
from django.urls import reverse

from groundswell.accounts.models import Organisation
from groundswell.campaigns.asks_pages import NOBODY, own_address_of, page_of
from groundswell.campaigns.cards import imprint_of
from groundswell.campaigns.models import ShareLink
from groundswell.campaigns.operations.asks import is_open, new_code
from groundswell.campaigns.sharing import tracked_address
from groundswell.compliance.enums import Channel
from groundswell.messaging.enums import MessageKind
from groundswell.messaging.fields import LINK
from groundswell.messaging.leading import lead_of
from groundswell.messaging.models import Message
from groundswell.messaging.rules import Words, problems_of
from groundswell.messaging.writing import PREFERENCES, Button, Frame, Writing, email, text_message

# Stands in for the tracked link of what is not sent yet: nobody has it, and it is as long as any.
LIKE_ITS_OWN = ShareLink(pk=36**3, code=new_code())


def writing_of(message: Message) -> Writing:
    """Its words, to be filled in for each person. Raises FieldError; for an email NoImprintError without an imprint (I1)."""
    if message.channel == Channel.SMS:
        return text_message(message.body, has_texter=message.kind == MessageKind.TEXT_BANK)
    organisation = Organisation.objects.filter(pk=1).first()
    frame = Frame(
        organisation=organisation.name if organisation else "",
        imprint=imprint_of(organisation),
        privacy=(organisation.privacy_url if organisation else "") or settings.PUBLIC_URL + reverse("privacy"),
    )
    button = Button(message.ask.title) if message.ask is not None else None
    return email([message.subject, message.subject_b], message.body, frame=frame, button=button)


def link_of(message: Message, variant: int) -> ShareLink | None:
    """The tracked link of those who get this subject."""
    return message.link_b if variant and message.link_b is not None else message.link


def same_for_all(message: Message, *, variant: int = 0) -> dict[str, str]:
    """The values that are nobody's in particular: the link of what it leads on to, tracked once it is to be sent.

    Who gets the other subject of a test (`variant` 1) gets another one, by which the two are told apart.
    Where everybody gets a link of their own, one that is nobody's stands in for it: as long, and to the page for all.
    """
    link = link_of(message, variant)
    if message.ask is not None:
        own = own_address_of(message.ask, link, person_id=NOBODY, contact_point_id=NOBODY)
        if own is not None:
            return {LINK: own}
    if link is not None:
        return {LINK: tracked_address(link)}
    if message.ask is not None:
        return {LINK: settings.PUBLIC_URL + (page_of(message.ask) or "/")}
    return {}


def as_sent(message: Message) -> Message:
    """A copy by which a draft's letters are counted: with a tracked link that is as long as its own will be."""
    as_it_goes = copy(message)
    if message.ask is not None and message.link is None:
        as_it_goes.link = LIKE_ITS_OWN
    return as_it_goes


def shown_to_organisers(message: Message) -> dict[str, str]:
    """The same, and in place of somebody's own preference page, which is nobody else's to open, the front page."""
    return {**same_for_all(message), PREFERENCES: settings.PUBLIC_URL + "/"}


def words_of(message: Message) -> Words:
    """What its rules ask about."""
    return Words(
        channel=message.channel,
        subjects=[message.subject] + ([message.subject_b] if message.subject_b else []),
        body=message.body,
        can_receive=message.sender is None or message.sender.can_receive,
        ask_is_open=is_open(message.ask) if message.ask is not None else None,
        no_ask_because=message.no_ask_because,
        has_texter=message.kind == MessageKind.TEXT_BANK,
    )


def problems_with(message: Message) -> list[str]:
    """Everything in its words that has to be put right before it goes."""
    problems = problems_of(words_of(message)) if message.channel == Channel.SMS else _with_imprint(message)
    lead = lead_of(message)
    return problems if lead is None else [*problems, *lead.problems]


def _with_imprint(message: Message) -> list[str]:
    problems = problems_of(words_of(message))
    try:
        imprint_of(Organisation.objects.filter(pk=1).first())
    except ValueError as error:
        problems.append(str(error))
    return problems
