"""Postfix and Dovecot, as Debian has them, for the length of a test: what cannot be delivered comes back by itself.

Postfix passes `elsewhere.test` on to a server that refuses as it is told, and keeps `back.test` in a mailbox that Dovecot
opens. Both start as root alone, and end with the test.
"""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller

# Debian's paths: not on everybody's PATH.
PLACES = "/usr/sbin:/usr/bin"
MISSING = "no Postfix and Dovecot here to run as root (`make dev` as root on Debian, in a container)"
PASSWORD = "only-for/the@test"
LONGEST = 20.0  # seconds


def are_here() -> bool:
    return os.geteuid() == 0 and all(shutil.which(name, path=PLACES) for name in ("postfix", "dovecot"))


class Elsewhere:
    """The server of other people: `refusals` says what it answers for an address."""

    def __init__(self) -> None:
        self.refusals: dict[str, str] = {}
        self.taken: list[tuple[str, list[str]]] = []

    async def handle_RCPT(self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any) -> str:  # noqa: N802
        if address in self.refusals:
            return self.refusals[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
        self.taken.append((envelope.mail_from, envelope.rcpt_tos))
        return "250 OK"


@dataclass
class MailServers:
    smtp: int
    imap: int
    elsewhere: Elsewhere
    folder: Path

    @property
    def came_back(self) -> int:
        """Unread messages in the mailbox, as the file system has them."""
        return sum(1 for _each in self.folder.glob("box/new/*"))

    def wait_for(self, count: int, *, taken: int = 0) -> None:
        """Until so many are in the mailbox, and the server elsewhere has taken so many."""
        until = time.monotonic() + LONGEST
        while self.came_back < count or len(self.elsewhere.taken) < taken:
            assert time.monotonic() < until, (self.folder / "mail.log").read_text()
            time.sleep(0.05)


@contextmanager
def running_mail_servers() -> Iterator[MailServers]:
    """They run until the end of the block."""
    folder = Path(tempfile.mkdtemp(prefix="groundswell-mail-"))
    folder.chmod(0o755)
    smtp, imap, other = (free_port() for _ in range(3))
    nobody = pwd.getpwnam("nobody")
    elsewhere = Elsewhere()
    controller = Controller(elsewhere, hostname="127.0.0.1", port=other)
    controller.start()
    try:
        _write_postfix(folder, smtp, other, nobody)
        _write_dovecot(folder, imap, nobody)
        _run("postfix", "-c", str(folder / "postfix"), "start")
        _run("dovecot", "-c", str(folder / "dovecot.conf"))
        for port in (smtp, imap):
            wait_for_port(port)
        yield MailServers(smtp, imap, elsewhere, folder)
    finally:
        for command in (
            ["dovecot", "-c", f"{folder}/dovecot.conf", "stop"],
            ["postfix", "-c", f"{folder}/postfix", "stop"],
        ):
            subprocess.run(command, env={"PATH": PLACES}, capture_output=True, check=False, timeout=LONGEST)
        controller.stop()
        shutil.rmtree(folder, ignore_errors=True)


def _write_postfix(folder: Path, smtp: int, other: int, nobody: pwd.struct_passwd) -> None:
    for name in ("postfix", "queue", "data", "box"):
        (folder / name).mkdir()
    shutil.chown(folder / "data", "postfix")
    shutil.chown(folder / "box", nobody.pw_uid, nobody.pw_gid)
    programs = {
        **dict.fromkeys(("bounce", "defer", "trace"), "bounce"),
        **dict.fromkeys(("smtp", "relay"), "smtp"),
        **dict.fromkeys(("error", "retry"), "error"),
        **{name: name for name in ("pickup", "cleanup", "qmgr", "verify", "virtual", "discard", "anvil", "scache")},
        "rewrite": "trivial-rewrite",
    }
    lines = [f"127.0.0.1:{smtp} inet n - n - - smtpd", "postlog unix-dgram n - n - 1 postlogd"]
    for name, program in programs.items():
        private = "n" if name in ("pickup", "cleanup", "qmgr") else "y"
        unprivileged = "n" if name == "virtual" else "y"
        most = 1 if name in ("pickup", "qmgr", "verify", "anvil", "scache") else 0
        lines.append(f"{name} unix {private} {unprivileged} n - {most} {program}")
    lines.append("proxymap unix - - n - - proxymap")
    (folder / "postfix" / "master.cf").write_text("\n".join(lines) + "\n")
    (folder / "postfix" / "main.cf").write_text(
        f"""\
compatibility_level = 3.6
queue_directory = {folder}/queue
data_directory = {folder}/data
maillog_file = {folder}/mail.log
maillog_file_prefixes = {folder}
myhostname = mx.sending.test
mydestination =
mynetworks = 127.0.0.0/8
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
smtpd_relay_restrictions = permit_mynetworks, reject
transport_maps = inline:{{{{elsewhere.test=smtp:[127.0.0.1]:{other}}}}}
recipient_delimiter = +
virtual_mailbox_domains = back.test
virtual_mailbox_base = {folder}
virtual_mailbox_maps = static:box/
virtual_uid_maps = static:{nobody.pw_uid}
virtual_gid_maps = static:{nobody.pw_gid}
virtual_minimum_uid = 1
alias_maps =
""".replace("{{", "{").replace("}}", "}")
    )


def _write_dovecot(folder: Path, imap: int, nobody: pwd.struct_passwd) -> None:
    (folder / "dovecot.conf").write_text(
        f"""\
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/dovecot.log
protocols = imap
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
auth_failure_delay = 0
mail_location = maildir:{folder}/box
first_valid_uid = 1
first_valid_gid = 1
service imap-login {{
  inet_listener imap {{
    port = {imap}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
passdb {{
  driver = static
  args = "password={PASSWORD}"
}}
userdb {{
  driver = static
  args = uid={nobody.pw_uid} gid={nobody.pw_gid} home={folder}/home
}}
"""
    )


def _run(*command: str) -> None:
    # Into a file: what stays in the background would keep a pipe open.
    with tempfile.TemporaryFile("w+") as said:
        done = subprocess.run(
            command,
            env={"PATH": PLACES},
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=said,
            check=False,
            timeout=LONGEST,
        )
        said.seek(0)
        assert done.returncode == 0, said.read()


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def wait_for_port(port: int) -> None:
    until = time.monotonic() + LONGEST
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            assert time.monotonic() < until
            time.sleep(0.05)
        else:
            return
