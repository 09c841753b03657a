"""Volunteers go on calling while the web server, the worker or the database is killed under them (fixed point 3).

Their phones do what ours do (web/static: the outbox): a result that got no answer is sent again, the same, until it has
one. Then each stands in the ledger, once.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest

from groundswell.cli.benching.driver import FIELDS, NUMBER
from groundswell.config.postgres import connection_url

from .conftest import PATIENCE, Installation, Running, eventually
from .test_run import READY, children_of

pytestmark = pytest.mark.slow

CALLERS = 6
CYCLES = 25  # of each caller
KILLS = 3


class Phone:
    """One volunteer: what they sent, and which of it was answered."""

    def __init__(self, address: str, bank: int, session: str) -> None:
        self.where = f"{address}/phonebank/calling/{bank}/"
        self.browser = httpx.Client(cookies={"sessionid": session}, timeout=20)
        self.sent: list[str] = []
        self.repeats = 0

    def until_answered(self, ask: Callable[[], httpx.Response]) -> bytes:
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            try:
                answer = ask()
            except httpx.TransportError:
                pass
            else:
                if answer.status_code < 500:
                    assert answer.status_code == 200, answer.text[:500]
                    return answer.content
            self.repeats += 1
            time.sleep(0.1)
        pytest.fail("never answered")

    def call(self, cycles: int, answered: Callable[[], None]) -> None:
        page = self.until_answered(lambda: self.browser.get(self.where))
        for _cycle in range(cycles):
            result = self.result_of(page)
            self.sent.append(result["client_uuid"])
            page = self.until_answered(lambda result=result: self.post(result))  # type: ignore[misc]
            answered()

    def post(self, result: dict[str, str]) -> httpx.Response:
        headers = {"X-Groundswell": "fragment", "X-CSRFToken": self.browser.cookies["csrftoken"]}
        return self.browser.post(f"{self.where}result/", data=result, headers=headers)

    @staticmethod
    def result_of(page: bytes) -> dict[str, str]:
        found = {name: pattern.search(page) for name, pattern in FIELDS.items()}
        assert all(found.values()), page[:2000]
        fields = {name: match[1].decode() for name, match in found.items() if match}
        numbers = {person: (name, number) for name, person, number in NUMBER.findall(page)}
        name, number = numbers[fields["person"].encode()]
        return {**fields, name.decode(): number.decode(), "outcome": "no_answer", "note": ""}


def kill(part: str, installation: Installation, running: Running) -> None:
    """`kill -9`, and wait until the parent has started it again. Of the web server, those too who answer for it."""
    if part == "database":
        pid = installation.server.pid
    else:
        pid = eventually(lambda: children_of(running.process.pid).get(part), f"{part} runs")
    assert pid is not None
    said = "The database had ended; it runs again." if part == "database" else f"The {part} process ended"
    times = running.output.count(said) + 1
    below = Path(f"/proc/{pid}/task/{pid}/children").read_text().split() if part == "web" else []
    for each in [pid, *map(int, below)]:
        with suppress(ProcessLookupError):
            os.kill(each, signal.SIGKILL)
    running.says(said, times=times)


@pytest.mark.parametrize("part", ["web", "database", "worker"])
def test_no_result_is_lost_or_doubled(installation: Installation, part: str) -> None:
    made = subprocess.run(
        [installation.interpreter, str(Path(__file__).with_name("calling_world.py")), "300", str(CALLERS)],
        env=installation.environment,
        capture_output=True,
        text=True,
        check=True,
    )
    world: dict[str, Any] = json.loads(made.stdout)
    running = installation.start("run")
    running.says(READY)
    phones = [Phone(installation.address, world["bank"], session) for session in world["sessions"]]
    done = threading.Semaphore(0)
    with ThreadPoolExecutor(CALLERS) as pool:
        calls = [pool.submit(phone.call, CYCLES, done.release) for phone in phones]
        for _kill in range(KILLS):
            for _answer in range(CALLERS * CYCLES // (KILLS + 1)):
                assert done.acquire(timeout=PATIENCE)
            kill(part, installation, running)
        for call in calls:
            call.result(PATIENCE)
    sent = [uuid for phone in phones for uuid in phone.sent]
    assert len(sent) == len(set(sent)) == CALLERS * CYCLES
    with psycopg.connect(connection_url(installation.data_dir)) as connection:
        ledger = connection.execute("SELECT client_uuid::text, entry_id FROM phonebank_call").fetchall()
        in_hands = connection.execute("SELECT count(*) FROM phonebank_queueentry WHERE state = 1").fetchone()
    assert sorted(uuid for uuid, _entry in ledger) == sorted(sent)
    assert len({entry for _uuid, entry in ledger}) == len(ledger), "a household was rung twice"
    assert in_hands == (CALLERS,)
    if part != "worker":
        assert sum(phone.repeats for phone in phones) > 0, "nobody noticed that anything was killed"
    assert running.stop() == 0
