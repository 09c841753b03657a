"""The real web server for a measurement, as an operator starts it."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

from groundswell.cli.benching.statements import BenchError

HOST = "127.0.0.1"
START_PATIENCE = 60.0  # seconds


@contextmanager
def web_server(log: Path | None = None) -> Iterator[int]:
    """The real server with two processes, as `groundswell web` starts it, on a port of its own; its words go into `log`."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port = probe.getsockname()[1]
    environment = {**os.environ, "HOST": HOST, "PORT": str(port), "WEB_WORKERS": "2"}
    with log.open("ab") if log else nullcontext(sys.stderr) as said:
        server = subprocess.Popen(
            [sys.executable, "-m", "groundswell.cli", "web"], env=environment, stdout=said, stderr=said
        )
    try:
        _wait_until_it_answers(server, port)
        yield port
    finally:
        server.terminate()
        server.wait(timeout=30)


def _wait_until_it_answers(server: subprocess.Popen[bytes], port: int) -> None:
    patience = time.monotonic() + START_PATIENCE
    while time.monotonic() < patience and server.poll() is None:
        try:
            with socket.create_connection((HOST, port), timeout=1):
                return
        except OSError:
            time.sleep(0.1)
    raise BenchError("The web server did not start; see above.")
