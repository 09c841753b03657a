"""How often a number may be tried and how many households a caller may be shown: what a phone bank may ask at most.

The figures of the jurisdiction set it (rules C11 and D12). A new phone bank starts with them, none may ask for more, and
one that was opened when they were higher is held to those of today.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from groundswell.compliance.figures import figures_of
from groundswell.phonebank.rules import PhoneBankError

# A jurisdiction without a pack has no such figures: the careful values of the rules themselves.
CAREFUL: Final = {"attempt_cap": 3, "max_calls_per_day": 1, "households_a_day": 150, "lease_minutes": 15}
# What the columns take: a figure may be higher.
MOST_ATTEMPTS: Final = 10
MOST_HOUSEHOLDS: Final = 2_147_483_647


@dataclass(frozen=True, slots=True)
class Limits:
    """What the figures in force allow."""

    # Tries of one number: in one phone bank, and on one day in all of them together (C11).
    attempts: int
    calls_a_day: int
    # Households that a caller may be shown on one day (D12), each for so long.
    households_a_day: int
    lease: timedelta


def limits_in_force(*, on: date) -> Limits:
    """The limits on a day, in one query."""
    found = {**CAREFUL, **figures_of(tuple(CAREFUL), on=on)}
    return Limits(
        attempts=min(int(found["attempt_cap"]), MOST_ATTEMPTS),
        calls_a_day=int(found["max_calls_per_day"]),
        households_a_day=min(int(found["households_a_day"]), MOST_HOUSEHOLDS),
        lease=timedelta(minutes=int(found["lease_minutes"])),
    )


def check_limits(settings: dict[str, Any], limits: Limits) -> None:
    """Raises PhoneBankError if a phone bank's settings, as far as they are given, ask for more than is allowed."""
    if settings.get("attempt_cap", 0) > limits.attempts:
        raise PhoneBankError(too_many_attempts(limits))
    if settings.get("daily_limit", 0) > limits.households_a_day:
        raise PhoneBankError(too_many_households(limits))


def too_many_attempts(limits: Limits) -> str:
    """What is wrong, and what to do."""
    return ngettext(
        "A number may be tried %(most)s time at most in one phone bank: that is the figure in force (rule C11).",
        "A number may be tried %(most)s times at most in one phone bank: that is the figure in force (rule C11).",
        limits.attempts,
    ) % {"most": limits.attempts}


def too_many_households(limits: Limits) -> str:
    """What is wrong, and what to do."""
    return _("A caller may be shown %(most)s households a day at most: that is the figure in force (rule D12).") % {
        "most": limits.households_a_day
    }
