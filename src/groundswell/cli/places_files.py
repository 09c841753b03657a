"""What the commands that import places have in common: one CSV, its boundary set, a dry run, a file of rejects."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import click

from groundswell.cli.console import answer, json_option, note_rejects, progress
from groundswell.cli.database import needs_database

Command = Callable[..., None]


def import_command(name: str, layout_name: str, description: str) -> click.Command:
    """A command `groundswell import NAME FILE --boundary-set SET` for one of `places.imports.LAYOUTS`."""

    @click.command(name, help=description)
    @click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
    @click.option("--boundary-set", required=True, help="The set these rows belong to, such as uk-parliament-2024.")
    @click.option("--kind", default="constituency", help="Kind of an area where the file has no column for it.")
    @click.option("--source", default="import", help="A word for where the data is from; kept with each row.")
    @click.option("--rejects", type=click.Path(path_type=Path), help="Where to write rejected rows.")
    @click.option("--dry-run", is_flag=True, help="Say what would happen, change nothing.")
    @json_option
    @needs_database
    def command(
        file: Path, boundary_set: str, kind: str, source: str, rejects: Path | None, dry_run: bool, as_json: bool
    ) -> None:
        from groundswell.places.enums import AreaKind
        from groundswell.places.imports import LAYOUTS
        from groundswell.places.operations import import_places, rejects_csv

        if kind not in AreaKind.values:
            raise click.BadParameter(f"must be one of {', '.join(AreaKind.values)}.", param_hint="--kind")
        layout = LAYOUTS[layout_name]
        started = time.monotonic()
        with progress("Importing"):
            report = import_places(
                layout,
                content=file.read_bytes(),
                by=None,
                boundary_set=boundary_set,
                kind=kind,
                source=source,
                dry_run=dry_run,
            )
        rejects_file = ""
        if report.rejects:
            path = rejects or file.with_name(f"{file.stem}.rejects.csv")
            path.write_text(rejects_csv(layout, report.rejects), encoding="utf-8", newline="")
            rejects_file = str(path)
            note_rejects(report.rejected, str(path))
        answer(
            {
                "rows": report.rows,
                "created": report.created,
                "updated": report.updated,
                "unchanged": report.unchanged,
                "rejected": report.rejected,
                "rejects_file": rejects_file,
                "dry_run": report.dry_run,
                "seconds": round(time.monotonic() - started, 3),
            },
            as_json=as_json,
        )

    return command
