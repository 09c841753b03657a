"""What a message says, made once: then written for each person by putting their words into its places.

Rendering Markdown and MJML takes milliseconds, filling a place microseconds; so the places go through the rendering as
words that nothing changes, and are found again in what comes out.
"""

from __future__ import annotations

import html
import re
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import mrml
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from groundswell.campaigns.markdown import markup
from groundswell.messaging.fields import LINK, Field, FieldError, filled, missing_from, parts_of
from groundswell.messaging.plain_words import plain

PREFERENCES = "preferences"
ONE_CLICK = "one_click"
# No font is fetched from anywhere, and what is not shown is not sent.
_RENDERING = mrml.RenderOptions(disable_comments=False, fonts={})
# Tabs and line ends are words; other control characters are none, and no mail program shows them.
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")

Parts = tuple[str | Field, ...]


@dataclass(frozen=True, slots=True)
class Frame:
    """What stands around the words of every email: who writes, the imprint (I1), where the privacy notice is (D9)."""

    organisation: str
    imprint: str
    privacy: str


@dataclass(frozen=True, slots=True)
class Button:
    """What the message leads on to, in words."""

    label: str


@dataclass(frozen=True, slots=True)
class Written:
    """A message as one person gets it."""

    subject: str
    text: str
    html: str = ""


@dataclass(frozen=True, slots=True)
class Writing:
    """A message before it is anybody's: subjects, text and HTML with their places.

    `said` are the places in the organiser's own words, which alone can stop it for somebody.
    """

    subjects: tuple[Parts, ...]
    text: Parts
    html: Parts
    said: Parts

    def missing(self, values: Mapping[str, str], *, variant: int = 0) -> list[str]:
        """The fields that stop it for somebody of whom `values` are known."""
        return missing_from((*self._subject(variant), *self.said), values)

    def for_one(self, values: Mapping[str, str], *, variant: int = 0) -> Written:
        """As somebody gets it of whom `values` are known, their own `preferences` address among them.

        Raises KeyError for a field that `missing` names.
        """
        escaped = {name: html.escape(value) for name, value in values.items()} if self.html else {}
        return Written(
            subject=" ".join(filled(self._subject(variant), values).split()),
            text=filled(self.text, values),
            html=filled(self.html, escaped) if self.html else "",
        )

    def fields(self) -> set[str]:
        """The names of all its places: what has to be looked up of people."""
        everything = (*(part for subject in self.subjects for part in subject), *self.text, *self.html)
        return {part.name for part in everything if isinstance(part, Field)}

    def _subject(self, variant: int) -> Parts:
        return self.subjects[variant if variant < len(self.subjects) else 0] if self.subjects else ()


def text_message(body: str, *, has_texter: bool = False) -> Writing:
    """A text. Raises FieldError."""
    parts = tuple(parts_of(body.strip().replace("\r\n", "\n"), has_texter=has_texter))
    return Writing(subjects=(), text=parts, html=(), said=parts)


def email(subjects: Iterable[str], body: str, *, frame: Frame, button: Button | None = None) -> Writing:
    """An email from Markdown: text and responsive HTML. The button is left out where the words have the link themselves.

    Raises FieldError for places that mean nothing, or that stand where an address of somebody would leak.
    """
    said = tuple(parts_of(_CONTROL.sub("", body.replace("\r\n", "\n"))))
    headings = tuple(tuple(parts_of(subject, has_link=False)) for subject in subjects if subject.strip())
    if any(isinstance(part, Field) and part.name == LINK for part in said):
        button = None
    places = _Places(said)
    context = {
        "organisation": frame.organisation,
        "imprint": frame.imprint,
        "privacy": frame.privacy,
        "preferences": places.address_of(Field(PREFERENCES, None)),
        "button": {"label": button.label, "address": places.address_of(Field(LINK, None))} if button else None,
    }
    text = render_to_string("messaging/letters/letter.txt", context | {"words": plain(places.marked)})
    # The words join after MJML: its parser knows less of HTML than they may hold.
    here = f"words{secrets.token_hex(8)}"
    mjml = render_to_string("messaging/letters/letter.mjml", context | {"words": here})
    rendered = mrml.to_html(mjml, render_options=_RENDERING).content.replace(here, markup(places.marked))
    return Writing(
        subjects=headings,
        text=places.found_in(text, is_html=False),
        html=places.found_in(rendered, is_html=True),
        said=said,
    )


class _Places:
    """Places as words that go through Markdown and MJML unchanged, and are found again behind them."""

    def __init__(self, said: Iterable[str | Field]) -> None:
        parts = list(said)
        self._fields: list[Field] = []
        # Letters and figures alone, which no text holds by chance.
        self._mark = f"qz{secrets.token_hex(6)}x"
        self.marked = ""
        for part in parts:
            if isinstance(part, str):
                self.marked += part
            elif part.name == LINK:
                address = self.address_of(part)
                # Bare where it is the address of a link in words, else a link by itself.
                self.marked += address if self.marked.endswith("](") else f"<{address}>"
            else:
                self.marked += self._word(part)
        if re.search(rf"\]\([^)\s]*{self._mark}\d+q(?!\.invalid/)", self.marked):
            raise FieldError(
                _("The address of a link cannot hold something about a person: others would read it on the way.")
            )
        self._pattern = re.compile(rf"https://{self._mark}(\d+)q\.invalid/|{self._mark}(\d+)q")

    def address_of(self, field: Field) -> str:
        """A place that holds a whole address."""
        return f"https://{self._word(field)}.invalid/"

    def found_in(self, rendered: str, *, is_html: bool) -> Parts:
        """What was rendered, with its places again. Fallbacks are escaped where the rest is."""
        parts: list[str | Field] = []
        end = 0
        for place in self._pattern.finditer(rendered):
            if place.start() > end:
                parts.append(rendered[end : place.start()])
            field = self._fields[int(place[1] or place[2])]
            if is_html and field.fallback is not None:
                field = Field(field.name, html.escape(field.fallback))
            parts.append(field)
            end = place.end()
        parts.append(rendered[end:])
        return tuple(parts)

    def _word(self, field: Field) -> str:
        self._fields.append(field)
        return f"{self._mark}{len(self._fields) - 1}q"
