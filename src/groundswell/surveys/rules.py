"""What holds for surveys. Pure: no database, no clock."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from django.utils.translation import gettext as _

from groundswell.campaigns.scripts import PlannedStep

# Whoever changes the sentence below raises it.
OPINION_VERSION = "survey-opinion-1"


def steps_asked(steps: Sequence[PlannedStep], chosen: Collection[int]) -> list[PlannedStep]:
    """The steps somebody is asked who has `chosen` these options: those that hang on nothing, and those that hang on a
    chosen option of a step that is asked itself."""
    asked: list[PlannedStep] = []
    offered: set[int] = set()
    for step in steps:
        if step.show_if and not any(option.id in chosen and option.id in offered for option in step.show_if):
            continue
        asked.append(step)
        offered.update(option.id for option in step.question.options)
    return asked


def opinion_wording(organisation: str) -> str:
    """The words beside the box without which it is not kept how somebody votes (UK GDPR art 9(2)(a))."""
    return _(
        "Yes, %(organisation)s may keep what I say here about how I vote, to plan its campaign with. "
        "It is told to nobody else, and I can take it back at any time."
    ) % {"organisation": organisation}
