"""Where everything of the embedded server lies. Looks at the file system, never changes it."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from groundswell.config.postgres.account import Account, choose_account, first_impassable, is_passable

DATABASE = "groundswell"
ROLE = "groundswell"
PORT = 5432  # only part of the socket's file name: nothing listens on TCP
SYSTEM_FOLDER = Path("/var/lib/groundswell")
# A Unix socket's path has room for 108 bytes with the closing zero, on macOS for 104.
LONGEST_SOCKET_PATH = 103


@dataclass(frozen=True)
class Layout:
    """The folders of the server that belongs to `data_dir` (an absolute path)."""

    data_dir: Path

    @cached_property
    def account(self) -> Account | None:
        """Who runs the server's programs; None for ourselves."""
        return choose_account(self.data_dir)

    @cached_property
    def home(self) -> Path:
        """The server's folder: in the data folder, or in a system folder where its account cannot reach that."""
        beside = self.data_dir / "postgres"
        if self.account is None or beside.exists() or is_passable(self.data_dir, self.account):
            return beside
        return SYSTEM_FOLDER / self.fingerprint

    @property
    def is_elsewhere(self) -> bool:
        """Whether the database had to go outside the data folder."""
        return self.home.parent != self.data_dir

    @property
    def explanation(self) -> str:
        """Why the database lies outside the data folder, for the terminal and for `doctor`."""
        if not self.is_elsewhere or self.account is None:
            return ""
        obstacle = first_impassable(self.data_dir, self.account)
        return (
            f"PostgreSQL does not run as root, and the user it runs as ({self.account.name}) may not enter {obstacle}: "
            f"the database is kept in {self.home} instead of {self.data_dir}."
        )

    @property
    def fingerprint(self) -> str:
        """Sixteen hexadecimal digits that stand for the data folder's path."""
        return hashlib.sha256(os.fsencode(self.data_dir)).hexdigest()[:16]

    @cached_property
    def socket_folder(self) -> Path:
        """`run` beside the data, or a short folder under /tmp when that path is too long for a socket.

        A comma would make libpq read the path as a list of hosts, so it counts as too long as well.
        """
        beside = self.home / "run"
        if len(os.fsencode(beside / self._socket_name)) <= LONGEST_SOCKET_PATH and "," not in str(beside):
            return beside
        # /tmp by name: TMPDIR may differ between the server's and its clients' environments.
        return Path("/tmp") / f"groundswell-{self.fingerprint}"  # noqa: S108 - ownership is checked before use

    @property
    def socket(self) -> Path:
        return self.socket_folder / self._socket_name

    @property
    def _socket_name(self) -> str:
        return f".s.PGSQL.{PORT}"

    @property
    def logs(self) -> Path:
        return self.home / "log"

    @property
    def start_log(self) -> Path:
        """What the server's programs say before the server's own log begins."""
        return self.logs / "start.log"

    def cluster(self, major: int) -> Path:
        """The data of one major version of PostgreSQL."""
        return self.home / str(major)
