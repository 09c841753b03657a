"""`groundswell backup`: database and uploads into one file."""

from __future__ import annotations

import hashlib
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import click

from groundswell import __version__
from groundswell.cli.archive import Manifest, uploaded_files, write_archive
from groundswell.cli.console import answer, json_option, progress
from groundswell.cli.database import needs_database
from groundswell.cli.failures import Refusal
from groundswell.config.environment import environment


def secret_fingerprint(secret: str) -> str:
    """Tells two secret keys apart without giving either away."""
    return hashlib.sha256(f"groundswell backup {secret}".encode()).hexdigest()[:16]


def make_backup(target: Path) -> Manifest:
    """Write a backup to `target`. Others may go on working meanwhile: the dump is of one moment."""
    from django.conf import settings
    from django.db import connection
    from django.db.migrations.recorder import MigrationRecorder

    from groundswell.cli.dumping import dump_database, server_version

    uploads = Path(settings.MEDIA_ROOT)
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".backup-") as folder:
        dump = Path(folder) / "dump"
        with progress("Dumping the database"):
            dump_database(dump)
        manifest = Manifest(
            created=datetime.now(UTC).isoformat(timespec="seconds"),
            groundswell=__version__,
            postgresql=server_version(),
            secret=secret_fingerprint(settings.SECRET_KEY),
            migrations=sorted(f"{app}.{name}" for app, name in MigrationRecorder(connection).applied_migrations()),
        )
        size = dump.stat().st_size + sum(path.stat().st_size for path in uploaded_files(uploads))
        with progress("Writing the backup", total=size) as meter:
            return write_archive(target, dump=dump, uploads=uploads, manifest=manifest, on_read=meter.advance)


@click.command("backup")
@click.argument("file", required=False, type=click.Path(path_type=Path, dir_okay=False))
@json_option
@needs_database
def command(file: Path | None, as_json: bool) -> None:
    """Write database and uploads into FILE (by default a new one in the data folder's `backups`).

    It holds personal data: keep it as carefully as the database. The secret key is not in it: keep that too.
    """
    name = datetime.now(UTC).strftime("groundswell-%Y%m%d-%H%M%S.tar")
    target = (file or environment().data_dir / "backups" / name).resolve()
    if target.exists():
        raise Refusal(f"{target} exists already. Name another file.")
    manifest = make_backup(target)
    result = {
        "file": str(target),
        "bytes": target.stat().st_size,
        "uploads": len(manifest.files) - 1,
        "created": manifest.created,
    }
    answer(result, as_json=as_json, text=f"Backup written to {target} ({result['bytes']:,} bytes).")
