"""`groundswell import phones`: telephone numbers for people on a register."""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path

import click

from groundswell.cli.console import answer, json_option, note_rejects, progress
from groundswell.cli.database import needs_database
from groundswell.cli.failures import Refusal


@click.command("phones")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--source", required=True, help="Where the numbers come from, such as “Members, spring 2026”.")
@click.option("--lawful-basis", required=True, help="The lawful basis on which you hold them (rule D1).")
@click.option("--purpose", required=True, help="What you hold them for.")
@click.option("--constituency", default="", help="Look for the people on this seat's register only.")
@click.option("--dry-run", is_flag=True, help="Say what would happen; write nothing.")
@json_option
@needs_database
def command(
    *, file: Path, source: str, lawful_basis: str, purpose: str, constituency: str, dry_run: bool, as_json: bool
) -> None:
    """Import phone numbers by elector number, or by name and postcode: all of it or nothing."""
    from django.db import transaction

    from groundswell.people.enums import ImportKind, ImportStage
    from groundswell.people.files.inspection import inspect_file
    from groundswell.people.files.refusal import ImportRefusedError
    from groundswell.people.operations.batches import declare_phones, receive_batch
    from groundswell.people.operations.phones import import_phones
    from groundswell.people.queries import constituency_named

    try:
        seat = constituency_named(constituency) if constituency else None
        inspection = inspect_file(file)
        with progress("Importing", total=inspection.lines) as meter:

            def listen(stage: ImportStage, rows: int, total: int) -> None:
                meter.update(completed=rows, total=total, description=str(stage.label).capitalize())

            with transaction.atomic() if dry_run else nullcontext():
                batch = receive_batch(kind=ImportKind.PHONES, file_name=file.name, sha256=inspection.sha256, by=None)
                declare_phones(
                    batch=batch, source=source, lawful_basis=lawful_basis, purpose=purpose, constituency=seat, by=None
                )
                result = import_phones(batch=batch, path=file, by=None, dry_run=dry_run, listener=listen)
                if dry_run:
                    transaction.set_rollback(True)
    except ImportRefusedError as refusal:
        raise Refusal(str(refusal)) from refusal
    if result.rejects_file:
        note_rejects(result.rejected, result.rejects_file)
    answer({**result.as_dict(), "batch": None if dry_run else result.batch}, as_json=as_json)
