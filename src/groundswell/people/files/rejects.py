"""The rejects file: the original rows, each with its line number and the reason, safe to open in a spreadsheet."""

from __future__ import annotations

import csv
import os
import re
from pathlib import Path
from types import TracebackType
from typing import Self

from django.utils.translation import gettext as _

from groundswell.people.files.cells import neutralise

SHOWN = 500
# Lines, elector numbers and days differ from row to row; the most characters that a name may have do not.
_NUMBERS = re.compile(r"[0-9][0-9,./-]*(?<![,.])( characters\b)?")


class RejectsFile:
    """A CSV that appears under its name only when it is finished and holds anything."""

    def __init__(self, path: Path, header: list[str]) -> None:
        self.path = path
        self.count = 0
        self._header = header
        self._part = path.with_suffix(".part")

    def __enter__(self) -> Self:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        # Personal data: for the owner's eyes only, from the first byte.
        handle = os.open(self._part, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600)
        self._file = os.fdopen(handle, "w", encoding="utf-8-sig", newline="")
        self._writer = csv.writer(self._file)
        self._writer.writerow([_("line"), _("reason"), *map(neutralise, self._header)])
        return self

    def write(self, line: int, cells: list[str], reason: str) -> None:
        """One rejected row."""
        self.count += 1
        self._writer.writerow([line, reason, *(neutralise(cell[:SHOWN].replace("\0", "\ufffd")) for cell in cells)])

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()
        if kind is None and self.count:
            self._part.replace(self.path)
        else:
            self._part.unlink(missing_ok=True)


def without_quotes(reason: str) -> str:
    """A reason without what it quotes, so that a thousand bad postcodes count as one reason."""
    start, end = reason.find("“"), reason.rfind("”")
    text = reason[:start] + "…" + reason[end + 1 :] if 0 <= start < end else reason
    return _NUMBERS.sub(lambda found: found[0] if found[1] else "…", text)
