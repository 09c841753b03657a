"""Phones and screens keep their connections open between two requests: a full house must not shut anybody out."""

from __future__ import annotations

import socket
from contextlib import ExitStack

import pytest

from groundswell.cli.ports import allow_connections

from .conftest import PATIENCE, Installation
from .test_run import READY

pytestmark = pytest.mark.slow

# More than Granian by itself lets into one process, which is 1,024 (its backlog, divided among the processes).
PHONES = 1_200


def test_whoever_comes_after_a_thousand_open_connections_is_answered(installation: Installation) -> None:
    installation.settings["WEB_WORKERS"] = "1"
    allow_connections(PHONES + 512)
    running = installation.start("run")
    running.says(READY)
    request = f"GET /phonebank/board/none/numbers/ HTTP/1.1\r\nHost: localhost:{installation.port}\r\n\r\n".encode()
    with ExitStack() as stack:
        for _phone in range(PHONES):
            phone = stack.enter_context(
                socket.create_connection(("127.0.0.1", installation.port), timeout=PATIENCE / 10)
            )
            phone.sendall(request)
            assert phone.recv(65_536).startswith(b"HTTP/1.1 404")
    assert running.stop() == 0
