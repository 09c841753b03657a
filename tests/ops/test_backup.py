"""`groundswell backup` and `restore`: there and back, and every way it must not go."""

from __future__ import annotations

import io
import stat
import tarfile
from pathlib import Path
from typing import Any

import psycopg
import pytest

from groundswell.config.postgres import connection_url, running

pytestmark = pytest.mark.slow


def execute(installation: Any, statement: str) -> list[Any]:
    with running(installation.data_dir), psycopg.connect(connection_url(installation.data_dir)) as connection:
        cursor = connection.execute(statement)
        return cursor.fetchall() if cursor.description else []


@pytest.fixture
def backup(installation: Any, tmp_path: Path) -> Path:
    """A backup of an installation with something of its own in it."""
    execute(installation, "CREATE TABLE kept AS SELECT n, 'Llŷn ' || n AS name FROM generate_series(1, 1000) AS n")
    uploads = installation.data_dir / "uploads" / "registers"
    uploads.mkdir(parents=True)
    (uploads / "ward 1.csv").write_bytes(bytes(range(256)) * 1000)
    target = tmp_path / "there" / "backup.tar"
    answer = installation.json("backup", str(target))
    assert answer["uploads"] == 1
    return target


def test_there_and_back_into_another_installation(installation: Any, backup: Path, fresh: Any) -> None:
    assert fresh.json("restore", str(backup))["uploads"] == 1
    assert execute(fresh, "SELECT count(*), max(name) FROM kept") == [(1000, "Llŷn 999")]
    restored = fresh.data_dir / "uploads" / "registers" / "ward 1.csv"
    assert restored.read_bytes() == (installation.data_dir / "uploads" / "registers" / "ward 1.csv").read_bytes()
    assert stat.S_IMODE((fresh.data_dir / "uploads").stat().st_mode) == 0o700
    assert fresh.json("migrate") == {"applied": []}
    assert fresh.json("doctor")["healthy"]


def test_backup_is_for_its_owner_only_and_never_overwrites(installation: Any, backup: Path) -> None:
    assert stat.S_IMODE(backup.stat().st_mode) == 0o600
    result = installation.do("backup", str(backup))
    assert result.returncode == 1
    assert "exists already" in result.stderr
    assert [path.name for path in backup.parent.iterdir()] == [backup.name]


def test_default_place_is_the_data_folder(installation: Any) -> None:
    file = Path(installation.json("backup")["file"])
    assert file.parent == installation.data_dir / "backups"


def test_full_database_is_refused_and_replaced_only_on_request(installation: Any, backup: Path) -> None:
    execute(installation, "DELETE FROM kept; CREATE TABLE later (n int)")
    (installation.data_dir / "uploads" / "later.csv").write_text("later")
    result = installation.do("restore", str(backup))
    assert result.returncode == 1
    assert "--replace" in result.stderr
    assert execute(installation, "SELECT count(*) FROM kept") == [(0,)]
    installation.do_well("restore", str(backup), "--replace")
    assert execute(installation, "SELECT count(*), to_regclass('later') FROM kept") == [(1000, None)]
    assert not (installation.data_dir / "uploads" / "later.csv").exists()


@pytest.mark.parametrize("share", [0.05, 0.5, 0.95])
def test_backup_cut_short_changes_nothing(installation: Any, backup: Path, share: float) -> None:
    whole = backup.read_bytes()
    backup.write_bytes(whole[: int(len(whole) * share)])
    result = installation.do("restore", str(backup), "--replace")
    assert result.returncode == 1
    assert "Nothing was changed" in result.stderr
    assert execute(installation, "SELECT count(*) FROM kept") == [(1000,)]


def test_altered_part_changes_nothing(installation: Any, backup: Path) -> None:
    content = bytearray(backup.read_bytes())
    middle = 20_000  # inside the dump
    content[middle] ^= 0xFF
    backup.write_bytes(content)
    result = installation.do("restore", str(backup), "--replace")
    assert result.returncode == 1
    assert "database.dump is missing or altered" in result.stderr


def test_file_of_another_kind_is_refused(installation: Any, tmp_path: Path) -> None:
    for content in (b"", b"PK\x03\x04 not a tar at all", b"\0" * 5000):
        wrong = tmp_path / "wrong.tar"
        wrong.write_bytes(content)
        result = installation.do("restore", str(wrong), "--replace")
        assert result.returncode == 1
        assert "Nothing was changed" in result.stderr


@pytest.mark.parametrize("name", ["../outside", "uploads/../../outside", "/etc/outside", "else"])
def test_archive_that_reaches_outside_is_refused(installation: Any, tmp_path: Path, name: str) -> None:
    wrong = tmp_path / "wrong.tar"
    with tarfile.open(wrong, "w") as tar:
        entry = tarfile.TarInfo(name)
        entry.size = 4
        tar.addfile(entry, io.BytesIO(b"evil"))
    result = installation.do("restore", str(wrong), "--replace")
    assert result.returncode == 1
    assert "Nothing was changed" in result.stderr
    assert not list(tmp_path.rglob("outside"))


def test_dump_that_breaks_off_half_way_rolls_everything_back(installation: Any, backup: Path) -> None:
    """The checksums are right and the dump is not: then the transaction must save what was there."""
    from groundswell.cli.archive import Manifest, read_archive, write_archive

    folder = backup.parent / "unpacked"
    folder.mkdir()
    manifest = read_archive(backup, folder)
    dump = folder / "database.dump"
    content = dump.read_bytes()
    dump.write_bytes(content[: len(content) // 2])
    broken = backup.parent / "broken.tar"
    again = Manifest(**{**manifest.__dict__, "files": {}})
    write_archive(broken, dump=dump, uploads=folder / "uploads", manifest=again)
    result = installation.do("restore", str(broken), "--replace")
    assert result.returncode == 1
    assert "nothing was changed" in result.stderr
    assert execute(installation, "SELECT count(*) FROM kept") == [(1000,)]
    assert (installation.data_dir / "uploads" / "registers" / "ward 1.csv").exists()


def test_other_secret_is_refused_because_suppressions_would_not_match(backup: Path, fresh: Any) -> None:
    fresh.settings["GROUNDSWELL_SECRET_KEY"] = "another-key-" + "9876543210" * 5
    result = fresh.do("restore", str(backup))
    assert result.returncode == 1
    assert "another GROUNDSWELL_SECRET_KEY" in result.stderr
    fresh.do_well("restore", str(backup), "--accept-new-secret")


def test_backup_of_a_newer_version_is_refused(backup: Path, fresh: Any, tmp_path: Path) -> None:
    from groundswell.cli.archive import Manifest, read_archive, write_archive

    manifest = read_archive(backup, tmp_path)
    newer = Manifest(**{**manifest.__dict__, "files": {}, "migrations": [*manifest.migrations, "people.9999_later"]})
    target = tmp_path / "newer.tar"
    write_archive(target, dump=tmp_path / "database.dump", uploads=tmp_path / "uploads", manifest=newer)
    result = fresh.do("restore", str(target))
    assert result.returncode == 1
    assert "people.9999_later" in result.stderr


def test_restore_waits_for_nobody_but_says_the_database_is_in_use(installation: Any, backup: Path) -> None:
    with running(installation.data_dir), psycopg.connect(connection_url(installation.data_dir)):
        result = installation.do("restore", str(backup), "--replace")
    assert result.returncode == 1
    assert "in use" in result.stderr


def test_full_disk_leaves_no_half_backup(tmp_path: Path) -> None:
    from groundswell.cli.archive import Manifest, write_archive

    dump = tmp_path / "dump"
    dump.write_bytes(b"x" * 100_000)

    def run_out(_read: int) -> None:
        raise OSError(28, "No space left on device")

    manifest = Manifest(created="", groundswell="", postgresql="", secret="", migrations=[])
    target = tmp_path / "out" / "backup.tar"
    target.parent.mkdir()
    with pytest.raises(OSError, match="No space"):
        write_archive(target, dump=dump, uploads=tmp_path / "none", manifest=manifest, on_read=run_out)
    assert list(target.parent.iterdir()) == []
