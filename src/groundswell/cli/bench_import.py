"""`groundswell bench import`: a full import of a register, against a raw COPY of the same file, in the same run."""

from __future__ import annotations

import datetime as dt
import random
import resource
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from groundswell.cli.console import answer, json_option, progress
from groundswell.cli.database import needs_database

HEADER = (
    "Elector Number Prefix,Elector Number,Elector Number Suffix,Elector Markers,Elector DOB,Elector Surname,"
    "Elector Forename,PostCode,Address1,Address2,Address3,Address4,Address5,Address6"
)
SYLLABLES = (
    "bar",
    "den",
    "hol",
    "mer",
    "win",
    "ash",
    "ley",
    "ton",
    "cot",
    "ford",
    "well",
    "ham",
    "by",
    "thorpe",
    "ra",
    "si",
)
STREETS = ("Road", "Street", "Avenue", "Close", "Gardens", "Terrace", "Lane", "Grove")
PER_DISTRICT = 2500


@click.command("import")
@click.option("--rows", default=1_000_000, show_default=True, type=click.IntRange(1000, 20_000_000))
@json_option
@needs_database
def command(*, rows: int, as_json: bool) -> None:
    """Measure the import of a register of invented people, on a scratch database of the same server."""
    with tempfile.TemporaryDirectory() as folder, _scratch_database(), progress("Measuring", total=None):
        file = Path(folder) / "register.csv"
        write_register(file, rows)
        copied = _raw_copy(file)
        seconds = _full_import(file, rows)
    answer(
        {
            "rows": rows,
            "seconds": round(seconds, 2),
            "rows_per_second": round(rows / seconds),
            "copy_rows_per_second": round(rows / copied),
            "ratio": round(copied / seconds, 3),
            "peak_rss_mb": round(_peak_memory() / 1024),
        },
        as_json=as_json,
    )


def _peak_memory() -> int:
    """KiB at most in memory at once: this process, and the largest of those that read for it."""
    return sum(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))


def write_register(file: Path, rows: int, *, seed: int = 1) -> None:
    """An Xpress register of `rows` invented people in households of one to five, in the order of their streets."""
    dice = random.Random(seed)  # noqa: S311 - invented people, the same at every run
    surnames = ["".join(dice.choices(SYLLABLES, k=3)).capitalize() for _ in range(6000)]
    forenames = ["".join(dice.choices(SYLLABLES, k=2)).capitalize() for _ in range(1500)]
    with file.open("w", encoding="utf-8") as out:
        out.write(HEADER + "\n")
        written = 0
        while written < rows:
            street = f"{dice.choice(surnames)} {dice.choice(STREETS)}"
            postcode = (
                f"E{dice.randrange(1, 20)} {dice.randrange(10)}{dice.choice('ABDEFGHJ')}{dice.choice('LNPQRSTU')}"
            )
            for house in range(1, dice.randrange(12, 90)):
                family = dice.choice(surnames)
                for _person in range(dice.choices((1, 2, 3, 4, 5), (30, 38, 17, 11, 4))[0]):
                    if written == rows:
                        return
                    district, number = divmod(written, PER_DISTRICT)
                    name = family if dice.random() < 0.8 else dice.choice(surnames)
                    marker = dice.choice("FGBLM") if dice.random() < 0.03 else ""
                    out.write(
                        f"P{district:03d},{number + 1},0,{marker},,{name},{dice.choice(forenames)} {dice.choice(forenames)},"
                        f"{postcode},{house} {street},,,Walthamstow,London,\n"
                    )
                    written += 1


@contextmanager
def _scratch_database() -> Iterator[None]:
    """An empty database with all tables, beside the real one, dropped at the end."""
    from django.core.management import call_command
    from django.db import connection
    from psycopg.sql import SQL, Identifier

    real, scratch = connection.settings_dict["NAME"], f"groundswell_bench_{uuid.uuid4().hex[:8]}"
    _administer(SQL("CREATE DATABASE {}").format(Identifier(scratch)))
    connection.close()
    connection.settings_dict["NAME"] = scratch
    try:
        call_command("migrate", interactive=False, verbosity=0)
        yield
    finally:
        connection.close()
        connection.settings_dict["NAME"] = real
        _administer(SQL("DROP DATABASE {} WITH (FORCE)").format(Identifier(scratch)))


def _administer(statement: object) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(statement)  # type: ignore[arg-type]


def _raw_copy(file: Path) -> float:
    """Seconds of a bare COPY of the file into one table with the elector number as its primary key."""
    from django.db import connection

    columns = [name.replace(" ", "_").lower() for name in HEADER.split(",")]
    with connection.cursor() as cursor:
        typed = ", ".join(f"{name} text" for name in columns)
        cursor.execute(f"CREATE TABLE bench_raw ({typed}, PRIMARY KEY ({', '.join(columns[:3])}))")
        started = time.perf_counter()
        with cursor.copy("COPY bench_raw FROM STDIN WITH (FORMAT csv, HEADER)") as copy, file.open("rb") as source:
            while block := source.read(1 << 20):
                copy.write(block)
        seconds = time.perf_counter() - started
        cursor.execute("DROP TABLE bench_raw")
    return seconds


def _full_import(file: Path, rows: int) -> float:
    """Seconds of the real operation, from the file to the commit, with declaration, rejects and audit."""
    from groundswell.people.enums import ImportKind
    from groundswell.people.operations.batches import declare_register, receive_batch
    from groundswell.people.operations.register import import_register
    from groundswell.places.enums import AreaKind
    from groundswell.places.models import Area

    seat = Area.objects.create(
        kind=AreaKind.CONSTITUENCY, boundary_set="bench", code="BENCH", name="Bench", nation="England"
    )
    today = dt.date(2026, 11, 1)
    started = time.perf_counter()
    batch = receive_batch(kind=ImportKind.REGISTER, file_name=file.name, sha256="", by=None)
    declare_register(
        batch=batch,
        constituency=seat,
        entitlement="benchmark",
        purpose="benchmark",
        register_date=today,
        by=None,
        is_entitled=True,
    )
    result = import_register(batch=batch, path=file, by=None, today=today)
    seconds = time.perf_counter() - started
    if result.created != rows:
        raise click.ClickException(f"The import made {result.created:,} of {rows:,} entries.")
    return seconds
