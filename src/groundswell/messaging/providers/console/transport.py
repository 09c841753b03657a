"""Keeps what would be sent, once for each reference, where the simulator's page shows it."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils import timezone

from groundswell.messaging.models import SimulatedText
from groundswell.messaging.providers.contract import IN_HAND, Handed, Outcome, Outgoing
from groundswell.messaging.sms import as_sent


class ConsoleProvider:
    """Takes every text."""

    name = "console"
    in_hand = IN_HAND

    def send(self, batch: Sequence[Outgoing]) -> list[Handed]:
        """Write the texts down; one that was handed over before stays as it was."""
        now = timezone.now()
        SimulatedText.objects.bulk_create(
            [
                SimulatedText(
                    reference=outgoing.reference,
                    our_address=outgoing.sender_address,
                    our_name=outgoing.sender_name,
                    their_address=outgoing.to,
                    text=self._shown(outgoing),
                    at=now,
                )
                for outgoing in batch
            ],
            ignore_conflicts=True,
        )
        return [Handed(outgoing.delivery_id, Outcome.TAKEN, f"{self.name}-{outgoing.reference}") for outgoing in batch]

    def close(self) -> None:
        """Nothing is held open."""

    def _shown(self, outgoing: Outgoing) -> str:
        return as_sent(outgoing.text)


class Letterbox(ConsoleProvider):
    """Takes every email, and keeps its plain text under its subject."""

    name = "letterbox"

    def _shown(self, outgoing: Outgoing) -> str:
        return f"{outgoing.subject}\n\n{outgoing.text}"
