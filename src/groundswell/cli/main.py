"""The `groundswell` command."""

from __future__ import annotations

import os
import sys

import click

from groundswell import __version__
from groundswell.cli.failures import report
from groundswell.cli.lazy import LazyGroup, modules_of

COMMANDS = {
    "run": ("run", "Everything: database, web and worker under one parent."),
    "web": ("web", "The web server alone."),
    "worker": ("worker", "The worker alone: does what pages leave to be done."),
    "migrate": ("migrate", "Bring the database up to date."),
    "demo": ("demo", "Load or remove the demo campaign."),
    "doctor": ("doctor", "List every setting and check what is wrong, and how to mend it."),
    "backup": ("backup", "Database and uploads into one file."),
    "restore": ("restore", "A backup back into an empty database."),
}
IMPORTS = {
    "register": "The electoral register, full or monthly changes.",
    "phones": "Phone numbers by elector number, or by name and postcode.",
    "screening": "A screening (TPS) or do-not-call file.",
    "areas": "Areas, as CSV.",
    "office-holders": "Office-holders, as CSV.",
    "postcodes": "A postcode look-up of your own, as CSV.",
    "results": "Election results, as CSV.",
}
BENCHES = {
    "calling": "The caller's cycle over real HTTP, against the database's own limit.",
    "claim": "Claiming the next household, at any size of queue.",
    "postcodes": "Looking up postcodes in the packaged data.",
    "sending": "A message to many, against the mail server's own limit.",
    "import": "A full import of the register, against a raw copy of the same file.",
    "pages": "The pages of organisers and data managers, over a campaign of any size.",
    "clean": "Drop the databases that `--keep` kept.",
}

SIMULATIONS = {"session": "A calling evening with invented volunteers, two hours in two minutes."}


@click.group(cls=LazyGroup, modules=COMMANDS, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="groundswell")
def groundswell() -> None:
    """Groundswell: volunteers talking to people, together. Settings come from the environment; see `doctor`."""


@groundswell.group("import", cls=LazyGroup, modules=modules_of("import", IMPORTS))
def import_group() -> None:
    """Bring in registers, phone numbers, screening files, areas and office-holders."""


@groundswell.group("bench", cls=LazyGroup, modules=modules_of("bench", BENCHES))
def bench_group() -> None:
    """Measure this machine with real work."""


@groundswell.group("simulate", cls=LazyGroup, modules=modules_of("simulate", SIMULATIONS))
def simulate_group() -> None:
    """Play what happens on an evening, with people who do not exist."""


def main() -> None:
    """Run the command line; every failure becomes one sentence and an exit code, never a traceback."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "groundswell.config.settings")
    os.umask(0o077)  # whatever we write may hold personal data: for its owner only
    arguments = sys.argv[1:]
    try:
        outcome = groundswell.main(args=arguments, prog_name="groundswell", standalone_mode=False)
    except BaseException as error:
        if isinstance(error, (SystemExit, GeneratorExit)):
            raise
        sys.exit(report(error, as_json="--json" in arguments))
    sys.exit(outcome if isinstance(outcome, int) else 0)
