"""What a page shows of a file before anything of it is imported."""

from __future__ import annotations

from dataclasses import dataclass, field

# As many rows as a person looks through, and as many faults further down as they need to see that there are some.
SHOWN_ROWS = 20
SHOWN_PROBLEMS = 10
SHOWN_CELL = 60


@dataclass(slots=True)
class PreviewRow:
    """One row as it would be read, or the reason why it would be left out and the row as it stands."""

    line: int
    problem: str = ""
    note: str = ""
    whose: str = ""
    number: str = ""
    address: str = ""
    cells: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Preview:
    """The first rows of a file, and what was found wrong in the first megabyte of it."""

    rows: list[PreviewRow] = field(default_factory=list)
    more_problems: list[PreviewRow] = field(default_factory=list)
    checked: int = 0
    problems: int = 0

    def add(self, row: PreviewRow) -> None:
        """Count a row, and keep it if it is among those shown."""
        self.checked += 1
        self.problems += bool(row.problem)
        if len(self.rows) < SHOWN_ROWS:
            self.rows.append(row)
        elif row.problem and len(self.more_problems) < SHOWN_PROBLEMS:
            self.more_problems.append(row)

    @property
    def is_mostly_wrong(self) -> bool:
        """Whether the columns are probably mapped wrongly."""
        return self.problems * 2 > self.checked


@dataclass(slots=True)
class Column:
    """One column for the page that says what it holds: its heading and a few cells below it."""

    place: int
    heading: str
    samples: list[str]
    field: str = ""


def columns_of(header: list[str], rows: list[list[str]], fields: list[str], *, samples: int = 3) -> list[Column]:
    """Each column with the first cells of it that hold anything."""
    width = max([len(header), *(len(row) for row in rows[:50])], default=0)
    found = []
    for place in range(width):
        cells = (row[place].strip()[:SHOWN_CELL] for row in rows if place < len(row) and row[place].strip())
        seen = list(dict.fromkeys(cells))[:samples]
        heading = header[place].strip()[:SHOWN_CELL] if place < len(header) else ""
        found.append(Column(place, heading, seen, fields[place] if place < len(fields) else ""))
    return found


def shown(cells: list[str]) -> list[str]:
    """The cells of a row as they may stand on a page: not endless, and none that is empty."""
    return [cell.replace("\0", "\ufffd").strip()[:SHOWN_CELL] for cell in cells[:40] if cell.strip()]
