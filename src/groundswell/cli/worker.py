"""`groundswell worker`: does the jobs."""

from __future__ import annotations

from contextlib import nullcontext

import click

from groundswell.cli.database import needs_database
from groundswell.cli.parent import end_with_parent


@click.command("worker")
@click.option("--supervised", is_flag=True, hidden=True, help="End with the parent process.")
@click.option("--once", is_flag=True, help="Do what is waiting, then end.")
@needs_database
def command(supervised: bool, once: bool) -> None:
    """Do what pages and imports leave to be done, until stopped. Run as many as you like, on any machine."""
    from groundswell.config.jobs import run_worker
    from groundswell.messaging.listening import listening

    if supervised:
        end_with_parent()
    with nullcontext() if once else listening():
        run_worker(wait=not once)
