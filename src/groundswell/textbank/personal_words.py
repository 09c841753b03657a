"""A text bank's words in those of one person and one volunteer."""

from __future__ import annotations

from groundswell.accounts.models import User
from groundswell.messaging.composed import same_for_all
from groundswell.messaging.fields import TEXTER
from groundswell.messaging.models import Message
from groundswell.messaging.recipients import values_of_person
from groundswell.messaging.sms import as_sent
from groundswell.messaging.writing import text_message
from groundswell.people.models import Person


class MissingWordsError(ValueError):
    """Something the words say is not known of the person, and nothing stands in for it."""


def words_for(message: Message, words: str, *, person: Person, texter: User) -> str:
    """The words as they leave. Raises MissingWordsError, FieldError."""
    writing = text_message(words, has_texter=True)
    first = texter.name.split()[0] if texter.name.split() else ""
    values = {**same_for_all(message), **values_of_person(person), TEXTER: first}
    if missing := writing.missing(values):
        raise MissingWordsError(", ".join(missing))
    return as_sent(writing.for_one(values).text)
