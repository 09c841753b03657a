"""What a call's result and a phone bank's settings must be. Pure: no database, no HTTP, no clock."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from groundswell.phonebank.enums import OutcomeNext

if TYPE_CHECKING:
    from groundswell.phonebank.claims import CallResult
    from groundswell.phonebank.models import Outcome

# How far a household goes back with every attempt or skip: behind all of its priority that had one fewer. Positions
# begin at random below it; sixteen passes fit. The same figure stands in sql/install/50_record.sql.
PASS = 2**27
UNDO_WITHIN = timedelta(seconds=30)
# The picker knows whole minutes only.
A_MINUTE = timedelta(minutes=1)
CALL_BACK_WITHIN = timedelta(days=60)
# More completed conversations than this in so short a time are looked at by an organiser.
ODDITY_WINDOW = timedelta(minutes=2)
ODDITY_CALLS = 20


class PhoneBankError(ValueError):
    """Something a phone bank does not allow; the message says what is wrong and what to do, `field` at which setting."""

    def __init__(self, message: str = "", *, field: str = "") -> None:
        super().__init__(message)
        self.field = field


class CallResultError(PhoneBankError):
    """A result that makes no sense; nothing was recorded."""


class NotInHandError(PhoneBankError):
    """The household is not in this caller's hands (any more)."""


def check_result(result: CallResult, outcome: Outcome | None) -> Outcome:
    """The outcome, if the result makes sense with it. Raises CallResultError."""
    if outcome is None:
        raise CallResultError(
            _("“%(code)s” is not an outcome we know. Please reload the page.") % {"code": result.outcome}
        )
    if outcome.next == OutcomeNext.CALL_BACK:
        if result.call_back_at is None:
            raise CallResultError(_("Choose when to call back."))
        # The moment of the press counts, not that of delivery: a result may wait for hours on a phone without signal.
        if result.call_back_at < result.occurred_at - A_MINUTE:
            raise CallResultError(_("That time has passed. Choose one that is still to come."))
        if result.call_back_at > result.occurred_at + CALL_BACK_WITHIN:
            raise CallResultError(_("Choose a time within the next two months."))
    return outcome


def position_behind(position: int) -> int:
    """Where a household stands after one more attempt or skip."""
    return min(position + PASS, 2**31 - 1)


def can_undo(recorded_at: datetime, now: datetime) -> bool:
    """Whether a result may still be taken back by the caller who pressed it."""
    return now - recorded_at <= UNDO_WITHIN


@dataclass(frozen=True, slots=True)
class OddRun:
    """Conversations that came faster than anybody talks, one after the other."""

    moments: tuple[datetime, ...]

    @property
    def first_at(self) -> datetime:
        """When it began."""
        return self.moments[0]

    @property
    def last_at(self) -> datetime:
        """When it ended."""
        return self.moments[-1]

    @property
    def seconds(self) -> int:
        """How long it took."""
        return round((self.last_at - self.first_at).total_seconds())


def odd_runs(moments: Sequence[datetime]) -> list[OddRun]:
    """Every stretch in which ODDITY_CALLS or more of these conversations (in order) lie within ODDITY_WINDOW."""
    marked: set[int] = set()
    first = 0
    for last, moment in enumerate(moments):
        while moment - moments[first] > ODDITY_WINDOW:
            first += 1
        if last - first + 1 >= ODDITY_CALLS:
            marked.update(range(first, last + 1))
    runs: list[list[datetime]] = []
    for index in sorted(marked):
        if index - 1 in marked and moments[index] - moments[index - 1] <= ODDITY_WINDOW:
            runs[-1].append(moments[index])
        else:
            runs.append([moments[index]])
    return [OddRun(tuple(run)) for run in runs]
