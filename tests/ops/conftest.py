"""Whole installations: a data folder of their own, and the `groundswell` command run on it as a process."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from groundswell.config.postgres import EmbeddedServer

SECRET = "a-secret-for-whole-installations-" + "0123456789" * 4
PATIENCE = 300.0  # seconds; a limit for what hangs on a busy machine, not a measure of anything


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def eventually(happens: Callable[[], Any], what: str) -> Any:
    """Wait for something true; fails with `what` when it never comes."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if value := happens():
            return value
        time.sleep(0.05)
    pytest.fail(f"never happened: {what}")


@dataclass
class Running:
    """A `groundswell` process that goes on, and what it says."""

    process: subprocess.Popen[str]
    lines: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.append(line)

    @property
    def output(self) -> str:
        return "".join(self.lines)

    def says(self, text: str, *, times: int = 1) -> None:
        """Wait until it has said `text`."""

        def heard() -> bool:
            if self.output.count(text) >= times:
                return True
            if self.process.poll() is not None:
                self._reader.join(5)
                assert self.output.count(text) >= times, f"ended without {text!r}:\n{self.output}"
            return False

        eventually(heard, f"{text!r} in:\n{self.output}")

    def stop(self, number: int = signal.SIGINT) -> int:
        self.process.send_signal(number)
        code = self.process.wait(PATIENCE)
        self._reader.join(5)
        return code


@dataclass
class Installation:
    """A data folder and the environment its commands run in."""

    data_dir: Path
    port: int = field(default_factory=free_port)
    settings: dict[str, str] = field(default_factory=dict)
    interpreter: str = sys.executable
    options: dict[str, Any] = field(default_factory=dict)
    _started: list[Running] = field(default_factory=list)

    @property
    def environment(self) -> dict[str, str]:
        ours = {"DATABASE_URL", "DJANGO_SETTINGS_MODULE", "DJANGO_ALLOW_ASYNC_UNSAFE"}
        inherited = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("GROUNDSWELL_", "PYTEST")) and name not in ours
        }
        return {
            **inherited,
            "GROUNDSWELL_DATA_DIR": str(self.data_dir),
            "GROUNDSWELL_SECRET_KEY": SECRET,
            "PORT": str(self.port),
            "PYTHONUNBUFFERED": "1",
            **self.settings,
        }

    @property
    def address(self) -> str:
        return f"http://localhost:{self.port}"

    @property
    def server(self) -> EmbeddedServer:
        return EmbeddedServer(self.data_dir)

    def command(self, *arguments: str) -> list[str]:
        return [self.interpreter, "-m", "groundswell.cli", *arguments]

    def do(self, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            self.command(*arguments),
            env={**self.environment, **settings},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
            **self.options,
        )

    def do_well(self, *arguments: str) -> str:
        result = self.do(*arguments)
        assert result.returncode == 0, result.stderr
        return result.stdout

    def json(self, *arguments: str) -> dict[str, Any]:
        """What a command answers with --json: nothing but one object on stdout."""
        answer = json.loads(self.do_well(*arguments, "--json"))
        assert isinstance(answer, dict)
        return answer

    def start(self, *arguments: str) -> Running:
        process = subprocess.Popen(
            self.command(*arguments),
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
            **self.options,
        )
        running = Running(process)
        self._started.append(running)
        return running

    def clean_up(self) -> None:
        for running in self._started:
            if running.process.poll() is None:
                running.stop(signal.SIGTERM)
            if running.process.stdout:
                running.process.stdout.close()
        self.server.stop()


@contextmanager
def reachable_folder(purpose: str) -> Iterator[Path]:
    """A new folder that the server's account can reach, with a space in its path; pytest's own are closed to others."""
    with tempfile.TemporaryDirectory(prefix=f"groundswell {purpose} ") as name:
        folder = Path(name)
        folder.chmod(0o711)
        yield folder


@pytest.fixture(scope="session")
def ready_made() -> Iterator[Path]:
    """A data folder with every migration applied, to be copied and not used."""
    with reachable_folder("made") as folder:
        installation = Installation(folder / "data")
        installation.do_well("migrate")
        yield installation.data_dir


@pytest.fixture
def installation(ready_made: Path) -> Iterator[Installation]:
    """An installation that has been migrated and is not running."""
    with reachable_folder("installation") as folder:
        subprocess.run(["cp", "-a", str(ready_made), str(folder / "data")], check=True)
        it = Installation(folder / "data")
        yield it
        it.clean_up()


@pytest.fixture
def fresh() -> Iterator[Installation]:
    """An installation whose data folder does not exist yet."""
    with reachable_folder("fresh") as folder:
        it = Installation(folder / "data")
        yield it
        it.clean_up()
