"""A way out that is told what to answer, for what a mail server does not do on demand; and one real mail server."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from groundswell.messaging.providers.contract import IN_HAND, Handed, Outcome, Outgoing


class Way:
    """Remembers what it was handed; `answers` says what it does with one, `before` what happens just before a batch."""

    name = "smtp"
    in_hand = IN_HAND

    def __init__(self) -> None:
        self.batches: list[list[Outgoing]] = []
        self.answers: Callable[[Outgoing], Handed] = lambda each: Handed(
            each.delivery_id, Outcome.TAKEN, f"<{each.reference}@way>"
        )
        self.before: Callable[[Sequence[Outgoing]], None] = lambda batch: None
        self.closed = 0

    def send(self, batch: Sequence[Outgoing]) -> list[Handed]:
        self.before(batch)
        self.batches.append(list(batch))
        return [self.answers(each) for each in batch]

    def close(self) -> None:
        self.closed += 1

    @property
    def handed(self) -> list[Outgoing]:
        return [each for batch in self.batches for each in batch]

    @property
    def addresses(self) -> list[str]:
        return [each.to for each in self.handed]
