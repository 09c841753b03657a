"""Sending: lease a few, commit, hand them over, write down what came of them with the next lease.

Nothing is handed over inside a transaction, and nothing that was not committed first. Whether it may still leave is asked
once more right before, unless that was asked within FRESH: so a stop stops also what is in a worker's hands, a pause and
a cancellation too. A worker that is killed leaves at most AT_ONCE deliveries of which nobody knows whether they left: their
lease lapses, they are marked so and listed, and are not sent again by themselves; what a provider reports of them later is
still written down.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from time import monotonic, sleep
from typing import Any, Final, Literal

from django.db import DatabaseError, InterfaceError, OperationalError, connection, transaction
from django.utils import timezone

from groundswell.compliance.enums import Channel
from groundswell.messaging.enums import (
    DeliveryReason,
    DeliveryState,
    MessageStatus,
)
from groundswell.messaging.letters import Letters, NotNeededError
from groundswell.messaging.models import Delivery, Message
from groundswell.messaging.open_hours import OpenHours, hours_of
from groundswell.messaging.operations.judging import JUDGE, STILL, Active, ask, asking_of, leased_of
from groundswell.messaging.operations.receipts import match_early_receipts
from groundswell.messaging.operations.settling import PROBLEM_LENGTH, Settled, settled, write_down
from groundswell.messaging.outgoing import Leased, Letterhead, MissingFieldError, segments_in
from groundswell.messaging.pacing import slot_after, slots
from groundswell.messaging.providers.contract import Handed, Outcome, Outgoing, Provider
from groundswell.messaging.providers.registry import UnknownProviderError, open_provider

log = logging.getLogger(__name__)

AT_ONCE = 50  # deliveries between two commits: so many are unknown when a worker is killed
FRESH = 0.2  # seconds for which such a look counts
MOST = 500  # deliveries a job, so that other jobs get their turn
LONGEST = 10.0  # seconds a job
LEASE = timedelta(minutes=5)  # longer than a provider can keep a batch
SOON = timedelta(milliseconds=10)  # another worker leases of this sender
PATIENCE = 20.0  # seconds for a database that is away
REST = timedelta(seconds=30)  # of a sender whose provider took nothing
LETTERS_IN_VAIN = 3  # letters put off one after the other: it is not their addresses, but the provider
SQL = Path(__file__).parent.parent / "sql"
NEXT, LEASED, TAKE = (
    (SQL / f"{name}.sql").read_text(encoding="utf-8") for name in ("next_message", "lease", "take_slots")
)

Clock = Callable[[], datetime]
Open = Callable[[str], Provider]


def send_some(*, clock: Clock = timezone.now, open_way: Open = open_provider, most: int = MOST) -> bool:
    """Send what may go now, as much as one job may; whether there is more.

    Raises RuntimeError inside a transaction: what was sent could be rolled back, and then be sent again.
    """
    if connection.in_atomic_block:
        raise RuntimeError("Messages are sent outside transactions.")
    give_up_lost(now=clock())
    release_held(now=clock())
    close_returned(now=clock())
    run = _Run(clock, open_way)
    try:
        return run.work(most)
    finally:
        run.close()


def give_up_lost(*, now: datetime) -> int:
    """Deliveries whose worker was lost with them in its hands: perhaps gone, and so not sent again."""
    lost = Delivery.objects.filter(state=DeliveryState.LEASED, leased_until__lt=now)
    return lost.update(state=DeliveryState.UNKNOWN, leased_until=None, reason=DeliveryReason.LOST, settled_at=now)


def release_held(*, now: datetime) -> int:
    """Deliveries that were put off and whose time has come; how many."""
    due = Delivery.objects.filter(state=DeliveryState.HELD, due_at__lte=now)
    return due.update(state=DeliveryState.PENDING, due_at=None)


def close_returned(*, now: datetime) -> int:
    """Deliveries that came back out of a worker's hands after their message was cancelled; how many."""
    lately = Message.objects.filter(status=MessageStatus.CANCELLED, finished_at__gt=now - timedelta(days=1))
    back = Delivery.objects.filter(message__in=lately, state__in=WAITING)
    return back.update(state=DeliveryState.SKIPPED, reason=DeliveryReason.CANCELLED, due_at=None, settled_at=now)


class _Run:
    """One job's work: what it has open, and what it has to write down yet."""

    def __init__(self, clock: Clock, open_way: Open) -> None:
        self._clock, self._open_way = clock, open_way
        self._ways: dict[str, Provider] = {}
        self._heads: dict[int, Letterhead | Letters] = {}
        self._hours: dict[Channel | None, OpenHours] = {}
        self._settled: list[Settled] = []
        self._settled_by = ""
        self._wakes_at: datetime | None = None
        self._letters_in_vain = 0
        # When compliance was last asked of what is in our hands.
        self._looked_at = 0.0

    def work(self, most: int) -> bool:
        """Batch after batch, until nothing may go, or enough has gone; whether there is more."""
        deadline, count = monotonic() + LONGEST, 0
        while count < most and monotonic() < deadline:
            found = self._lease(min(AT_ONCE, most - count))
            if found is not None:
                count += len(found[1])
                self._hand_over(*found)
            elif self._wakes_at is None:
                return False
            else:
                # A sender's pace: what waits for it goes in a moment.
                sleep(min(max((self._wakes_at - self._clock()).total_seconds(), 0.01), 1.0))
        return True

    def close(self) -> None:
        """Write down what came of the last batch, and let go of connections."""
        try:
            self._settle_at_last()
        finally:
            for way in self._ways.values():
                way.close()

    def _settle_at_last(self) -> None:
        """Also where the database is gone for a moment: what has left is known only here."""
        patience = monotonic() + PATIENCE
        while True:
            try:
                with transaction.atomic():
                    self._settle()
                return
            except (OperationalError, InterfaceError):
                if monotonic() > patience:
                    raise
            connection.close()
            sleep(0.5)

    def _lease(self, most: int) -> tuple[Active, list[Leased]] | None:
        """The next batch, in this worker's hands alone and committed to be; with it goes down what came of the last."""
        self._wakes_at = None
        with transaction.atomic(), connection.cursor() as cursor:
            self._settle()
            cursor.execute(NEXT)
            for active in [Active(*row) for row in cursor.fetchall()]:
                leased = self._lease_of(cursor, active, 1 if active.is_letters else most)
                if leased:
                    return active, leased
        return None

    def _lease_of(self, cursor: Any, active: Active, most: int) -> list[Leased]:
        now = self._clock()
        if active.expires_at is not None and active.expires_at <= now:
            close_open(active.id, reason=DeliveryReason.TOO_LATE, now=now)
        elif active.wave(now) >= 0 and self._head(active) is not None:
            found = self._take(cursor, active, most, now)
            if found is None or found:
                return found or []
        self._finish(active, now)
        return []

    def _take(self, cursor: Any, active: Active, most: int, now: datetime) -> list[Leased] | None:
        """Lease of one message: empty where nothing of it may go now; None where its sender must wait."""
        buckets = self._hours_of(active).open_at(now)
        if not buckets:
            return None
        # One lease of a sender at a time, and its pace as the worker before has left it.
        cursor.execute(
            "SELECT next_slot_at FROM messaging_sender WHERE id = %s FOR NO KEY UPDATE SKIP LOCKED", [active.sender_id]
        )
        row = cursor.fetchone()
        next_slot_at = row[0] if row is not None else now + SOON
        size = slots(rate=active.rate, next_slot_at=next_slot_at, now=now, most=most)
        if size == 0:
            self._wakes_at = min(filter(None, (self._wakes_at, next_slot_at)))
            return None
        cursor.execute(LEASED, {"message": active.id, "buckets": list(buckets), "wave": active.wave(now), "most": size})
        locked = cursor.fetchall()
        if not locked:
            return []
        leased = self._judge(cursor, active, locked, now)
        pace = slot_after(rate=active.rate, next_slot_at=next_slot_at, now=now, taken=len(leased))
        cursor.execute(TAKE, {"next": pace, "sender": active.sender_id, "at": now, "message": active.id})
        # Nobody of these may be written to any more: the next ones, at once.
        return leased or self._take(cursor, active, most, now)

    def _judge(self, cursor: Any, active: Active, locked: Sequence[Any], now: datetime) -> list[Leased]:
        rows = ask(
            cursor,
            JUDGE,
            {
                **asking_of(active, now),
                "people": [person for _id, person, _point in locked if person is not None],
                "ids": [delivery for delivery, _person, _point in locked],
                "until": now + LEASE,
                "winner": active.winner,
            },
        )
        self._looked_at = monotonic()
        return sorted((leased_of(row) for row in rows if row[1] == DeliveryState.LEASED), key=lambda d: d.id)

    def _finish(self, active: Active, now: datetime) -> None:
        """A message that was prepared is done when nothing of it is open. (Flows and text banks go on.)"""
        if active.prepared_at is None:
            return
        if not any(
            Delivery.objects.filter(message_id=active.id, state=state).exists()
            for state in (DeliveryState.PENDING, DeliveryState.HELD, DeliveryState.LEASED)
        ):
            sending = Message.objects.filter(pk=active.id, status=MessageStatus.SENDING)
            sending.update(status=MessageStatus.DONE, finished_at=now)

    def _head(self, active: Active) -> Letterhead | Letters | None:
        """The message's own part; None, and the message is paused with the reason, where it cannot be written."""
        if active.id not in self._heads:
            message = Message.objects.select_related("sender", "ask", "link").get(pk=active.id)
            try:
                self._heads[active.id] = (
                    Letters(message, clock=self._clock) if active.is_letters else Letterhead(message)
                )
                self._way(active.provider)
            except (ValueError, UnknownProviderError) as problem:
                log.exception("message %s cannot be written", active.id)
                Message.objects.filter(pk=active.id).update(
                    status=MessageStatus.PAUSED, problem=str(problem)[:PROBLEM_LENGTH]
                )
                return None
        return self._heads[active.id]

    def _way(self, name: str) -> Provider:
        if name not in self._ways:
            self._ways[name] = self._open_way(name)
        return self._ways[name]

    def _hours_of(self, active: Active) -> OpenHours:
        channel = hours_of(channel=active.channel, kind=active.kind, provider=active.provider)
        if channel not in self._hours:
            self._hours[channel] = OpenHours(channel)
        return self._hours[channel]

    def _hand_over(self, active: Active, leased: Sequence[Leased]) -> None:
        """Outside any transaction. Whatever goes wrong here is written down with the batch, and never sent twice."""
        now = self._clock()
        going = self._written(active, leased, now)
        handed: list[Handed] = []
        in_hand = self._way(active.provider).in_hand
        for first in range(0, len(going), in_hand):
            try:
                some = self._still(active, going[first : first + in_hand])
            except DatabaseError:
                # Nobody knows whether these may leave, but that they have not.
                for delivery, _outgoing in going[first:]:
                    self._note(delivery.id, DeliveryState.PENDING)
                raise
            answers = self._send(active.provider, [outgoing for _delivery, outgoing in some])
            segments = segments_in([outgoing for _delivery, outgoing in some]) if active.channel == Channel.SMS else {}
            for delivery, _outgoing in some:
                answer = answers.get(delivery.id) or Handed(delivery.id, Outcome.UNKNOWN)
                handed.append(answer)
                self._settled.append(
                    settled(
                        answer,
                        attempts=delivery.attempts,
                        segments=segments.get(delivery.id, 0),
                        now=now,
                        is_letter=active.is_letters,
                    )
                )
            self._settled_by = active.provider
        if handed and self._takes_nothing(active, handed):
            self._rest(active)

    def _takes_nothing(self, active: Active, handed: Sequence[Handed]) -> bool:
        is_in_vain = all(answer.outcome is Outcome.LATER for answer in handed)
        if not active.is_letters:
            return is_in_vain
        self._letters_in_vain = self._letters_in_vain + 1 if is_in_vain else 0
        return self._letters_in_vain >= LETTERS_IN_VAIN

    def _written(self, active: Active, leased: Sequence[Leased], now: datetime) -> list[tuple[Leased, Outgoing]]:
        """Each in its recipient's words; what cannot be written is noted."""
        head, hours = self._heads[active.id], self._hours_of(active)
        going: list[tuple[Leased, Outgoing]] = []
        for place, delivery in enumerate(leased):
            until = hours.valid_until(delivery.bucket_id, now, expires_at=active.expires_at)
            try:
                going.append((delivery, head.outgoing(delivery, valid_until=until)))
            except MissingFieldError as missing:
                self._note(delivery.id, DeliveryState.SKIPPED, DeliveryReason.MISSING_FIELD, str(missing))
            except NotNeededError as unneeded:
                self._note(delivery.id, DeliveryState.SKIPPED, unneeded.reason)
            except (OperationalError, InterfaceError):
                # The database is away, and its words are looked up there. Nothing of this lease has left.
                for each in leased[place:]:
                    self._note(each.id, DeliveryState.PENDING)
                for each, _outgoing in going:
                    self._note(each.id, DeliveryState.PENDING)
                raise
            except Exception:
                log.exception("delivery %s could not be written", delivery.id)
                self._note(delivery.id, DeliveryState.FAILED, DeliveryReason.UNWRITABLE)
        return going

    def _still(self, active: Active, going: Sequence[tuple[Leased, Outgoing]]) -> Sequence[tuple[Leased, Outgoing]]:
        """Those that may leave at this very moment; what becomes of the others is noted."""
        if monotonic() - self._looked_at < FRESH:
            return going
        asking = {
            **asking_of(active, self._clock()),
            "people": [delivery.person_id for delivery, _outgoing in going if delivery.person_id is not None],
            "ids": [delivery.id for delivery, _outgoing in going],
        }
        with transaction.atomic(), connection.cursor() as cursor:
            against = {delivery: (reason, status) for delivery, reason, status in ask(cursor, STILL, asking)}
        self._looked_at = monotonic()
        for delivery, (reason, status) in against.items():
            if reason:
                self._note(delivery, DeliveryState.SUPPRESSED, DeliveryReason(reason))
            elif status == MessageStatus.CANCELLED:
                self._note(delivery, DeliveryState.SKIPPED, DeliveryReason.CANCELLED)
            else:
                self._note(delivery, DeliveryState.PENDING)
        return [each for each in going if each[0].id not in against]

    def _send(self, provider: str, going: Sequence[Outgoing]) -> dict[int, Handed]:
        if not going:
            return {}
        try:
            return {answer.delivery_id: answer for answer in self._way(provider).send(going)}
        except Exception as problem:
            # It promised to raise nothing: what it had handed over by then, nobody knows.
            log.exception("provider %s", provider)
            return {each.delivery_id: Handed(each.delivery_id, Outcome.UNKNOWN, problem=str(problem)) for each in going}

    def _rest(self, active: Active) -> None:
        """A provider that takes nothing is left alone for a while, instead of being offered the whole list."""
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE messaging_sender SET next_slot_at = %s WHERE id = %s", [self._clock() + REST, active.sender_id]
            )

    def _note(
        self, delivery_id: int, state: DeliveryState, reason: DeliveryReason | Literal[""] = "", problem: str = ""
    ) -> None:
        self._settled.append(Settled(delivery_id, state, reason, problem=problem[:PROBLEM_LENGTH]))

    def _settle(self) -> None:
        batch = self._settled
        if not batch:
            return
        write_down(batch, now=self._clock())
        transaction.on_commit(batch.clear)
        match_early_receipts(self._settled_by, {each.provider_id: each.id for each in batch if each.provider_id})


def close_open(message_id: int, *, reason: DeliveryReason, now: datetime) -> int:
    """Whatever of a message has not begun to leave does not leave any more; how many that were."""
    waiting = Delivery.objects.filter(message_id=message_id, state__in=WAITING)
    return waiting.update(state=DeliveryState.SKIPPED, reason=reason, due_at=None, settled_at=now)


WAITING: Final = (DeliveryState.PENDING, DeliveryState.HELD)
