"""Which processes belong to a server's folder, without trusting process numbers that may have been given anew."""

from __future__ import annotations

import os
import sys
from pathlib import Path

_PROC = Path("/proc")
HAS_PROC = sys.platform == "linux"


def postmaster_pid(cluster: Path) -> int | None:
    """The process number in `postmaster.pid`, alive or not."""
    try:
        first_line = (cluster / "postmaster.pid").read_text().split("\n", 1)[0]
        return int(first_line)
    except (FileNotFoundError, ValueError):
        return None


def is_server_of(pid: int, cluster: Path) -> bool:
    """Whether process `pid` is alive and works in `cluster`, as every process of a PostgreSQL server does."""
    if HAS_PROC:
        try:
            return (_PROC / str(pid) / "cwd").readlink() == cluster
        except OSError:
            return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def processes_of(cluster: Path) -> list[int]:
    """All processes that work in `cluster`: after a crash of the first, the others take a moment to end."""
    if not HAS_PROC:
        pid = postmaster_pid(cluster)
        return [pid] if pid is not None and is_server_of(pid, cluster) else []
    return [
        int(entry.name) for entry in _PROC.iterdir() if entry.name.isdigit() and is_server_of(int(entry.name), cluster)
    ]
