"""How far an import is, for whoever waits: written on a connection of its own, for the import's is one transaction."""

from __future__ import annotations

import time
from collections.abc import Callable
from types import TracebackType
from typing import Self

from groundswell.config.beside import Beside
from groundswell.people.enums import ImportStage

# Seconds between two writes; a page polls no faster.
PAUSE = 0.5
Listener = Callable[[ImportStage, int, int], None]


class Progress:
    """Tells the batch's row, and a listener on the terminal, how many rows are done. Never fails the import."""

    def __init__(self, batch_id: int | None, total: int, listener: Listener | None = None) -> None:
        self.batch_id = batch_id
        self.total = total
        self.listener = listener
        self._next = 0.0
        self._beside = Beside()

    def __enter__(self) -> Self:
        if self.batch_id is not None:
            self._beside.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._beside.__exit__(kind, error, trace)

    def tell(self, stage: ImportStage, rows: int) -> None:
        """`rows` of the file are through this stage."""
        if self.listener is not None:
            self.listener(stage, rows, self.total)
        now = time.monotonic()
        if not self._beside.is_open or (now < self._next and stage == ImportStage.READING):
            return
        self._next = now + PAUSE
        self._beside.write(
            "UPDATE people_importbatch SET stage = %s, progress_rows = %s, total_rows = %s WHERE id = %s",
            (stage, rows, self.total, self.batch_id),
        )
