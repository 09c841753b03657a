"""How the `groundswell` command answers and refuses."""

from __future__ import annotations

import json
import os
import re
import socket
from pathlib import Path
from typing import Any

import click
import psycopg
import pytest
from django.core.exceptions import ValidationError
from django.db import OperationalError, ProgrammingError

from groundswell.cli.failures import Refusal, report
from groundswell.cli.main import BENCHES, COMMANDS, IMPORTS, SIMULATIONS, groundswell
from groundswell.cli.ports import check_port_is_free
from groundswell.config.postgres import connection_url, running

pytestmark = pytest.mark.slow


def test_lists_its_commands_without_loading_them(fresh: Any) -> None:
    text = fresh.do_well("--help")
    assert all(name in text for name in [*COMMANDS, "import", "bench", "simulate"])
    assert not fresh.data_dir.exists()


def test_without_a_command_they_are_listed_and_nothing_is_called_an_error(fresh: Any) -> None:
    said = fresh.do().stderr
    assert said.count("Usage:") == 1
    assert "Error" not in said
    assert all(name in said for name in COMMANDS)


def test_every_command_that_is_there_explains_itself() -> None:
    context = click.Context(groundswell)
    for name in ("run", "web", "worker", "migrate", "doctor", "backup", "restore"):
        command = groundswell.get_command(context, name)
        assert command is not None
        assert command.help


def test_groups_show_the_commands_of_their_rooms() -> None:
    for name, described in (("import", IMPORTS), ("bench", BENCHES), ("simulate", SIMULATIONS)):
        group = groundswell.commands[name]
        assert isinstance(group, click.Group)
        assert set(group.list_commands(click.Context(group))) <= set(described)


def test_migrate_twice_changes_nothing_and_json_is_all_of_stdout(fresh: Any) -> None:
    first = fresh.json("migrate")
    assert "accounts.0001_initial" in first["applied"]
    assert fresh.json("migrate") == {"applied": []}
    with running(fresh.data_dir), psycopg.connect(connection_url(fresh.data_dir)) as connection:
        row = connection.execute(
            "SELECT count(*) FROM places_area WHERE boundary_set = 'uk-parliament-2024'"
        ).fetchone()
    assert row == (650,)


def test_postcodes_are_measured_without_a_database(fresh: Any) -> None:
    answer = fresh.json("bench", "postcodes", "--lookups", "1000")
    assert answer["lookups"] == 1000
    assert 800 < answer["found"] < 1000
    assert not fresh.data_dir.exists()


def test_default_secret_is_refused_when_debug_is_off(installation: Any) -> None:
    for arguments in (["run"], ["web"], ["worker"], ["migrate"]):
        result = installation.do(*arguments, GROUNDSWELL_SECRET_KEY="insecure-development-key-change-me")
        assert result.returncode == 1
        assert "GROUNDSWELL_SECRET_KEY is not set" in result.stderr
        assert "Traceback" not in result.stderr


def test_secret_that_could_be_guessed_is_refused(installation: Any) -> None:
    for arguments in (["run"], ["migrate"]):
        result = installation.do(*arguments, GROUNDSWELL_SECRET_KEY="changeme")
        assert result.returncode == 1
        assert "has only 8 characters" in result.stderr
        assert "changeme" not in result.stderr


def test_default_secret_will_do_for_development(installation: Any) -> None:
    result = installation.do(
        "migrate", GROUNDSWELL_SECRET_KEY="insecure-development-key-change-me", GROUNDSWELL_DEBUG="1"
    )
    assert result.returncode == 0


def test_setting_of_the_wrong_kind_is_named(fresh: Any) -> None:
    result = fresh.do("migrate", "--json", PORT="eighty")
    assert result.returncode == 1
    assert "The setting PORT cannot be used" in result.stderr
    assert "PORT" in json.loads(result.stdout)["error"]


def test_wrong_use_ends_with_two(fresh: Any) -> None:
    for arguments in (["nothing-like-it"], ["migrate", "--nope"], ["restore"]):
        result = fresh.do(*arguments)
        assert result.returncode == 2
        assert result.stderr.splitlines()[-1].startswith("Error: ")


def test_unreachable_database_is_one_sentence(fresh: Any) -> None:
    result = fresh.do("migrate", DATABASE_URL=f"postgresql://nobody@127.0.0.1:{fresh.port}/nothing")
    assert result.returncode == 1
    assert len(result.stderr.splitlines()) == 1
    assert "groundswell doctor" in result.stderr


def test_database_url_is_used_instead_of_the_embedded_server(fresh: Any) -> None:
    url = os.environ["DATABASE_URL"]
    name = f"elsewhere_{fresh.port}"
    with psycopg.connect(url, dbname="postgres", autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
        try:
            fresh.settings["DATABASE_URL"] = url.replace("/groundswell?", f"/{name}?")
            assert "accounts.0001_initial" in fresh.json("migrate")["applied"]
            assert not (fresh.data_dir / "postgres").exists()
            checks = {check["check"]: check for check in fresh.json("doctor")["checks"]}
            assert "DATABASE_URL" in checks["database"]["found"]
        finally:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def test_taken_port_names_the_variable_and_a_free_one_does_not(installation: Any) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", installation.port))
        taken.listen()
        for command in ("run", "web"):
            result = installation.do(command)
            assert result.returncode == 1
            assert f"Port {installation.port} is taken" in result.stderr
            assert "PORT=" in result.stderr
    check_port_is_free("127.0.0.1", installation.port)


def test_address_of_another_machine_is_refused() -> None:
    with pytest.raises(Refusal, match="HOST="):
        check_port_is_free("192.0.2.1", 8000)


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (Refusal("No such seat."), 1, "No such seat."),
        (ValidationError("Not a date."), 1, "Not a date."),
        (ValidationError(["One.", "Two."]), 1, "One. Two."),
        (ProgrammingError('relation "x" does not exist'), 1, "groundswell migrate"),
        (OperationalError("connection refused\nis it up?"), 1, "groundswell doctor"),
        (
            FileNotFoundError(2, "No such file or directory", "register.csv"),
            1,
            "No such file or directory: register.csv.",
        ),
        (ValueError("The file is empty."), 1, "The file is empty."),
        (KeyError("x"), 1, "a fault of Groundswell's"),
        (KeyboardInterrupt(), 130, "Stopped."),
    ],
)
def test_every_failure_is_one_line(
    error: BaseException, code: int, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert report(error, as_json=False) == code
    captured = capsys.readouterr()
    assert captured.out == ""
    [line] = captured.err.splitlines()
    assert said in line


def test_operators_guide_lists_every_setting_with_its_default() -> None:
    from groundswell.cli.doctor import variable_of
    from groundswell.config.environment import Environment

    text = (Path(__file__).parents[2] / "docs" / "operators.md").read_text()
    table = text[text.index("| `GROUNDSWELL_DEBUG`") :].split("\n\n")[0]
    rows = dict(re.findall(r"^\| `(\w+)` \| (.*?) \|", table, re.MULTILINE))
    expected = {}
    for name, field in Environment.model_fields.items():
        default = "" if field.default is None else str(field.default)
        shown = "none" if name == "secret_key" or not default else f"`{default}`"
        expected[variable_of(name)] = shown
    assert rows == expected
