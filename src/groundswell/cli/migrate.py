"""`groundswell migrate`: bring the database up to date."""

from __future__ import annotations

import click

from groundswell.cli.console import answer, json_option, note, progress
from groundswell.cli.database import needs_database
from groundswell.config.environment import environment


def apply_migrations() -> list[str]:
    """Apply what is missing and return its names. Safe to repeat; two at once wait for each other."""
    from django.core.management import call_command
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    from groundswell.places.operations import load_reference_data

    with connection.cursor() as cursor:
        # Held by this session until the end, so that several machines may start at once.
        cursor.execute("SELECT pg_advisory_lock(hashtext('groundswell migrate'))")
    try:
        executor = MigrationExecutor(connection)
        plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
        # Even with nothing to apply: what lives in the database as code follows a migrate.
        call_command("migrate", interactive=False, verbosity=0)
        load_reference_data()
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(hashtext('groundswell migrate'))")
    return [f"{migration.app_label}.{migration.name}" for migration, _backwards in plan]


@click.command("migrate")
@json_option
@needs_database
def command(as_json: bool) -> None:
    """Bring the database up to date with this version. Safe to run again."""
    from groundswell.accounts.setup_links import create_setup_link

    with progress("Bringing the database up to date"):
        applied = apply_migrations()
    if not environment().demo and (link := create_setup_link()):
        note(f"Nobody owns this installation yet. To make the owner's account, open within a day:\n  {link}")
    text = "\n".join(f"applied {name}" for name in applied) or "The database is up to date."
    answer({"applied": applied}, as_json=as_json, text=text)
