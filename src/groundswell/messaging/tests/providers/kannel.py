"""Kannel, as Debian has it, for the length of a test: a gateway for texts, and a network that it brings along (`fakesmsc`).

`make kannel` unpacks it beside the virtual environment; a Kannel that is installed serves as well. It and we are told what
docs/operators.md says. The network takes each text, says that it was delivered, and has a telephone write to us.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from textwrap import dedent
from urllib.parse import quote, unquote_to_bytes

import pytest

from groundswell.config.sms import SmsGateway
from groundswell.messaging.tests.providers.mail_servers import free_port, wait_for_port

OPERATORS = Path(__file__).parents[5] / "docs" / "operators.md"
UNPACKED = Path(sys.prefix) / "kannel"
MISSING = "Kannel is not here. `make kannel` unpacks it from Debian's packages, and says why if it cannot."
PASSWORD, SECRET = "only-for-tests", "ShownByKannelInTestsOnly"
LONGEST = 20.0  # seconds
GOT = re.compile(rb"Got message \d+: <(\S+) (\S+) (?:udh (\S+) )?(\S+) (.*)>$", re.MULTILINE)


@dataclass(frozen=True)
class Got:
    """What the network was handed: between whom, the header of a part, how it came, and its bytes (UTF-8 or UTF-16)."""

    ours: str
    theirs: str
    header: bytes
    kind: str
    body: bytes


@dataclass
class Kannel:
    folder: Path
    ports: dict[str, int]
    webhooks: str
    running: list[subprocess.Popen[bytes]] = field(default_factory=list)
    network: subprocess.Popen[bytes] | None = None

    @property
    def gateway(self) -> SmsGateway:
        """As docs/operators.md has it."""
        [line] = re.findall(r"^ {4}SMS_HTTP=(.*cgi-bin/sendsms.*)$", OPERATORS.read_text(), re.MULTILINE)
        return SmsGateway.model_validate_json(self._here(line))

    def start(self) -> None:
        for name, port in (("bearerbox", "smsbox"), ("smsbox", "sendsms")):
            self.running.append(self._run([_program(f"sbin/{name}"), str(self.folder / "kannel.conf")], name))
            wait_for_port(self.ports[port])

    def kill(self) -> None:
        """As `kill -9` does."""
        for each in self.running:
            each.kill()
            each.wait()
        self.running.clear()

    def connect(self, text: str = "", *, theirs: str = "", ours: str = "") -> None:
        """The network comes, in place of the one before; with a text of somebody's, if one is given."""
        self.disconnect()
        told = f"{theirs} {ours} ucs2 {quote(text.encode('utf-16-be'), safe='')}"
        command = [
            _program("lib/kannel/test/fakesmsc"),
            "-r",
            str(self.ports["network"]),
            "-m",
            "1" if text else "0",
            told,
        ]
        self.network = self._run(command, "network")

    def disconnect(self) -> None:
        if self.network is not None:
            self.network.kill()
            self.network.wait()
            self.network = None

    def got(self) -> list[Got]:
        """What the network was handed so far."""
        found = GOT.findall((self.folder / "network.log").read_bytes())
        return [
            Got(
                ours.decode(),
                theirs.decode(),
                unquote_to_bytes(header),
                kind.decode(),
                body if kind == b"text" else unquote_to_bytes(body.replace(b"+", b" ")),
            )
            for ours, theirs, header, kind, body in found
        ]

    def eventually(self, what: Callable[[], bool]) -> None:
        until = time.monotonic() + LONGEST
        while not what():
            assert time.monotonic() < until, (self.folder / "smsbox.log").read_text(errors="replace")[-5000:]
            time.sleep(0.02)

    def write_settings(self) -> None:
        """What stands in docs/operators.md, and our own ports and network."""
        [groups] = re.findall(r"^ {4}group = smsbox\n(?: {4}.*\n|\n)+", OPERATORS.read_text(), re.MULTILINE)
        (self.folder / "kannel.conf").write_text(
            f"""\
group = core
admin-port = {self.ports["admin"]}
admin-interface = 127.0.0.1
admin-password = {PASSWORD}
smsbox-port = {self.ports["smsbox"]}
smsbox-interface = 127.0.0.1
store-type = spool
store-location = {self.folder}/store

group = smsc
smsc = fake
smsc-id = network
port = {self.ports["network"]}
connect-allow-ip = 127.0.0.1

{self._here(dedent(groups))}
"""
        )

    def _here(self, told: str) -> str:
        for said, here in {
            "KANNEL:13013": f"127.0.0.1:{self.ports['sendsms']}",
            "sendsms-port = 13013": f"sendsms-port = {self.ports['sendsms']}",
            "http-queue-delay = 10": "http-queue-delay = 1",
            "https://kannel:SECRET@YOUR-ADDRESS": self.webhooks.replace("://", f"://kannel:{SECRET}@"),
            "SECRET": SECRET,
            "PASSWORD": PASSWORD,
        }.items():
            told = told.replace(said, here)
        return told

    def _run(self, command: list[str], name: str) -> subprocess.Popen[bytes]:
        libraries = ":".join(
            str(each) for pattern in ("lib", "usr/lib") for each in UNPACKED.glob(f"{pattern}/*-linux-*")
        )
        with (self.folder / f"{name}.log").open("ab") as log:
            return subprocess.Popen(
                command,
                env={**os.environ, "LD_LIBRARY_PATH": libraries},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )


@contextmanager
def running_kannel(webhooks: str) -> Iterator[Kannel]:
    """It runs until the end of the block, and tells `webhooks` what comes."""
    with tempfile.TemporaryDirectory(prefix="groundswell-kannel-") as folder:
        names = ("admin", "smsbox", "sendsms", "network")
        kannel = Kannel(Path(folder), {name: free_port() for name in names}, webhooks)
        (kannel.folder / "store").mkdir()
        kannel.write_settings()
        try:
            kannel.start()
            kannel.connect()
            yield kannel
        finally:
            kannel.disconnect()
            kannel.kill()


def _program(path: str) -> str:
    """Where it lies. No Kannel is no reason to pass: what is sent by texts must be seen to work."""
    found = shutil.which(UNPACKED / "usr" / path) or shutil.which(f"/usr/{path}")
    if found is None:
        pytest.fail(MISSING)
    return found
