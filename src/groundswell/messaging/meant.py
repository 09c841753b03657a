"""Whom a list of people means, written down for one transaction: what is asked of them is planned by their true number."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection
from django.db.models import QuerySet
from psycopg import ClientCursor

from groundswell.campaigns.segments import people_in
from groundswell.people.models import Person

# For a million people: without it each sort and hash table of theirs goes by way of the disk.
WORK_MEM = "128MB"


# Whoever is written to is looked up there. A table that was empty when it was last looked at, as after an import that
# failed, is believed to hold one row, however many it holds by now: 150 people then took over a second, and more of them
# longer than in proportion.
BELIEVED_EMPTY = r"""SELECT c.oid::regclass::text FROM pg_class c
                      WHERE c.relkind = 'r' AND c.relname ~ '^(people|compliance)_' AND pg_table_is_visible(c.oid)
                        AND c.reltuples = 0 AND pg_relation_size(c.oid) > 0 ORDER BY 1"""


def people_meant(expression: Mapping[str, Any], *, now: datetime) -> QuerySet[Person]:
    """The people of a list on the organisation's own day. Raises SegmentError."""
    return people_in(expression, today=now.astimezone(ZoneInfo(settings.TIME_ZONE)).date())


def list_people_meant(expression: Mapping[str, Any], *, now: datetime) -> None:
    """Fill the temporary table `messaging_meant` (id) of the open transaction. Raises SegmentError.

    How many people a list means is what PostgreSQL guesses worst, by a factor of hundreds: it then looks up a million
    people one by one, for each of a dozen tables. So they are written down and counted first.
    """
    meant, parameters = people_meant(expression, now=now).order_by().values("pk").query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(BELIEVED_EMPTY)
        if believed_empty := [table for (table,) in cursor.fetchall()]:
            cursor.execute(f"ANALYZE {', '.join(believed_empty)}")
        cursor.execute(f"SET LOCAL work_mem = '{WORK_MEM}'")
        cursor.execute("DROP TABLE IF EXISTS pg_temp.messaging_meant")
        # Nor by the guess is the list itself read one by one.
        cursor.execute("SET LOCAL enable_nestloop = off")
        cursor.execute(written(f"CREATE TEMPORARY TABLE messaging_meant (id) ON COMMIT DROP AS {meant}", parameters))
        cursor.execute("SET LOCAL enable_nestloop = on")
        cursor.execute("ANALYZE messaging_meant")


def written(statement: str, parameters: Any) -> str:
    """The statement with its parameters in it, quoted by psycopg: CREATE TABLE AS takes none that are bound."""
    with ClientCursor(connection.connection) as client:
        return client.mogrify(statement, parameters)
