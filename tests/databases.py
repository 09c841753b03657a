"""The databases of a test run: one is migrated, beside everything else that starts; each worker gets a copy of it.

After a test with real transactions the worker's copy is made as it was: what a migration put there is there again, and
nothing else. Django's own way (TRUNCATE of all tables, then everything that follows a migrate) costs a hundred times more.
"""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import psycopg

TEMPLATE = "test_groundswell_template"
LARGE = 2 * 1024 * 1024  # bytes of a table that is worth a VACUUM
_MAKE = f"""
import django
django.setup()
from django.db import connection
connection.settings_dict["TEST"]["NAME"] = {TEMPLATE!r}
connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
connection.close()
print("made")
"""


class Template:
    """The migrated database that the others are copies of, made by a process of its own."""

    def __init__(self, folder: Path) -> None:
        self._lock, self._log = folder / "template.lock", folder / "template.log"

    def begin(self) -> subprocess.Popen[bytes]:
        """Have it made. The process holds the lock until it ends, whatever it ends by."""
        with self._lock.open("w") as lock, self._log.open("w") as log:
            fcntl.flock(lock, fcntl.LOCK_EX)
            return subprocess.Popen(
                [sys.executable, "-c", _MAKE],
                env={**os.environ, "DJANGO_SETTINGS_MODULE": "groundswell.config.settings"},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                pass_fds=[lock.fileno()],
            )

    def drop(self) -> None:
        """Where the server outlives the run."""
        with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as connection:
            connection.execute(f"DROP DATABASE IF EXISTS {TEMPLATE} WITH (FORCE)")

    def wait(self) -> None:
        """Until it has been made. Raises RuntimeError with what its process said."""
        with self._lock.open() as lock:
            fcntl.flock(lock, fcntl.LOCK_SH)
        said = self._log.read_text()
        if not said.endswith("made\n"):
            raise RuntimeError(f"the database of the tests could not be made:\n{said}")


def make_copy(connection: Any) -> None:
    """Let `connection` speak to a new copy of the template from now on."""
    from django.conf import settings

    connection.settings_dict["TEST"]["TEMPLATE"] = TEMPLATE
    name = connection.creation._get_test_db_name()
    connection.creation._create_test_db(verbosity=0, autoclobber=True, keepdb=False)
    connection.close()
    settings.DATABASES[connection.alias]["NAME"] = connection.settings_dict["NAME"] = name
    _as_made()


def make_as_it_was() -> None:
    """Take out of this worker's database whatever has been committed to it. Its role must be a superuser, as ours is."""
    from django.db import connection, transaction

    made = _as_made()
    with transaction.atomic(), connection.cursor() as cursor:
        # No trigger fires: neither those that guard the logs against deletion, nor the checks of references.
        cursor.execute("SET LOCAL session_replication_role = replica")
        for table in _tables_with_rows(cursor):
            if table in made and _content(cursor, table) == made[table]:
                continue
            cursor.execute(f'DELETE FROM "{table}"')
            if table in made:
                with cursor.copy(f'COPY "{table}" FROM STDIN') as copy:
                    copy.write(made[table])
    with connection.cursor() as cursor:
        # What was deleted is still read over, and the tests that come count the milliseconds of no one else's rows.
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
            " AND pg_relation_size(oid) > %s",
            [LARGE],
        )
        for (table,) in cursor.fetchall():
            cursor.execute(f'VACUUM "{table}"')


@cache
def _as_made() -> dict[str, bytes]:
    """What the tables hold that hold anything after a migrate."""
    from django.db import connection

    with connection.cursor() as cursor:
        return {table: _content(cursor, table) for table in _tables_with_rows(cursor)}


def _content(cursor: Any, table: str) -> bytes:
    with cursor.copy(f'COPY "{table}" TO STDOUT') as copy:
        return b"".join(copy)


def _tables_with_rows(cursor: Any) -> list[str]:
    cursor.execute(_which_hold_rows())
    return [table for (table,) in cursor.fetchall()]


@cache
def _which_hold_rows() -> str:
    """One statement that asks every table whether it has a row."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace")
        return " UNION ALL ".join(
            f"SELECT '{table}' WHERE EXISTS (SELECT FROM \"{table}\")" for (table,) in cursor.fetchall()
        )
