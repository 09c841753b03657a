"""What can go wrong with the embedded server, in words for the person at the terminal."""

from __future__ import annotations


class ServerError(Exception):
    """The embedded PostgreSQL cannot be started, used or stopped. The text says why and what to do."""
