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

    In a database of its own, which is dropped afterwards, unless --here says otherwise. Its report goes to stderr. Ends
    with exit code 1 if a request failed, or if the totals are not those of the ledger; `errors` counts both.
    """
    began = time.monotonic()
    course = Course(minutes=minutes, speed=speed, screens=screens, seed=seed, steady=steady)
    # Each phone keeps a connection or two.
    allow_connections(3 * callers + screens + 512)
    with _here(course, callers) if here else _scratch(course, callers) as world:
        found, reckoning = _played(world, course)
        _report(course, found, reckoning)
    note(f"The whole command took {time.monotonic() - began:.0f} seconds.")
    result = _result(found, reckoning)
    answer(result, as_json=as_json)
    if result["errors"]:
        raise SystemExit(1)


def _played(world: World, course: Course) -> tuple[Findings, Reckoning]:
    from groundswell.cli.simulating.evening import play
    from groundswell.cli.simulating.world import reckon

    found = asyncio.run(play(world.stage, course, tell=note))
    return found, reckon(world, found)


def _result(found: Findings, reckoning: Reckoning) -> dict[str, Any]:
    numbers = reckoning.numbers
    return {
        "callers": numbers.callers_who_rang,
        "calls": numbers.calls,
        "contacts": numbers.conversations,
        "ids": numbers.identified,
        "errors": found.mishaps.count + len(reckoning.faults),
        "p99_ms": percentile(found.saving, 0.99) if found.saving else None,
        "board_staleness_s": round(found.staleness, 2),
        "calls_per_caller_hour": round(numbers.calls_per_caller_hour, 1),
    }


def _report(course: Course, found: Findings, reckoning: Reckoning) -> None:
    """The evening in a few lines: the headline of the session's own report, how long it took, what went wrong."""
    from groundswell.phonebank.boards import in_one_line

    numbers = reckoning.numbers
    note(f"{in_one_line(numbers)}.")
    note(
        f"{course.minutes:g} minutes went by in {found.open_seconds:.1f} seconds, at {course.speed:g} times the speed."
    )
    note(
        f"{numbers.calls_per_caller_hour:.1f} calls for each hour of a caller, of which there were"
        f" {numbers.caller_hours:.1f}; {numbers.conversations:,} conversations, {numbers.identified:,} voters placed."
    )
    if found.saving:
        note(f"{found.requests:,} requests; half of the results saved within {percentile(found.saving, 0.5):.0f} ms.")
    if found.in_hand:
        note(f"{len(found.in_hand)} closed the laptop in the middle of a call.")
    for words in [*found.mishaps.samples, *reckoning.faults]:
        note(f"! {words}")
    if not reckoning.faults:
        note("The totals are exact: ledger, numbers, board and what each phone was told agree.")


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
