"""What may be asked of the import of a register, and what it says that it did."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class Result:
    """What an import did. `rows` = created + updated + unchanged + ignored + rejected, and in a change file + deleted."""

    rows: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    deleted: int = 0
    ignored: int = 0
    rejected: int = 0
    households: int = 0
    rejects_file: str | None = None
    seconds: float = 0.0
    layout: str = ""
    confidence: float = 0.0
    encoding: str = ""
    delimiter: str = ""
    dry_run: bool = False
    batch: int | None = None
    rejects_by_reason: dict[str, int] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """For JSON and for the batch's counts."""
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(slots=True, frozen=True)
class Wishes:
    """What the one who imports may ask for beside the file."""

    layout: str = "auto"
    columns: list[str] | None = None
    # Whether the first row names the columns, where the layout does not say.
    has_header: bool = True
    # Take a file that looks cut off, shrunk, older than what is held, or mostly unreadable.
    force: bool = False
    # The file holds only the polling districts it names: nobody of another one is gone.
    part: bool = False
    dry_run: bool = False
