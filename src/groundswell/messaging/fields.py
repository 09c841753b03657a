"""What a message says of each person: `{{ first_name }}`, with other words after a bar where it is not known.

Pure. A field without a fallback stops the send for whoever lacks it; nobody is ever written to as "Dear ,".
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

# What can be said of a person, and the tracked link of the message's ask, which is the same for everybody.
FIELDS: Mapping[str, str | Promise] = {
    "first_name": gettext_lazy("first name"),
    "family_name": gettext_lazy("family name"),
    "full_name": gettext_lazy("first and family name"),
    "seat": gettext_lazy("constituency"),
}
LINK = "link"
# In a text bank: the first name of the volunteer who presses.
TEXTER = "texter"
_PLACE = re.compile(r"\{\{([^{}]*)\}\}")
_INSIDE = re.compile(r"\s*([a-z_]+)\s*(?:\|(.*))?", re.DOTALL)


class FieldError(ValueError):
    """Words that cannot be filled in for anybody; the message says which part and why."""


@dataclass(frozen=True, slots=True)
class Field:
    """A place in the words. `fallback` is None where there is none: whoever lacks it does not get the message."""

    name: str
    fallback: str | None

    def filled(self, values: Mapping[str, str]) -> str | None:
        """What stands there for somebody of whom `values` are known; None: nothing can."""
        return values.get(self.name) or self.fallback


def parts_of(text: str, *, has_link: bool = True, has_texter: bool = False) -> list[str | Field]:
    """The words and the places between them, in order. Raises FieldError for a place that means nothing."""
    known = (*FIELDS, *([LINK] if has_link else []), *([TEXTER] if has_texter else []))
    parts: list[str | Field] = []
    end = 0
    for place in _PLACE.finditer(text):
        _add_words(parts, text[end : place.start()])
        parts.append(_field(place[1], known))
        end = place.end()
    _add_words(parts, text[end:])
    return parts


def fields_of(parts: Iterable[str | Field]) -> list[Field]:
    """The places alone."""
    return [part for part in parts if isinstance(part, Field)]


def missing_from(parts: Iterable[str | Field], values: Mapping[str, str]) -> list[str]:
    """The fields that stop these words for somebody of whom `values` are known, once each."""
    return list(dict.fromkeys(field.name for field in fields_of(parts) if field.filled(values) is None))


def filled(parts: Iterable[str | Field], values: Mapping[str, str]) -> str:
    """The words for somebody of whom `values` are known. Raises KeyError for what `missing_from` names."""
    return "".join(part if isinstance(part, str) else _value(part, values) for part in parts)


def _value(field: Field, values: Mapping[str, str]) -> str:
    found = field.filled(values)
    if found is None:
        raise KeyError(field.name)
    return found


def _field(inside: str, known: Sequence[str]) -> Field:
    read = _INSIDE.fullmatch(inside)
    if read is None or read[1] not in known:
        raise FieldError(
            _("“{{%(inside)s}}” is not something we know of people. You can write %(known)s.")
            % {"inside": inside, "known": ", ".join("{{ " + name + " }}" for name in known)}
        )
    name, fallback = read[1], read[2]
    if fallback is None or name == LINK:
        return Field(name, None)
    if not fallback.strip():
        raise FieldError(
            _("Write after the bar what stands there instead, such as {{ %(name)s|friend }}.") % {"name": name}
        )
    return Field(name, fallback.strip())


def _add_words(parts: list[str | Field], words: str) -> None:
    if "{{" in words or "}}" in words:
        raise FieldError(_("There are two curly brackets that nothing closes or opens. Write {{ first_name|there }}."))
    if words:
        parts.append(words)
