"""`groundswell bench clean`: the databases that measurements kept go."""

from __future__ import annotations

import click

from groundswell.cli.benching.scratch import drop_kept
from groundswell.cli.console import answer, json_option


@click.command("clean")
@json_option
def command(as_json: bool) -> None:
    """Drop every database that `bench ... --keep` kept."""
    dropped = drop_kept()
    answer(
        {"dropped": dropped}, as_json=as_json, text="\n".join(f"Dropped {name}." for name in dropped) or "None kept."
    )
