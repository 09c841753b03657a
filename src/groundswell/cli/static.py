"""Gathering the static files, compressed and named by content, when they have changed."""

from __future__ import annotations

import fcntl
import hashlib
from pathlib import Path
from typing import cast


def collect_static() -> bool:
    """Gather the static files into STATIC_ROOT unless they are there already; returns whether that was needed.

    Two processes starting at once wait for each other.
    """
    from django.conf import settings
    from django.contrib.staticfiles.storage import ManifestFilesMixin, staticfiles_storage
    from django.core.management import call_command

    root = Path(settings.STATIC_ROOT)
    root.mkdir(parents=True, exist_ok=True)
    stamp = root / ".collected"
    with (root / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        wanted = _fingerprint()
        if stamp.exists() and stamp.read_text() == wanted:
            return False
        call_command("collectstatic", interactive=False, verbosity=0)
        stamp.write_text(wanted)
    storage: object = staticfiles_storage
    if isinstance(storage, ManifestFilesMixin):  # it read the manifest before there was this one
        storage.hashed_files, storage.manifest_hash = cast("tuple[dict[str, str], str]", storage.load_manifest())
    return True


def _fingerprint() -> str:
    """Changes when any static file is added, removed or touched, or is to be kept in another way (DEBUG on or off)."""
    from django.conf import settings
    from django.contrib.staticfiles.finders import get_finders

    digest = hashlib.sha256(settings.STORAGES["staticfiles"]["BACKEND"].encode())
    for finder in get_finders():
        for path, storage in sorted(finder.list([]), key=lambda found: found[0]):
            status = Path(storage.path(path)).stat()
            digest.update(f"{path}\0{status.st_size}\0{status.st_mtime_ns}\0".encode())
    return digest.hexdigest()
