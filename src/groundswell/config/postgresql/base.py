"""Django's PostgreSQL backend, asking a kept connection whether it still lives without a question to the server.

Django asks with `SELECT 1` at the start of every request: a round trip that costs a caller's cycle a seventh of its
time (docs/benchmarks.md), nearly always to learn that nothing happened. A connection that the server has ended, be it
by a restart, an administrator or a kill, has something to read on its socket: the reason, or the end. So a quiet
socket is taken for a living one, and only one that is not quiet is asked.
"""

from __future__ import annotations

import select

import psycopg
from django.db.backends.postgresql import base


class DatabaseWrapper(base.DatabaseWrapper):
    """Django looks for a class of this name in a backend's `base`."""

    def is_usable(self) -> bool:
        """Whether the connection can be used; after an error the server itself is asked, as Django does."""
        if self.connection is None:
            return False
        if not self.errors_occurred and not self._something_to_read():
            return True
        return bool(super().is_usable())

    def _something_to_read(self) -> bool:
        assert self.connection is not None
        try:
            socket = self.connection.fileno()
        except psycopg.Error:
            return True
        poll = select.poll()
        poll.register(socket, select.POLLIN | select.POLLPRI)
        return bool(poll.poll(0))
