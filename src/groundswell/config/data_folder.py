"""The data folder itself, and the secret key of an installation that was given none by its environment."""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from pathlib import Path

SECRET_FILE = "secret-key"  # noqa: S105 - a file name


def make_passable(folder: Path) -> None:
    """Make `folder` and those above it, to be entered by all and listed by the owner.

    The database's account must get through. New ones belong to whoever owns the folder they are made in, so that root
    leaves nothing behind in a user's checkout.
    """
    if not folder.parent.exists():
        make_passable(folder.parent)
    with suppress(FileExistsError):
        folder.mkdir()
        folder.chmod(0o711)
        give_to_owner_of(folder.parent, folder)


def give_to_owner_of(folder: Path, path: Path) -> None:
    """As root, `path` is to belong to whom `folder` belongs to."""
    if os.geteuid() == 0:
        owner = folder.stat()
        os.chown(path, owner.st_uid, owner.st_gid)


def new_secret() -> str:
    """A fresh secret key: 67 characters from the system's random source."""
    return secrets.token_urlsafe(50)


def kept_secret(data_dir: Path) -> str:
    """The secret key kept in the data folder, or nothing. Raises OSError where it is there and cannot be read."""
    try:
        return (data_dir / SECRET_FILE).read_text(encoding="ascii").strip()
    except (FileNotFoundError, NotADirectoryError):
        return ""


def keep_secret(data_dir: Path) -> Path:
    """Put a fresh secret key into the data folder, for its owner's eyes only, unless one is there; its path."""
    make_passable(data_dir)
    target, partial = data_dir / SECRET_FILE, data_dir / f".{SECRET_FILE}.{os.getpid()}"
    file = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(file, "w", encoding="ascii") as text:
        text.write(new_secret() + "\n")
    give_to_owner_of(data_dir, partial)
    # Whole or not at all; of two that start at once, the first one's stays.
    with suppress(FileExistsError):
        os.link(partial, target)
    partial.unlink()
    return target
