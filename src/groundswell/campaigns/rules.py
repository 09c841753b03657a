"""What may be asked and answered. Pure: no database, no HTTP, no clock."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from django.utils.translation import gettext as _

from groundswell.campaigns.enums import VOTER_ID_MEANINGS, Meaning, QuestionKind

if TYPE_CHECKING:
    from groundswell.campaigns.scripts import PlannedOption, PlannedQuestion

TEXT_LIMIT = 2_000
# Of fewer people than this no number of what they said is told: it could be worked out who said what.
FEW = 5

# What an opening or closing line may fill in. Anything else between double braces is a slip of the pen.
PLACEHOLDERS = frozenset({"person", "caller", "organisation", "candidate"})
PLACEHOLDER = re.compile(r"\{\{\s*(.*?)\s*\}\}", re.DOTALL)


class CampaignRuleError(ValueError):
    """Something a campaign may not do; the message says what is wrong and what to do, in the user's language."""


class WrongAnswer(CampaignRuleError):  # noqa: N818 - named for what it is, as the caller reads it
    """An answer that does not fit its question."""


@dataclass(frozen=True, slots=True)
class GivenAnswer:
    """One thing one person said: an option, a number on the question's scale, or words. Exactly one is set."""

    person_id: int
    question_id: int
    option_id: int | None = None
    number: int | None = None
    text: str = ""


class AnswerCatalogue(Protocol):
    """Every question of a campaign by id, retired ones too: a result may arrive after the script has changed."""

    @property
    def campaign_id(self) -> int: ...

    @property
    def questions(self) -> Mapping[int, PlannedQuestion]: ...


def check_answers(catalogue: AnswerCatalogue, answers: Iterable[GivenAnswer]) -> None:
    """Raise `WrongAnswer` unless every answer fits its question.

    Retired questions and options are accepted: the answer was given when the caller's phone still showed them, and a
    result is never lost. `catalogue` is a `ScriptPlan` (it carries all questions of its campaign).
    """
    single: dict[tuple[int, int], int | None] = {}
    for answer in answers:
        question = catalogue.questions.get(answer.question_id)
        if question is None:
            raise WrongAnswer(_("One of the answers is to a question that is not part of this campaign."))
        _check_answer(question, answer)
        if question.kind == QuestionKind.CHOICES:
            continue
        key = (answer.person_id, answer.question_id)
        if key in single and single[key] != answer.option_id:
            raise WrongAnswer(_("“%(question)s” takes one answer only.") % {"question": question.text})
        single[key] = answer.option_id


def _check_answer(question: PlannedQuestion, answer: GivenAnswer) -> None:
    said = {"question": question.text}
    if question.kind in {QuestionKind.CHOICE, QuestionKind.CHOICES}:
        if answer.option_id is None or answer.number is not None or answer.text:
            raise WrongAnswer(_("Choose one of the answers offered to “%(question)s”.") % said)
        if question.option(answer.option_id) is None:
            raise WrongAnswer(_("That answer does not belong to “%(question)s”. Choose one of those offered.") % said)
    elif question.kind == QuestionKind.SCALE:
        low, high = question.scale_from or 0, question.scale_to or 0
        if answer.option_id is not None or answer.text or answer.number is None or not low <= answer.number <= high:
            raise WrongAnswer(
                _("“%(question)s” takes a whole number from %(low)s to %(high)s.") % {**said, "low": low, "high": high}
            )
    else:
        if answer.option_id is not None or answer.number is not None or not answer.text.strip():
            raise WrongAnswer(_("Write what they said to “%(question)s”, or leave it out.") % said)
        if len(answer.text) > TEXT_LIMIT:
            raise WrongAnswer(
                _("What they said to “%(question)s” is longer than %(limit)s characters. Please shorten it.")
                % {**said, "limit": TEXT_LIMIT}
            )


def identifies(catalogue: AnswerCatalogue, answers: Iterable[GivenAnswer]) -> bool:
    """Whether these answers place a voter: one to a voter-ID question that says where they stand.

    "Will not say" is a contact and no identification; a number for a party is one.
    """
    return any(_places_voter(catalogue.questions.get(answer.question_id), answer) for answer in answers)


def _places_voter(question: PlannedQuestion | None, answer: GivenAnswer) -> bool:
    if question is None or not question.is_voter_id:
        return False
    if answer.number is not None:
        return True
    option = question.option(answer.option_id)
    return option is not None and Meaning(option.meaning) in VOTER_ID_MEANINGS


def meaning_of(question: PlannedQuestion, answer: GivenAnswer) -> tuple[str, str]:
    """The master meaning and the party of an answer as they are today: what the ledger keeps of it for ever."""
    option = question.option(answer.option_id)
    if option is None:
        return "", question.party
    return option.meaning, option.party or question.party


def check_line(line: str) -> None:
    """Raise unless every `{{ … }}` of an opening or closing line is one of `PLACEHOLDERS`."""
    for name in PLACEHOLDER.findall(line):
        if name not in PLACEHOLDERS:
            raise CampaignRuleError(
                _("“{{ %(name)s }}” is not something we can fill in. You can use %(known)s.")
                % {"name": name, "known": ", ".join(f"{{{{ {known} }}}}" for known in sorted(PLACEHOLDERS))}
            )
    rest = PLACEHOLDER.sub("", line)
    if "{{" in rest or "}}" in rest:
        raise CampaignRuleError(_("Two curly brackets are opened but not closed. Write them like {{ person }}."))


def fill_line(line: str, **values: str) -> str:
    """The line with its placeholders filled. An unknown value leaves a gap a human can bridge, never braces."""
    filled = PLACEHOLDER.sub(lambda found: values.get(found.group(1), "") or "…", line)
    return filled.strip()


@dataclass(frozen=True, slots=True)
class StepOutline:
    """A step as its order and branching are checked: which question, and after which options it is asked."""

    question_id: int
    question_text: str
    option_ids: frozenset[int]
    show_if: frozenset[int]


def check_steps(steps: Sequence[StepOutline]) -> None:
    """Raise unless every branch hangs on an answer to an earlier step, and no question is asked twice."""
    offered: dict[int, str] = {}
    later = {option: step.question_text for step in steps for option in step.option_ids}
    asked: set[int] = set()
    for step in steps:
        if step.question_id in asked:
            raise CampaignRuleError(_("“%(question)s” is in this script already.") % {"question": step.question_text})
        asked.add(step.question_id)
        for option in step.show_if:
            if option in offered:
                continue
            if option in later:
                raise CampaignRuleError(
                    _(
                        "“%(question)s” depends on the answer to “%(other)s”, so it has to come after it. "
                        "Move it down, or change when it is asked."
                    )
                    % {"question": step.question_text, "other": later[option]}
                )
            raise CampaignRuleError(
                _(
                    "“%(question)s” depends on an answer that this script no longer asks for. "
                    "Change when it is asked first."
                )
                % {"question": step.question_text}
            )
        offered.update(dict.fromkeys(step.option_ids, step.question_text))


def visible_options(options: Iterable[PlannedOption]) -> tuple[PlannedOption, ...]:
    """The options a caller is offered: those not retired."""
    return tuple(option for option in options if not option.retired)
