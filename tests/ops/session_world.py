"""A calling session on an installation's own database, invented volunteers signed in: run as a process, speaks JSON.

The first argument is what to do. `set-up`: prints the stage of the evening. `reckon`: what a running evening found comes
on stdin; prints what the ledger says to it.
"""

from __future__ import annotations

import json
import os
import sys
from dataclasses import asdict

from groundswell.cli.database import database
from groundswell.cli.simulating.stage import Course, Findings, Result, Stage

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "groundswell.config.settings")


def set_up(callers: int, minutes: int, speed: int, port: int) -> None:
    from groundswell.campaigns.models import Campaign
    from groundswell.cli.benching.scratch import Scratch, fill
    from groundswell.cli.simulating import world

    fill(1_000)
    bank = Scratch.found().bank
    Campaign.objects.filter(pk=bank.campaign_id).update(is_demo=True)
    made = world.set_up(bank, Course(minutes, speed), callers=callers, host="127.0.0.1", port=port)
    print(json.dumps({"stage": asdict(made.stage), "volunteers": [user.pk for user in made.volunteers]}))


def reckon() -> None:
    from groundswell.accounts.models import User
    from groundswell.cli.simulating import world
    from groundswell.phonebank.models import PhoneBank, Session

    told = json.load(sys.stdin)
    stage = Stage(**told["stage"])
    people = tuple(User.objects.filter(pk__in=told["volunteers"]))
    played = world.World(
        Session.objects.get(pk=stage.session_id), PhoneBank.objects.get(pk=stage.bank_id), people, stage
    )
    findings = Findings(results=[Result(*each) for each in told["results"]], last_board=told["last_board"])
    found = world.reckon(played, findings)
    print(json.dumps({"calls": found.numbers.calls, "faults": found.faults}))


if __name__ == "__main__":
    with database():
        if sys.argv[1] == "set-up":
            set_up(*(int(argument) for argument in sys.argv[2:]))
        else:
            reckon()
