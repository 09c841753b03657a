"""Starting, stopping and finding the embedded server."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg
from psycopg import sql

from groundswell.config.data_folder import make_passable
from groundswell.config.postgres import programs, tuning
from groundswell.config.postgres.account import first_impassable
from groundswell.config.postgres.errors import ServerError
from groundswell.config.postgres.layout import DATABASE, PORT, ROLE, Layout
from groundswell.config.postgres.locks import UsersLock, start_lock
from groundswell.config.postgres.processes import is_server_of, postmaster_pid, processes_of

CONFIGURATION = "groundswell.conf"
START_PATIENCE = 300.0  # seconds; replaying the log after a crash takes as long as it takes
# initdb passes its path through a shell between double quotes.
UNUSABLE = frozenset('"$`\\\n\r')
GHOST_PATIENCE = 30.0  # seconds; for what a killed server leaves behind to end


def connection_parameters(data_dir: Path) -> dict[str, str]:
    """How to reach the server of `data_dir`, running or not: libpq's `host`, `port`, `user` and `dbname`."""
    layout = Layout(data_dir.resolve())
    return {"host": str(layout.socket_folder), "port": str(PORT), "user": ROLE, "dbname": DATABASE}


def connection_url(data_dir: Path) -> str:
    """The same as one address, for a DATABASE_URL."""
    host = quote(str(Layout(data_dir.resolve()).socket_folder), safe="")
    return f"postgresql://{ROLE}@/{DATABASE}?host={host}&port={PORT}"


@contextmanager
def running(
    data_dir: Path, *, durable: bool = True, say: Callable[[str], None] | None = None
) -> Iterator[EmbeddedServer]:
    """Have the server of `data_dir` run during the block: start it unless it runs, and let the last user stop it.

    `say` is told what the operator should know. Raises ServerError with what to do about it.
    """
    server = EmbeddedServer(data_dir, durable=durable, say=say)
    server.start()
    try:
        yield server
    finally:
        server.leave()


class EmbeddedServer:
    """The PostgreSQL server of one data folder. Any number of processes may use it; the last one stops it.

    A process that is killed counts as gone at once: then the server stays until the next user leaves.
    `durable=False` gives up safety against crashes for speed, for tests.
    """

    def __init__(self, data_dir: Path, *, durable: bool = True, say: Callable[[str], None] | None = None) -> None:
        self.layout = Layout(data_dir.resolve())
        self._durable = durable
        self._say = say or (lambda _message: None)
        self._users = UsersLock(self.layout.home / "users.lock")
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> bool:
        """Start the server, or join the one that runs. Returns whether it was started by this call."""
        self._make_folders()
        with self._start_lock():
            self._users.join()
            try:
                return self._start_if_needed()
            except BaseException:
                self._users.leave()
                raise

    def leave(self) -> None:
        """Stop using the server; the last user stops it."""
        if not self._users.is_held:
            return
        with self._start_lock():
            try:
                if self._users.is_last():
                    self._stop()
            finally:
                self._users.leave()

    def stop(self) -> None:
        """Stop the server at once, whoever uses it: open transactions are rolled back, nothing confirmed is lost."""
        if not self.layout.home.exists():
            return
        with self._start_lock():
            self._users.leave()
            self._stop()

    def is_running(self) -> bool:
        """Whether the server's first process is alive."""
        return self.pid is not None

    def is_used(self) -> bool:
        """Whether any process uses the server now."""
        if not self.layout.home.exists():
            return False
        with self._start_lock():
            return self._users.is_held or not self._users.is_last()

    @property
    def pid(self) -> int | None:
        """The first process of the running server."""
        try:
            cluster = self._cluster
            pid = postmaster_pid(cluster)
        except PermissionError:
            return None
        return pid if pid is not None and is_server_of(pid, cluster) else None

    @property
    def version(self) -> str:
        """The version of the programs the server runs on: the wheel's, or, for older data, the copy kept with it."""
        wheel = programs.wheel_version()
        majors = self._existing_majors()
        if not majors or programs.major_of(wheel) in majors:
            return wheel
        for version in programs.copied_versions(self.layout.home):
            if programs.major_of(version) in majors:
                return version
        raise ServerError(
            f"The database in {self.layout.home} was made by PostgreSQL {max(majors)}, whose programs are gone; those "
            f"installed are of version {wheel}. Install the Groundswell it was made with, `groundswell backup`, "
            "then restore the backup with this one."
        )

    def program(self, name: str) -> Path:
        """The path of one of PostgreSQL's programs in the version of this server."""
        return programs.copied_bin(self.layout.home, self.version) / name

    @property
    def _cluster(self) -> Path:
        return self.layout.cluster(programs.major_of(self.version))

    def _existing_majors(self) -> list[int]:
        home = self.layout.home
        if not home.exists():
            return []
        return [int(folder.name) for folder in home.iterdir() if folder.name.isdigit()]

    def _start_lock(self) -> AbstractContextManager[None]:
        return start_lock(self.layout.home / "start.lock")

    def _start_if_needed(self) -> bool:
        # A server that is dying this moment still looks alive: then it must be started after all.
        if self.is_running() and self._answers(is_alive=self.is_running):
            return False
        if self.layout.is_elsewhere:
            self._say(self.layout.explanation)
        self._check_account_may_enter()
        self._make_private(self.layout.logs)
        self._make_private(self.layout.socket_folder)
        version = self.version
        programs.copy_programs(self.layout.home, version)
        self._clear_ghosts()
        if not self._cluster.exists():
            self._initialise()
        self._configure()
        self._launch()
        return True

    # -- folders

    def _make_folders(self) -> None:
        layout = self.layout
        if unusable := UNUSABLE.intersection(str(layout.home)):
            raise ServerError(
                f"The path {layout.home} contains {' '.join(sorted(unusable))!r}, which PostgreSQL's own programs cannot "
                "cope with. Set GROUNDSWELL_DATA_DIR to another folder."
            )
        try:
            if not layout.data_dir.exists():
                make_passable(layout.data_dir)
            if not layout.home.parent.exists():
                make_passable(layout.home.parent)
            self._make_private(layout.home)
        except PermissionError as error:
            raise ServerError(
                f"The database's folder {layout.home} cannot be used by this user ({error.strerror}: {error.filename}). "
                "Run as the user it belongs to, or set GROUNDSWELL_DATA_DIR to a folder of your own."
            ) from error

    def _check_account_may_enter(self) -> None:
        """A folder on the way may have been closed since the database was made in it."""
        account = self.layout.account
        if account and (obstacle := first_impassable(self.layout.home, account)):
            raise ServerError(
                f"PostgreSQL does not run as root, and the user it runs as ({account.name}) may not enter {obstacle}. "
                f"Let it pass (chmod a+x {obstacle}), or run as the folder's owner."
            )

    def _make_private(self, folder: Path) -> None:
        """A folder of mode 0700 that belongs to the server's account; refuses what someone else put there."""
        owner = self.layout.account.uid if self.layout.account else os.geteuid()
        with suppress(FileExistsError):
            folder.mkdir(mode=0o700)
        status = folder.lstat()
        if self.layout.account and stat.S_ISDIR(status.st_mode) and status.st_uid == 0:
            # Ours, made just now: here, or by another start that has not come to this line yet.
            os.chown(folder, owner, self.layout.account.gid, follow_symlinks=False)
            status = folder.lstat()
        if not stat.S_ISDIR(status.st_mode) or status.st_uid != owner:
            raise ServerError(
                f"{folder} is not a folder of the user that runs the database (user number {owner}, it belongs to "
                f"{status.st_uid}). Run as that user, or move it out of the way."
            )
        if stat.S_IMODE(status.st_mode) != 0o700:
            folder.chmod(0o700)

    # -- first use

    def _initialise(self) -> None:
        """Make the database cluster beside its final place, so that an interrupted attempt leaves nothing half done."""
        cluster = self._cluster
        partial = cluster.with_name(f"{cluster.name}.new")
        if partial.exists():
            shutil.rmtree(partial)
        self._run(
            "initdb",
            f"--pgdata={partial}",
            f"--username={ROLE}",
            "--auth=trust",  # whoever can enter the socket's folder is us
            "--encoding=UTF8",
            # Sorting must not depend on the machine's locale or its C library's version.
            "--locale-provider=builtin",
            "--builtin-locale=C.UTF-8",
            "--locale=C",
            "--no-instructions",
            *([] if self._durable else ["--no-sync"]),
        )
        main = partial / "postgresql.conf"
        with main.open("a") as file:
            file.write(f"\ninclude '{CONFIGURATION}'\n# Your own settings go below; they win.\n")
        partial.rename(cluster)

    def _configure(self) -> None:
        folder = str(self.layout.socket_folder).replace('"', '""')
        settings = tuning.server_settings(memory=tuning.machine_memory(), durable=self._durable) | {
            "port": str(PORT),
            "unix_socket_directories": f'"{folder}"',
            "log_directory": str(self.layout.logs),
        }
        target = self._cluster / CONFIGURATION
        target.write_text(tuning.configuration_text(settings))
        self._give(target)

    # -- running

    def _launch(self) -> None:
        with self.layout.start_log.open("wb") as log:
            self._give(self.layout.start_log)
            self._process = subprocess.Popen(  # noqa: S603 - our own program
                [self.program("postgres"), "-D", str(self._cluster)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # Ctrl-C at the terminal must not reach it before its users are done
                **self._process_options(),
            )
        process = self._process
        if not self._answers(is_alive=lambda: process.poll() is None):
            raise ServerError(f"PostgreSQL did not start:\n{self._last_words()}")
        self._make_database()

    def _answers(self, *, is_alive: Callable[[], bool]) -> bool:
        """Wait until the server takes connections; False if it ends first."""
        patience = time.monotonic() + START_PATIENCE
        while True:
            try:
                self._connect().close()
            except psycopg.OperationalError as error:
                if not is_alive():
                    return False
                if time.monotonic() > patience:
                    raise ServerError(f"PostgreSQL does not answer: {error}\n{self._last_words()}") from error
                time.sleep(0.02)
            else:
                return True

    def _make_database(self) -> None:
        with self._connect() as connection:
            connection.autocommit = True
            known = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone()
            if not known:
                connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(DATABASE)))

    def _connect(self) -> psycopg.Connection[tuple[object, ...]]:
        parameters = connection_parameters(self.layout.data_dir) | {"dbname": "postgres"}
        return psycopg.connect(**parameters, connect_timeout=5)  # type: ignore[arg-type]

    def _stop(self) -> None:
        if self.is_running():
            self._run("pg_ctl", "stop", "--pgdata", str(self._cluster), "--mode=fast", "--wait", "--timeout=120")
        if self._process is not None:
            self._process.wait(timeout=10)
            self._process = None
        with suppress(OSError):  # the short folder under /tmp must not stay for ever
            self.layout.socket_folder.rmdir()

    def _clear_ghosts(self) -> None:
        """After a crash: wait for the last of the old server's processes, then remove its pid file and socket.

        PostgreSQL itself would refuse to start when the number in the file belongs to another process by now.
        """
        patience = time.monotonic() + GHOST_PATIENCE
        while ghosts := processes_of(self._cluster):
            if time.monotonic() > patience:
                numbers = ", ".join(map(str, ghosts))
                raise ServerError(
                    f"An earlier database server of {self._cluster} has crashed but does not end (process {numbers}). "
                    "End it with `kill`, then try again."
                )
            time.sleep(0.05)
        socket = self.layout.socket
        for remnant in (self._cluster / "postmaster.pid", socket, socket.with_name(socket.name + ".lock")):
            remnant.unlink(missing_ok=True)

    # -- processes

    def _run(self, name: str, *arguments: str) -> None:
        try:
            result = subprocess.run(  # noqa: S603 - our own programs
                [self.program(name), *arguments],
                stdin=subprocess.DEVNULL,
                capture_output=True,
                check=False,
                **self._process_options(),
            )
        except OSError as error:
            raise ServerError(f"PostgreSQL's program {name} cannot be run: {error}") from error
        if result.returncode:
            said = (result.stderr or result.stdout).decode(errors="replace").strip()
            raise ServerError(f"PostgreSQL's {name} failed: {said}\n{self._last_words()}".strip())

    def _process_options(self) -> dict[str, Any]:
        options: dict[str, Any] = {
            "cwd": self.layout.home,
            # No PG* variable of the operator's may reach the server, nor a locale that initdb would trip over.
            "env": {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"},
            "umask": 0o077,
        }
        if self.layout.account:
            options |= self.layout.account.process_options()
        return options

    def _give(self, path: Path) -> None:
        if self.layout.account:
            os.chown(path, self.layout.account.uid, self.layout.account.gid)

    def _last_words(self) -> str:
        """The end of the newest log."""
        logs = sorted(self.layout.logs.glob("*.log"), key=lambda log: log.stat().st_mtime)
        for log in reversed(logs):
            if text := log.read_text(errors="replace").strip():
                return "\n".join(text.splitlines()[-12:])
        return ""
