"""Tamper evidence for the audit log (rule D13): a chain of SHA-256 digests over ranges of transactions.

The trigger keeps the application from changing the log; a chain shows when somebody with the database's own rights did.
Against one who rewrites the chain as well, keep the newest seal elsewhere: `latest_seal` gives it, and `groundswell doctor`
prints it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction

from groundswell.accounts.models import AuditSeal

FIRST = b"groundswell audit log"


@dataclass(frozen=True)
class Break:
    """Where the chain does not hold: the seal, its range of transactions, and what is wrong there."""

    seal_id: int
    after_txid: int
    up_to_txid: int
    what: str


@dataclass(frozen=True)
class Verification:
    """What `verify_audit_log` found: `seals` and `events` checked, and the breaks in order; none is a sound log."""

    seals: int
    events: int
    breaks: tuple[Break, ...]

    @property
    def is_sound(self) -> bool:
        """Whether every seal still fits what it covers and the seal before it."""
        return not self.breaks


@transaction.atomic
def seal_audit_log(*, now: datetime) -> AuditSeal | None:
    """Add a seal over the events of all transactions that have ended since the last; None when there are none.

    Below the oldest running transaction no event can still appear, so what is sealed is final. Safe to run twice at once.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('groundswell.audit_seal'))")
        # Read after the lock: the seal of whoever had it before must be seen.
        cursor.execute("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint - 1")
        up_to = cursor.fetchone()[0]
        last = latest_seal()
        after, previous = (last.up_to_txid, bytes(last.digest)) if last else (0, FIRST)
        if up_to <= after:
            return None
        cursor.execute("SELECT events, digest FROM accounts_audit_range_digest(%s, %s, %s)", [after, up_to, previous])
        events, digest = cursor.fetchone()
    if not events:
        return None
    return AuditSeal.objects.create(
        after_txid=after,
        up_to_txid=up_to,
        events=events,
        digest=bytes(digest),
        previous_digest=previous,
        sealed_at=now,
    )


def latest_seal() -> AuditSeal | None:
    """The newest seal; its digest stands for the whole log before it."""
    return AuditSeal.objects.order_by("-up_to_txid").first()


def verify_audit_log() -> Verification:
    """Compute every seal anew from the events there are, and say exactly where it does not fit."""
    breaks: list[Break] = []
    seals = events = 0
    expected_after, expected_previous = 0, FIRST
    for seal in AuditSeal.objects.order_by("up_to_txid").iterator():
        seals += 1
        what = _what_is_wrong(seal, expected_after, expected_previous)
        if what:
            breaks.append(Break(seal.pk, seal.after_txid, seal.up_to_txid, what))
        if seal.forgotten_at is None:
            events += seal.events
        expected_after, expected_previous = seal.up_to_txid, bytes(seal.digest)
    return Verification(seals, events, tuple(breaks))


def forget_old_events(*, before: datetime) -> int:
    """Retention: delete the events of ranges sealed before this date; how many. The seals stay (rules D10, D13)."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT accounts_audit_forget(%s)", [before])
        return int(cursor.fetchone()[0])


def _what_is_wrong(seal: AuditSeal, after: int, previous: bytes) -> str:
    if seal.after_txid != after:
        return f"a seal is missing: this one begins after transaction {seal.after_txid}, the one before ends at {after}"
    if bytes(seal.previous_digest) != previous:
        return "the seal before it was changed"
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT events, digest FROM accounts_audit_range_digest(%s, %s, %s)",
            [seal.after_txid, seal.up_to_txid, previous],
        )
        events, digest = cursor.fetchone()
    if seal.forgotten_at is not None:
        return f"{events} events in a range that was deleted in retention" if events else ""
    if events != seal.events:
        return f"{seal.events} events were sealed, {events} are there"
    if bytes(digest) != bytes(seal.digest):
        return "an event in it, or the seal itself, was changed"
    return ""
