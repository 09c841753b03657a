"""File locks that a crash releases by itself: one for starting and stopping, one held by everyone who uses the server."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from groundswell.config.postgres.errors import ServerError

START_PATIENCE = 120.0  # seconds; longer than a first start on a slow disk takes


class UsersLock:
    """Held, shared, by each process that uses the server; whoever can have it alone is the last one."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file: int | None = None

    @property
    def is_held(self) -> bool:
        return self._file is not None

    def join(self) -> None:
        """Count as a user. Only under the start lock, so that nobody stops the server meanwhile."""
        if self._file is None:
            self._file = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600)
            fcntl.flock(self._file, fcntl.LOCK_SH)

    def is_last(self) -> bool:
        """Whether nobody else uses the server. Only under the start lock."""
        file = self._file if self._file is not None else os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        finally:
            if file != self._file:
                os.close(file)
        return True

    def leave(self) -> None:
        if self._file is not None:
            fcntl.flock(self._file, fcntl.LOCK_UN)
            os.close(self._file)
            self._file = None


@contextmanager
def start_lock(path: Path) -> Iterator[None]:
    """Nobody else starts or stops this server meanwhile. Raises ServerError if it cannot be had in two minutes."""
    file = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        patience = time.monotonic() + START_PATIENCE
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > patience:
                    raise ServerError(
                        f"Another process has been starting or stopping the database for two minutes (lock {path}). "
                        "End it, then try again."
                    ) from None
                time.sleep(0.02)
        yield
    finally:
        os.close(file)
