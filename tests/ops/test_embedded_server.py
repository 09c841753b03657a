"""The embedded PostgreSQL: started, shared, crashed and moved about."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from groundswell.config.postgres import (
    EmbeddedServer,
    Layout,
    ServerError,
    connection_parameters,
    connection_url,
    running,
)
from groundswell.config.postgres.account import Account, first_impassable, is_passable
from groundswell.config.postgres.tuning import configuration_text, server_settings

from .conftest import reachable_folder

pytestmark = pytest.mark.slow
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can step down to another account")


@pytest.fixture
def data_dir() -> Iterator[Path]:
    """An empty data folder that the server's account can reach."""
    with reachable_folder("server") as base:
        folder = base / "data"
        yield folder
        EmbeddedServer(folder, durable=False).stop()


def query(data_dir: Path, statement: str) -> list[tuple[object, ...]]:
    with psycopg.connect(connection_url(data_dir)) as connection:
        cursor = connection.execute(statement)
        return cursor.fetchall() if cursor.description else []


def test_starts_keeps_its_data_and_starts_again(data_dir: Path) -> None:
    with running(data_dir, durable=False) as server:
        assert server.is_running()
        query(data_dir, "CREATE TABLE kept AS SELECT 42 AS answer")
    assert not server.is_running()
    with running(data_dir, durable=False):
        assert query(data_dir, "SELECT answer FROM kept") == [(42,)]


def test_asking_where_it_is_starts_and_makes_nothing(data_dir: Path) -> None:
    assert connection_parameters(data_dir)["dbname"] == "groundswell"
    assert not data_dir.exists()


def test_nothing_listens_on_the_network_and_only_the_owner_may_enter(data_dir: Path) -> None:
    with running(data_dir, durable=False) as server:
        assert query(data_dir, "SHOW listen_addresses") == [("",)]
        assert stat.S_IMODE(server.layout.socket_folder.stat().st_mode) == 0o700
        assert stat.S_IMODE(server.layout.home.stat().st_mode) == 0o700


def test_sorting_does_not_depend_on_the_machine(data_dir: Path) -> None:
    with running(data_dir, durable=False):
        assert query(data_dir, "SELECT datlocprovider, datlocale FROM pg_database WHERE datname = 'groundswell'") == [
            ("b", "C.UTF-8")
        ]


def test_second_user_joins_and_the_last_one_stops_it(data_dir: Path) -> None:
    first = EmbeddedServer(data_dir, durable=False)
    second = EmbeddedServer(data_dir, durable=False)
    assert first.start() is True
    assert second.start() is False
    first.leave()
    assert second.is_running()
    assert query(data_dir, "SELECT 1") == [(1,)]
    second.leave()
    assert not second.is_running()


def test_two_starts_racing_make_one_server(data_dir: Path) -> None:
    servers = [EmbeddedServer(data_dir, durable=False) for _ in range(4)]
    started: list[bool] = []
    threads = [threading.Thread(target=lambda s=s: started.append(s.start())) for s in servers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(started) == [False, False, False, True]
    assert len({server.pid for server in servers}) == 1
    for server in servers:
        server.leave()
    assert not servers[0].is_running()


def test_killed_server_starts_again_and_what_was_confirmed_is_there(data_dir: Path) -> None:
    server = EmbeddedServer(data_dir)
    server.start()
    query(data_dir, "CREATE TABLE kept AS SELECT generate_series(1, 1000) AS n")
    pid = server.pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    again = EmbeddedServer(data_dir)
    assert again.start() is True
    assert again.pid != pid
    assert query(data_dir, "SELECT count(*) FROM kept") == [(1000,)]


def test_pid_file_naming_a_living_stranger_does_not_stop_the_start(data_dir: Path) -> None:
    with running(data_dir, durable=False) as server:
        cluster = server.layout.cluster(18)
        pid_file = (cluster / "postmaster.pid").read_text()
    stranger = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    try:
        stale = pid_file.replace(pid_file.split("\n", 1)[0], str(stranger.pid), 1)
        (cluster / "postmaster.pid").write_text(stale)
        assert not server.is_running()
        with running(data_dir, durable=False):
            assert query(data_dir, "SELECT 1") == [(1,)]
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


def test_killed_user_does_not_keep_the_server_alive_for_ever(data_dir: Path) -> None:
    code = (
        "import sys, time; from pathlib import Path; from groundswell.config.postgres import EmbeddedServer\n"
        "EmbeddedServer(Path(sys.argv[1]), durable=False).start(); print('up', flush=True); time.sleep(60)"
    )
    user = subprocess.Popen([sys.executable, "-c", code, str(data_dir)], stdout=subprocess.PIPE, text=True)
    assert user.stdout is not None
    assert user.stdout.readline() == "up\n"
    user.kill()
    user.wait()
    user.stdout.close()
    visitor = EmbeddedServer(data_dir, durable=False)
    assert visitor.is_running()
    assert visitor.start() is False
    visitor.leave()
    assert not visitor.is_running()


def test_interrupted_first_start_leaves_nothing_half_done(data_dir: Path) -> None:
    server = EmbeddedServer(data_dir, durable=False)
    server._make_folders()
    for name in ("18.new", "programs-0.0.new"):
        (server.layout.home / name).mkdir()
        (server.layout.home / name / "rest").write_text("half")
    if server.layout.account:
        os.chown(server.layout.home / "18.new", server.layout.account.uid, server.layout.account.gid)
    with running(data_dir, durable=False):
        assert query(data_dir, "SELECT 1") == [(1,)]
    assert not (server.layout.home / "18.new").exists()


@pytest.mark.parametrize("name", ["with space", "it's (here) & 100%", "a, comma; a #hash", "Llŷn", "x" * 120])
def test_any_path_will_do(data_dir: Path, name: str) -> None:
    folder = data_dir / name / "data"
    with running(folder, durable=False) as server:
        assert query(folder, "SELECT 1") == [(1,)]
        assert len(os.fsencode(server.layout.socket)) <= 107
        assert server.layout.home.is_relative_to(folder)
    assert not server.is_running()


def test_path_that_postgresql_cannot_cope_with_is_refused_before_anything_is_made(data_dir: Path) -> None:
    with pytest.raises(ServerError, match="GROUNDSWELL_DATA_DIR"):
        EmbeddedServer(data_dir / "$HOME", durable=False).start()
    assert not data_dir.exists()


def test_socket_folder_that_someone_else_made_is_refused(data_dir: Path) -> None:
    folder = data_dir / ("x" * 120)
    short = Layout(folder).socket_folder
    assert short.parent == Path("/tmp")
    short.symlink_to("/")
    try:
        with pytest.raises(ServerError, match="not a folder of the user"):
            EmbeddedServer(folder, durable=False).start()
    finally:
        short.unlink()


@as_root
def test_root_steps_down_to_an_unprivileged_account(data_dir: Path) -> None:
    with running(data_dir, durable=False) as server:
        status = Path(f"/proc/{server.pid}/status").read_text()
        uid = next(line for line in status.splitlines() if line.startswith("Uid:"))
        groups = next(line for line in status.splitlines() if line.startswith("Groups:"))
        assert server.layout.account is not None
        assert set(uid.split()[1:]) == {str(server.layout.account.uid)} != {"0"}
        assert "0" not in groups.split()[1:]


@as_root
def test_folder_that_the_account_may_not_enter_is_replaced_and_said_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, data_dir: Path
) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    system = data_dir.parent / "system"
    monkeypatch.setattr("groundswell.config.postgres.layout.SYSTEM_FOLDER", system)
    said: list[str] = []
    with running(closed / "data", durable=False, say=said.append) as server:
        assert server.layout.home.parent == system
        assert query(closed / "data", "SELECT 1") == [(1,)]
    [message] = said
    assert str(tmp_path.parents[0]) in message or str(closed) in message
    assert str(server.layout.home) in message
    # The same place is found again, and the data with it.
    assert Layout(closed / "data").home == server.layout.home


@as_root
def test_folder_closed_later_is_named(data_dir: Path) -> None:
    with running(data_dir, durable=False):
        pass
    data_dir.chmod(0o700)
    with pytest.raises(ServerError, match=f"may not enter {data_dir}"):
        EmbeddedServer(data_dir, durable=False).start()
    data_dir.chmod(0o711)
    with running(data_dir, durable=False):
        assert query(data_dir, "SELECT 1") == [(1,)]


@as_root
def test_passable_looks_at_every_folder_above() -> None:
    account = Account("nobody", 65534, 65534)
    with reachable_folder("passable") as outer:
        inner = outer / "inner"
        inner.mkdir(mode=0o711)
        assert is_passable(inner / "not" / "there", account)
        outer.chmod(0o700)
        assert not is_passable(inner, account)
        assert first_impassable(inner, account) == outer
        outer.chmod(0o711)


def test_failed_start_shows_the_servers_own_words(data_dir: Path) -> None:
    with running(data_dir, durable=False) as server:
        configuration = server.layout.cluster(18) / "postgresql.conf"
    with configuration.open("a") as file:
        file.write("shared_buffers = 'many'\n")
    with pytest.raises(ServerError, match="shared_buffers"):
        EmbeddedServer(data_dir, durable=False).start()
    configuration.write_text(configuration.read_text().replace("shared_buffers = 'many'\n", ""))
    with running(data_dir, durable=False):
        assert query(data_dir, "SELECT 1") == [(1,)]


def test_durable_unless_asked_otherwise() -> None:
    safe = server_settings(memory=8 * 1024**3, durable=True)
    assert "fsync" not in safe
    assert "synchronous_commit" not in safe
    assert safe["shared_buffers"] == "2048MB"
    assert server_settings(memory=512 * 1024**2, durable=True)["shared_buffers"] == "128MB"
    assert server_settings(memory=8 * 1024**3, durable=False)["fsync"] == "off"


def test_settings_are_quoted_as_postgresql_reads_them() -> None:
    assert configuration_text({"a": "it's \\ here"}).splitlines()[-1] == "a = 'it''s \\\\ here'"


def test_fast_mode_is_forgotten_at_the_next_durable_start(data_dir: Path) -> None:
    with running(data_dir, durable=False):
        assert query(data_dir, "SHOW fsync") == [("off",)]
    with running(data_dir):
        assert query(data_dir, "SHOW fsync") == [("on",)]
        assert query(data_dir, "SHOW synchronous_commit") == [("on",)]
