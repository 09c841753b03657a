"""What a flow asks and how answers are read. Pure: no database, no HTTP, no clock."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from django.utils.translation import gettext as _

from groundswell.campaigns.enums import QuestionKind
from groundswell.campaigns.rules import TEXT_LIMIT
from groundswell.compliance.enums import Channel
from groundswell.flows.enums import StepKind
from groundswell.messaging.words import HELP_WORDS, STOP_WORDS, words_of
from groundswell.people.addresses import AddressError, fold, normalise_email, normalise_postcode

MOST_STEPS = 12
# A kind repeat, and another; what comes then is for a person.
MOST_REPEATS = 2
# Letters to confirm a yes to email, to one address and for one telephone, in a day.
MOST_LETTERS = 3
NAME_LIMIT = 150

# "yes" must be meant (rule M4): "ok" and "fine" are not among them. Welsh too.
YES: Final = frozenset({"yes", "y", "yep", "yeah", "yesplease", "ie", "ydw", "ydwi", "oes"})
NO: Final = frozenset({"no", "n", "nope", "nothanks", "nothankyou", "na", "nage", "nacydw", "nacydy", "nacoes"})
_POLITE: Final = frozenset({"please", "thanks", "thank", "you", "diolch", "cheers"})
_BETWEEN: Final = frozenset({"and", "a", "ac", "or", "number", "option"})
_OUT_OF: Final = frozenset({"out", "of", "allan", "o"})
_INTRODUCTION = re.compile(
    r"^\s*(?:hi|hello|hiya|helo)?[\s,!.]*(?:my name(?: is|'s|’s)|i am|i['’]?m|it['’]?s|this is|name:|fy enw i yw)\s+",
    re.IGNORECASE,
)
_POSTCODE = re.compile(r"\b[A-Za-z]{1,2}[0-9][0-9A-Za-z]?\s*[0-9][A-Za-z]{2}\b")


class FlowRuleError(ValueError):
    """Something a flow may not do; the message says what is wrong and what to do."""


@dataclass(frozen=True, slots=True)
class Choice:
    """An option that may be answered by its number."""

    id: int
    label: str


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as it is asked: of a choice with its options in their order, of a scale from where to where."""

    kind: StepKind
    text: str
    question_kind: str = ""
    offered: tuple[Choice, ...] = ()
    scale: tuple[int, int] | None = None
    # Of a consent: what it is for.
    channel: str = ""

    @property
    def takes_several(self) -> bool:
        return self.question_kind == QuestionKind.CHOICES


@dataclass(frozen=True, slots=True)
class Said:
    """What an answer means."""

    options: tuple[int, ...] = ()
    number: int | None = None
    text: str = ""
    agreed: bool | None = field(default=None)


def word_of(keyword: str) -> str:
    """A keyword, or a whole text, as keywords are compared: letters and figures alone, small, without accents."""
    return "".join(words_of(keyword))


def check_keyword(keyword: str) -> str:
    """The keyword as it is compared. Raises FlowRuleError for what cannot be one."""
    word = word_of(keyword)
    if not word:
        raise FlowRuleError(_("A keyword has letters in it, such as JOIN."))
    if len(word) > 24 or len(words_of(keyword)) > 2:
        raise FlowRuleError(_("Choose something shorter: people have to type it."))
    if word in STOP_WORDS or word in HELP_WORDS:
        raise FlowRuleError(_("That word means stop or help, always. Choose another one."))
    if word in YES or word in NO or word.isdecimal():
        raise FlowRuleError(_("That is how people answer questions. Choose another word."))
    return word


def wording(asked: Asked) -> str:
    """The question as it is texted, with its numbered options, or from where to where its numbers go."""
    scale = [_("Answer with a number from %(low)s to %(high)s.") % _ends(asked.scale)] if asked.scale else []
    return "\n".join([asked.text.strip(), *numbered(asked.offered), *scale])


def numbered(offered: Iterable[Choice]) -> list[str]:
    """The options, a line each, with the numbers by which they are answered; “1: certain” has its own already."""
    return [
        f"{number} {re.sub(rf'^{number}[:.)] *(?=[^ ])', '', choice.label)}"
        for number, choice in enumerate(offered, start=1)
    ]


def read(asked: Asked, text: str) -> Said | None:
    """What a text means as an answer to this question; None where it makes no sense as one."""
    if asked.kind in (StepKind.CHOICE, StepKind.VOTER_ID, StepKind.TEXT):
        return _read_answer(asked, text)
    if asked.kind in (StepKind.CONSENT, StepKind.AGE):
        agreed = _yes_or_no(text)
        return None if agreed is None else Said(agreed=agreed)
    found = {StepKind.NAME: _name, StepKind.EMAIL: _email, StepKind.POSTCODE: _postcode}[asked.kind](text)
    return Said(text=found) if found else None


def once_more(asked: Asked) -> str:
    """The kind repeat after an answer that made no sense."""
    if asked.kind in (StepKind.CONSENT, StepKind.AGE):
        return _("Sorry, we did not catch that. Please answer YES or NO.")
    if asked.scale is not None:
        return _("Sorry, we did not catch that. Please answer with a number from %(low)s to %(high)s.") % _ends(
            asked.scale
        )
    if asked.offered:
        words = (
            _("Sorry, we did not catch that. Please answer with one or more of these numbers:")
            if asked.takes_several
            else _("Sorry, we did not catch that. Please answer with one of these numbers:")
        )
        return "\n".join([words, *numbered(asked.offered)])
    if asked.kind == StepKind.EMAIL:
        return _("Sorry, that does not look like an email address. Please send it like name@example.org")
    if asked.kind == StepKind.POSTCODE:
        return _("Sorry, that does not look like a UK postcode. Please send it like E17 4AA")
    if asked.kind == StepKind.NAME:
        return _("Sorry, we did not catch that. Please send just your name.")
    return _("Sorry, we did not catch that. Please answer in a few words.")


def _ends(scale: tuple[int, int]) -> dict[str, int]:
    return {"low": scale[0], "high": scale[1]}


def _read_answer(asked: Asked, text: str) -> Said | None:
    if asked.scale is not None:
        number = _on_scale(text, *asked.scale)
        return None if number is None else Said(number=number)
    if asked.question_kind == QuestionKind.TEXT:
        words = text.strip()
        return Said(text=words) if words and len(words) <= TEXT_LIMIT and words_or_pictures(words) else None
    options = _several(text, asked.offered) if asked.takes_several else _one(text, asked.offered)
    return Said(options=options) if options else None


def words_or_pictures(text: str) -> bool:
    """Whether there is anything in it to read: letters, figures or pictures, not dots alone."""
    return any(unicodedata.category(letter)[0] in "LNS" for letter in text)


def _one(text: str, offered: Sequence[Choice]) -> tuple[int, ...]:
    words = words_of(text)
    if words and words[0].isdecimal():
        choice = _numbered(words[0], offered)
        rest = [word for word in words[1:] if word not in _POLITE]
        return (choice.id,) if choice is not None and (not rest or rest == words_of(choice.label)) else ()
    return _by_label(words, offered)


def _several(text: str, offered: Sequence[Choice]) -> tuple[int, ...]:
    words = [word for word in words_of(text) if word not in _POLITE | _BETWEEN]
    if not words or not all(word.isdecimal() for word in words):
        return _one(text, offered)
    choices = [_numbered(word, offered) for word in words]
    if any(choice is None for choice in choices):
        return ()
    return tuple(dict.fromkeys(choice.id for choice in choices if choice is not None))


def _numbered(word: str, offered: Sequence[Choice]) -> Choice | None:
    number = int(word) if len(word) <= 3 else 0
    return offered[number - 1] if 1 <= number <= len(offered) else None


def _by_label(words: Sequence[str], offered: Sequence[Choice]) -> tuple[int, ...]:
    """By its words, or how they begin where only one begins so."""
    said = "".join(words)
    same = [choice.id for choice in offered if said and word_of(choice.label) == said]
    if len(same) == 1:
        return (same[0],)
    begun = [choice.id for choice in offered if len(said) >= 3 and word_of(choice.label).startswith(said)]
    return (begun[0],) if len(begun) == 1 else ()


def _on_scale(text: str, low: int, high: int) -> int | None:
    words = [word for word in words_of(text) if word not in _POLITE]
    if not words or not words[0].isdecimal() or len(words[0]) > 4:
        return None
    # "8", "8/10", "8 out of 10".
    rest = [word for word in words[1:] if word not in _OUT_OF]
    number = int(words[0])
    return number if low <= number <= high and rest in ([], [str(high)]) else None


def _yes_or_no(text: str) -> bool | None:
    words = words_of(text)
    said = "".join(words)
    polite = "".join(word for word in words if word not in _POLITE)
    if said in YES or polite in YES:
        return True
    return False if said in NO or polite in NO else None


def _name(text: str) -> str:
    name = " ".join(_INTRODUCTION.sub("", text.replace("\x00", "")).split()).strip(" .!,")
    is_one = (
        0 < len(name) <= NAME_LIMIT
        and any(letter.isalpha() for letter in fold(name))
        and not any(sign in name for sign in "?@/")
        and not any(letter.isdecimal() for letter in name)
        and len(name.split()) <= 6
    )
    return name if is_one else ""


def _email(text: str) -> str:
    found = [word.strip(".,;:!?()<>[]\"'“”") for word in text.split() if "@" in word]
    if len(found) != 1:
        return ""
    try:
        return normalise_email(found[0])
    except AddressError:
        return ""


def _postcode(text: str) -> str:
    whole = normalise_postcode(text.strip())
    if whole:
        return whole
    found = _POSTCODE.findall(text)
    return (normalise_postcode(found[0]) or "") if len(found) == 1 else ""


@dataclass(frozen=True, slots=True)
class Outline:
    """A flow as its rules ask about it. `ask_is_open`: None where it leads on to nothing."""

    keyword: str
    steps: Sequence[Asked]
    thanks: str
    organisation: str
    ask_is_open: bool | None
    no_ask_because: str
    has_link: bool
    # Whether a letter can be sent: an address of ours is proven, and there is an imprint.
    can_email: bool = False


def problems_of(outline: Outline) -> list[str]:
    """Everything that has to be put right before people may text the keyword."""
    problems = []
    if not outline.steps:
        problems.append(_("Ask at least one question."))
    for number, asked in enumerate(outline.steps, start=1):
        problems += [
            f"{_('Question')} {number}: {problem}" for problem in problems_of_step(asked, outline.organisation)
        ]
    kinds = [asked.kind for asked in outline.steps]
    if StepKind.AGE in kinds and any(kind != StepKind.AGE for kind in kinds[: kinds.index(StepKind.AGE)]):
        problems.append(_("Ask for their age first: nothing is asked of who is too young."))
    problems += _problems_of_email(outline)
    if not outline.thanks.strip():
        problems.append(_("Write what they read at the end."))
    if outline.ask_is_open is None and outline.has_link:
        problems.append(_("{{ link }} leads to what people are asked to do next. Choose that, or take the link out."))
    elif outline.ask_is_open is None and not outline.no_ask_because.strip():
        problems.append(_("Choose what it leads on to, or say why it asks for nothing more."))
    elif outline.ask_is_open is False:
        problems.append(_("What it leads on to is not open. Publish it first, or choose something else."))
    elif outline.ask_is_open and not outline.has_link:
        problems.append(_("Put {{ link }} in the thanks, where the link goes."))
    return problems


def _problems_of_email(outline: Outline) -> list[str]:
    """A yes to email needs the address first, and a way to send the letter that confirms it."""
    for number, asked in enumerate(outline.steps):
        if asked.kind == StepKind.CONSENT and asked.channel == Channel.EMAIL:
            problems = []
            if StepKind.EMAIL not in [before.kind for before in outline.steps[:number]]:
                problems.append(_("Ask for their email before you ask whether you may write to it."))
            if not outline.can_email:
                problems.append(
                    _(
                        "A yes to email is confirmed by a letter: prove an address of yours under Senders first, and "
                        "enter the imprint."
                    )
                )
            return problems
    return []


def problems_of_step(asked: Asked, organisation: str) -> list[str]:
    """What is wrong with one question as it stands."""
    if asked.kind == StepKind.CONSENT:
        words = word_of(asked.text)
        if word_of(organisation) not in words:
            return [_("say that it is %(organisation)s who asks (rule M4).") % {"organisation": organisation}]
        if "YES" not in asked.text:
            return [_("say that YES is the answer that agrees, in capitals.")]
        if "STOP" not in asked.text and asked.channel != Channel.EMAIL:
            return [_("say that STOP ends it, in capitals (rule M6).")]
    if asked.question_kind in (QuestionKind.CHOICE, QuestionKind.CHOICES) and len(asked.offered) < 2:
        return [_("it needs at least two answers to choose from.")]
    return []
