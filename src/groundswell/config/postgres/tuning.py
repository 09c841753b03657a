"""The server's settings: measured for a queue of households, jobs and an outbox beside bulk loads.

Reasons and figures: docs/benchmarks.md.
"""

from __future__ import annotations

import os

MEGABYTE = 1024 * 1024


def machine_memory() -> int:
    """Physical memory in bytes; one gigabyte where the system does not say."""
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (ValueError, OSError):
        return 1024 * MEGABYTE


def server_settings(*, memory: int, durable: bool) -> dict[str, str]:
    """PostgreSQL's settings for a machine with `memory` bytes.

    A `durable` server loses nothing it has confirmed, whatever crashes. One that is not is for tests only:
    it is faster, and a crash of the machine may ruin it.
    """
    settings = {
        # Nothing but the socket in a folder of mode 0700.
        "listen_addresses": "",
        "unix_socket_permissions": "0700",
        "max_connections": "100",
        # A quarter of the memory is customary; beyond 2 GB the queue's hot part is long inside.
        "shared_buffers": _megabytes(memory // 4, low=64, high=2048),
        "effective_cache_size": _megabytes(memory // 2, low=128, high=65536),
        "work_mem": "16MB",
        "maintenance_work_mem": _megabytes(memory // 16, low=64, high=512),
        # Solid-state disks are the rule.
        "random_page_cost": "1.1",
        # Statements are short: compiling them costs more than it saves.
        "jit": "off",
        # Nobody replicates an embedded server; so bulk loads into new tables need no log of their own.
        "wal_level": "minimal",
        "max_wal_senders": "0",
        "max_wal_size": "4GB",
        "min_wal_size": "256MB",
        "checkpoint_timeout": "15min",
        # Dead entries at the head of the queue are what slows a claim down: clear them often.
        "autovacuum_naptime": "10s",
        "autovacuum_vacuum_scale_factor": "0.05",
        "autovacuum_analyze_scale_factor": "0.05",
        "autovacuum_vacuum_cost_limit": "2000",
        # A forgotten transaction keeps vacuum from working, and callers pay for it.
        "idle_in_transaction_session_timeout": "10min",
        # One file a day, a week kept.
        "logging_collector": "on",
        "log_filename": "postgres-%a.log",
        "log_truncate_on_rotation": "on",
        "log_rotation_age": "1d",
        "log_rotation_size": "0",
        "log_line_prefix": "%m [%p] ",
        "log_timezone": "UTC",
        "timezone": "UTC",
    }
    if not durable:
        settings |= {
            "fsync": "off",
            "synchronous_commit": "off",
            "full_page_writes": "off",
            "shared_buffers": "256MB",
            "autovacuum_naptime": "1min",
            "logging_collector": "off",
        }
    return settings


def configuration_text(settings: dict[str, str]) -> str:
    """`settings` in the syntax of postgresql.conf, which reads backslashes and doubles quotes."""
    lines = ["# Written at every start; changes belong in postgresql.conf, below the line that includes this file."]
    for name, value in settings.items():
        quoted = value.replace("\\", "\\\\").replace("'", "''")
        lines.append(f"{name} = '{quoted}'")
    return "\n".join(lines) + "\n"


def _megabytes(size: int, *, low: int, high: int) -> str:
    return f"{min(max(size // MEGABYTE, low), high)}MB"
