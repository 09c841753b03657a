"""Markup drawn once for each shape of what a page shows, and from then on only filled in.

The caller's page is drawn hundreds of times a second and differs in some fifty words and numbers. So its template is
rendered once for each shape of its context (the language, how many people, which of the words are empty, what is true)
with a slot in the place of every word; after that the words are escaped and put between the pieces. It costs a sixth of
rendering. A template filled so shows its words as they are: one that passes them through a filter or compares them
would see the slots.
"""

from __future__ import annotations

import re
from functools import lru_cache
from html import escape
from itertools import count
from typing import TYPE_CHECKING, Any

from django.template.loader import render_to_string
from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.translation import get_language

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

SLOT = re.compile("\0([0-9]+)\0")
# Each takes some 25 kB.
MOST_SHAPES = 256
# What stands in a shape for a word that is not empty.
WORD = ...


def fill(template: str, context: Mapping[str, Any]) -> SafeString:
    """The template's markup, as `render_to_string(template, context)` gives it.

    `context`: mappings and sequences of strings, booleans and None, nested as deep as wanted. Text is escaped, a
    SafeString is not. Raises TypeError for anything else: a number has no one way to be written.
    """
    words: list[str] = []
    shape = _shape(context, words)
    pieces, order = _drawn(template, get_language(), shape)
    filled = [*pieces]
    filled[1::2] = [words[place] for place in order]
    return SafeString("".join(filled))


def _shape(value: Any, words: list[str]) -> Any:
    """The shape, hashable: two contexts of one shape differ only in `words`, which are collected in their order."""
    kind = type(value)
    if kind is str or kind is SafeString:
        if not value:
            return ""
        words.append(escape(value) if kind is str else value)
        return WORD
    if kind is bool or value is None:
        return value
    if kind is dict:
        return tuple(value), tuple([_shape(part, words) for part in value.values()])
    if kind is list or kind is tuple:
        return None, tuple([_shape(part, words) for part in value])
    if isinstance(value, str | Promise):
        return _shape(str(value), words)
    raise TypeError(f"A {kind.__name__} cannot be filled in; give it as text.")


@lru_cache(maxsize=MOST_SHAPES)
def _drawn(template: str, language: str | None, shape: Any) -> tuple[tuple[str, ...], tuple[int, ...]]:  # noqa: ARG001
    """The markup cut at its slots: pieces with an empty one for each slot between them, and which word goes there."""
    pieces = SLOT.split(render_to_string(template, _slots(shape, count())))
    order = tuple(int(place) for place in pieces[1::2])
    pieces[1::2] = [""] * len(order)
    return tuple(pieces), order


def _slots(shape: Any, places: Iterator[int]) -> Any:
    """A context of this shape with a slot for every word."""
    if shape is WORD:
        return SafeString(f"\0{next(places)}\0")
    if not isinstance(shape, tuple):
        return shape
    names, parts = shape
    filled = [_slots(part, places) for part in parts]
    return filled if names is None else dict(zip(names, filled, strict=True))
