"""Under which account the server's programs run.

PostgreSQL refuses to run as root. As root we therefore step down to an account with a passwd entry; as anyone else
there is nothing to choose.
"""

from __future__ import annotations

import os
import pwd
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from groundswell.config.postgres.errors import ServerError

PREFERRED_ACCOUNTS = ("postgres", "nobody")


@dataclass(frozen=True)
class Account:
    """An unprivileged account that root runs the server's programs as."""

    name: str
    uid: int
    gid: int

    def process_options(self) -> dict[str, Any]:
        """What `subprocess` needs to start a program as this account, without any of root's groups."""
        return {"user": self.uid, "group": self.gid, "extra_groups": []}


def choose_account(data_dir: Path) -> Account | None:
    """The account for the server of `data_dir`; None when we are not root and everything runs as ourselves.

    An existing database's owner comes first, then whoever owns the folder the data is in (so that a checkout
    of an ordinary user stays theirs under sudo), then `postgres`, then `nobody`.
    Raises ServerError if the machine has none of these.
    """
    if os.geteuid() != 0:
        return None
    for folder in (data_dir / "postgres", *_existing_parents(data_dir)):
        try:
            owner = folder.stat().st_uid
        except FileNotFoundError:
            continue
        if account := _unprivileged(owner):
            return account
        if folder != data_dir / "postgres":
            break
    for name in PREFERRED_ACCOUNTS:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)
    raise ServerError(
        "PostgreSQL refuses to run as root and this machine has neither a user `postgres` nor `nobody` to run it as. "
        "Start as an ordinary user, or name a PostgreSQL of your own in DATABASE_URL."
    )


def is_passable(folder: Path, account: Account) -> bool:
    """Whether `account` may enter `folder` and every folder above it, as far as they exist."""
    return all(_may_enter(parent.stat(), account) for parent in _existing_parents(folder))


def first_impassable(folder: Path, account: Account) -> Path | None:
    """The outermost existing folder on the way to `folder` that `account` may not enter."""
    for parent in reversed(list(_existing_parents(folder))):
        if not _may_enter(parent.stat(), account):
            return parent
    return None


def _may_enter(status: os.stat_result, account: Account) -> bool:
    if status.st_uid == account.uid:
        return bool(status.st_mode & stat.S_IXUSR)
    if status.st_gid == account.gid:
        return bool(status.st_mode & stat.S_IXGRP)
    return bool(status.st_mode & stat.S_IXOTH)


def _existing_parents(folder: Path) -> Iterator[Path]:
    """`folder` and those above it, innermost first, leaving out those that are not there yet."""
    return (parent for parent in (folder, *folder.parents) if parent.exists())


def _unprivileged(uid: int) -> Account | None:
    if uid == 0:
        return None
    try:
        entry = pwd.getpwuid(uid)
    except KeyError:
        return None
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)
