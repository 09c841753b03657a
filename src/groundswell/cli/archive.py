"""The backup file: a tar with the database's dump, the uploads, and last a manifest with every part's checksum.

A file cut short has no manifest, so it cannot be mistaken for a whole one.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import tarfile
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from groundswell.cli.failures import Refusal

FORMAT = 1
DUMP = "database.dump"
UPLOADS = "uploads/"
MANIFEST = "manifest.json"
CHUNK = 1024 * 1024


@dataclass
class Manifest:
    """What a backup says about itself. `secret` is a fingerprint of the secret key; `migrations` are `app.name`."""

    created: str
    groundswell: str
    postgresql: str
    secret: str
    migrations: list[str]
    files: dict[str, dict[str, Any]] = field(default_factory=dict)

    def to_json(self) -> bytes:
        return json.dumps({"format": FORMAT, **self.__dict__}, indent=1).encode()

    @classmethod
    def from_json(cls, text: bytes) -> Manifest:
        """Raises Refusal for a manifest of another format."""
        try:
            content = json.loads(text)
            if content.pop("format") != FORMAT:
                raise Refusal("This backup was made by a newer Groundswell. Install that version to restore it.")
            return cls(**content)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise Refusal("The backup's manifest cannot be read: the file is damaged or not a backup.") from error


class _Hashing(io.RawIOBase):
    """Reads from `source`, keeping the checksum of what went through; exactly `size` bytes, whatever the source does."""

    def __init__(self, source: IO[bytes], on_read: Callable[[int], None]) -> None:
        self.source = source
        self.digest = hashlib.sha256()
        self.on_read = on_read

    def read(self, size: int = -1) -> bytes:
        data = self.source.read(size)
        self.digest.update(data)
        self.on_read(len(data))
        return data


def write_archive(
    target: Path, *, dump: Path, uploads: Path, manifest: Manifest, on_read: Callable[[int], None] = lambda _n: None
) -> Manifest:
    """Write the backup to `target`, complete or not at all, readable by its owner only. Fills in `manifest.files`."""
    partial = target.with_name(target.name + ".partial")
    with suppress(FileNotFoundError):
        partial.unlink()
    try:
        with (
            os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file,
            tarfile.open(fileobj=file, mode="w", format=tarfile.PAX_FORMAT) as tar,
        ):
            _add(tar, dump, DUMP, manifest, on_read)
            for path in uploaded_files(uploads):
                _add(tar, path, UPLOADS + path.relative_to(uploads).as_posix(), manifest, on_read)
            text = manifest.to_json()
            entry = tarfile.TarInfo(MANIFEST)
            entry.size, entry.mtime, entry.mode = len(text), int(time.time()), 0o600
            tar.addfile(entry, io.BytesIO(text))
            tar.close()
            file.flush()
            os.fsync(file.fileno())
        partial.rename(target)
    finally:
        partial.unlink(missing_ok=True)
    return manifest


def uploaded_files(uploads: Path) -> list[Path]:
    return sorted(path for path in uploads.rglob("*") if path.is_file() and not path.is_symlink())


def read_archive(source: Path, folder: Path, *, on_read: Callable[[int], None] = lambda _n: None) -> Manifest:
    """Unpack a backup into `folder` (`database.dump` and `uploads/`), checking every part.

    Raises Refusal, before anything outside `folder` was touched, if it is not a backup, cut short, or altered.
    """
    found: dict[str, str] = {}
    manifest: Manifest | None = None
    try:
        with tarfile.open(source, mode="r:") as tar:
            for entry in tar:
                if not entry.isfile():
                    raise Refusal(f"{source.name} contains {entry.name}, which no backup of Groundswell's does.")
                stream = tar.extractfile(entry)
                assert stream is not None
                if entry.name == MANIFEST:
                    manifest = Manifest.from_json(stream.read())
                else:
                    found[entry.name] = _unpack(stream, _safe_target(folder, entry.name), on_read)
    except (tarfile.TarError, EOFError) as error:
        raise Refusal(
            f"{source.name} is not a backup of Groundswell's, or it was cut short. Nothing was changed."
        ) from error
    if manifest is None:
        raise Refusal(f"{source.name} was cut short: its manifest is missing. Nothing was changed.")
    expected = {name: part["sha256"] for name, part in manifest.files.items()}
    if wrong := sorted(name for name in expected.keys() | found.keys() if expected.get(name) != found.get(name)):
        raise Refusal(f"{source.name} is damaged: {wrong[0]} is missing or altered. Nothing was changed.")
    return manifest


def _add(tar: tarfile.TarFile, path: Path, name: str, manifest: Manifest, on_read: Callable[[int], None]) -> None:
    with path.open("rb") as file:
        entry = tar.gettarinfo(arcname=name, fileobj=file)
        entry.uid = entry.gid = 0
        entry.uname = entry.gname = ""
        entry.mode = 0o600
        hashing = _Hashing(file, on_read)
        tar.addfile(entry, hashing)
        manifest.files[name] = {"sha256": hashing.digest.hexdigest(), "bytes": entry.size}


def _unpack(stream: IO[bytes], target: Path, on_read: Callable[[int], None]) -> str:
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    digest = hashlib.sha256()
    with os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        while data := stream.read(CHUNK):
            digest.update(data)
            file.write(data)
            on_read(len(data))
    return digest.hexdigest()


def _safe_target(folder: Path, name: str) -> Path:
    """Where a part belongs; nothing may leave `folder`."""
    if name != DUMP and not name.startswith(UPLOADS):
        raise Refusal(f"The backup contains {name}, which no backup of Groundswell's does. Nothing was changed.")
    target = (folder / name).resolve()
    if not target.is_relative_to(folder.resolve()):
        raise Refusal(f"The backup contains the unsafe path {name}. Nothing was changed.")
    return target
