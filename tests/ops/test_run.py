"""`groundswell run`, whole: started, killed in every part, stopped; and the data stays."""

from __future__ import annotations

import json
import os
import pwd
import signal
import site
import subprocess
import sys
import sysconfig
from pathlib import Path

import httpx
import psycopg
import pytest

from groundswell.config.postgres import connection_url
from groundswell.config.postgres.processes import processes_of

from .conftest import Installation, Running, eventually, reachable_folder

pytestmark = [pytest.mark.slow, pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")]

READY = "Groundswell is ready"


def children_of(pid: int) -> dict[str, int]:
    """The processes under a `groundswell run`, by their command's name."""
    found = {}
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            parent = int((entry / "stat").read_text().rsplit(")", 1)[1].split()[1])
            arguments = (entry / "cmdline").read_bytes().split(b"\0")
        except (OSError, IndexError):
            continue
        if parent == pid and b"groundswell.cli" in arguments:
            found[arguments[3].decode()] = int(entry.name)
    return found


def answers(installation: Installation) -> bool:
    try:
        return httpx.get(installation.address + "/accounts/login/", timeout=5).status_code < 500
    except httpx.TransportError:
        return False


def is_deserted(installation: Installation) -> bool:
    """No server, and nobody listening."""
    return not processes_of(installation.server.layout.cluster(18)) and not answers(installation)


def count_kept(installation: Installation) -> int:
    with psycopg.connect(connection_url(installation.data_dir)) as connection:
        row = connection.execute("SELECT count(*) FROM kept").fetchone()
        assert row is not None
        return int(row[0])


def keep_something(installation: Installation) -> None:
    with psycopg.connect(connection_url(installation.data_dir)) as connection:
        connection.execute("CREATE TABLE kept AS SELECT generate_series(1, 100)")


def test_from_nothing_to_a_page_and_back_with_the_data_kept(fresh: Installation) -> None:
    running = fresh.start("run")
    running.says(READY)
    assert fresh.address in running.output
    setup = next(word for word in running.output.split() if "setup" in word and word.startswith(fresh.address))
    assert "owner" in httpx.get(setup).text
    assert answers(fresh)
    keep_something(fresh)
    assert running.stop(signal.SIGINT) == 0
    assert "The data stays" in running.output
    assert "Traceback" not in running.output
    assert is_deserted(fresh)

    again = fresh.start("run")
    again.says(READY)
    assert count_kept(fresh) == 100
    assert again.stop(signal.SIGTERM) == 0
    assert is_deserted(fresh)


def test_static_files_are_served_compressed_and_for_ever(installation: Installation) -> None:
    installation.start("run").says(READY)
    page = httpx.get(installation.address + "/accounts/login/").text
    address = page.split('rel="stylesheet" href="', 1)[1].split('"', 1)[0]
    answer = httpx.get(installation.address + address, headers={"Accept-Encoding": "gzip"})
    assert answer.status_code == 200
    assert answer.headers["content-encoding"] == "gzip"
    assert "immutable" in answer.headers["cache-control"]
    # Named by content, the files cannot be asked for by folder: what the tests' plain storage would not notice.
    worker = httpx.get(installation.address + "/sw.js")
    assert worker.status_code == 200
    assert 'startsWith("/static/")' in worker.text
    shell = json.loads(worker.text.split("const FILES = ", 1)[1].split(";", 1)[0])
    assert len(shell) > 2
    assert [path for path in shell if httpx.get(installation.address + path).status_code != 200] == []


@pytest.mark.parametrize("part", ["web", "worker"])
def test_killed_part_is_started_again(installation: Installation, part: str) -> None:
    running = installation.start("run")
    running.says(READY)
    before = eventually(lambda: children_of(running.process.pid).get(part), f"{part} runs")
    os.kill(before, signal.SIGKILL)
    running.says(f"The {part} process ended (signal SIGKILL); starting it again.")
    eventually(lambda: children_of(running.process.pid).get(part, before) != before, f"{part} runs again")
    eventually(lambda: answers(installation), "pages are served again")
    assert running.stop() == 0
    assert is_deserted(installation)


def test_killed_database_comes_back_with_everything_confirmed(installation: Installation) -> None:
    running = installation.start("run")
    running.says(READY)
    keep_something(installation)
    pid = installation.server.pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    running.says("The database had ended; it runs again.")
    assert count_kept(installation) == 100
    eventually(lambda: answers(installation), "pages are served again")
    assert running.stop() == 0
    assert is_deserted(installation)


def test_killed_parent_takes_web_and_worker_along_and_the_next_start_works(installation: Installation) -> None:
    running = installation.start("run")
    running.says(READY)
    keep_something(installation)
    running.process.kill()
    running.process.wait()
    eventually(lambda: not answers(installation), "the web server ends by itself")
    again = installation.start("run")
    again.says(READY)
    assert count_kept(installation) == 100
    assert again.stop() == 0
    assert is_deserted(installation)


def test_command_beside_a_running_one_uses_its_database_and_leaves_it(installation: Installation) -> None:
    running = installation.start("run")
    running.says(READY)
    eventually(lambda: worker_state(installation) == "ok", "the doctor hears of the worker")
    assert answers(installation)
    assert running.stop() == 0


def worker_state(installation: Installation) -> str:
    return next(check["state"] for check in installation.json("doctor")["checks"] if check["check"] == "worker")


def test_what_cannot_be_got_going_stops_everything_and_says_so(installation: Installation) -> None:
    # A time zone that does not exist: the settings load, Django does not.
    installation.settings["EMAIL_URL"] = "carrier-pigeon://coop"
    result = installation.do("run")
    assert result.returncode == 1
    assert "EMAIL_URL must look like" in result.stderr
    assert is_deserted(installation)


def test_demo_missing_from_an_installation_is_not_an_accident(installation: Installation) -> None:
    from importlib.util import find_spec

    if find_spec("groundswell.cli.demo") is None:
        result = installation.do("run", "--demo")
        assert "has no demo" in result.stderr
        return
    installation.settings["GROUNDSWELL_SECRET_KEY"] = ""
    running = installation.start("run", "--demo")
    running.says(READY)
    links = [word for word in running.output.split() if word.startswith(installation.address + "/demo/")]
    assert links
    assert all(httpx.get(link, follow_redirects=True).status_code == 200 for link in links)
    assert running.stop() == 0
    # It made a secret of its own, with which every other command works on.
    assert installation.json("demo", "remove")["removed"] > 12_000


def ordinary_interpreter() -> str | None:
    """A Python that an ordinary user may run with our packages, as root's own is often closed to others."""
    for candidate in (sys.executable, f"/usr/bin/python{sys.version_info.major}.{sys.version_info.minor}"):
        test = [candidate, "-c", "import groundswell, django, psycopg"]
        try:
            result = subprocess.run(
                test, user="nobody", env=ordinary_environment(), cwd="/", capture_output=True, check=False
            )
        except OSError:
            continue
        if result.returncode == 0:
            return candidate
    return None


def ordinary_environment() -> dict[str, str]:
    source = Path(__file__).parents[2] / "src"
    packages = [sysconfig.get_path("purelib"), *site.getsitepackages()]
    return {"PYTHONPATH": os.pathsep.join([str(source), *dict.fromkeys(packages)]), "PYTHONDONTWRITEBYTECODE": "1"}


@pytest.mark.skipif(os.geteuid() != 0, reason="all the other tests run as an ordinary user already")
def test_ordinary_user_needs_nobody_else() -> None:
    interpreter = ordinary_interpreter()
    if interpreter is None:
        pytest.skip("no Python here that an ordinary user may run on this checkout")
    nobody = pwd.getpwnam("nobody")
    with reachable_folder("ordinary user") as folder:
        os.chown(folder, nobody.pw_uid, nobody.pw_gid)
        installation = Installation(
            folder / "the data",
            settings=ordinary_environment(),
            interpreter=interpreter,
            options={"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": [], "cwd": folder},
        )
        try:
            running: Running = installation.start("run")
            running.says(READY)
            pid = installation.server.pid
            assert pid is not None
            assert Path(f"/proc/{pid}").stat().st_uid == nobody.pw_uid
            assert answers(installation)
            assert running.stop() == 0
            assert is_deserted(installation)
            assert {path.stat().st_uid for path in folder.rglob("*")} == {nobody.pw_uid}
        finally:
            installation.clean_up()
