"""The job queue: Procrastinate on the same database, so that a job commits with the state it follows."""

from __future__ import annotations

from procrastinate import App


def on_app_ready(app: App) -> None:
    """Hook for Procrastinate's start; rooms declare their tasks in `tasks.py`, which Django apps discover."""
