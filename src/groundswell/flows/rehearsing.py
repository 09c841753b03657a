"""A flow as somebody would go through it, tried before it is published or any time after. Nothing is written down."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from groundswell.accounts.models import Organisation
from groundswell.flows.enums import StepKind
from groundswell.flows.models import Flow
from groundswell.flows.plans import asked_of, beginning, ending, small_print, steps_of
from groundswell.flows.rules import MOST_REPEATS, once_more, read, word_of, wording
from groundswell.messaging.words import is_help, is_stop, mentions_stop

MOST_TEXTS = 60


@dataclass(frozen=True, slots=True)
class Line:
    """One text of a rehearsal, or, where `is_note`, what happens instead of one."""

    text: str
    is_ours: bool
    is_note: bool = False


def rehearse(flow: Flow, texts: Sequence[str]) -> tuple[list[Line], bool]:
    """What is texted to and fro when somebody writes these; and whether the flow goes on from there."""
    steps = [(step, asked_of(step)) for step in steps_of(flow)]
    organisation = Organisation.objects.filter(pk=1).first() or Organisation(name="")
    lines: list[Line] = []
    here, wrong, name = -1, 0, ""

    def say(words: str, *, is_note: bool = False) -> None:
        lines.append(Line(words, is_ours=not is_note, is_note=is_note))

    for text in texts[:MOST_TEXTS]:
        lines.append(Line(text, is_ours=False))
        if is_stop(text):
            say(_("They are stopped, at once and everywhere, and told so once."), is_note=True)
            return lines, False
        if is_help(text):
            say(_("They are told who we are; the question still stands."), is_note=True)
            continue
        if here < 0:
            if word_of(text) != flow.word:
                say(_("This is not the keyword: it goes to the inbox."), is_note=True)
            elif not steps:
                say(_("The flow asks nothing yet."), is_note=True)
                return lines, False
            else:
                here = 0
                first = wording(steps[0][1])
                say("\n".join([beginning(flow, organisation), first, small_print(organisation)]))
            continue
        step, asked = steps[here]
        said = read(asked, text)
        if said is None:
            wrong += 1
            if wrong > MOST_REPEATS or mentions_stop(text):
                say(_("It goes to the inbox, for a person to answer. The flow ends here."), is_note=True)
                return lines, False
            say(once_more(asked))
            continue
        if step.kind == StepKind.AGE and not said.agreed:
            say(_("They are let go: nothing is kept, and nothing more is sent to them."), is_note=True)
            return lines, False
        name = said.text.split()[0] if step.kind == StepKind.NAME else name
        here, wrong = here + 1, 0
        if here == len(steps):
            say(ending(flow, name))
            return lines, False
        say(wording(steps[here][1]))
    return lines, True
