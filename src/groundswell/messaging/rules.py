"""What stands against a message, in sentences an organiser can act on. Pure: no database, no HTTP, no clock."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from groundswell.compliance.enums import Channel
from groundswell.messaging.fields import LINK, FieldError, fields_of, parts_of

# Whoever reads it knows how to stop (M6): the word, and where it goes if the sender's address cannot take it.
STOP = re.compile(r"\bSTOP\b")
STOP_TO = re.compile(r"\bSTOP\b[^0-9+]{0,20}\+?[0-9][0-9 ]{2,}")


class MessagingRuleError(ValueError):
    """Something a message may not do; the message says what is wrong and what to do."""


@dataclass(frozen=True, slots=True)
class Words:
    """What a message would say, as its form stands. `ask_is_open`: None where it leads on to nothing; `has_texter`: a
    volunteer sends it, and their name may stand in it.
    """

    channel: str
    subjects: Sequence[str]
    body: str
    can_receive: bool
    ask_is_open: bool | None
    no_ask_because: str
    has_texter: bool = False


def problems_of(words: Words) -> list[str]:
    """Everything in the words that has to be put right before they go, in the order of the form."""
    problems = []
    if words.channel == Channel.EMAIL and not any(subject.strip() for subject in words.subjects):
        problems.append(_("Give it a subject: it decides whether it is opened."))
    for subject in words.subjects:
        problems += _unreadable(subject, has_link=False)
    if not words.body.strip():
        return [*problems, _("Write what it says.")]
    unreadable = _unreadable(words.body, has_link=True, has_texter=words.has_texter)
    if unreadable:
        return [*problems, *unreadable]
    if words.channel == Channel.SMS:
        problems += _without_a_way_out(words)
    return problems + _leading_nowhere(words)


def time_problem(*, starts_at: datetime | None, expires_at: datetime | None, now: datetime) -> str | None:
    """What is wrong with its times; None: nothing."""
    if expires_at is not None and expires_at <= (starts_at or now):
        return _("It would end before it begins. Choose a later end, or none.")
    return None


def needs_second_person(reach: int, *, most_alone: int) -> bool:
    """Whether somebody else has to agree before so many people are written to."""
    return reach > most_alone


def _unreadable(text: str, *, has_link: bool, has_texter: bool = False) -> list[str]:
    try:
        parts_of(text, has_link=has_link, has_texter=has_texter)
    except FieldError as error:
        return [str(error)]
    return []


def _without_a_way_out(words: Words) -> list[str]:
    if not words.can_receive and STOP_TO.search(words.body) is None:
        return [_("Nobody can answer this sender. Say to which number STOP goes: “STOP to 60123” (rule M6).")]
    if STOP.search(words.body) is None:
        return [_("Say how to stop: add “Reply STOP to end” (rule M6).")]
    return []


def _leading_nowhere(words: Words) -> list[str]:
    has_link = any(field.name == LINK for field in fields_of(parts_of(words.body, has_texter=words.has_texter)))
    if words.ask_is_open is None:
        if has_link:
            return [_("{{ link }} leads to what people are asked to do. Choose that, or take the link out.")]
        if not words.no_ask_because.strip():
            return [_("Choose what it leads on to, or say why it asks for nothing.")]
    elif not words.ask_is_open:
        return [_("What it leads on to is not open. Publish it first, or choose something else.")]
    elif words.channel == Channel.SMS and not (has_link or words.has_texter):  # a volunteer has it in their replies
        return [_("Put {{ link }} where the link goes.")]
    return []
