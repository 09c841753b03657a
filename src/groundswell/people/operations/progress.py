"""How far an import is, for whoever waits: written on a connection of its own, for the import's is one transaction."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from types import TracebackType
from typing import Self

import psycopg
from django.db import connection

from groundswell.people.enums import ImportStage

log = logging.getLogger(__name__)
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
        self._connection: psycopg.Connection | None = None

    def __enter__(self) -> Self:
        if self.batch_id is not None:
            try:
                parameters = connection.get_connection_params()
                keep = {k: v for k, v in parameters.items() if k in {"dbname", "user", "password", "host", "port"}}
                self._connection = psycopg.connect(**keep, autocommit=True)
                # Waiting for a lock would be waiting for ourselves.
                self._connection.execute("SET lock_timeout = '200ms'")
            except psycopg.Error:
                log.warning("No connection to write the progress of import %s with.", self.batch_id)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._connection is not None:
            self._connection.close()

    def tell(self, stage: ImportStage, rows: int) -> None:
        """`rows` of the file are through this stage."""
        if self.listener is not None:
            self.listener(stage, rows, self.total)
        now = time.monotonic()
        if self._connection is None or (now < self._next and stage == ImportStage.READING):
            return
        self._next = now + PAUSE
        try:
            self._connection.execute(
                "UPDATE people_importbatch SET stage = %s, progress_rows = %s, total_rows = %s WHERE id = %s",
                (stage, rows, self.total, self.batch_id),
            )
        except psycopg.Error:
            log.warning("The progress of import %s could not be written.", self.batch_id)
