"""Keeps what would be sent where Django's settings say: files in the data folder."""

from __future__ import annotations

from collections.abc import Sequence

from django.core.mail import get_connection

from groundswell.messaging.providers.contract import IN_HAND, Handed, Outcome, Outgoing
from groundswell.messaging.providers.emails import email_of


class FilesProvider:
    """One file for each run, all its letters in it."""

    name = "files"
    in_hand = IN_HAND

    def __init__(self) -> None:
        self._backend = get_connection()

    def send(self, batch: Sequence[Outgoing]) -> list[Handed]:
        """Write each down."""
        return [self._keep(each) for each in batch]

    def close(self) -> None:
        """Nothing is held open between two letters."""

    def _keep(self, each: Outgoing) -> Handed:
        email = email_of(each)
        email.extra_headers["Message-ID"] = message_id = f"<{each.reference}.{each.sender_address}>"
        try:
            self._backend.send_messages([email])
        except ValueError as problem:
            return Handed(each.delivery_id, Outcome.REFUSED, problem=str(problem))
        except OSError as problem:
            # A full disk, a folder that is not ours: perhaps half of it is written.
            return Handed(each.delivery_id, Outcome.UNKNOWN, message_id, str(problem))
        return Handed(each.delivery_id, Outcome.TAKEN, message_id)
