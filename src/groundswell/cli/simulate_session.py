"""`groundswell simulate session`: a calling evening with invented volunteers, over real HTTP, as fast as wanted."""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any

import click

from groundswell.cli.benching.scratch import measured
from groundswell.cli.benching.statements import percentile
from groundswell.cli.benching.web_server import HOST, web_server
from groundswell.cli.console import answer, json_option, note
from groundswell.cli.database import database
from groundswell.cli.failures import Refusal
from groundswell.cli.ports import allow_connections
from groundswell.cli.simulating.stage import Course, Findings
from groundswell.cli.static import collect_static
from groundswell.config.environment import environment

if TYPE_CHECKING:
    from groundswell.cli.simulating.world import Reckoning, World

# So many households wait for each volunteer in a database of its own.
HOUSEHOLDS_EACH = 60
FEWEST_HOUSEHOLDS = 3_000


@click.command("session")
@click.option("--callers", default=12, show_default=True, type=click.IntRange(1, 5_000))
@click.option(
    "--minutes", default=120, show_default=True, type=click.IntRange(1, 600), help="Of the evening's own time."
)
@click.option(
    "--speed", default=60, show_default=True, type=click.IntRange(1, 120), help="Times faster than time goes by."
)
@click.option("--screens", default=2, show_default=True, type=click.IntRange(1, 2_000), help="That show the board.")
@click.option("--seed", default=2010, show_default=True, help="The same seed, the same volunteers.")
@click.option("--steady", is_flag=True, help="Nobody comes late, leaves, has a break or loses the signal.")
@click.option(
    "--here", is_flag=True, help="In the demo of this installation, which has to be running: watch it in a browser."
)
@json_option
def command(
    callers: int, minutes: int, speed: int, screens: int, seed: int, steady: bool, here: bool, as_json: bool
) -> None:
    """Play a calling session: a host, volunteers who come and go, screens with the live board.

    In a database of its own, which is dropped afterwards, unless --here says otherwise. Ends with exit code 1 if a
    request failed, or if the totals are not those of the ledger.
    """
    began = time.monotonic()
    course = Course(minutes=minutes, speed=speed, screens=screens, seed=seed, steady=steady)
    # Each phone keeps a connection or two.
    allow_connections(3 * callers + screens + 512)
    with _here(course, callers) if here else _scratch(course, callers) as world:
        found, reckoning = _played(world, course)
        result = _result(world, course, found, reckoning)
    result["seconds"] = round(time.monotonic() - began, 1)
    for words in [*found.mishaps.samples, *reckoning.faults]:
        note(f"! {words}")
    answer(result, as_json=as_json)
    if found.mishaps.count or reckoning.faults:
        raise SystemExit(1)


def _played(world: World, course: Course) -> tuple[Findings, Reckoning]:
    from groundswell.cli.simulating.evening import play
    from groundswell.cli.simulating.world import reckon

    found = asyncio.run(play(world.stage, course, tell=note))
    return found, reckon(world, found)


def _result(world: World, course: Course, found: Findings, reckoning: Reckoning) -> dict[str, Any]:
    numbers = reckoning.numbers
    return {
        "callers": numbers.callers_who_rang,
        "calls": numbers.calls,
        "contacts": numbers.conversations,
        "ids": numbers.identified,
        "errors": found.mishaps.count,
        "p99_ms": percentile(found.saving, 0.99) if found.saving else None,
        "board_staleness_s": round(found.staleness, 2),
        "calls_per_caller_hour": round(numbers.calls_per_caller_hour, 1),
        "totals_exact": not reckoning.faults,
        "caller_hours": round(numbers.caller_hours, 1),
        "p50_ms": percentile(found.saving, 0.5) if found.saving else None,
        "minutes": course.minutes,
        "speed": int(course.speed),
        "screens": course.screens,
        "unranked": len(numbers.unranked),
        "left_in_hand": len(found.in_hand),
        "requests": found.requests,
        "session": world.session.pk,
        "session_seconds": round(found.open_seconds, 1),
    }


@contextmanager
def _scratch(course: Course, callers: int) -> Iterator[World]:
    """A database of its own, with the real web server and the worker on it."""
    os.environ["GROUNDSWELL_DEMO"] = "1"  # whose people may be rung at any hour, and whose host needs no second factor
    environment.cache_clear()
    with ExitStack() as stack:
        households = max(FEWEST_HOUSEHOLDS, HOUSEHOLDS_EACH * min(callers, 1_000))
        _address, scratch = stack.enter_context(measured(households, keep=False))
        from groundswell.campaigns.models import Campaign
        from groundswell.cli.simulating.world import set_up

        Campaign.objects.filter(pk=scratch.campaign.pk).update(is_demo=True)
        collect_static()
        port = stack.enter_context(web_server())
        stack.enter_context(_worker())
        note(f"{callers:,} volunteers get ready ...")
        world = set_up(scratch.bank, course, callers=callers, host=HOST, port=port)
        note(f"The board: http://{HOST}:{port}/phonebank/board/{world.stage.board_key}/")
        yield world


@contextmanager
def _here(course: Course, callers: int) -> Iterator[World]:
    """The demo of this installation, over its own web server."""
    env = environment()
    host = {"0.0.0.0": HOST, "::": "::1"}.get(env.host, env.host)  # noqa: S104 - connects, does not listen
    try:
        socket.create_connection((host, env.port), timeout=2).close()
    except OSError:
        raise Refusal(
            f"Nothing answers at {host}:{env.port}. Start `groundswell run --demo` in another terminal first."
        ) from None
    os.environ["GROUNDSWELL_DEMO"] = "1"
    environment.cache_clear()
    with database():
        from groundswell.cli.simulating.world import demo_list, set_up

        bank = demo_list()
        world = set_up(
            bank, course, callers=callers, host=host, port=env.port, area=bank.areas.filter(kind="constituency").first()
        )
        note(f"The board: {env.public_url}/phonebank/board/{world.stage.board_key}/")
        note(f"The host's page: {env.public_url}/phonebank/sessions/{world.session.pk}/host/")
        yield world


@contextmanager
def _worker() -> Iterator[None]:
    """The worker, as `groundswell worker` starts it."""
    process = subprocess.Popen([sys.executable, "-m", "groundswell.cli", "worker"], stdout=sys.stderr)
    try:
        yield
    finally:
        process.terminate()
        process.wait(timeout=60)
