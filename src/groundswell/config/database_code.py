"""Functions, triggers and views: code that lives in the database, kept in each room's `sql/install/*.sql`.

They are code, not state: every file can be run again (CREATE OR REPLACE, DROP TRIGGER IF EXISTS) and all are, after each
migrate, from the ground floor up. So a function is changed by editing its file, and read where it belongs.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.apps import apps
from django.db import connections, transaction

# The floors, lowest first: what a room's SQL may refer to is there before it.
FLOORS = (
    "accounts",
    "places",
    "people",
    "compliance",
    "campaigns",
    "messaging",
    "events",
    "joining",
    "phonebank",
    "insight",
)


def install_database_code(using: str = "default", **_: Any) -> None:
    """Run every room's `sql/install/*.sql`, in floor order and by file name, as one transaction."""
    with transaction.atomic(using=using), connections[using].cursor() as cursor:
        # Two migrates at once would collide on the same catalogue rows.
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('groundswell.database_code'))")
        for label in FLOORS:
            folder = Path(apps.get_app_config(label).path) / "sql" / "install"
            for file in sorted(folder.glob("*.sql")):
                cursor.execute(file.read_text(encoding="utf-8"))
