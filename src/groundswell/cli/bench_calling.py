"""`groundswell bench calling`: the caller's cycle over real HTTP, against the database's own limit."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from groundswell.cli.benching.scratch import Scratch, measured
from groundswell.cli.benching.statements import (
    CLAIM,
    CYCLE,
    BenchError,
    connect,
    percentile,
    record_values,
    run_cycles,
)
from groundswell.cli.benching.web_server import HOST, web_server
from groundswell.cli.console import answer, json_option, note
from groundswell.cli.static import collect_static

if TYPE_CHECKING:
    from groundswell.accounts.identity import CallerIdentity
    from groundswell.phonebank.models import PhoneBank

CONNECTIONS = (4, 8, 16)
WARM_UP = 5
# A household is handed out twice in one run only by a fault: whoever was rung waits a day, whoever is in hand 15 minutes.
DOUBLE_CLAIMS = """SELECT count(*) FROM (
    SELECT subject_id FROM accounts_auditevent WHERE verb = 'claim_household' GROUP BY 1 HAVING count(*) > 1) twice"""


@click.command("calling")
@click.option("--households", default=100_000, show_default=True, type=click.IntRange(1_000, 100_000_000))
@click.option("--callers", default=50, show_default=True, type=click.IntRange(1, 1_000))
@click.option("--seconds", default=30, show_default=True, type=click.IntRange(1, 3_600))
@click.option("--keep", is_flag=True, help="Keep the households for the next run of this size.")
@json_option
def command(households: int, callers: int, seconds: int, keep: bool, as_json: bool) -> None:
    """Save one result, receive the next household: over HTTP as callers' phones do, then the bare SQL of it."""
    with measured(households, keep=keep) as (address, scratch):
        bank = scratch.bank
        collect_static()
        people = scratch.callers(callers + max(CONNECTIONS) + 1)
        queries = queries_per_cycle(bank, people[-1])
        note("Over HTTP ...")
        before = results_kept(address)
        with web_server() as port:
            took, latencies, acknowledged = over_http(port, bank, people[:callers], seconds)
        lost = acknowledged - (results_kept(address) - before)
        http_rate = len(latencies) / took
        limits = {
            str(count): round(straight(address, scratch, bank, people[callers:], count, max(5, seconds // 3)), 1)
            for count in CONNECTIONS
        }
        with connect(address) as check:
            row = check.execute(DOUBLE_CLAIMS).fetchone()
            doubles = int(row[0]) if row else -1
    best = max(limits.values())
    answer(
        {
            "cycles_per_second": round(http_rate, 1),
            "p50_ms": percentile(latencies, 0.5),
            "p95_ms": percentile(latencies, 0.95),
            "p99_ms": percentile(latencies, 0.99),
            "limit_per_second": best,
            "ratio": round(http_rate / best, 3),
            "double_claims": doubles,
            "queries_per_cycle": queries,
            "households": households,
            "callers": callers,
            "limit_by_connections": limits,
            "results_lost": lost,
        },
        as_json=as_json,
    )


def straight(
    address: str, scratch: Scratch, bank: PhoneBank, callers: list[CallerIdentity], connections: int, seconds: float
) -> float:
    """Cycles a second of the very statements that a web process sends, from prepared connections."""
    from groundswell.phonebank.bank_settings import settings_of
    from groundswell.phonebank.operations.claiming import CLAIM_STATEMENT, CYCLE_STATEMENT, claim_parameters

    note(f"The bare SQL from {connections} connections ...")
    options = [(option.pk, option.meaning) for option in scratch.options]

    def claim(caller: CallerIdentity) -> list[Any]:
        now = datetime.now(UTC)
        return claim_parameters(settings_of(bank.pk, now), caller, now)

    def record(caller: CallerIdentity, household: dict[str, int | str], turn: int) -> list[Any]:
        return record_values(caller, household, turn, question=scratch.question.pk, options=options)

    rate, _seconds = run_cycles(
        address,
        connections=connections,
        seconds=seconds,
        callers=callers,
        claim=claim,
        record=record,
        statements={CLAIM: CLAIM_STATEMENT, CYCLE: CYCLE_STATEMENT},
    )
    return rate


def over_http(
    port: int, bank: PhoneBank, callers: list[CallerIdentity], seconds: int
) -> tuple[float, list[float], int]:
    """How long the phones called, the seconds of each cycle, and how many results were acknowledged, warm-up and all.

    They are driven by a process of its own.
    """
    sessions = "\n".join(session_of(caller.user_id) for caller in callers)
    done = subprocess.run(  # noqa: S603 - ourselves
        [
            sys.executable,
            "-m",
            "groundswell.cli.benching.driver",
            HOST,
            str(port),
            str(bank.pk),
            str(seconds),
            str(WARM_UP),
        ],
        input=sessions,
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise BenchError("The phones could not call; see above.")
    found = json.loads(done.stdout)
    return found["took"], found["seconds"], found["acknowledged"]


def session_of(user_id: int) -> str:
    """The session cookie this volunteer would have after signing in."""
    from django.contrib.auth import login
    from django.http import HttpRequest

    from groundswell.accounts.models import User
    from groundswell.accounts.sessions import SessionStore

    request = HttpRequest()
    request.session = SessionStore()
    login(request, User.objects.get(pk=user_id), backend="allauth.account.auth_backends.AuthenticationBackend")
    request.session.save()
    return str(request.session.session_key)


def queries_per_cycle(bank: PhoneBank, caller: CallerIdentity) -> int:
    """How many queries the web process sends for one cycle, by Django's own count, once it is warm."""
    from django.conf import settings
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    client = Client()
    client.cookies[settings.SESSION_COOKIE_NAME] = session_of(caller.user_id)
    where = f"/phonebank/calling/{bank.pk}/"
    page = client.get(where, headers={"host": "localhost"}).content.decode()
    count = 0
    for _round in range(3):
        fields = dict(re.findall(r'name="(client_uuid|entry|lease_key|person|number-\d+)"[^>]*? value="([^"]+)"', page))
        with CaptureQueriesContext(
            connection,
        ) as queries:
            page = client.post(
                f"{where}result/",
                {**fields, "outcome": "no_answer"},
                headers={"host": "localhost", "x-groundswell": "fragment"},
            ).content.decode()
        count = len(queries)
    return count


def results_kept(address: str) -> int:
    """How many results stand in the ledger: each acknowledged one must, once."""
    with connect(address) as check:
        row = check.execute("SELECT count(*) FROM phonebank_call").fetchone()
    return int(row[0]) if row else 0
