"""Writing beside a long transaction: how far it is, for whoever waits, while nothing of itself can be seen yet."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from types import TracebackType
from typing import Any, LiteralString, Self

import psycopg
from django.db import connection

log = logging.getLogger(__name__)


class Beside:
    """A connection of its own to the same database, whose writes are seen at once. Never fails its user's work."""

    def __init__(self) -> None:
        self._connection: psycopg.Connection | None = None

    def __enter__(self) -> Self:
        try:
            parameters = connection.get_connection_params()
            keep = {k: v for k, v in parameters.items() if k in {"dbname", "user", "password", "host", "port"}}
            self._connection = psycopg.connect(**keep, autocommit=True)
            # Waiting for a lock would be waiting for ourselves.
            self._connection.execute("SET lock_timeout = '200ms'")
        except psycopg.Error:
            log.warning("No connection to write progress with.")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    @property
    def is_open(self) -> bool:
        """Whether anything can be written."""
        return self._connection is not None

    def write(self, statement: LiteralString, parameters: Sequence[Any]) -> None:
        """Run the statement and commit it."""
        if self._connection is None:
            return
        try:
            self._connection.execute(statement, parameters)
        except psycopg.Error:
            log.warning("Progress could not be written.")
