"""PostgreSQL's own dump and restore, on whichever database the settings name."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from django.db import connection
from psycopg.conninfo import make_conninfo

from groundswell.cli.failures import Refusal
from groundswell.config.postgres.errors import ServerError
from groundswell.config.postgres.programs import wheel_program

# Servers before 17 do not know this setting, which pg_restore 18 writes at the top of its script.
YOUNG_SETTING = b"SET transaction_timeout = 0;"
PREAMBLE = 40  # lines; the setting is among them, and no data is

# Everything of ours in the schema, whoever owns the schema itself (before PostgreSQL 15 that is not us).
EMPTY_THE_DATABASE = """
DO $$
DECLARE thing record;
BEGIN
    FOR thing IN SELECT extname AS name FROM pg_extension WHERE extname <> 'plpgsql' LOOP
        EXECUTE format('DROP EXTENSION IF EXISTS %I CASCADE', thing.name);
    END LOOP;
    FOR thing IN SELECT relname AS name,
                        CASE relkind WHEN 'v' THEN 'VIEW' WHEN 'm' THEN 'MATERIALIZED VIEW' ELSE 'TABLE' END AS kind
                 FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v', 'm', 'f') LOOP
        EXECUTE format('DROP %s IF EXISTS public.%I CASCADE', thing.kind, thing.name);
    END LOOP;
    FOR thing IN SELECT relname AS name FROM pg_class
                 WHERE relnamespace = 'public'::regnamespace AND relkind = 'S' LOOP
        EXECUTE format('DROP SEQUENCE IF EXISTS public.%I CASCADE', thing.name);
    END LOOP;
    FOR thing IN SELECT oid::regprocedure AS name FROM pg_proc WHERE pronamespace = 'public'::regnamespace LOOP
        EXECUTE format('DROP ROUTINE IF EXISTS %s CASCADE', thing.name);
    END LOOP;
    FOR thing IN SELECT typname AS name FROM pg_type
                 WHERE typnamespace = 'public'::regnamespace AND typtype IN ('e', 'd', 'c', 'r') LOOP
        EXECUTE format('DROP TYPE IF EXISTS public.%I CASCADE', thing.name);
    END LOOP;
END $$;
"""


def dump_database(target: Path) -> None:
    """The whole database into `target`, as of one moment. Raises Refusal with the program's own words."""
    database, environment = _connection()
    arguments = ["pg_dump", database, "--format=custom", "--no-owner", "--no-privileges", f"--file={target}"]
    with _process(arguments, environment) as process:
        _check(process, "pg_dump")


def restore_database(dump: Path, *, replace: bool) -> None:
    """Bring `dump` into the database as one transaction: all of it, or, on any error, nothing changed.

    With `replace` everything there before is removed in the same transaction.
    """
    database, environment = _connection()
    reading = ["pg_restore", "--no-owner", "--no-privileges", "--file=-", str(dump)]
    writing = ["psql", database, "--quiet", "--no-psqlrc", "--single-transaction", "--set=ON_ERROR_STOP=1"]
    with (
        _process(reading, environment, stdout=subprocess.PIPE) as reader,
        _process(writing, environment, stdin=subprocess.PIPE) as writer,
    ):
        assert reader.stdout is not None
        assert writer.stdin is not None
        try:
            if replace:
                writer.stdin.write(EMPTY_THE_DATABASE.encode())
            for number, line in enumerate(reader.stdout):
                if number < PREAMBLE and line.strip() == YOUNG_SETTING:
                    continue
                writer.stdin.write(line)
            if reader.wait() != 0:
                writer.kill()  # the end of a script cut short would be committed as if it were whole
            _check(reader, "pg_restore")
            writer.stdin.close()
        except BrokenPipeError:
            reader.kill()
        _check(writer, "psql")


def server_version() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('server_version')")
        [version] = cursor.fetchone()
    return str(version)


def tables() -> int:
    """How many tables the database has."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'")
        [count] = cursor.fetchone()
    return int(count)


def other_users() -> list[str]:
    """What else is connected to this database, by the name it gave itself."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(nullif(application_name, ''), 'unnamed') FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
        )
        return [name for [name] in cursor.fetchall()]


def program(name: str) -> str:
    """PostgreSQL's client program `name`: the wheel's, which is new enough for every server, or else the system's."""
    try:
        path = wheel_program(name)
        if path.exists():
            return str(path)
    except ServerError:
        pass
    found = shutil.which(name)
    if found is None:
        raise Refusal(f"PostgreSQL's program {name} is not here. Run `make setup`.")
    return found


def _connection() -> tuple[str, dict[str, str]]:
    """For libpq's programs: `--dbname`, and the environment with the password, which a command line would show to all."""
    parameters = {
        key: str(value)
        for key, value in connection.get_connection_params().items()
        if isinstance(value, (str, int)) and key not in ("prepare_threshold", "client_encoding")
    }
    environment = {key: value for key, value in os.environ.items() if not key.startswith("PG")}
    if password := parameters.pop("password", ""):
        environment["PGPASSWORD"] = password
    return f"--dbname={make_conninfo(**parameters)}", environment


@contextmanager
def _process(
    arguments: list[str],
    environment: dict[str, str],
    *,
    stdin: int | None = subprocess.DEVNULL,
    stdout: int | None = subprocess.DEVNULL,
) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(  # noqa: S603 - PostgreSQL's own programs
        [program(arguments[0]), *arguments[1:]],
        stdin=stdin,
        stdout=stdout,
        stderr=subprocess.PIPE,
        env=environment,
    )
    try:
        yield process
    except BaseException:
        process.kill()
        raise
    finally:
        process.wait()


def _check(process: subprocess.Popen[bytes], name: str) -> None:
    """Raises Refusal if the program fails, with the first line it said."""
    stderr: IO[bytes] | None = process.stderr
    assert stderr is not None
    said = stderr.read().decode(errors="replace").strip()
    if process.wait() != 0:
        first = said.splitlines()[0] if said else f"exit code {process.returncode}"
        raise Refusal(f"PostgreSQL's {name} failed, and nothing was changed: {first}")
