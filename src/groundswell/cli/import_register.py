"""`groundswell import register`: an electoral register, full or monthly changes."""

from __future__ import annotations

import datetime as dt
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

import click

from groundswell.cli.console import answer, json_option, note_rejects, progress
from groundswell.cli.database import needs_database
from groundswell.cli.failures import Refusal

if TYPE_CHECKING:
    from groundswell.people.models import ImportBatch

LAYOUTS = ["auto", "xpress", "xpress-changes", "eros", "pdcode", "canvass", "positional"]


@click.command("register")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--constituency", help="Name or code of its seat; without it the postcodes tell, if nine in ten agree.")
@click.option("--entitlement", required=True, help="The right under which you hold it, in your own words (rule R1).")
@click.option("--purpose", default="Electoral purposes", show_default=True, help="The permitted purpose (rule R1).")
@click.option(
    "--register-date",
    required=True,
    type=click.DateTime(["%Y-%m-%d"]),
    help="The date of the register, as YYYY-MM-DD.",
)
@click.option("--layout", type=click.Choice(LAYOUTS), default="auto", show_default=True)
@click.option("--part", is_flag=True, help="The file covers only the polling districts in it; nobody else is removed.")
@click.option("--force", is_flag=True, help="Take a file that looks cut off, shrunk, older or mostly unreadable.")
@click.option(
    "--confirm-entitlement",
    is_flag=True,
    help="For a charity, a union or whoever else is not entitled as such: it does hold the entitlement named, expressly.",
)
@click.option("--dry-run", is_flag=True, help="Say what would happen; write nothing.")
@json_option
@needs_database
def command(
    *,
    file: Path,
    constituency: str | None,
    entitlement: str,
    purpose: str,
    register_date: dt.datetime,
    layout: str,
    part: bool,
    force: bool,
    confirm_entitlement: bool,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Import an electoral register: all of it or nothing. Rows that cannot be read go to the rejects file."""
    from django.db import transaction
    from django.utils import timezone

    from groundswell.compliance.figures import is_register_entitled
    from groundswell.people.enums import ImportKind, ImportStage
    from groundswell.people.files.inspection import inspect_file
    from groundswell.people.files.refusal import ImportRefusedError
    from groundswell.people.operations.batches import declare_register, receive_batch
    from groundswell.people.operations.outcome import Wishes
    from groundswell.people.operations.register import import_register
    from groundswell.people.queries import constituency_named
    from groundswell.people.seats_of_files import seat_by_postcodes

    wishes = Wishes(layout=layout, part=part, force=force, dry_run=dry_run)
    try:
        seat = constituency_named(constituency) if constituency else seat_by_postcodes(file, layout=layout)
        inspection = inspect_file(file)

        def declared() -> ImportBatch:
            batch = receive_batch(kind=ImportKind.REGISTER, file_name=file.name, sha256=inspection.sha256, by=None)
            return declare_register(
                batch=batch,
                constituency=seat,
                entitlement=entitlement,
                purpose=purpose,
                register_date=register_date.date(),
                by=None,
                is_entitled=is_register_entitled(on=timezone.localdate()),
                entitlement_confirmed=confirm_entitlement,
            )

        with progress("Importing", total=inspection.lines) as meter:

            def listen(stage: ImportStage, rows: int, total: int) -> None:
                meter.update(completed=rows, total=total, description=str(stage.label).capitalize())

            today = timezone.localdate()
            with transaction.atomic() if dry_run else nullcontext():
                result = import_register(
                    batch=declared(), path=file, by=None, today=today, wishes=wishes, listener=listen
                )
                if dry_run:
                    transaction.set_rollback(True)
    except ImportRefusedError as refusal:
        raise Refusal(str(refusal)) from refusal
    report = {**result.as_dict(), "constituency": seat.name, "batch": None if dry_run else result.batch}
    if result.rejects_file:
        note_rejects(result.rejected, result.rejects_file)
    answer(report, as_json=as_json)
