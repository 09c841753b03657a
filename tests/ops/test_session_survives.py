"""A whole session goes on while the web server, the worker or the database is killed under it.

The volunteers are those of `groundswell simulate session`: they come in, ring, have breaks, lose the signal, and never
sign in again. Afterwards the ledger, the session's numbers and the board agree with what each phone was told.
"""

from __future__ import annotations

import asyncio
import json
import signal
import subprocess
from concurrent.futures import ThreadPoolExecutor
from dataclasses import astuple
from pathlib import Path
from typing import Any

import pytest

from groundswell.cli.simulating.chance import lobby_minutes
from groundswell.cli.simulating.evening import play
from groundswell.cli.simulating.stage import Course, Findings, Stage

from .conftest import PATIENCE, Installation, Running
from .test_calls_survive import kill
from .test_run import READY

pytestmark = pytest.mark.slow

CALLERS = 8
# Twenty minutes in half of one: each kill falls into it.
MINUTES, SPEED = 20, 40
KILLED_AT = (0.3, 0.6)


def world(installation: Installation, *arguments: object, told: dict[str, Any] | None = None) -> dict[str, Any]:
    """What the process of session_world.py answers."""
    done = subprocess.run(
        [
            installation.interpreter,
            str(Path(__file__).with_name("session_world.py")),
            *(str(argument) for argument in arguments),
        ],
        env=installation.environment,
        input=json.dumps(told),
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE,
    )
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    assert isinstance(answer, dict)
    return answer


async def play_and_kill(part: str, installation: Installation, running: Running, stage: Stage) -> Findings:
    """The evening, and two kills in the middle of it."""
    course = Course(MINUTES, SPEED, screens=2, seed=4)
    evening = asyncio.create_task(play(stage, course))
    await asyncio.sleep(lobby_minutes(MINUTES) * 60 / SPEED)
    for index, share in enumerate(KILLED_AT):
        since = KILLED_AT[index - 1] if index else 0.0
        await asyncio.sleep((share - since) * MINUTES * 60 / SPEED)
        assert not evening.done()
        await asyncio.to_thread(kill, part, installation, running)
    return await evening


@pytest.mark.parametrize("part", ["web", "database", "worker"])
def test_the_session_goes_on(installation: Installation, part: str) -> None:
    installation.settings["GROUNDSWELL_DEMO"] = "1"
    made = world(installation, "set-up", CALLERS, MINUTES, SPEED, installation.port)
    stage = Stage(**{**made["stage"], "sessions": tuple(made["stage"]["sessions"])})
    running = installation.start("run")
    running.says(READY)
    with ThreadPoolExecutor(1) as own_thread:  # browser tests leave a running loop in the main thread
        found = own_thread.submit(asyncio.run, play_and_kill(part, installation, running, stage)).result()
    told = {
        "stage": made["stage"],
        "volunteers": made["volunteers"],
        "results": [astuple(result) for result in found.results],
        "last_board": found.last_board,
    }
    reckoned = world(installation, "reckon", told=told)
    assert reckoned["faults"] == []
    assert reckoned["calls"] > CALLERS, "hardly anybody rang"
    # One closes the laptop; everybody else, without having signed in again, is thanked at the end.
    assert found.thanked == CALLERS - len(found.in_hand)
    assert not any("/login" in sample or ": 403" in sample for sample in found.mishaps.samples), found.mishaps.samples
    if part == "worker":
        assert found.mishaps.count == 0, found.mishaps.samples
    assert running.stop(signal.SIGINT) == 0
