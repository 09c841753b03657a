"""What one block of a register file became: entries, homes, and the rows that are none, each with its reason."""

from __future__ import annotations

from dataclasses import dataclass, field

from groundswell.people.newcomers import Arrivals


class RowRejectedError(Exception):
    """This row is no entry; `str()` says why. `withheld`: the row itself must not be kept (under-16s, rule R6)."""

    def __init__(self, reason: str, *, withheld: bool = False) -> None:
        super().__init__(reason)
        self.withheld = withheld


@dataclass(slots=True)
class Reject:
    """A row that was left out, its cells as they stood, and why."""

    line: int
    cells: list[str]
    reason: str


@dataclass(slots=True)
class Batch:
    """What one block of a file became: COPY text for rows and for homes, and the rows that were rejected."""

    position: int = 0
    rows: list[str] = field(default_factory=list)
    homes: list[str] = field(default_factory=list)
    rejects: list[Reject] = field(default_factory=list)
    # Polling districts and wards met for the first time, and their numbers.
    spots: dict[tuple[str, str], int] = field(default_factory=dict)
    # Who need not be compared with anybody; they are not among `rows`, nor their households among `homes`.
    arrivals: Arrivals | None = None
    seen: int = 0
    ignored: int = 0
