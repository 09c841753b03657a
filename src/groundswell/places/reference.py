"""The packaged data as rows: which files there are, what is in them, and how they are staged for one load."""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from django.db import connection

DATA = Path(__file__).parent / "data"
SQL = Path(__file__).parent / "sql" / "load_reference.sql"

# The day the list of office-holders tells of.
OFFICE_HOLDERS_AS_OF = date(2026, 6, 27)


@dataclass(frozen=True, slots=True)
class PackagedSet:
    """One packaged file and the temporary table it is staged in."""

    table: str
    file: str
    columns: str

    @property
    def path(self) -> Path:
        """Where the file lies."""
        return DATA / self.file


PACKAGED_SETS = (
    PackagedSet(
        "packaged_area",
        "areas.csv.gz",
        "boundary_set text, kind text, code text, name text, parent_set text, parent_code text, nation text, region text,"
        " latitude double precision, longitude double precision",
    ),
    PackagedSet(
        "packaged_contest",
        "contests.csv.gz",
        "boundary_set text, code text, election text, held_on date, electorate integer, valid_votes integer,"
        " majority integer, result text",
    ),
    PackagedSet(
        "packaged_result",
        "results.csv.gz",
        "boundary_set text, code text, election text, party text, party_abbreviation text, candidate text, votes integer,"
        " sitting boolean",
    ),
    PackagedSet(
        "packaged_holder",
        "mps-2026-06-27.csv.gz",
        "boundary_set text, code text, office text, name text, party text, email text",
    ),
    PackagedSet(
        "packaged_hexagon", "hexagons-2024.csv.gz", "boundary_set text, kind text, code text, q smallint, r smallint"
    ),
)


def digest() -> str:
    """Changes when any packaged row, or the way of loading them, does."""
    sha = hashlib.sha256(SQL.read_bytes())
    for packaged in PACKAGED_SETS:
        sha.update(packaged.path.read_bytes())
    return sha.hexdigest()


def rows(packaged: PackagedSet) -> Iterator[dict[str, str]]:
    """The rows of one packaged file, by column name; empty text where nothing is known."""
    with gzip.open(packaged.path, "rt", encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def stage() -> None:
    """COPY every packaged file into a temporary table that ends with the transaction."""
    with connection.cursor() as cursor:
        for packaged in PACKAGED_SETS:
            cursor.execute(f"DROP TABLE IF EXISTS pg_temp.{packaged.table}")
            cursor.execute(f"CREATE TEMPORARY TABLE {packaged.table} ({packaged.columns}) ON COMMIT DROP")
            text = io.BytesIO(gzip.decompress(packaged.path.read_bytes()))
            # FORCE_NOT_NULL below: an empty text is a text; an empty number or date is unknown.
            texts = [name for name, kind in _column_types(packaged) if kind == "text"]
            options = f"FORMAT csv, HEADER true, FORCE_NOT_NULL ({', '.join(texts)})"
            with cursor.copy(f"COPY {packaged.table} FROM STDIN ({options})") as copy:
                copy.write(text.getbuffer())
            cursor.execute(f"ANALYZE {packaged.table}")


def statements() -> list[str]:
    """The statements of `sql/load_reference.sql`, in their order."""
    return SQL.read_text(encoding="utf-8").split("-- --------\n")


def _column_types(packaged: PackagedSet) -> list[tuple[str, str]]:
    pairs = (column.strip().split(" ", 1) for column in packaged.columns.split(","))
    return [(name, kind) for name, kind in pairs]
