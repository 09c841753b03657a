"""Writing newcomers straight into their tables: ids reserved before the file is read, areas filled in afterwards."""

from __future__ import annotations

import datetime as dt

from django.db import connection

from groundswell.people.models import Household, ImportBatch, Register
from groundswell.people.newcomers import (
    AREA,
    ELECTOR_COLUMNS,
    HOUSEHOLD_COLUMNS,
    NULL,
    PERSON_COLUMNS,
    Arrivals,
    Belongings,
    Newcomers,
)
from groundswell.people.operations.statements import Script
from groundswell.places.models import Area

# A run of ids that somebody else took one out of is left unused; so runs are short.
RUN = 100_000


def nobody_yet(constituency: Area) -> bool:
    """Whether the seat has no register and no household, so that everyone in a file must be new."""
    return not (
        Register.objects.filter(constituency=constituency).exists()
        or Household.objects.filter(constituency=constituency).exists()
    )


def newcomers_of(*, batch: ImportBatch, register: Register, register_date: dt.date, rows: int) -> Newcomers:
    """Who writes the newcomers of a file with at most so many rows. If it has more after all, the rest are staged."""
    return Newcomers(
        Belongings(
            constituency=register.constituency_id,
            register=register.pk,
            source=register.source_id,
            batch=batch.pk,
            register_date=register_date,
            people=_reserved("people_person", rows),
            households=_reserved("people_household", rows),
        )
    )


def write(arrivals: Arrivals, *, areas: dict[int, int], script: Script) -> None:
    """Households, then the people in them, then their entries. `areas`: the id of each spot's area."""
    households, electors = [], []
    for spot, homes, entries in arrivals.placed:
        area = str(areas[spot]).encode()
        households.append(homes.replace(AREA, area))
        electors.append(entries.replace(AREA, area))
    script.copy("people_household", HOUSEHOLD_COLUMNS, b"".join(households), null=NULL)
    script.copy("people_person", PERSON_COLUMNS, arrivals.people, null=NULL)
    script.copy("people_elector", ELECTOR_COLUMNS, b"".join(electors), null=NULL)


def _reserved(table: str, count: int) -> list[range]:
    """Runs of ids of a table that nobody else will be given."""
    runs = []
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_get_serial_sequence(%s, 'id')", [table])
        (sequence,) = cursor.fetchone()
        for start in range(0, count, RUN):
            wanted = min(RUN, count - start)
            cursor.execute(
                "SELECT min(id), max(id) FROM (SELECT nextval(%s::regclass) AS id FROM generate_series(1, %s)) AS taken",
                [sequence, wanted],
            )
            first, last = cursor.fetchone()
            if last - first == wanted - 1:
                runs.append(range(first, last + 1))
    return runs
