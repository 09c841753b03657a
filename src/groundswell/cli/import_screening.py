"""`groundswell import screening`: a list of the Telephone Preference Service, or the organisation's own do-not-call list."""

from __future__ import annotations

import datetime as dt
from contextlib import nullcontext
from pathlib import Path

import click

from groundswell.cli.console import answer, json_option, note_rejects, progress
from groundswell.cli.database import needs_database
from groundswell.cli.failures import Refusal

LISTS = ["tps", "ctps", "do-not-call"]


@click.command("screening")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--date",
    "day",
    type=click.DateTime(["%Y-%m-%d"]),
    help="The day the numbers were screened, as YYYY-MM-DD; not needed for a do-not-call list.",
)
@click.option("--kind", type=click.Choice(LISTS), default="tps", show_default=True, help="Which list it is.")
@click.option("--dry-run", is_flag=True, help="Say what would happen; write nothing.")
@json_option
@needs_database
def command(*, file: Path, day: dt.datetime | None, kind: str, dry_run: bool, as_json: bool) -> None:
    """Screen the numbers against a list (rules C1, C2), or close those of a do-not-call list (C3): all or nothing."""
    from django.db import transaction

    from groundswell.compliance.enums import ScreeningList
    from groundswell.compliance.operations import declare_screening, take_in_numbers
    from groundswell.people.enums import ImportKind, ImportStage
    from groundswell.people.files.inspection import inspect_file
    from groundswell.people.files.refusal import ImportRefusedError
    from groundswell.people.operations.batches import receive_batch

    is_screening = kind != "do-not-call"
    if is_screening and day is None:
        raise click.UsageError("Say with --date YYYY-MM-DD on which day the numbers were screened (rule C2).")
    try:
        inspection = inspect_file(file)
        with progress("Importing", total=inspection.lines) as meter:

            def listen(stage: ImportStage, rows: int, total: int) -> None:
                meter.update(completed=rows, total=total, description=str(stage.label).capitalize())

            with transaction.atomic() if dry_run else nullcontext():
                batch = receive_batch(
                    kind=ImportKind.SCREENING if is_screening else ImportKind.DO_NOT_CALL,
                    file_name=file.name,
                    sha256=inspection.sha256,
                    by=None,
                )
                if is_screening and day is not None:
                    declare_screening(batch=batch, list=ScreeningList(kind), screened_on=day.date(), by=None)
                result = take_in_numbers(batch=batch, path=file, by=None, dry_run=dry_run, listener=listen)
                if dry_run:
                    transaction.set_rollback(True)
    except ImportRefusedError as refusal:
        raise Refusal(str(refusal)) from refusal
    if result["rejects_file"]:
        note_rejects(result["rejected"], result["rejects_file"])
    answer({**result, "kind": kind, "batch": None if dry_run else result["batch"]}, as_json=as_json)
