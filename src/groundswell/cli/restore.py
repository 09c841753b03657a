"""`groundswell restore`: a backup back into the database."""

from __future__ import annotations

import tempfile
from pathlib import Path

import click

from groundswell.cli.archive import DUMP, UPLOADS, Manifest, read_archive
from groundswell.cli.backup import secret_fingerprint
from groundswell.cli.console import answer, json_option, progress
from groundswell.cli.database import needs_database
from groundswell.cli.failures import Refusal
from groundswell.cli.migrate import apply_migrations


def restore_backup(source: Path, *, replace: bool, accept_new_secret: bool) -> Manifest:
    """Bring the backup `source` back: everything of it, or, with Refusal raised, nothing changed.

    Without `replace` the database must be empty, and there may be no uploads.
    """
    from django.conf import settings
    from django.db import connections

    from groundswell.cli.dumping import restore_database

    uploads = Path(settings.MEDIA_ROOT)
    uploads.parent.mkdir(parents=True, exist_ok=True)
    # On the uploads' own disk, so that they move into place at one stroke.
    with tempfile.TemporaryDirectory(dir=uploads.parent, prefix=".restore-") as name:
        folder = Path(name)
        with progress("Checking the backup", total=source.stat().st_size) as meter:
            manifest = read_archive(source, folder, on_read=meter.advance)
        _check_fits(manifest, accept_new_secret=accept_new_secret)
        _check_place(uploads, replace=replace)
        connections.close_all()
        with progress("Restoring the database"):
            restore_database(folder / DUMP, replace=replace)
        if uploads.exists():
            uploads.rename(folder / "uploads-before")
        if (folder / UPLOADS).exists():
            (folder / UPLOADS).rename(uploads)
            uploads.chmod(0o700)
    apply_migrations()
    return manifest


def _check_fits(manifest: Manifest, *, accept_new_secret: bool) -> None:
    from django.conf import settings
    from django.db import connection
    from django.db.migrations.loader import MigrationLoader

    known = {f"{app}.{name}" for app, name in MigrationLoader(connection).disk_migrations}
    if unknown := set(manifest.migrations) - known:
        raise Refusal(
            f"The backup was made by another version (Groundswell {manifest.groundswell}; this one does not know "
            f"{sorted(unknown)[0]}). Install that version, restore, then upgrade. Nothing was changed."
        )
    if manifest.secret != secret_fingerprint(settings.SECRET_KEY) and not accept_new_secret:
        raise Refusal(
            "The backup was made with another GROUNDSWELL_SECRET_KEY. With this one, people who asked not to be "
            "contacted would not be recognised by their suppressed numbers, and links that were sent out would be void. "
            "Set the old key; or, if it is lost, say --accept-new-secret. Nothing was changed."
        )


def _check_place(uploads: Path, *, replace: bool) -> None:
    from groundswell.cli.dumping import other_users, tables

    if users := other_users():
        raise Refusal(
            f"The database is in use ({len(users)} other connections). Stop Groundswell first. Nothing was changed."
        )
    if replace:
        return
    if tables():
        raise Refusal(
            "The database is not empty. To throw away what is in it and put the backup there instead, say --replace. "
            "Nothing was changed."
        )
    if uploads.exists() and any(uploads.iterdir()):
        raise Refusal(f"There are uploads in {uploads}. To replace them, say --replace. Nothing was changed.")


@click.command("restore")
@click.argument("file", type=click.Path(exists=True, path_type=Path, dir_okay=False))
@click.option("--replace", is_flag=True, help="Throw away what is in the database and the uploads now.")
@click.option("--accept-new-secret", is_flag=True, help="The key the backup was made with is lost.")
@json_option
@needs_database
def command(file: Path, replace: bool, accept_new_secret: bool, as_json: bool) -> None:
    """Put the backup FILE into the database, all of it or nothing. Stop Groundswell first."""
    manifest = restore_backup(file.resolve(), replace=replace, accept_new_secret=accept_new_secret)
    result = {"file": str(file), "created": manifest.created, "uploads": len(manifest.files) - 1}
    answer(result, as_json=as_json, text=f"Restored the backup of {manifest.created}.")
