"""What matters to somebody, as they say it on their preference page: the questions that our sign-up pages ask.

Their ticks are answers like those from calls and forms, so that a list of people who care for something finds them, or no
longer does, with the next message.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from django.db import transaction

from groundswell.accounts.audit import record
from groundswell.accounts.models import User
from groundswell.campaigns.enums import AnswerChannel, QuestionKind
from groundswell.campaigns.models import Answer, Option, Question
from groundswell.campaigns.operations.answers import record_answers
from groundswell.campaigns.rules import GivenAnswer
from groundswell.campaigns.scripts import catalogue_of
from groundswell.people.models import Person

# The questions that are asked in public at this moment.
Source = Callable[[], Iterable[Question]]
_SOURCES: list[Source] = []
MOST = 5


@dataclass(frozen=True, slots=True)
class Topic:
    """One question with its answers, and which of them are the person's."""

    question: Question
    choices: tuple[tuple[Option, bool], ...]

    @property
    def is_one_of(self) -> bool:
        """Whether only one answer can be chosen."""
        return self.question.kind == QuestionKind.CHOICE


def register(source: Source) -> None:
    """Questions that a room asks in public, which this one may not import."""
    _SOURCES.append(source)


def topics_of(person: Person) -> list[Topic]:
    """The questions asked in public now, each once, with what the person last said."""
    asked = {question.pk: question for source in _SOURCES for question in source()}
    return [_topic(person, question) for question in list(asked.values())[:MOST]]


@transaction.atomic
def choose_topics(*, person: Person, question: Question, options: set[int], now: datetime, by: User | None) -> bool:
    """This is what matters to them from now on; nothing ticked takes back what they said. Whether anything changed.

    Nothing is kept of somebody who objected to marketing (rule D4).
    """
    person = Person.objects.select_for_update(of=("self",)).get(pk=person.pk)
    topic = _topic(person, question)
    offered = {option.pk for option, _is_on in topic.choices}
    chosen = options & offered
    if person.objected_at is not None or chosen == {option.pk for option, is_on in topic.choices if is_on}:
        return False
    if chosen:
        record_answers(
            plan=catalogue_of(question.campaign_id),
            answers=[GivenAnswer(person.pk, question.pk, option) for option in sorted(chosen)],
            source_uuid=uuid4(),
            by=by,
            answered_at=now,
            channel=AnswerChannel.FORM,
        )
    else:
        held = Answer.objects.filter(person=person, question=question, withdrawn_at__isnull=True)
        held.update(withdrawn_at=now)
    record("choose_topics", by=by, subject=person, campaign_id=question.campaign_id, question_id=question.pk)
    return True


def _topic(person: Person, question: Question) -> Topic:
    # What they said on a page: what somebody noted of a call is not shown to whoever holds the link.
    said = Answer.objects.filter(
        person=person, question=question, channel=AnswerChannel.FORM, withdrawn_at__isnull=True
    )
    newest = said.order_by("-answered_at", "-pk").values_list("source_uuid", flat=True).first()
    held = set(said.filter(source_uuid=newest).values_list("option_id", flat=True)) if newest is not None else set()
    options = question.options.filter(retired_at__isnull=True)
    return Topic(question, tuple((option, option.pk in held) for option in options))
