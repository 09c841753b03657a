"""`groundswell bench claim`: claiming the next household at any size of queue, and in bad weather."""

from __future__ import annotations

import itertools
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import psycopg

from groundswell.cli.benching.scratch import measured
from groundswell.cli.benching.statements import connect, percentile
from groundswell.cli.console import answer, json_option, note, progress

if TYPE_CHECKING:
    from groundswell.accounts.identity import CallerIdentity
    from groundswell.phonebank.models import PhoneBank

MEASURED = 2_000
MOST_WARM_UP = 50_000
BATCH = 1_000
WEAR = Path(__file__).with_name("benching") / "wear.sql"
A_DAY = 150  # households a caller may see (rule D12)


@click.command("claim")
@click.option("--households", default=100_000, show_default=True, type=click.IntRange(1_000, 100_000_000))
@click.option("--claims", default=200_000, show_default=True, help="Claims without a vacuum, before measuring again.")
@click.option("--keep", is_flag=True, help="Keep the households for the next run of this size.")
@json_option
def command(households: int, claims: int, keep: bool, as_json: bool) -> None:
    """One claim at a time, alone on the machine: cold, warm, after many claims without a vacuum, under a long snapshot.

    Cold are the first claims after the server's start, when every page they touch is read for the first time. The
    snapshot is opened before the many claims, so that nothing they leave behind can be cleared while it is open.
    """
    with measured(households, keep=keep) as (address, scratch):
        bank = scratch.bank
        warm_up = min(MOST_WARM_UP, households // 5)
        claims = max(0, min(claims, households - warm_up - 6 * MEASURED))
        wanted = MEASURED * 5 + warm_up + claims
        everybody = scratch.callers(wanted // A_DAY + 60)
        callers = itertools.cycle(everybody)
        with connect(address) as owner:
            owner.execute("ALTER TABLE phonebank_queueentry SET (autovacuum_enabled = false)")
        with _own(address) as own:
            cold = measure(own, bank, callers, MEASURED)
            note(f"{warm_up:,} claims to warm up ...")
            wear(own, bank, everybody, warm_up)
            warm = measure(own, bank, callers, MEASURED)
            with connect(address) as snapshot:
                snapshot.execute("SET idle_in_transaction_session_timeout = 0")
                snapshot.execute("BEGIN ISOLATION LEVEL REPEATABLE READ")
                snapshot.execute("SELECT count(*) FROM phonebank_hold")
                note(f"{claims:,} claims without a vacuum, under an open snapshot ...")
                wear(own, bank, everybody, claims)
                under = measure(own, bank, callers, MEASURED)
                forgetful = measure(own, bank, callers, 200, forgetful=True)
                snapshot.execute("COMMIT")
            unvacuumed = measure(own, bank, callers, MEASURED)
    answer(
        {
            "households": households,
            "claims_without_vacuum": claims,
            "p50_ms": percentile(warm, 0.5),
            "p99_ms": percentile(warm, 0.99),
            "cold_p50_ms": percentile(cold, 0.5),
            "cold_p99_ms": percentile(cold, 0.99),
            "after_claims_p50_ms": percentile(unvacuumed, 0.5),
            "after_claims_p99_ms": percentile(unvacuumed, 0.99),
            "long_snapshot_p50_ms": percentile(under, 0.5),
            "long_snapshot_p99_ms": percentile(under, 0.99),
            "long_snapshot_without_mark_p50_ms": percentile(forgetful, 0.5),
        },
        as_json=as_json,
    )


def _own(address: str) -> psycopg.Connection[Any]:
    return psycopg.connect(address, autocommit=True, prepare_threshold=0)


def wear(own: psycopg.Connection[Any], bank: PhoneBank, callers: list[CallerIdentity], count: int) -> None:
    """`count` claims that are not measured, as fast as the database makes them, a thousand to a transaction."""
    from groundswell.phonebank.bank_settings import caller_day, settings_of

    own.execute(WEAR.read_text(encoding="utf-8"))
    with progress("Claims", total=count) as bar:
        for first in range(0, count, BATCH):
            now = datetime.now(UTC)
            known, size = settings_of(bank.pk, now), min(BATCH, count - first)
            turn = [callers[(first + i) % len(callers)] for i in range(min(size, len(callers)))]
            open_now = known.open_at(now)
            own.execute(
                f"SELECT pg_temp.wear({', '.join(['%s'] * 14)})",
                [
                    bank.pk,
                    [caller.user_id for caller in turn],
                    [caller.membership_id for caller in turn],
                    turn[0].session_epoch,
                    known.version,
                    open_now.ids,
                    open_now.todays,
                    open_now.tomorrows,
                    known.limits.attempts,
                    known.limits.calls_a_day,
                    known.limits.households_a_day,
                    caller_day(now),
                    known.limits.lease,
                    size,
                ],
            )
            bar.advance(size)


def measure(
    own: psycopg.Connection[Any],
    bank: PhoneBank,
    callers: Any,
    count: int,
    *,
    forgetful: bool = False,
) -> list[float]:
    """The seconds of each of `count` claims, every one by the next caller, who gives back what they had before.

    `forgetful` claims look from the head of the queue, as a process does that has just started.
    """
    from groundswell.phonebank.bank_settings import marks_of, settings_of
    from groundswell.phonebank.operations.claiming import CLAIM_STATEMENT, claim_parameters

    seconds = []
    with progress("Claims", total=count) as bar:
        for _turn in range(count):
            caller: CallerIdentity = next(callers)
            now = datetime.now(UTC)
            if forgetful:
                marks_of(bank.pk).by_bucket.clear()
            values = claim_parameters(settings_of(bank.pk, now), caller, now)
            start = time.perf_counter()
            row = own.execute(CLAIM_STATEMENT, values).fetchone()
            seconds.append(time.perf_counter() - start)
            found = row[0] if row else {}
            if found.get("mark"):
                marks_of(bank.pk).move(*found["mark"])
            if found.get("status") != "household":
                raise RuntimeError(f"no household to claim: {found}")
            own.execute(
                "UPDATE phonebank_queueentry SET state = 3, done_reason = 'called', leased_by_id = NULL, "
                "leased_at = NULL, leased_until = NULL, lease_key = NULL WHERE id = %s",
                [found["entry"]],
            )
            own.execute("DELETE FROM phonebank_hold WHERE entry_id = %s", [found["entry"]])
            bar.advance()
    return seconds
