"""The SQL of the caller's cycle on its own: prepared, pipelined by nobody, through libpq's bare asynchronous calls.

One process drives all connections and does almost nothing else, so what it measures is the database's limit and not
Python's.
"""

from __future__ import annotations

import json
import re
import selectors
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, cast
from uuid import uuid4

import psycopg
from psycopg import pq

if TYPE_CHECKING:
    from psycopg.abc import Buffer

    from groundswell.accounts.identity import CallerIdentity

CYCLE = b"cycle"
CLAIM = b"claim"
ENTRY = re.compile(rb'"entry": (\d+)')
LEASE = re.compile(rb'"lease_key": "([0-9a-f-]{36})"')
PERSON = re.compile(rb'"people": \[\{"id": (\d+)')
NUMBER = re.compile(rb'"numbers": \[\{"id": (\d+)')
MOST_ATTEMPTS = 3


class BenchError(RuntimeError):
    """The measurement did not measure what it should have."""


@dataclass
class Line:
    """One connection and the caller behind it."""

    pgconn: pq.abc.PGconn
    caller: CallerIdentity
    number: int
    cycles: int = 0
    claims: int = 0
    sent_at: float = 0.0
    seconds: list[float] = field(default_factory=list)


def numbered(statement: str) -> bytes:
    """`%s` as `$1`, `$2`, ...: the form in which a statement is prepared."""
    parts = statement.split("%s")
    return "".join(f"{part}${i}" for i, part in enumerate(parts[:-1], 1)).encode() + parts[-1].encode()


def as_text(value: Any) -> bytes | None:
    """A parameter in PostgreSQL's text form."""
    if value is None:
        return None
    if isinstance(value, bool):
        return b"t" if value else b"f"
    if isinstance(value, list):
        return ("{" + ",".join("NULL" if v is None else f'"{v}"' for v in value) + "}").encode()
    return str(value).encode()


def open_line(address: str, caller: CallerIdentity, number: int, statements: dict[bytes, str]) -> Line:
    """A connection with the statements prepared."""
    pgconn = pq.PGconn.connect(address.encode())
    if pgconn.status != pq.ConnStatus.OK:
        raise BenchError(pgconn.get_error_message())
    for name, statement in statements.items():
        _check(pgconn.prepare(name, numbered(statement)))
    return Line(pgconn, caller, number)


def run_cycles(
    address: str,
    *,
    connections: int,
    seconds: float,
    callers: Sequence[CallerIdentity],
    claim: Callable[[CallerIdentity], list[Any]],
    record: Callable[[CallerIdentity, dict[str, int | str], int], list[Any]],
    statements: dict[bytes, str],
) -> tuple[float, list[float]]:
    """Cycles a second, and each cycle's seconds, of "record this, claim the next" on `connections` connections."""
    lines = [open_line(address, callers[i], i, statements) for i in range(connections)]
    with selectors.DefaultSelector() as selector:
        for line in lines:
            # psycopg's types forget that libpq takes None for NULL here as well.
            parameters = cast("list[Buffer]", [as_text(v) for v in claim(line.caller)])
            first = _check(line.pgconn.exec_prepared(CLAIM, parameters))
            _send(line, first.get_value(0, 0) or b"", claim, record)
            selector.register(line.pgconn.socket, selectors.EVENT_READ, line)
        start = time.perf_counter()
        end = start + seconds
        busy = len(lines)
        while busy:
            for key, _events in selector.select():
                line = key.data
                line.pgconn.consume_input()
                if line.pgconn.is_busy():
                    continue
                found = _result(line.pgconn)
                instant = time.perf_counter()
                line.seconds.append(instant - line.sent_at)
                line.cycles += 1
                if instant < end:
                    _send(line, found, claim, record)
                else:
                    selector.unregister(line.pgconn.socket)
                    busy -= 1
        took = time.perf_counter() - start
    for line in lines:
        line.pgconn.finish()
    return sum(line.cycles for line in lines) / took, [s for line in lines for s in line.seconds]


def _send(line: Line, found: bytes, claim: Callable[..., list[Any]], record: Callable[..., list[Any]]) -> None:
    entry, lease, person, number = (pattern.search(found) for pattern in (ENTRY, LEASE, PERSON, NUMBER))
    if not (entry and lease and person and number):
        raise BenchError(f"no household: {found[:300].decode(errors='replace')}")
    household: dict[str, int | str] = {
        "entry": int(entry[1]),
        "lease_key": lease[1].decode(),
        "person": int(person[1]),
        "number": int(number[1]),
    }
    parameters = [*claim(line.caller), *record(line.caller, household, line.cycles + line.number)]
    line.sent_at = time.perf_counter()
    line.pgconn.send_query_prepared(CYCLE, [as_text(v) for v in parameters])
    line.pgconn.flush()


def _result(pgconn: pq.abc.PGconn) -> bytes:
    value = b""
    while (result := pgconn.get_result()) is not None:
        value = _check(result).get_value(0, 1) or b""
    return value


def _check(result: pq.abc.PGresult) -> pq.abc.PGresult:
    if result.status not in {pq.ExecStatus.TUPLES_OK, pq.ExecStatus.COMMAND_OK}:
        raise BenchError((result.error_message or b"").decode(errors="replace"))
    return result


def outcome_of(turn: int) -> str:
    """Seven of ten do not answer; three speak and say whom they support."""
    return "completed" if turn % 10 in {2, 5, 8} else "no_answer"


def record_values(
    caller: CallerIdentity,
    household: dict[str, int | str],
    turn: int,
    *,
    question: int,
    options: Sequence[tuple[int, str]],
) -> list[Any]:
    """The parameters of a result, as `operations.claiming` makes them."""
    now = datetime.now(UTC)
    outcome = outcome_of(turn)
    option, meaning = options[turn % len(options)]
    answers = (
        [{"person": household["person"], "question": question, "option": option, "meaning": meaning, "text": ""}]
        if outcome == "completed"
        else []
    )
    return [
        uuid4(), caller.user_id, caller.membership_id, caller.session_epoch, household["entry"], household["lease_key"],
        household["person"], household["number"], outcome, "person_done" if answers else "none", "",
        bool(answers), json.dumps(answers), None, True, False, MOST_ATTEMPTS, now.date(), now, now,
    ]  # fmt: skip


def connect(address: str) -> psycopg.Connection[Any]:
    """A plain connection beside the measured ones."""
    return psycopg.connect(address, autocommit=True)


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which `share` of them lie, in milliseconds from seconds; 0 for none."""
    if not values:
        return 0.0
    ordered = sorted(values)
    return round(ordered[min(len(ordered) - 1, int(len(ordered) * share))] * 1000, 2)
